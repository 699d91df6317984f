"""Where no daily number is known, each next supply waits until a pharmacist lets it be ordered."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.verification import Verification
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions import services, supply_ledger
from shop.prescriptions.models import Prescription, Supply
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.services import NotAllowed
from shop.prescriptions.statuses import Action
from shop.tasks.kinds import Kind
from shop.tasks.models import Task
from tests.conftest import approve, basket_with, decide_to_approve, pack_of, signed_in
from tests.prescriptions.test_ledger import line_of_an_order


@pytest.fixture
def repeat(prescription: Prescription, medicine: Product, pharmacist: User) -> Prescription:
    """Approved for 60 tablets, three times; how many are taken a day is not known."""
    return approve(prescription, medicine, by=pharmacist, supplies=3)


def supply(prescription: Prescription, number: int = 1) -> Supply:
    """An order takes 60 tablets."""
    authorisation = prescription.authorisations.get()
    taken = supply_ledger.take(authorisation, units=60, order_line=line_of_an_order(number))
    supply_ledger.finish_supply(prescription, by=prescription.user, last=taken)
    return taken


def refusal(prescription: Prescription, medicine: Product) -> str:
    lines = basket_with(prescription.user, pack_of(medicine, 10, 60)).all_lines()
    try:
        gate.check(prescription.user, lines)
    except Refused as refused:
        return refused.reason.value
    return ""


def open_tasks() -> list[str]:
    return list(Task.objects.still_open().values_list("kind", flat=True))


def test_the_second_supply_waits_and_is_a_pharmacists_task(
    repeat: Prescription, medicine: Product
) -> None:
    assert refusal(repeat, medicine) == ""

    supply(repeat)

    assert refusal(repeat, medicine) == Reason.NO_DAILY_NUMBER
    assert open_tasks() == [Kind.NEXT_SUPPLY]


def test_a_pharmacist_lets_one_more_go_and_then_it_waits_again(
    repeat: Prescription, medicine: Product, pharmacist: User
) -> None:
    supply(repeat)

    supply_ledger.let_next_go(repeat, by=pharmacist)

    assert (refusal(repeat, medicine), open_tasks()) == ("", [])
    assert repeat.events.last().action == Action.LET_GO
    supply(repeat, 2)
    assert refusal(repeat, medicine) == Reason.NO_DAILY_NUMBER
    assert list(Verification({}).findings()) == []


def test_what_is_given_back_does_not_count(
    repeat: Prescription, medicine: Product, pharmacist: User
) -> None:
    supply_ledger.give_back(supply(repeat), by=pharmacist, note="cancelled")

    assert refusal(repeat, medicine) == ""


def test_a_new_approval_after_the_supply_lets_it_go(
    repeat: Prescription, medicine: Product, pharmacist: User
) -> None:
    supply(repeat)
    repeat.refresh_from_db()
    services.reopen(repeat, by=repeat.user, reason="Another medicine")

    services.claim(repeat, by=pharmacist)
    decide_to_approve(repeat, medicine, by=pharmacist, supplies=3)

    assert (refusal(repeat, medicine), open_tasks()) == ("", [])


@pytest.mark.parametrize("supplies", [1, 3])
def test_nobody_is_asked_with_a_daily_number_or_without_a_rest(
    supplies: int, prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    a_day = Fraction(3) if supplies > 1 else None
    approve(prescription, medicine, by=pharmacist, supplies=supplies, units_a_day=a_day)

    supply(prescription)

    assert open_tasks() == []


def test_nobody_but_a_pharmacist_who_saw_it_as_it_is_lets_it_go(
    repeat: Prescription, customer: User, pharmacist: User
) -> None:
    supply(repeat)

    with pytest.raises(NotAllowed):
        supply_ledger.let_next_go(repeat, by=customer)
    Prescription.objects.update(version=99)
    with pytest.raises(TransitionRefused):
        supply_ledger.let_next_go(repeat, by=pharmacist)

    assert repeat.authorisations.get().waits_for_pharmacist


def test_the_pages_say_so_and_the_desk_has_the_button(
    repeat: Prescription,
    pharmacist: User,
    mailoutbox: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    supply(repeat)
    desk, own = signed_in(pharmacist), signed_in(repeat.user)
    repeat.refresh_from_db()
    review = reverse("admin:prescription-review", args=[repeat.reference])
    detail = reverse("prescriptions:detail", args=[repeat.reference])
    before = own.get(detail).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        response = press(desk, repeat)

    assert "a pharmacist says when the next can be ordered" in before
    assert "Put them into the cart" not in before
    assert response["Location"] == review
    assert "Put them into the cart" in own.get(detail).content.decode()
    assert "Let the next supply be ordered" not in desk.get(review).content.decode()
    assert [mail.subject for mail in mailoutbox] == ["Alder Pharmacy: you can order again"]


def press(desk: Client, prescription: Prescription) -> Any:
    url = reverse("admin:prescription-let-go", args=[prescription.reference])
    page = desk.get(reverse("admin:prescription-review", args=[prescription.reference]))
    assert url in page.content.decode()
    return desk.post(url, {"version": prescription.version})
