"""What staff change on a product, and what they are refused."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from oscar.core.loading import get_model

from catalogue import recorded
from catalogue.editing import FIELDS, NotTheirs, editing
from catalogue.models import Product, ProductClass
from catalogue.shelf import title_of_pack
from shop.accounts.actors import actor_of
from shop.accounts.roles import is_superintendent
from shop.audit import guards, live_rows, log
from shop.dashboard.catalogue.forms import StockRecordForm
from shop.dashboard.catalogue.responsible import PAGES
from shop.stock import keeping
from shop.stock.models import Batch, Reason
from tests.authenticator import sign_in
from tests.conftest import let_the_log_know, mg

pytestmark = pytest.mark.usefixtures("whatever_a_page_changes_is_in_the_log")

StockRecord = get_model("partner", "StockRecord")
Partner = get_model("partner", "Partner")


def empty_formset(prefix):
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def pack_form(pack=None, **changes):
    """What the browser posts for a pack; changes are by short name."""
    record = pack.stockrecords.get() if pack else None
    data = {
        "title": pack.title if pack else "Baclofen tablets 10 mg, 50 tablets",
        "upc": pack.upc if pack else "BAC10-50",
        "structure": "child",
        "is_public": "on",
        "strength": pack.strength.words if pack else "10 mg",
        "units": pack.units if pack else "50",
        "supply_countries": ["AU"],
        **empty_formset("productcategory_set"),
        **empty_formset("images"),
        "stockrecords-TOTAL_FORMS": "1",
        "stockrecords-INITIAL_FORMS": "1" if record else "0",
        "stockrecords-0-id": record.pk if record else "",
        "stockrecords-0-partner": record.partner_id if record else Partner.objects.get().pk,
        "stockrecords-0-partner_sku": record.partner_sku if record else "BAC10-50",
        "stockrecords-0-price": record.price if record else "30.00",
        "stockrecords-0-num_in_stock": record.num_in_stock if record else "10",
        "stockrecords-0-price_currency": "USD",
        "action": "save",
    }
    names = {"price": "stockrecords-0-price", "stock": "stockrecords-0-num_in_stock"}
    return data | {names.get(key, key): value for key, value in changes.items()}


@pytest.fixture
def pack(baclofen):
    return baclofen.children.get(upc="BAC10-120")


@pytest.fixture
def save(client, staff, pack):
    sign_in(client, staff)

    def post(**changes):
        address = reverse("dashboard:catalogue-product", kwargs={"pk": pack.pk})
        return client.post(address, pack_form(pack, **changes))

    return post


@pytest.fixture
def create(client, staff, baclofen):
    sign_in(client, staff)

    def post(**changes):
        address = reverse(
            "dashboard:catalogue-product-create-child", kwargs={"parent_pk": baclofen.pk}
        )
        return client.post(address, pack_form(**changes))

    return post


def test_a_price_is_changed_on_the_grid_only(save, pack):
    assert save(price="58.80").status_code == 302

    assert pack.stockrecords.get().price == Decimal("61.20")


def test_stock_that_is_written_off_shows_on_the_product_page_at_once(client, baclofen, pack):
    batch = Batch.objects.get(stockrecord__product=pack)
    why = keeping.Why(log.SYSTEM, Reason.DAMAGED)
    keeping.write_off(batch, packs=batch.on_shelf, why=why)

    html = client.get(baclofen.get_absolute_url()).content.decode()
    assert "from $0.57 per tablet" in html


@pytest.mark.parametrize(
    ("price", "message"),
    [
        ("0", "The price must be more than nothing."),
        ("-61.20", "The price must be more than nothing."),
        ("61.205", "Ensure that there are no more than 2 decimal places."),
        ("", "This field is required."),
        ("free", "Enter a number."),
    ],
)
def test_a_first_price_that_is_none_is_refused(create, price, message):
    response = create(price=price)

    assert response.status_code == 200
    assert message in response.content.decode()
    assert not Product.objects.filter(upc="BAC10-50").exists()


def test_where_there_are_no_cents_a_first_price_has_none(create, settings):
    settings.OSCAR_DEFAULT_CURRENCY = "JPY"

    assert "The smallest coin is ¥1." in create(price="300.50").content.decode()


def test_what_the_orders_took_meanwhile_is_not_overwritten(staff, pack):
    """The form holds the record as it was when the page was posted; orders go on meanwhile."""
    record = pack.stockrecords.get()
    form = StockRecordForm(
        product_class=pack.get_product_class(),
        user=staff,
        instance=record,
        data={"partner": record.partner_id, "num_in_stock": record.num_in_stock + 1},
    )
    assert form.is_valid(), form.errors
    StockRecord.objects.filter(pk=record.pk).update(num_allocated=3, price="10.00")

    form.save()

    record.refresh_from_db()
    assert (record.num_allocated, record.price) == (3, Decimal("10.00"))
    let_the_log_know(record)


@pytest.mark.parametrize("stock", ["-1", "0", "77"])
def test_stock_is_changed_by_its_batches_only(save, pack, stock):
    before = pack.stockrecords.get().num_in_stock

    assert save(stock=stock).status_code == 302

    assert pack.stockrecords.get().num_in_stock == before


def test_a_new_pack_has_no_stock_before_a_batch_is_received(create):
    create(stock="10")

    assert StockRecord.objects.get(partner_sku="BAC10-50").num_in_stock == 0


def test_another_currency_cannot_be_posted(save):
    save(**{"stockrecords-0-price_currency": "EUR"})

    assert StockRecord.objects.get(partner_sku="BAC10-120").price_currency == "USD"


@pytest.mark.parametrize(
    ("name", "value"), [("strength", "25 mg"), ("units", "50"), ("upc", "BAC10-50")]
)
def test_a_pack_that_was_on_sale_keeps_what_it_is(name, value, save, pack, client):
    response = save(**{name: value})

    assert "make a new pack" in response.content.decode()
    assert "Make a new pack</a>" in response.content.decode()
    kept = Product.objects.get(pk=pack.pk)
    assert (kept.strength, kept.units, kept.upc) == (pack.strength, pack.units, pack.upc)


def test_a_pack_keeps_its_sku(save):
    save(**{"stockrecords-0-partner_sku": "OTHER"})

    assert StockRecord.objects.filter(partner_sku="BAC10-120").exists()


def test_staff_say_neither_what_it_is_called_nor_where_it_goes(client, staff, pack, save):
    for product in (pack, pack.parent):
        page = client.get(reverse("dashboard:catalogue-product", kwargs={"pk": product.pk}))
        html = page.content.decode()
        assert [name for name in FIELDS if f'name="{name}"' in html] == []
    before = {code.pk for code in pack.supply_countries.all()}

    posted = save(title="Baclofen - no doctor needed", supply_countries=["DE"])

    assert posted.status_code == 302
    kept = Product.objects.get(pk=pack.pk)
    assert (kept.title, {code.pk for code in kept.supply_countries.all()}) == (pack.title, before)


def test_the_superintendent_does(client, superintendent, pack):
    sign_in(client, superintendent)
    address = reverse("dashboard:catalogue-product", kwargs={"pk": pack.pk})

    client.post(address, pack_form(pack, title="Baclofen 10 mg × 120", supply_countries=["DE"]))

    kept = Product.objects.get(pk=pack.pk)
    assert kept.title == "Baclofen 10 mg × 120"
    assert [code.pk for code in kept.supply_countries.all()] == ["DE"]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_new_medicines_kinds_and_categories_are_the_superintendents(
    name, client, staff, superuser, superintendent, baclofen
):
    category = baclofen.categories.get()
    values = {
        "catalogue-product-create": {"product_class_slug": "prescription-medicine"},
        "catalogue-class-create": {},
        "catalogue-class-update": {"pk": baclofen.product_class.pk},
        "catalogue-class-delete": {"pk": baclofen.product_class.pk},
        "catalogue-category-create": {},
        "catalogue-category-create-child": {"parent": category.pk},
        "catalogue-category-update": {"pk": category.pk},
        "catalogue-category-delete": {"pk": category.pk},
    }
    address = reverse(f"dashboard:{name}", kwargs=values[name])
    answers = []
    for user in (staff, superuser, superintendent):
        sign_in(client, user)
        answers.append(client.get(address).status_code)

    assert answers == [403, 403, 200]


def test_the_database_keeps_them_too(pack):
    for change in ({"strength": mg(25)}, {"units": 50}, {"upc": "X"}, {"has_been_public": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Product.objects.filter(pk=pack.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockRecord.objects.filter(product=pack).update(partner_sku="X")
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=pack.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=pack.parent_id).update(dose_form="capsule")

    Product.objects.filter(pk=pack.pk).update(is_public=False)
    let_the_log_know(pack)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=pack.pk).update(units=50)


def test_a_pack_that_was_never_public_is_corrected_and_deleted(create, client, baclofen):
    create(is_public="")
    pack = Product.objects.get(upc="BAC10-50")

    pack.units = 55
    pack.full_clean(exclude=["slug"])
    pack.save()

    let_the_log_know(pack)
    assert not pack.has_been_public
    client.post(reverse("dashboard:catalogue-product-delete", kwargs={"pk": pack.pk}))
    assert not Product.objects.filter(upc="BAC10-50").exists()


def test_a_retired_pack_leaves_its_place_to_the_one_that_corrects_it(create, pack):
    Product.objects.filter(pk=pack.pk).update(is_public=False)
    let_the_log_know(pack)

    assert create(units="120", upc="BAC10-120B", price="61.20").status_code == 302


@pytest.mark.parametrize("half", [{"strength": None}, {"units": None}])
def test_no_product_is_half_a_pack(half, baclofen):
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.create(
            structure="child",
            parent=baclofen,
            is_discountable=False,
            **{"strength": mg(50), "units": 10, **half},
        )


def test_a_new_pack_without_a_price_is_not_saved(create):
    names = ("partner", "partner_sku", "price", "num_in_stock")
    response = create(**{f"stockrecords-0-{name}": "" for name in names})

    assert "This field is required." in response.content.decode()
    assert not Product.objects.filter(upc="BAC10-50").exists()


def test_a_new_pack_of_staff_is_called_what_it_is_and_goes_nowhere_yet(create):
    create(title="Baclofen - no doctor needed")

    pack = Product.objects.get(upc="BAC10-50")
    assert pack.title == "Baclofen tablets 10 mg, 50 tablets"
    assert not pack.supply_countries.exists()


def test_a_new_pack_appears_on_the_product_page(create, client, baclofen):
    assert create().status_code == 302

    assert 'id="pack-BAC10-50"' in client.get(baclofen.get_absolute_url()).content.decode()


def test_a_new_pack_can_never_be_discounted(create):
    create(is_discountable="on")

    assert not Product.objects.get(upc="BAC10-50").is_discountable


def test_a_new_medicine_can_never_be_discounted(client, superintendent, baclofen):
    sign_in(client, superintendent)
    address = reverse(
        "dashboard:catalogue-product-create",
        kwargs={"product_class_slug": "prescription-medicine"},
    )
    data = {
        **pack_form(),
        "title": "New medicine",
        "upc": "NEW",
        "structure": "standalone",
        "is_discountable": "on",
        **empty_formset("stockrecords"),
        "productcategory_set-TOTAL_FORMS": "1",
        "productcategory_set-0-category": baclofen.categories.get().pk,
    }

    assert client.post(address, data).status_code == 302
    assert not Product.objects.get(upc="NEW").is_discountable


def test_a_second_pack_of_the_same_size_is_refused(create):
    response = create(units="60", price="30.00")

    assert response.status_code == 200
    assert "already has a pack of this strength and size" in response.content.decode()
    assert not Product.objects.filter(upc="BAC10-50").exists()


@pytest.mark.parametrize("missing", ["strength", "units"])
def test_a_pack_of_a_medicine_needs_strength_and_size(create, missing):
    response = create(**{missing: ""})

    assert response.status_code == 200
    assert not Product.objects.filter(upc="BAC10-50").exists()


def test_a_medicine_with_content_is_kept_when_somebody_deletes_it(client, staff, baclofen):
    sign_in(client, staff)
    address = reverse("dashboard:catalogue-product-delete", kwargs={"pk": baclofen.pk})

    response = client.post(address, follow=True)

    assert "Make it not public instead." in response.content.decode()
    assert Product.objects.filter(pk=baclofen.pk).exists()


def test_the_edit_page_offers_no_recommendations(client, staff, baclofen):
    sign_in(client, staff)

    html = client.get(
        reverse("dashboard:catalogue-product", kwargs={"pk": baclofen.pk})
    ).content.decode()

    assert "Upselling" not in html
    assert "recommend" not in html.lower()


def medicine_form(medicine, **changes):
    return {
        "title": medicine.title,
        "structure": "parent",
        "is_public": "on",
        "dose_form": medicine.dose_form,
        **empty_formset("images"),
        **empty_formset("stockrecords"),
        "productcategory_set-TOTAL_FORMS": "1",
        "productcategory_set-INITIAL_FORMS": "0",
        "productcategory_set-0-category": medicine.categories.get().pk,
        "action": "save",
        **changes,
    }


def test_a_medicine_keeps_its_dose_form(client, superintendent, baclofen):
    sign_in(client, superintendent)
    address = reverse("dashboard:catalogue-product", kwargs={"pk": baclofen.pk})

    response = client.post(address, medicine_form(baclofen, dose_form="capsule"))

    assert "make a new pack" in response.content.decode()
    baclofen.refresh_from_db()
    assert baclofen.dose_form == "tablet"


@pytest.mark.parametrize("strength", ["10", "10 kg", "5 mg/5 mL", "12 micrograms/hour"])
def test_a_strength_of_another_form_is_refused(create, strength):
    response = create(strength=strength)

    assert f"“{strength}” is no strength of tablets" in response.content.decode()
    assert not Product.objects.filter(upc="BAC10-50").exists()


def test_a_medicine_without_a_form_takes_no_pack(create, baclofen):
    guards.remove()
    Product.objects.filter(pk=baclofen.pk).update(dose_form="")
    guards.install()
    let_the_log_know(baclofen)

    response = create()

    assert "Say first in which form the medicine comes." in response.content.decode()
    assert not Product.objects.filter(upc="BAC10-50").exists()


WITHOUT_A_FORM = {
    "title": lambda pack: Product.objects.filter(pk=pack.pk).update(title="No doctor needed"),
    "countries": lambda pack: pack.supply_countries.set(["DE"]),
    "description": lambda pack: Product.objects.filter(pk=pack.pk).update(description="Harmless"),
    "name of the medicine": lambda pack: Product.objects.filter(pk=pack.parent_id).update(
        title="Baclofen - no doctor needed"
    ),
    "a new medicine": lambda pack: Product.objects.create(
        structure=Product.PARENT, title="Tizanidine", product_class=pack.parent.product_class
    ),
    "a new pack with a country": lambda pack: new_pack(pack).supply_countries.set(["DE"]),
    "a new pack with a name": lambda pack: new_pack(pack, title="No doctor needed"),
}


def new_pack(pack, **facts):
    named = title_of_pack(pack.parent, mg(10), 77)
    facts = {"title": named, "strength": mg(10), "units": 77, "is_discountable": False, **facts}
    return Product.objects.create(structure=Product.CHILD, parent=pack.parent, **facts)


def change_as(user, pack, change):
    """From code, past every form and page."""
    family = recorded.family(pack.pk, pack.parent_id)

    def rows():
        yield from family()
        yield from Product.objects.filter(title="Tizanidine")

    with editing(rows, actor=actor_of(user), says_what_it_is=is_superintendent(user)):
        change(pack)


@pytest.mark.parametrize("change", WITHOUT_A_FORM.values(), ids=WITHOUT_A_FORM)
def test_no_way_of_staff_says_what_it_is_or_where_it_goes(change, staff, superintendent, pack):
    products = set(Product.objects.values_list("pk", "title", "description"))
    countries = set(pack.supply_countries.all())

    with pytest.raises(NotTheirs):
        change_as(staff, pack, change)

    assert set(Product.objects.values_list("pk", "title", "description")) == products
    assert set(pack.supply_countries.all()) == countries
    change_as(superintendent, pack, change)
    assert list(live_rows.findings()) == []


def test_a_kind_of_product_is_no_way_of_staff_either(staff, pack):
    kind = pack.parent.product_class

    with (
        pytest.raises(NotTheirs),
        editing(recorded.classes, actor=actor_of(staff), says_what_it_is=False),
    ):
        ProductClass.objects.update(needs_prescription=False)

    kind.refresh_from_db()
    assert kind.needs_prescription


def test_staff_price_and_count_what_they_do_not_name(staff, pack):
    change_as(staff, pack, lambda pack: pack.stockrecords.update(price="61.20", num_in_stock=3))
    change_as(staff, pack, new_pack)

    assert pack.stockrecords.get().num_in_stock == 3
    assert list(live_rows.findings()) == []


def test_a_form_that_forgets_whose_a_field_is_lets_nobody_write_it(client, pack, save, monkeypatch):
    monkeypatch.setattr("shop.dashboard.catalogue.forms.FIELDS", ())

    posted = save(title="Baclofen - no doctor needed", supply_countries=["DE"])

    assert posted.status_code == 403
    assert Product.objects.get(pk=pack.pk).title == pack.title
