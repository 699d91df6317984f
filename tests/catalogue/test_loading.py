"""What a load changes, and what it leaves alone."""

import json
import shutil

import pytest
from django.core.management import CommandError
from oscar.core.loading import get_model

from catalogue.content.document import content_from_json
from catalogue.content.files import read_medicine
from catalogue.models import ContentVersion, Medicine, Product
from tests.catalogue.folders import SHIPPED, edit, run

StockRecord = get_model("partner", "StockRecord")


def test_all_problems_are_told_at_once_and_nothing_is_written(folder, db):
    edit(folder / "interactions.yaml", "severity: major", "severity: bad")
    edit(folder / "side_effects.yaml", "frequency: rare", "frequency: seldom")
    edit(folder / "sections/01-for.md", "[S3, U6]", "[ZZ9]")

    with pytest.raises(CommandError) as refused:
        run("load_medicines")

    for text in ("bad", "seldom", "ZZ9", "Nothing was loaded."):
        assert text in str(refused.value)
    assert not Medicine.objects.exists()
    assert not Product.objects.exists()


def test_one_bad_medicine_keeps_all_from_loading(folder, db):
    shutil.copytree(folder, folder.parent / "second")
    edit(folder / "medicine.yaml", "name: Baclofen\n", "")

    with pytest.raises(CommandError):
        run("load_medicines")

    assert not ContentVersion.objects.exists()


def test_an_unknown_name_is_refused(db):
    with pytest.raises(CommandError, match="There is no medicine “aspirin”"):
        run("load_medicines", "aspirin")


def test_checking_writes_nothing(db):
    assert "nothing wrong" in run("load_medicines", "--check")
    assert not Medicine.objects.exists()


def test_a_second_load_changes_nothing(db):
    run("load_medicines", "baclofen")

    assert run("load_medicines", "baclofen") == "Baclofen 1: unchanged\n"
    assert ContentVersion.objects.count() == 1


def test_a_changed_text_becomes_a_new_version_and_the_old_one_is_kept(folder, db, client):
    run("load_medicines")
    edit(folder / "sections/09-store.md", "The maker of our", "The makers of our")
    edit(folder / "leaflet.yaml", "The maker of our", "The makers of our")
    edit(folder / "interactions.yaml", "label: Lithium", "label: Lithium salts")

    said = run("load_medicines")

    assert said.splitlines() == [
        "Baclofen 2: loaded",
        "  changed: section store",
        "  changed: leaflet",
        "  changed: interaction lithium",
    ]
    old, new = ContentVersion.objects.order_by("number")
    assert "The maker of our" in json.dumps(old.document)
    assert old.digest != new.digest
    page = client.get(Product.objects.get().get_absolute_url()).content.decode()
    assert "The makers of our" in page
    assert "The maker of our" not in page


def test_going_back_to_an_old_text_is_a_third_version(folder, db):
    path = folder / "sections/09-store.md"
    run("load_medicines")
    edit(path, "Score line not read", "Score line not seen")
    run("load_medicines")
    edit(path, "Score line not seen", "Score line not read")

    run("load_medicines")

    first, _second, third = ContentVersion.objects.order_by("number")
    assert first.digest == third.digest
    assert Medicine.objects.get().version == third


def test_what_is_kept_reads_back_as_it_was(db):
    run("load_medicines", "baclofen")

    kept = ContentVersion.objects.get().document

    assert content_from_json(kept) == read_medicine(SHIPPED / "baclofen")


def test_a_version_kept_before_countries_and_claims_still_reads(db):
    run("load_medicines", "baclofen")
    old = ContentVersion.objects.get().document
    for key in ("comparison", "questions", "claims", "see_also"):
        del old[key]
    del old["lead"]["countries"]

    content = content_from_json(old)

    assert (content.claims, content.lead.countries) == ((), ())


def test_a_load_touches_no_price_stock_or_title(baclofen):
    StockRecord.objects.update(price=30, num_in_stock=7)
    Product.objects.filter(pk=baclofen.pk).update(title="Our baclofen")

    run("load_medicines", "baclofen")
    run("load_packs", "baclofen")

    assert set(StockRecord.objects.values_list("price", "num_in_stock")) == {(30, 7)}
    assert Product.objects.get(pk=baclofen.pk).title == "Our baclofen"
