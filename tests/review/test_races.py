"""Two at the same moment at one prescription: one gets through, and nothing is half done."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.stripe.server import Emulator
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.services import NotAllowed
from shop.prescriptions.statuses import Action, Status
from shop.review import services as reviews
from shop.review.forms.sheet import Sheet
from shop.review.models import CheckKind, Decision, Worksheet
from shop.settling.settle import settle
from tests.conftest import basket_with, make_pharmacist, pack_of
from tests.review.desk import complete
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card
from tests.settling.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

TOO_LATE = (TransitionRefused, NotAllowed)


def copies(prescription: Prescription, count: int = 2) -> list[Prescription]:
    return [Prescription.objects.get(pk=prescription.pk) for _ in range(count)]


def too_late(results: list[Any]) -> int:
    return sum(isinstance(result, TOO_LATE) for result in results)


def test_of_two_who_take_it_one_holds_it(
    prescription: Prescription, pharmacist: User, second_pharmacist: User
) -> None:
    first, second = copies(prescription)

    results = at_once(
        lambda: services.claim(first, by=pharmacist),
        lambda: services.claim(second, by=second_pharmacist),
    )

    assert too_late(results) == 1
    winner = (pharmacist, second_pharmacist)[results.index(None)]
    assert Prescription.objects.get().claimed_by == winner
    assert prescription.events.filter(action=Action.CLAIM).count() == 1


def test_of_two_who_take_over_what_ran_out_one_holds_it(
    prescription: Prescription, pharmacist: User, second_pharmacist: User
) -> None:
    services.claim(prescription, by=make_pharmacist("third@example.com", number="3"))
    Prescription.objects.update(claim_until=timezone.now() - datetime.timedelta(minutes=1))
    first, second = copies(prescription)

    results = at_once(
        lambda: services.claim(first, by=pharmacist),
        lambda: services.claim(second, by=second_pharmacist),
    )

    assert too_late(results) == 1
    winner = (pharmacist, second_pharmacist)[results.index(None)]
    assert Prescription.objects.get().claimed_by == winner
    assert prescription.events.filter(action=Action.CLAIM).count() == 2


def test_taken_and_cancelled_at_once(prescription: Prescription, pharmacist: User) -> None:
    first, second = copies(prescription)

    results = at_once(
        lambda: services.claim(first, by=pharmacist),
        lambda: services.cancel(second, by=prescription.user),
    )

    assert too_late(results) == 1
    prescription.refresh_from_db()
    claimed = results[0] is None
    assert prescription.status == (Status.IN_REVIEW if claimed else Status.CANCELLED)
    assert (prescription.claimed_by is not None) == claimed


@pytest.fixture
def signed(prescription: Prescription, medicine: Product, pharmacist: User) -> Sheet:
    """The sheet of a held prescription, with both checks signed."""
    services.claim(prescription, by=pharmacist)
    sheet = Sheet(prescription, complete(prescription, medicine))
    for form in sheet.allowances:
        form.is_valid()
    for kind in CheckKind:
        reviews.sign(prescription, by=pharmacist, kind=kind, work=sheet.work)
    return sheet


def test_of_two_decisions_one_is_recorded(
    signed: Sheet, prescription: Prescription, pharmacist: User
) -> None:
    first, second = copies(prescription)

    results = at_once(
        lambda: reviews.approve(first, by=pharmacist, work=signed.work, approval=signed.approval()),
        lambda: reviews.refuse(
            second, by=pharmacist, work=signed.work, reason="R02", message="Sign it"
        ),
    )

    assert too_late(results) == 1
    decision = Decision.objects.get()
    prescription.refresh_from_db()
    assert decision.kind == prescription.status
    assert Authorisation.objects.exists() == (prescription.status == Status.APPROVED)


def test_the_same_decision_twice_is_one(
    signed: Sheet, prescription: Prescription, pharmacist: User
) -> None:
    results = at_once(
        *(
            lambda copy=copy: reviews.approve(
                copy, by=pharmacist, work=signed.work, approval=signed.approval()
            )
            for copy in copies(prescription, 4)
        )
    )

    assert too_late(results) == 3
    assert (Decision.objects.count(), Authorisation.objects.count()) == (1, 1)


def test_decided_and_cancelled_at_once(
    signed: Sheet, prescription: Prescription, pharmacist: User
) -> None:
    first, second = copies(prescription)

    results = at_once(
        lambda: reviews.approve(first, by=pharmacist, work=signed.work, approval=signed.approval()),
        lambda: services.cancel(second, by=prescription.user),
    )

    assert too_late(results) == 1
    approved = Prescription.objects.get().status == Status.APPROVED
    assert Decision.objects.exists() == Authorisation.objects.exists() == approved


def test_a_take_over_and_a_late_save_leave_one_sheet(
    signed: Sheet, prescription: Prescription, pharmacist: User, second_pharmacist: User
) -> None:
    Prescription.objects.update(claim_until=prescription.submitted_at)
    first, second = copies(prescription)

    results = at_once(
        lambda: reviews.keep_sheet(first, by=pharmacist, typed={"patient_name": "First"}),
        lambda: services.claim(second, by=second_pharmacist),
    )

    assert results[1] is None
    assert Prescription.objects.get().claimed_by == second_pharmacist
    saved = not isinstance(results[0], TOO_LATE)
    assert Worksheet.objects.exists() == saved


def test_decided_withdrawn_and_ordered_at_once(
    signed: Sheet,
    prescription: Prescription,
    medicine: Product,
    pharmacist: User,
    stripe: Emulator,
) -> None:
    reviews.approve(prescription, by=pharmacist, work=signed.work, approval=signed.approval())
    basket = basket_with(prescription.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(prescription.user, basket)
    pay_by_card(url)
    withdrawn, late = copies(prescription)

    results = at_once(
        lambda: settle(attempt),
        lambda: services.withdraw(withdrawn, by=pharmacist, message="Call us"),
        lambda: reviews.refuse(
            late, by=pharmacist, work=signed.work, reason="R02", message="Sign it"
        ),
    )
    settle(attempt)

    assert isinstance(results[2], TransitionRefused)
    placed = Order.objects.count()
    assert Supply.objects.count() == placed
    assert intent_statuses(stripe) == (["succeeded"] if placed else ["canceled"])


def test_a_change_of_country_and_an_order_at_once(
    signed: Sheet,
    prescription: Prescription,
    medicine: Product,
    pharmacist: User,
    stripe: Emulator,
) -> None:
    reviews.approve(prescription, by=pharmacist, work=signed.work, approval=signed.approval())
    basket = basket_with(prescription.user, pack_of(medicine, 10, 60))
    attempt, url = open_card_page(prescription.user, basket)
    pay_by_card(url)
    (changed,) = copies(prescription, 1)

    at_once(
        lambda: settle(attempt),
        lambda: reviews.destination_changed(changed, "US", by=prescription.user),
    )
    settle(attempt)

    placed = Order.objects.count()
    assert Supply.objects.count() == placed
    assert sum(Authorisation.objects.values_list("units_supplied", flat=True)) == 60 * placed
    assert intent_statuses(stripe) == (["succeeded"] if placed else ["canceled"])
