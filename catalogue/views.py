"""Pages a visitor browses. None of them records who looked at what."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import TemplateView
from oscar.apps.basket.forms import AddToBasketForm
from oscar.apps.catalogue.models import Category, ProductCategory
from oscar.apps.catalogue.views import ProductDetailView as OscarProductDetailView

from catalogue.content.models import ContentVersion, Tag
from catalogue.content.rendering import monograph_of, numbered_sources
from catalogue.content.sections import Country
from catalogue.country import country_of
from catalogue.listing import MAX_QUERY_LENGTH, cards_of, corrected, find, medicines
from catalogue.models import Product
from catalogue.packs import Pack, cheapest, packs_of, strengths_of
from catalogue.structured import data_block, structured_data

PER_PAGE = 24
LISTING = "oscar/catalogue/listing.html"


@lru_cache(maxsize=1024)
def tags_of(product_pk: int, _changed: datetime) -> tuple[Tag, ...]:
    """The tags of a product; read again once the product has been saved."""
    return tuple(Tag.objects.filter(products=product_pk))


class ProductDetailView(OscarProductDetailView):
    """The page of a medicine: two queries, and one more for a content this process has not shown.

    The monograph is kept per version in the process's memory; price and stock are read each time,
    since a sale changes them without a trace in any date.
    """

    enforce_parent = True
    template_name = "oscar/catalogue/detail.html"
    chosen_strength = ""
    chosen_sku = ""
    problem = ""

    def get_queryset(self) -> QuerySet[Product]:
        category = Category.objects.filter(
            is_public=True, ancestors_are_public=True, productcategory__product=OuterRef("pk")
        ).order_by("path")[:1]
        return (
            Product.objects.select_related("product_class", "parent", "medicine__shown__signature")
            .defer("medicine__shown__document", "medicine__search_text")
            .annotate(
                category_name=Subquery(category.values("name")),
                category_slug=Subquery(category.values("slug")),
                category_pk=Subquery(category.values("pk")),
            )
        )

    def send_signal(self, request: HttpRequest, response: HttpResponse, product: Product) -> None:
        """Which medicine somebody looked at is health data: it is not recorded, in no cookie."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        product = self.object
        packs = packs_of([product.pk])
        medicine = getattr(product, "medicine", None)
        version = medicine.shown if medicine else None
        country = country_of(self.request)
        monograph = monograph_of(version, country=country) if version else None
        return {
            "view": self,
            "product": product,
            "monograph": monograph,
            "structured": data_block(structured_data(product, version, monograph.content, packs))
            if version and monograph
            else "",
            "country": country,
            "country_name": country.label,
            "countries": Country,
            "category_url": self.category_url(product),
            "tags": tags_of(product.pk, product.date_updated),
            "strengths": strengths_of(packs, strength=self.chosen_strength, sku=self.chosen_sku),
            "from_pack": cheapest(packs),
            "problem": self.problem,
            **kwargs,
        }

    def category_url(self, product: Product) -> str:
        if not product.category_pk:
            return ""
        place = {"category_slug": product.category_slug, "pk": product.category_pk}
        return reverse("catalogue:category", kwargs=place)


def _listing(
    request: HttpRequest, products: QuerySet[Product], template: str, **context: Any
) -> HttpResponse:
    page = Paginator(products, PER_PAGE).get_page(request.GET.get("page"))
    cards = cards_of(list(page.object_list))
    return render(request, template, {"page_obj": page, "cards": cards, **context})


class CatalogueView(TemplateView):
    """All medicines."""

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        return _listing(request, medicines(), LISTING)


class ProductCategoryView(TemplateView):
    """The medicines of a category and of those below it."""

    def get(self, request: HttpRequest, *_args: Any, pk: str, **_kwargs: Any) -> HttpResponse:
        category = get_object_or_404(Category, pk=pk, is_public=True, ancestors_are_public=True)
        if category.get_absolute_url() != request.path:
            return redirect(category, permanent=True)
        inside = ProductCategory.objects.filter(
            category__path__startswith=category.path, category__is_public=True
        )
        products = medicines().filter(pk__in=inside.values("product_id"))
        return _listing(request, products, LISTING, heading=category.name)


@require_GET
def medicine(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001
    """The page of a medicine by its lasting name, which content files link to."""
    found = get_object_or_404(Product, medicine__slug=slug, is_public=True)
    return redirect(found)


@require_GET
def sources(request: HttpRequest, slug: str) -> HttpResponse:
    """The numbered sources of a medicine's page with their addresses, which would weigh it down."""
    version = get_object_or_404(
        ContentVersion.objects.select_related("medicine__product"),
        pk=F("medicine__shown"),
        medicine__slug=slug,
        medicine__product__is_public=True,
    )
    country = country_of(request)
    return render(
        request,
        "oscar/catalogue/sources.html",
        {
            "medicine": version.medicine,
            "country_name": country.label,
            "sources": numbered_sources(version.content.for_country(country)),
        },
    )


@require_GET
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """The medicines that carry a tag."""
    found = get_object_or_404(Tag, slug=slug)
    products = medicines().filter(tags=found)
    return _listing(request, products, LISTING, heading=found.name)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """What the shop has for some words; the words are neither kept nor logged."""
    query = request.GET.get("q", "").replace("\0", "")[:MAX_QUERY_LENGTH]
    products, meant = find(query), ""
    if not products.exists():
        meant = corrected(query)
        products = find(meant)
    context = {"query": query.strip(), "meant": meant}
    return _listing(request, products, "oscar/search/results.html", **context)


@require_POST
def add_pack(request: HttpRequest, product_slug: str, pk: int) -> HttpResponse:  # noqa: ARG001
    """Put one pack of the chosen strength and size into the basket."""
    parent = get_object_or_404(Product, pk=pk, is_public=True, parent__isnull=True)
    strength = request.POST.get("strength", "")
    sku = request.POST.get(f"pack-{strength}", "")
    pack = _chosen(packs_of([parent.pk]), strength, sku)
    if pack is None:
        return _page_again(request, parent, _("Choose a strength and a pack."), strength, sku)
    product = Product.objects.select_related("parent__product_class").get(pk=pack.product_id)
    basket = request.basket  # type: ignore[attr-defined]
    form = AddToBasketForm(basket, product, data={"quantity": "1"})
    if not form.is_valid():
        return _page_again(request, parent, _why_not(pack, form), strength, sku)
    basket.add_product(product, quantity=1)
    messages.success(request, _("%(pack)s: added to your cart.") % {"pack": product.title})
    return redirect("basket:summary")


def _chosen(packs: list[Pack], strength: str, sku: str) -> Pack | None:
    return next((p for p in packs if p.strength.slug == strength and p.sku == sku), None)


def _why_not(pack: Pack, form: AddToBasketForm) -> str:
    if not pack.is_available:
        return _("This pack is out of stock. Choose another one.")
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _page_again(
    request: HttpRequest, product: Product, problem: str, strength: str, sku: str
) -> HttpResponse:
    """The product page with what went wrong, and with what was chosen."""
    view = ProductDetailView()
    view.setup(request, pk=product.pk)
    view.object = view.get_queryset().get(pk=product.pk)
    view.problem, view.chosen_strength, view.chosen_sku = problem, strength, sku
    page = view.render_to_response(view.get_context_data())
    page.status_code = 422
    return page
