"""One of everything, so that every address of the shop can be visited."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.address.models import UserAddress
from oscar.apps.catalogue.models import AttributeOptionGroup, Category, Option
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Medicine, Product, ProductClass, Tag
from shop.accounts.models import PharmacistRegistration, User
from shop.demo.stripe.server import Emulator
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Page, Prescription
from shop.register import services as register
from shop.settling.settle import settle
from tests.conftest import add_patient, basket_with, pack_of, signed_in
from tests.dispensed import carrier
from tests.settling.paying import open_card_page, pay_by_card
from tests.signed import load_medicines
from tests.site.addresses import expected

DISPENSING = ("dispense", "made", "labels", "check", "send", "slip", "delivered")


@pytest.fixture
def world(
    approved: Prescription,
    medicine: Product,
    stripe: Emulator,
    customer: User,
    other_customer: User,
    staff: User,
    pharmacist: User,
    superuser: User,
) -> dict[str, Any]:
    """One of everything: what to put into the addresses, and who comes."""
    Site.objects.get_or_create(pk=1, defaults={"domain": "example.com", "name": "Shop"})
    attempt, url = open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
    pay_by_card(url)
    settle(attempt)
    order = Order.objects.get()
    register.enter(order, by=staff, moment=timezone.now())
    load_medicines("baclofen")
    category = Category.add_root(name="Muscle relaxants")
    address = UserAddress.objects.create(
        user=customer,
        line1="1 Sample Street",
        line4="Sydney",
        state="NSW",
        postcode="2000",
        country=order.shipping_address.country,
    )
    return {
        "arguments": arguments(medicine, approved, order, attempt, category, address)
        | of_staff(medicine, approved, order, category)
        | of_options()
        | of_users(customer),
        "visitors": {
            "anonymous": None,
            "owner": customer,
            "other_customer": other_customer,
            "staff": staff,
            "pharmacist": pharmacist,
            "superuser": superuser,
        },
    }


# What each visitor got at every address; no test changes it, so a process asks only once.
WALKED: dict[str, dict[str, Any]] = {}


@pytest.fixture
def answers(visitor: str, db: None, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The answer of every address, by its name; a redirect is not followed."""
    if visitor not in WALKED:
        WALKED[visitor] = walk(request.getfixturevalue("world"), visitor)
    return WALKED[visitor]


def walk(world: dict[str, Any], visitor: str) -> dict[str, Any]:
    user = world["visitors"][visitor]
    cookies = signed_in(user).cookies if user else {}
    found = {}
    for name in expected():
        client = Client()
        client.cookies.update(cookies)
        with transaction.atomic():
            found[name] = client.get(reverse(name, args=world["arguments"].get(name)))
            # What a page changed, in the session too, is gone before the next is opened.
            transaction.set_rollback(True)
    return found


def arguments(
    medicine: Product,
    prescription: Prescription,
    order: Order,
    attempt: PaymentAttempt,
    category: Category,
    address: UserAddress,
) -> dict[str, list[Any]]:
    tag = Tag.objects.create(name="Baclofen", slug="baclofen")
    page = Page.objects.get(document__prescription=prescription)
    own = [prescription.reference]
    patient = add_patient(prescription.user)
    return {
        "catalogue:detail": [medicine.slug, medicine.pk],
        "catalogue:add-pack": [medicine.slug, medicine.pk],
        "catalogue:choose-country": [medicine.slug, medicine.pk],
        "catalogue:medicine": [Medicine.objects.get(product=medicine).slug],
        "catalogue:sources": [Medicine.objects.get(product=medicine).slug],
        "catalogue:check": [medicine.slug, medicine.pk],
        "catalogue:leaflet": [medicine.slug, medicine.pk],
        "catalogue:category": [category.full_slug, category.pk],
        "catalogue:tag": [tag.slug],
        "checkout:return": [attempt.reference],
        "prescriptions:detail": own,
        "prescriptions:answer": own,
        "prescriptions:cancel": own,
        "prescriptions:thread": own,
        "prescriptions:page": [*own, page.uuid],
        "checkout:reorder": own,
        "patient-delete": [patient.uuid],
        "patients:edit": [patient.uuid],
        "patients:archive": [patient.uuid],
        "patients:restore": [patient.uuid],
        "customer:order": [order.number],
        "customer:order-cancel": [order.number],
        "customer:address-detail": [address.pk],
        "customer:address-delete": [address.pk],
        "account_confirm_email": ["no-such-key"],
        "account_reset_password_from_key": ["1", "no-such-key"],
    }


