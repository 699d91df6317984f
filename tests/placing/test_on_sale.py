"""A medicine is sold on a signed text and limits for this country, and in no other way."""

from __future__ import annotations

import datetime
import json
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.apps.partner.models import Partner, StockRecord

from catalogue import signing
from catalogue.amounts import DoseForm
from catalogue.content import sale
from catalogue.listing import cards_of
from catalogue.models import ContentVersion, Medicine, Product
from shop.accounts.models import User
from shop.audit import log
from shop.continuity.reordering import plans_of
from shop.demo.stripe.server import Emulator
from shop.payments.life_cycles import Status as PaymentStatus
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions.models import Prescription
from shop.review.forms.sheet import Sheet
from shop.review.models import Flag, FlagKind
from shop.settling.settle import settle
from tests.conftest import (
    approve,
    basket_with,
    let_the_log_know,
    mg,
    pack_of,
    send_prescription,
    signed_in,
)
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card
from tests.signed import load_medicines, sign, speak_of


def nothing_about_it(_product: Product) -> None:
    """As staff make a product in a minute."""


def nobody_signed(product: Product) -> None:
    speak_of(product, slug="baclofen", name="Tizanidine")


def taken_back(product: Product) -> None:
    nobody_signed(product)
    version = product.medicine.shown
    sign(version)
    signing.withdraw(version, actor=log.SYSTEM, why="wrong")


def not_screened(product: Product) -> None:
    sign(speak_of(product, slug="tizanidine", name="Tizanidine").shown)


WAYS = {
    nothing_about_it: sale.NO_CONTENT,
    nobody_signed: sale.NOT_SIGNED,
    taken_back: sale.WITHDRAWN,
    not_screened: sale.NOT_SCREENED,
}


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def tizanidine(request: pytest.FixtureRequest, countries: dict, db: None) -> Product:
    """A second prescription medicine, public, priced and in stock, that may not be sold."""
    kind = Product.product_class.field.related_model.objects.create(name="Prescription medicine")
    parent = Product.objects.create(
        structure=Product.PARENT,
        title="Tizanidine tablets",
        product_class=kind,
        dose_form=DoseForm.TABLET,
        is_discountable=False,
    )
    pack = Product.objects.create(
        structure=Product.CHILD,
        parent=parent,
        title="Tizanidine 4 mg, 60 tablets",
        strength=mg(4),
        units=60,
        is_discountable=False,
    )
    pack.supply_countries.set(countries.values())
    StockRecord.objects.create(
        product=pack,
        partner=Partner.objects.create(name="Pharmacy"),
        partner_sku="TIZ4-60",
        price=Decimal("36.00"),
    )
    request.param(parent)
    return Product.objects.get(pk=parent.pk)


def take_back_signature(medicine: Product) -> None:
    version = ContentVersion.objects.get(pk=medicine.medicine.shown_id)
    signing.withdraw(version, actor=log.SYSTEM, why="wrong")


def add(client: Client, medicine: Product, strength: str, sku: str) -> int:
    """Post what the page's form would; the status of the answer."""
    url = reverse("catalogue:add-pack", args=[medicine.slug, medicine.pk])
    return client.post(url, {"strength": strength, f"pack-{strength}": sku}).status_code


def test_staff_are_told_why(tizanidine: Product, request: pytest.FixtureRequest) -> None:
    way = request.node.callspec.params["tizanidine"]

    assert sale.why_not(Medicine.objects.filter(product=tizanidine).first()) == str(WAYS[way])


def test_no_page_offers_it(tizanidine: Product, client: Client) -> None:
    html = client.get(tizanidine.get_absolute_url()).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)

    assert 'id="buy"' not in html
    assert "36.00" not in html
    assert all("offers" not in part for block in blocks for part in json.loads(block)["@graph"])
    assert [card.from_pack for card in cards_of([tizanidine])] == [None]


def test_it_cannot_be_put_into_the_cart(tizanidine: Product, client: Client) -> None:
    assert add(client, tizanidine, "4mg", "TIZ4-60") == 422


def test_a_cart_that_holds_it_does_not_pass(
    tizanidine: Product, customer: User, pharmacist: User
) -> None:
    approve(
        send_prescription(customer, tizanidine, strength=4),
        tizanidine,
        by=pharmacist,
        strength=4,
    )

    with pytest.raises(Refused) as refusal:
        gate.check(customer, basket_with(customer, pack_of(tizanidine, 4, 60)).all_lines())

    assert refusal.value.reason == Reason.NOT_ON_SALE
    assert "do not stop" in refusal.value.message


