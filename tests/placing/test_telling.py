"""What the log does not know is named to the person who can mend it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import Product, ProductClass
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.placing import gate
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import Status
from shop.settling.settle import settle
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind
from tests.conftest import basket_with, decide_to_approve, pack_of, signed_in
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card

pytestmark = pytest.mark.django_db


def waiting_for(user: User) -> list[tuple[str, str]]:
    return [(task.kind, task.subject_key) for task in tasks.open_for(user)]


def test_a_pharmacist_is_told_of_an_approval_that_the_log_does_not_know(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    authorisation = approved.authorisations.get()
    Authorisation.objects.update(supplies=9)
    basket_with(approved.user, pack_of(medicine, 10, 60))

    page = signed_in(approved.user).get(reverse("checkout:prescription"))

    assert "A pharmacist has to check the approval" in page.content.decode()
    assert waiting_for(pharmacist) == [(Kind.UNKNOWN_APPROVAL, str(authorisation.pk))]


def test_money_for_such_an_approval_is_let_go_and_a_pharmacist_told(
    approved: Prescription, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    Authorisation.objects.update(supplies=9)
    pay_by_card(url)

    settle(attempt)

    assert (attempt.failure, intent_statuses(stripe)) == ("unknown", ["canceled"])
    assert [kind for kind, _about in waiting_for(pharmacist)] == [Kind.UNKNOWN_APPROVAL]


def test_the_pharmacist_sends_it_back_to_the_queue_and_approves_anew(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    Authorisation.objects.update(supplies=9)
    basket = basket_with(approved.user, pack_of(medicine, 10, 60))
    signed_in(approved.user).get(reverse("checkout:prescription"))
    desk = signed_in(pharmacist)
    page = reverse("admin:prescription-review", args=[approved.reference])
    assert "does not know this approval" in desk.get(page).content.decode()

    send_back(desk, approved)

    approved.refresh_from_db()
    assert approved.status == Status.SUBMITTED
    desk.post(
        reverse("admin:prescription-claim", args=[approved.reference]),
        {"version": approved.version},
    )
    approved.refresh_from_db()
    decide_to_approve(approved, medicine, by=pharmacist)
    assert gate.check(approved.user, basket.all_lines()) == approved
    assert waiting_for(pharmacist) == []


def send_back(desk: Client, prescription: Prescription) -> None:
    address = reverse("admin:prescription-recheck", args=[prescription.reference])
    assert desk.post(address, {"version": prescription.version}).status_code == 302


def test_an_approval_that_is_known_is_not_sent_back(
    approved: Prescription, pharmacist: User
) -> None:
    desk = signed_in(pharmacist)
    page = reverse("admin:prescription-review", args=[approved.reference])

    send_back(desk, approved)

    approved.refresh_from_db()
    assert approved.status == Status.APPROVED
    assert "does not know this approval" not in desk.get(page).content.decode()


def test_the_superintendent_is_told_of_a_class_that_sql_switched(
    medicine: Product, customer: User, superintendent: User
) -> None:
    ProductClass.objects.update(needs_prescription=False)
    pack = pack_of(medicine, 10, 60)
    basket_with(customer, pack)

    signed_in(customer).get(reverse("checkout:prescription"))

    assert waiting_for(superintendent) == [(Kind.UNKNOWN_PACK, str(pack.pk))]