def of_staff(
    medicine: Product, prescription: Prescription, order: Order, category: Category
) -> dict[str, list[Any]]:
    page = Page.objects.get(document__prescription=prescription)
    kind = ProductClass.objects.get()
    own = [prescription.reference]
    return {
        "admin:view_on_site": [1, 1],
        "admin:app_list": ["accounts"],
        **{
            f"admin:content-{name}": [Medicine.objects.get(product=medicine).version_id]
            for name in ("sign", "read", "takers", "withdraw")
        },
        "admin:prescription-thread": own,
        "admin:prescription-thread-read": own,
        "admin:email-decide": [1],
        "admin:task-close": [1],
        "admin:register-entry": [1],
        "admin:prescription-review": own,
        "admin:prescription-claim": own,
        "admin:prescription-order": [*own, order.number],
        "admin:prescription-second-look": [*own, *own],
        "admin:prescription-release": own,
        "admin:prescription-withdraw": own,
        "admin:prescription-recheck": own,
        "admin:prescription-let-go": own,
        "admin:prescription-page": [*own, page.uuid],
        "dispensing:next": ["dispense"],
        **{f"dispensing:{step}": [order.number] for step in DISPENSING},
        "dispensing:carrier": [carrier().pk],
        "dispensing:leaflet": [order.number, order.lines.get().pk],
        "dashboard:order-detail": [order.number],
        "dashboard:order-detail-note": [order.number, 1],
        "dashboard:order-cancel": [order.number],
        "dashboard:order-address": [order.number],
        "dashboard:order-refund": [order.number],
        "dashboard:order-look-again": [order.number],
        **{f"dashboard:price-{page}": [medicine.pk] for page in ("grid", "marks", "packs")},
        "dashboard:price-history": [StockRecord.objects.earliest("pk").pk],
        "dashboard:price-take-back": [1],
        **{f"dashboard:stock-{page}": [medicine.pk] for page in ("batches", "recalls")},
        **{
            f"dashboard:stock-{page}": [1]
            for page in ("confirm", "letters", "recall", "recall-end")
        },
        "dashboard:catalogue-product": [medicine.pk],
        "dashboard:catalogue-product-create-child": [medicine.pk],
        "dashboard:catalogue-product-delete": [medicine.pk],
        "dashboard:catalogue-category-detail-list": [category.pk],
        "dashboard:catalogue-category-create-child": [category.pk],
        "dashboard:catalogue-category-update": [category.pk],
        "dashboard:catalogue-category-delete": [category.pk],
        "dashboard:catalogue-class-update": [kind.pk],
        "dashboard:catalogue-class-delete": [kind.pk],
    }


def of_options() -> dict[str, list[Any]]:
    group = AttributeOptionGroup.objects.create(name="Group", code="group")
    option = Option.objects.create(name="Option", code="option")
    pages = ("update", "delete")
    return {f"dashboard:catalogue-attribute-option-group-{page}": [group.pk] for page in pages} | {
        f"dashboard:catalogue-option-{page}": [option.pk] for page in pages
    }


def of_users(customer: User) -> dict[str, list[Any]]:
    registration = PharmacistRegistration.objects.get()
    pages = ("history", "delete", "change")
    return (
        {f"admin:accounts_user_{page}": [customer.pk] for page in pages}
        | {f"admin:accounts_pharmacistregistration_{page}": [registration.pk] for page in pages}
        | {f"admin:account-{page}": [customer.pk] for page in ("link", "factor", "identity")}
    )
