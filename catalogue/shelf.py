"""Puts a medicine's product, packs, category and tags into the shop, where they are missing.

What exists is left alone: titles, prices and stock belong to the staff from then on.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

from babel import Locale
from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from oscar.apps.catalogue.models import Category
from oscar.apps.partner.models import Partner, StockRecord
from pydantic import AfterValidator, BeforeValidator

from catalogue.amounts import DoseForm, NotAStrength, Strength
from catalogue.content.models import Medicine, Tag
from catalogue.models import Product, ProductClass
from catalogue.prices import rules
from shop.addresses.countries import country
from shop.audit import log, states
from shop.datafiles import (
    Count,
    FilesInvalid,
    Positive,
    Problem,
    Row,
    Text,
    held_to,
    place_of,
    read_file,
)

PRESCRIPTION_MEDICINE = "Prescription medicine"
PARTNER = "Pharmacy"


@dataclass(frozen=True)
class NewPack:
    """A pack as its file describes it; the price is for the whole pack."""

    sku: str
    form: DoseForm
    strength: Strength
    units: int
    price: Decimal
    stock: int
    countries: tuple[str, ...]


def _price(value: Any) -> Decimal:
    try:
        price = Decimal(value) if isinstance(value, str) else Decimal(0)
    except InvalidOperation:
        price = Decimal(0)
    if not price.is_finite() or price <= 0 or price != price.quantize(Decimal("0.01")):
        raise ValueError('“price” must be an amount such as "21.00", in quotes')
    return price


def _country(code: str) -> str:
    if code not in Locale("en").territories or len(code) != len("AU"):
        raise ValueError(f"unknown country “{code}”")
    return code


@dataclass(frozen=True)
class _Pack:
    sku: Text
    units: Positive
    price: Annotated[Decimal, BeforeValidator(_price)]
    stock: Count
    # What is known of its make belongs to the text, which is held to its own schema.
    maker: Any = None
    excipients: Any = None
    score_line: Any = None
    sources: Any = None


@dataclass(frozen=True)
class _Strength:
    strength: Text
    countries: tuple[Annotated[str, AfterValidator(_country)], ...]
    packs: tuple[_Pack, ...]


@dataclass(frozen=True)
class _Packs:
    """What packs.yaml may hold."""

    form: DoseForm
    strengths: tuple[_Strength, ...]

    def contradictions(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What cannot be true together, each with the path of its entry."""
        skus = Counter(pack.sku for row in self.strengths for pack in row.packs)
        for n, row in enumerate(self.strengths):
            try:
                self.form.strength(row.strength)
            except NotAStrength as error:
                yield ("strengths", n, "strength"), str(error)
            for m, pack in enumerate(row.packs):
                path = ("strengths", n, "packs", m)
                if skus[pack.sku] > 1:
                    yield (*path, "sku"), f"pack “{pack.sku}” stands here more than once"
                for refused in rules.refusing(rules.findings(self._offer(pack))):
                    yield (*path, "price"), f"{pack.price}: {refused.words}"

    def _offer(self, pack: _Pack) -> rules.Offer:
        return rules.Offer(self.form, pack.units, pack.price, settings.OSCAR_DEFAULT_CURRENCY)

    def listed(self) -> list[NewPack]:
        return [
            NewPack(
                form=self.form,
                strength=self.form.strength(row.strength),
                countries=row.countries,
                sku=pack.sku,
                units=pack.units,
                price=pack.price,
                stock=pack.stock,
            )
            for row in self.strengths
            for pack in row.packs
        ]


@dataclass(frozen=True)
class OnShelf:
    """What medicine.yaml says of the product."""

    name: Text
    title: Text
    category: Text
    tags: tuple[Text, ...] = ()


def put_on_the_shelf(folder: Path) -> Medicine:
    """The medicine of a folder, with its product, category and tags; creates what is missing.

    Raises FilesInvalid when the folder does not say what the product is called.
    """
    found = Medicine.objects.filter(slug=folder.name).first()
    return found or _new_medicine(folder)


