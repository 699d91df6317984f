"""A signature is taken back: new orders stop, and people look after who takes the medicine."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from oscar.apps.order.models import Order

from catalogue.models import ContentVersion, Product, Signature
from shop import days
from shop.accounts import roles
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.demo.stripe.server import Emulator
from shop.mailing.models import Email
from shop.prescriptions.models import Prescription
from shop.review import signatures
from shop.settling.settle import settle
from shop.standing.events import Fate
from shop.standing.question import obstacles_of
from shop.tasks.kinds import RULES, Kind
from shop.tasks.models import Task
from tests.conftest import basket_with, pack_of, signed_in
from tests.settling.paying import open_card_page, pay_by_card


@pytest.fixture
def superintendent_pharmacist(pharmacist: User) -> User:
    roles.create_groups()
    pharmacist.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    return pharmacist


@pytest.fixture
def order(approved: Prescription, medicine: Product, stripe: Emulator) -> Order:
    packs = basket_with(approved.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(approved.user, packs)
    pay_by_card(url)
    settle(attempt)
    return Order.objects.get()


def take_back(user: User, medicine: Product) -> str:
    url = reverse("admin:content-withdraw", args=[medicine.medicine.shown_id])
    page: str = (
        signed_in(user).post(url, {"why": "One dose is wrong"}, follow=True).content.decode()
    )
    return page


def test_each_paid_order_is_a_pharmacists_task_and_waits(
    order: Order, medicine: Product, superintendent_pharmacist: User
) -> None:
    assert "Nothing more of it can be ordered." in take_back(superintendent_pharmacist, medicine)

    tasks = {task.kind: (task.whose, task.subject_key) for task in Task.objects.still_open()}
    assert tasks == {
        Kind.ORDER_STOPPED: ("pharmacist", order.number),
        Kind.CONTENT_WITHDRAWN: ("pharmacist", "baclofen"),
    }
    order.refresh_from_db()
    assert order.status == "Paid"
    assert [each.fate for each in obstacles_of(order)] == [Fate.ASKS]
    told = Task.objects.get(kind=Kind.ORDER_STOPPED)
    assert "must not leave before you have decided" in RULES[Kind(told.kind)].advice
    assert Email.objects.filter(code="order_waits", user=order.user).count() == 1
    entry = Entry.objects.get(action="content.withdraw")
    assert entry.details["why"] == "One dose is wrong"


def test_what_follows_is_said_before_it_is_taken_back(
    order: Order, medicine: Product, superintendent_pharmacist: User
) -> None:
    url = reverse("admin:content-withdraw", args=[medicine.medicine.shown_id])

    page = signed_in(superintendent_pharmacist).get(url).content.decode()

    assert "What is paid waits until a pharmacist has answered for it" in page


def test_it_can_be_signed_anew_on_the_day_it_was_signed_and_taken_back(
    order: Order, medicine: Product, superintendent_pharmacist: User
) -> None:
    version = ContentVersion.objects.get(pk=medicine.medicine.shown_id)
    assert version.signature is not None
    assert version.signature.signed_on == days.at_pharmacy()
    take_back(superintendent_pharmacist, medicine)
    url = reverse("admin:content-sign", args=[version.pk])
    next_year = days.at_pharmacy() + datetime.timedelta(days=300)

    said = {"review_by": str(next_year), "has_read": "on"}
    signed_in(superintendent_pharmacist).post(url, said)

    version.refresh_from_db()
    assert version.signature.review_by == next_year
    assert version.withdrawn_at is None
    assert obstacles_of(order) == []


def test_the_pharmacist_sees_who_takes_it(
    order: Order, approved: Prescription, medicine: Product, superintendent_pharmacist: User
) -> None:
    take_back(superintendent_pharmacist, medicine)
    url = Task.objects.get(kind=Kind.CONTENT_WITHDRAWN).path

    page = signed_in(superintendent_pharmacist).get(url).content.decode()

    assert order.number in page
    assert approved.reference in page
    assert approved.patient_name in page


def test_it_is_nobody_elses_to_take_back_or_to_see(
    approved: Prescription, medicine: Product, staff: User, superuser: User, pharmacist: User
) -> None:
    version = medicine.medicine.shown_id
    for user in (staff, superuser, approved.user):
        for name in ("withdraw", "takers", "read"):
            url = reverse(f"admin:content-{name}", args=[version])
            assert signed_in(user).post(url, {"why": "x"}).status_code in {302, 404}
    withdraw = reverse("admin:content-withdraw", args=[version])
    assert signed_in(pharmacist).post(withdraw, {"why": "x"}).status_code == 404
    medicine.medicine.shown.refresh_from_db()
    assert medicine.medicine.shown.signature is not None


@pytest.mark.parametrize(("days_left", "tasks"), [(-3, 1), (20, 1), (40, 0)])
def test_a_review_that_is_due_is_the_superintendents_task(
    days_left: int, tasks: int, medicine: Product
) -> None:
    review_by = days.at_pharmacy() + datetime.timedelta(days=days_left)
    Signature.objects.update(
        signed_on=review_by - datetime.timedelta(days=300), review_by=review_by
    )

    signatures.open_due_reviews()
    signatures.open_due_reviews()

    due = [(task.kind, task.whose, task.due) for task in Task.objects.all()]
    assert due == [(Kind.CONTENT_REVIEW, "superintendent", review_by)] * tasks


def test_signing_it_anew_closes_that_task(
    medicine: Product, superintendent_pharmacist: User, client: Client
) -> None:
    yesterday = days.at_pharmacy() - datetime.timedelta(days=1)
    Signature.objects.update(
        signed_on=yesterday - datetime.timedelta(days=300), review_by=yesterday
    )
    signatures.open_due_reviews()
    url = reverse("admin:content-sign", args=[medicine.medicine.version_id])
    next_year = days.at_pharmacy() + datetime.timedelta(days=300)

    signed_in(superintendent_pharmacist).post(url, {"review_by": str(next_year), "has_read": "on"})

    assert not Task.objects.still_open().exists()
    assert Entry.objects.filter(action="content.sign").exists()


def test_the_superintendent_reads_what_is_to_be_signed(
    medicine: Product, superintendent_pharmacist: User
) -> None:
    url = reverse("admin:content-read", args=[medicine.medicine.version_id])

    assert "baclofen" in signed_in(superintendent_pharmacist).get(url).content.decode().lower()
