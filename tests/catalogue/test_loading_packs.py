"""The packs of a medicine: which are created, and what their file may say."""

import pytest
from oscar.core.loading import get_model

from catalogue import shelf
from catalogue.content.files import MEDICINES
from catalogue.models import Product, Tag
from catalogue.shelf import load_packs
from shop.datafiles import FilesInvalid
from tests.catalogue.folders import edit, run

StockRecord = get_model("partner", "StockRecord")


@pytest.mark.parametrize("order", [("medicines", "packs"), ("packs", "medicines")])
def test_packs_and_content_can_be_loaded_in_either_order(db, order):
    for what in order:
        run(f"load_{what}", "baclofen")

    product = Product.objects.get(structure=Product.PARENT)
    assert product.children.count() == 8
    assert product.medicine.version.number == 1


def test_packs_are_loaded_as_the_file_lists_them(baclofen):
    prices = dict(StockRecord.objects.values_list("partner_sku", "price"))

    assert {sku: str(price) for sku, price in prices.items()} == {
        "BAC10-30": "21.00",
        "BAC10-60": "37.80",
        "BAC10-90": "51.30",
        "BAC10-120": "61.20",
        "BAC25-30": "33.00",
        "BAC25-60": "60.00",
        "BAC25-90": "83.70",
        "BAC25-120": "104.40",
    }
    pack = baclofen.children.get(upc="BAC25-60")
    countries = set(pack.supply_countries.values_list("pk", flat=True))
    assert countries == {"AU", "DE", "AT", "CH", "ES", "ZA"}


def test_packs_need_a_prescription_and_can_never_be_discounted(baclofen):
    assert all(pack.needs_prescription for pack in baclofen.children.all())
    assert not Product.objects.filter(is_discountable=True).exists()


def test_only_missing_packs_are_created(db, monkeypatch):
    with monkeypatch.context() as patched:
        listed = [pack for pack in shelf.read_packs(MEDICINES / "baclofen") if pack.units != 90]
        patched.setattr(shelf, "read_packs", lambda _folder: listed)
        run("load_packs", "baclofen")

    assert run("load_packs", "baclofen") == "BAC10-90: created\nBAC25-90: created\n"
    assert run("load_packs", "baclofen") == "baclofen: nothing to do\n"


def test_category_and_tag_are_made_once(baclofen):
    run("load_packs", "baclofen")

    assert [each.name for each in baclofen.categories.all()] == ["Muscle relaxants"]
    assert [each.name for each in Tag.objects.all()] == ["Baclofen"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('price: "21.00"', 'price: "21.001"', "“price” must be an amount"),
        ('price: "21.00"', 'price: "-3"', "“price” must be an amount"),
        ('price: "21.00"', 'price: "NaN"', "“price” must be an amount"),
        ('price: "21.00"', "price: 21.00", "“price”"),
        ("units: 30", "units: 0", "“units” must be a whole number, 1 or more"),
        ("stock: 200", "stock: -1", "“stock” must be a whole number, 0 or more"),
        ("BAC10-60", "BAC10-30", "pack “BAC10-30” stands here more than once"),
        ("ZA]", "ZZZ]", "unknown country “ZZZ”"),
        ("strength: 10 mg", "strength: ten mg", "“ten mg” is no strength of tablets"),
        ("strength: 10 mg", "strength: 10", "“10” is no strength of tablets"),
        ("form: tablet", "form: pill", "“pill” is not one of tablet, "),
        ("stock: 200", "stock: yes", "“stock” must be a whole number, 0 or more"),
        ("stock: 200", "stock: 200, colour: red", "“colour” is not a known entry"),
        ("form: tablet", "form: oral-solution", "“10 mg” is no strength of oral solution"),
    ],
)
def test_malformed_packs_are_refused(folder, db, old, new, reason):
    edit(folder / "packs.yaml", old, new)

    with pytest.raises(FilesInvalid, match=reason):
        load_packs(folder)

    assert not Product.objects.exists()


def test_a_medicine_without_packs_needs_no_code(folder, db, client):
    (folder / "packs.yaml").unlink()
    run("load_medicines")
    run("load_packs")

    html = client.get(Product.objects.get().get_absolute_url()).content.decode()

    assert "What it is for" in html
    assert 'class="buy"' not in html