@transaction.atomic
def _new_medicine(folder: Path) -> Medicine:
    known = _shelf_of(folder)
    product = Product(
        structure=Product.PARENT,
        title=known.title,
        product_class=prescription_class(),
        is_discountable=False,
    )
    product.save()
    states.record(product, "product.make", actor=log.SYSTEM)
    product.categories.add(category_named(known.category))
    for tag in known.tags:
        tag_named(tag).products.add(product)
    medicine = Medicine.objects.create(slug=folder.name, name=known.name, product=product)
    states.record(medicine, "content.make", actor=log.SYSTEM)
    return medicine


def _shelf_of(folder: Path) -> OnShelf:
    whole = read_file(folder / "medicine.yaml", name=f"{folder.name}/medicine.yaml")
    row = Row(whole.place)
    for key in OnShelf.__dataclass_fields__.keys() & whole.keys():
        row.put(key, whole[key], whole.places[key])
    return held_to(OnShelf, row)


def prescription_class() -> ProductClass:
    with transaction.atomic():
        kind, is_new = ProductClass.objects.get_or_create(
            name=PRESCRIPTION_MEDICINE,
            defaults={"needs_prescription": True, "track_stock": True, "requires_shipping": True},
        )
        if is_new:
            states.record(kind, "product_class.make", actor=log.SYSTEM)
    return kind


def category_named(name: str) -> Category:
    return Category.objects.filter(name=name).first() or Category.add_root(name=name)


def tag_named(name: str) -> Tag:
    return Tag.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0]


def read_packs(folder: Path) -> list[NewPack]:
    """The packs of a folder, none when it has no packs.yaml. Raises FilesInvalid."""
    path = folder / "packs.yaml"
    if not path.exists():
        return []
    row = read_file(path, name=f"{folder.name}/packs.yaml")
    packs = held_to(_Packs, row)
    problems = [Problem(*place_of(row, where), why) for where, why in packs.contradictions()]
    if problems:
        raise FilesInvalid(problems)
    return packs.listed()


def load_packs(folder: Path) -> list[str]:
    """Create the packs of a folder that do not exist; returns what was done, in words."""
    packs = read_packs(folder)
    with transaction.atomic():
        medicine = put_on_the_shelf(folder)
        partner = Partner.objects.get_or_create(name=PARTNER)[0]
        if packs and not medicine.product.dose_form:
            _give_form(medicine.product, packs[0].form)
        return [
            f"{pack.sku}: created"
            for pack in packs
            if not _exists(medicine.product, pack) and _create(medicine.product, pack, partner)
        ]


def _give_form(product: Product, form: DoseForm) -> None:
    with states.changing(product, action="product.change", actor=log.SYSTEM):
        product.dose_form = form
        product.save(update_fields=["dose_form"])


def _exists(parent: Product, pack: NewPack) -> bool:
    size = parent.children.filter(strength=pack.strength, units=pack.units)
    return size.exists() or StockRecord.objects.filter(partner_sku=pack.sku).exists()


def _create(parent: Product, pack: NewPack, partner: Partner) -> Product:
    product = Product(
        structure=Product.CHILD,
        parent=parent,
        upc=pack.sku,
        title=title_of_pack(parent, pack.strength, pack.units),
        strength=pack.strength,
        units=pack.units,
        is_discountable=False,
    )
    product.full_clean(exclude=["slug"])
    product.save()
    product.supply_countries.set([country(code) for code in pack.countries])
    record = StockRecord.objects.create(
        product=product,
        partner=partner,
        partner_sku=pack.sku,
        price_currency=settings.OSCAR_DEFAULT_CURRENCY,
        price=pack.price,
        num_in_stock=pack.stock,
    )
    states.record(product, "product.make", actor=log.SYSTEM)
    states.record(record, "stock.make", actor=log.SYSTEM)
    return product


def title_of_pack(medicine: Product, strength: Strength, units: int) -> str:
    """What a pack is called as long as nobody names it."""
    return f"{medicine.title} {strength.words}, {medicine.form.counted(units)}"