def test_nothing_of_it_is_planned_again(
    tizanidine: Product, customer: User, pharmacist: User
) -> None:
    sent = send_prescription(customer, tizanidine, strength=4)
    approved = approve(sent, tizanidine, by=pharmacist, strength=4)

    assert [plan.is_orderable for plan in plans_of(approved)] == [False]


def test_the_desk_blocks_it_and_the_queue_says_so(tizanidine: Product, customer: User) -> None:
    sent = send_prescription(customer, tizanidine, strength=4)
    slug = "4mg"

    alerts = Sheet(sent, {f"i{tizanidine.pk}-{slug}-units_a_day": "3"}).alerts
    blocks = [form.alert for form in alerts if form.alert.is_final]

    assert {"no-content", "not-signed", "not-screened"} & {alert.rule for alert in blocks}
    assert any("Tizanidine" in alert.text for alert in blocks)
    assert Flag.objects.filter(prescription=sent, kind=FlagKind.NOT_SOLD).exists()


def test_what_nobody_ever_signed_is_in_no_list(
    tizanidine: Product, client: Client, request: pytest.FixtureRequest
) -> None:
    way = request.node.callspec.params["tizanidine"]
    was_signed = way in {taken_back, not_screened}
    pages = [
        client.get(reverse("catalogue:index")),
        client.get(reverse("search:search"), {"q": "tizanidine"}),
        client.get("/sitemap.xml"),
    ]

    for page in pages:
        assert (tizanidine.get_absolute_url() in page.content.decode()) == was_signed


def test_a_signature_taken_back_while_the_card_page_is_open_charges_nobody(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    packs = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, packs)
    take_back_signature(medicine)
    pay_by_card(url)

    settle(attempt)

    attempt.refresh_from_db()
    assert not Order.objects.exists()
    assert attempt.status == PaymentStatus.VOIDED
    assert intent_statuses(stripe) == ["canceled"]


@pytest.mark.parametrize("row", ["pack", "medicine"])
def test_a_pack_that_is_no_longer_public_does_not_pass(
    row: str, approved: Prescription, medicine: Product
) -> None:
    pack = pack_of(medicine, 10, 60)
    packs = basket_with(approved.user, pack)
    Product.objects.filter(pk=pack.pk if row == "pack" else medicine.pk).update(is_public=False)

    with pytest.raises(Refused) as refusal:
        gate.check(approved.user, basket_lines(packs))

    assert refusal.value.reason == Reason.NOT_ON_SALE


def basket_lines(basket) -> list:
    return list(type(basket).objects.get(pk=basket.pk).all_lines())


def test_the_last_signed_text_stays_until_the_next_is_signed(
    medicine: Product, client: Client
) -> None:
    load_medicines_without_signing()

    html = client.get(medicine.get_absolute_url()).content.decode()
    assert "Version 1, loaded on" in html
    assert "Signed by Sig Ner" in html
    assert add(client, medicine, "10mg", "BAC10-60") == 302

    load_medicines("baclofen")

    assert "Version 2, loaded on" in client.get(medicine.get_absolute_url()).content.decode()


def load_medicines_without_signing() -> None:
    from django.core.management import call_command

    call_command("load_medicines", "baclofen", verbosity=0)


def test_a_review_that_is_overdue_stops_nothing(
    approved: Prescription, medicine: Product, client: Client
) -> None:
    past = timezone.localdate() - datetime.timedelta(days=400)
    signature = medicine.medicine.shown.signatures.get()
    type(signature).objects.update(signed_on=past, review_by=past + datetime.timedelta(days=30))
    let_the_log_know(medicine.medicine)

    assert add(client, medicine, "10mg", "BAC10-60") == 302
    gate.check(approved.user, basket_with(approved.user, pack_of(medicine, 10, 60)).all_lines())


def test_a_page_says_that_the_signature_was_taken_back(medicine: Product, client: Client) -> None:
    take_back_signature(medicine)

    html = client.get(medicine.get_absolute_url()).content.decode()

    assert "has taken back the signature" in html


def test_a_new_signature_puts_it_on_sale_again(approved: Prescription, medicine: Product) -> None:
    take_back_signature(medicine)
    ContentVersion.objects.get().signatures.all().delete()
    ContentVersion.objects.update(withdrawn_at=None)
    sign(ContentVersion.objects.get())

    assert gate.check(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60)).all_lines()
    )


def test_the_cart_says_what_cannot_be_ordered(medicine: Product, customer: User) -> None:
    client = signed_in(customer)
    add(client, medicine, "10mg", "BAC10-60")
    take_back_signature(medicine)

    page = client.get("/basket/").content.decode()
    assert "cannot be ordered from us at present" in page
    assert f'href="{reverse("checkout:index")}"' not in page
