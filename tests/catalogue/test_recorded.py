"""What is sold is in the log: who changed it, what was there before, and what SQL changed sells nothing."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse
from oscar.apps.partner.models import StockRecord

from catalogue import recorded, signing
from catalogue.models import ContentVersion, Medicine, Product, ProductClass, Signature
from shop import days
from shop.accounts.models import PharmacistRegistration, User
from shop.audit import guards, states
from shop.audit.models import Entry
from shop.audit.verification import Verification
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions.models import Prescription
from tests.conftest import basket_with, make_pharmacist, mg, pack_of, signed_in
from tests.dashboard.test_products import pack_form
from tests.stocked import stocked

pytestmark = pytest.mark.django_db


def faults() -> list[str]:
    return list(Verification({}).findings())


def refusal(user: User, pack: Product) -> Reason | None:
    try:
        gate.check(user, basket_with(user, pack).all_lines())
    except Refused as refused:
        return refused.reason
    return None


def test_what_a_file_puts_on_the_shelf_is_known(baclofen: Product) -> None:
    packs = baclofen.children.all()

    assert recorded.unknown([baclofen, *packs]) == set()
    assert Entry.objects.filter(action="product.make").count() == 1 + len(packs)
    assert Entry.objects.filter(action="stock.make").count() == len(packs)
    call_command("load_packs", "baclofen", stdout=io.StringIO())
    assert faults() == []


def test_a_class_switched_by_sql_to_need_no_prescription_sells_nothing(
    medicine: Product, customer: User
) -> None:
    ProductClass.objects.update(needs_prescription=False)
    pack = pack_of(medicine, 10, 60)

    assert pack.needs_prescription
    assert refusal(customer, pack) == Reason.UNKNOWN_PACK
    assert len(faults()) == 1


def test_a_medicine_moved_by_sql_to_a_class_that_needs_none_still_needs_one(
    medicine: Product, customer: User
) -> None:
    free = ProductClass.objects.create(name="Free", needs_prescription=False)
    states.record(free, "product_class.make", actor=states.log.SYSTEM)
    Product.objects.filter(pk=medicine.pk).update(product_class=free)
    pack = pack_of(medicine, 10, 60)

    assert pack.needs_prescription
    assert refusal(customer, pack) == Reason.UNKNOWN_PACK


@pytest.mark.parametrize(
    "change", [{"units": 50}, {"strength": mg(20)}, {"title": "No doctor needed"}]
)
def test_a_pack_changed_by_sql_sells_nothing_and_the_others_go_on(
    change: dict[str, Any], approved: Prescription, medicine: Product
) -> None:
    small, large = pack_of(medicine, 10, 30), pack_of(medicine, 10, 60)
    kept = Product.objects.filter(pk=large.pk)
    guards.remove()
    kept.update(**change)
    guards.install()

    assert refusal(approved.user, kept.get()) == Reason.UNKNOWN_PACK
    assert refusal(approved.user, small) is None
    assert len(faults()) == 1


def plant_a_signature(medicine: Medicine) -> None:
    """Of a version that somebody writes beside the shown one, and puts in its place."""
    version = ContentVersion.objects.get()
    signature = Signature.objects.get()
    document = {**version.document, "lead": "Stop whenever you like."}
    planted = ContentVersion.objects.create(
        medicine=medicine, number=9, digest="9", document=document, review_by=version.review_by
    )
    signature.pk, signature.version = None, planted
    signature.save(force_insert=True)
    ContentVersion.objects.filter(pk=planted.pk).update(signature=signature)
    Medicine.objects.update(shown=planted)


def sign_by_sql(medicine: Medicine) -> None:
    """What somebody has taken back is signed again."""
    signature = Signature.objects.get()
    signing.withdraw(medicine.shown, actor=states.log.SYSTEM, why="One dose is wrong")
    ContentVersion.objects.update(signature=signature, withdrawn_at=None)


def change_the_text(_medicine: Medicine) -> None:
    ContentVersion.objects.update(document={**ContentVersion.objects.get().document, "lead": ""})


def change_who_signed(_medicine: Medicine) -> None:
    Signature.objects.update(number="S2")


@pytest.mark.parametrize(
    "tamper", [plant_a_signature, sign_by_sql, change_the_text, change_who_signed]
)
def test_a_signature_that_the_log_does_not_know_sells_nothing_until_somebody_signs(
    tamper: Callable[[Medicine], None], approved: Prescription, medicine: Product
) -> None:
    pack = pack_of(medicine, 10, 60)
    assert refusal(approved.user, pack) is None

    tamper(medicine.medicine)

    assert refusal(approved.user, pack) == Reason.UNKNOWN_PACK
    [fault] = faults()
    assert fault.startswith("The content baclofen is not as entry")

    Signature.objects.update(signed_on=F("signed_on") - datetime.timedelta(days=1))
    sign_as_the_shop_does(ContentVersion.objects.get(medicine__version=F("pk")))

    assert refusal(approved.user, pack) is None
    assert faults() == []


def sign_as_the_shop_does(version: ContentVersion) -> None:
    signer = make_pharmacist("superintendent@example.com", number="S9")
    signing.sign(
        version,
        by=signer,
        actor=states.log.SYSTEM,
        registration=PharmacistRegistration.objects.get(user=signer),
        review_by=days.at_pharmacy() + datetime.timedelta(days=300),
    )


def test_a_planted_signature_does_not_become_known_by_another_change(
    approved: Prescription, medicine: Product
) -> None:
    sign_by_sql(medicine.medicine)

    call_command("load_medicines", "baclofen", stdout=io.StringIO(), stderr=io.StringIO())
    signing.withdraw(ContentVersion.objects.get(number=1), actor=states.log.SYSTEM, why="wrong")

    assert entry_of("content.load").details["unknown"]
    assert entry_of("content.withdraw").details["unknown"]
    assert len(faults()) == 1


def test_a_signature_planted_under_a_text_that_nobody_signed_sells_nothing(
    approved: Prescription, medicine: Product
) -> None:
    """As `load_medicines` leaves it in a new shop."""
    signature = Signature.objects.get()
    signing.withdraw(medicine.medicine.shown, actor=states.log.SYSTEM, why="wrong")
    call_command("load_medicines", "baclofen", stdout=io.StringIO(), stderr=io.StringIO())
    assert faults() == []

    ContentVersion.objects.filter(number=2).update(signature=signature)

    assert refusal(approved.user, pack_of(medicine, 10, 60)) == Reason.UNKNOWN_PACK
    assert len(faults()) == 1


@pytest.fixture
def at_the_dashboard(staff: User) -> Client:
    return signed_in(staff)


def entry_of(action: str) -> Entry:
    return Entry.objects.filter(action=action).latest("sequence")


def post_pack(client: Client, pack: Product, **changes: Any) -> None:
    address = reverse("dashboard:catalogue-product", args=[pack.pk])
    assert client.post(address, pack_form(pack, **changes)).status_code == 302


def test_a_page_that_is_refused_leaves_no_entry(
    at_the_dashboard: Client, baclofen: Product
) -> None:
    address = reverse("dashboard:catalogue-product-create-child", args=[baclofen.pk])
    before = Entry.objects.count()

    response = at_the_dashboard.post(address, pack_form(price="free"))

    assert response.status_code == 200
    assert Entry.objects.count() == before


def test_a_new_pack_and_a_retired_one_leave_entries(
    at_the_dashboard: Client, baclofen: Product
) -> None:
    address = reverse("dashboard:catalogue-product-create-child", args=[baclofen.pk])

    assert at_the_dashboard.post(address, pack_form()).status_code == 302

    new = baclofen.children.get(upc="BAC10-50")
    assert entry_of("product.make").subject_key == str(new.pk)
    post_pack(at_the_dashboard, new, is_public="")
    assert entry_of("product.change").details["changed"]["is_public"] == ["True", ""]

    form = pack_form(units="70", upc="BAC10-70", is_public="")
    sku = {"stockrecords-0-partner_sku": "BAC10-70"}
    at_the_dashboard.post(address, {**form, **sku, "stockrecords-0-price": "42.00"})
    second = baclofen.children.get(upc="BAC10-70")
    at_the_dashboard.post(reverse("dashboard:catalogue-product-delete", args=[second.pk]))

    assert not Product.objects.filter(pk=second.pk).exists()
    assert entry_of("product.delete").subject_key == str(second.pk)
    assert entry_of("stock.delete").details["state"] == states.GONE
    assert faults() == []


def test_what_sql_changed_does_not_become_known_by_another_change(baclofen: Product) -> None:
    pack = baclofen.children.get(upc="BAC10-120")
    StockRecord.objects.filter(product=pack).update(price="50.00")

    stocked(pack.stockrecords.get(), 3, number="NEW")

    assert entry_of("stock.batch").details["unknown"]
    assert len(faults()) == 1
