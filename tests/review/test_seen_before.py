"""The same prescription again: what became of the other, and who may go on all the same (ID-4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit import states
from shop.prescriptions import services, supply_ledger
from shop.prescriptions.duplicates import fate_of
from shop.prescriptions.models import Prescription
from shop.prescriptions.services import NotAllowed
from shop.prescriptions.statuses import RefusalReason, Status
from shop.review import second_look
from shop.review import services as reviews
from shop.review.cases import case_of
from shop.review.models import CheckKind, Decision, SecondLook
from shop.review.rules.alert import Severity
from shop.review.rules.paper import seen_before
from shop.review.services import NotReady
from shop.review.transcription import Transcription
from tests.conftest import approve, make_pharmacist, send_prescription, signed_in
from tests.prescriptions.test_ledger import line_of_an_order
from tests.review.desk import approve_reviewed, take
from tests.review.test_services import sheet_of

WHY = "Two papers of one visit; I have both before me."


@pytest.fixture
def second(db: None) -> User:
    return make_pharmacist("second@example.com", number="2")


@pytest.fixture
def again(prescription: Prescription, customer: User, medicine: Product) -> Prescription:
    """The same file once more."""
    return send_prescription(customer, medicine)


def supplied(prescription: Prescription, medicine: Product, pharmacist: User) -> None:
    approve(prescription, medicine, by=pharmacist)
    line = line_of_an_order(1)
    supply_ledger.take(prescription.authorisations.get(), units=60, order_line=line)


def withdrawn(prescription: Prescription, medicine: Product, pharmacist: User) -> None:
    approve(prescription, medicine, by=pharmacist)
    services.withdraw(prescription, by=pharmacist, message="The prescriber took it back.")


def standing(prescription: Prescription, medicine: Product, pharmacist: User) -> None:
    approve(prescription, medicine, by=pharmacist)


def refused(prescription: Prescription, medicine: Product, pharmacist: User) -> None:
    services.claim(prescription, by=pharmacist)
    services.refuse(
        prescription, by=pharmacist, reason=RefusalReason.ILLEGIBLE, message="Send it again."
    )


def waiting(prescription: Prescription, medicine: Product, pharmacist: User) -> None:
    """Nothing became of it yet."""


Fates = Callable[[Prescription, Product, User], None]
IN_THE_WAY: list[Fates] = [supplied, withdrawn, standing]
NOT_IN_THE_WAY: list[Fates] = [refused, waiting]


@pytest.mark.parametrize("happened", IN_THE_WAY)
def test_one_pharmacist_alone_does_not_approve_it_again(
    happened: Fates,
    prescription: Prescription,
    again: Prescription,
    medicine: Product,
    pharmacist: User,
) -> None:
    happened(prescription, medicine, pharmacist)

    with pytest.raises(NotReady, match="Another pharmacist has to look at both"):
        approve_reviewed(again, medicine, by=pharmacist)

    again.refresh_from_db()
    assert again.status == Status.IN_REVIEW
    [seen] = [alert for alert in sheet_of(again, medicine).work.alerts if alert.rule == "duplicate"]
    assert seen.lifter == "Another pharmacist settles it, by a second look"


@pytest.mark.parametrize("happened", NOT_IN_THE_WAY)
def test_what_led_to_no_supply_is_not_in_the_way(
    happened: Fates,
    prescription: Prescription,
    again: Prescription,
    medicine: Product,
    pharmacist: User,
) -> None:
    happened(prescription, medicine, pharmacist)

    approve_reviewed(again, medicine, by=pharmacist)

    assert again.status == Status.APPROVED


@pytest.mark.parametrize("happened", IN_THE_WAY)
def test_it_goes_on_once_another_pharmacist_has_looked_at_both(
    happened: Fates,
    prescription: Prescription,
    again: Prescription,
    medicine: Product,
    pharmacist: User,
    second: User,
) -> None:
    happened(prescription, medicine, pharmacist)

    look = second_look.record(again, by=second, other=prescription, why=WHY)
    approve_reviewed(again, medicine, by=pharmacist)

    assert not states.unknown(SecondLook.objects.all())
    frozen = Decision.objects.get(prescription=again).frozen
    [kept] = frozen["second_looks"]
    assert (kept["why"], kept["registration"]) == (WHY, look.registration)


def test_who_looked_does_not_decide_alone_afterwards(
    prescription: Prescription,
    again: Prescription,
    medicine: Product,
    pharmacist: User,
    second: User,
) -> None:
    supplied(prescription, medicine, pharmacist)
    second_look.record(again, by=second, other=prescription, why=WHY)

    with pytest.raises(NotReady, match="was seen before"):
        approve_reviewed(again, medicine, by=second)


def test_another_supply_after_the_look_needs_another_look(
    prescription: Prescription,
    again: Prescription,
    medicine: Product,
    pharmacist: User,
    second: User,
) -> None:
    approve(prescription, medicine, by=pharmacist)
    second_look.record(again, by=second, other=prescription, why=WHY)
    line = line_of_an_order(1)
    supply_ledger.take(prescription.authorisations.get(), units=60, order_line=line)

    with pytest.raises(NotReady, match="Another pharmacist has to look at both"):
        approve_reviewed(again, medicine, by=pharmacist)


def test_the_holder_is_no_second(
    prescription: Prescription, again: Prescription, medicine: Product, pharmacist: User
) -> None:
    supplied(prescription, medicine, pharmacist)
    services.claim(again, by=pharmacist)

    with pytest.raises(NotAllowed):
        second_look.record(again, by=pharmacist, other=prescription, why=WHY)


def test_nothing_is_recorded_where_nothing_is_in_the_way(
    prescription: Prescription, again: Prescription, second: User
) -> None:
    with pytest.raises(NotReady):
        second_look.record(again, by=second, other=prescription, why=WHY)


def test_the_pharmacist_reads_what_became_of_it(
    prescription: Prescription, again: Prescription, medicine: Product, pharmacist: User
) -> None:
    supplied(prescription, medicine, pharmacist)

    words = fate_of(prescription, of=again).words
    [alert] = seen_before(case_of(again, Transcription()))

    assert words.startswith("Approved, ")
    assert "60 × 10 mg supplied" in words or "60 tablets of 10 mg supplied" in words
    assert words in alert.title
    assert alert.severity == Severity.BLOCK


def test_the_second_pharmacist_finds_it_on_the_page(
    prescription: Prescription,
    again: Prescription,
    medicine: Product,
    pharmacist: User,
    second: User,
) -> None:
    withdrawn(prescription, medicine, pharmacist)
    take(signed_in(pharmacist), again)
    desk = signed_in(second)
    name = f"look-{prescription.reference}-why"
    names = [again.reference, prescription.reference]
    shown = desk.get(reverse("admin:prescription-review", args=names[:1])).content.decode()
    assert f'name="{name}"' in shown
    assert "Approval withdrawn" in shown

    desk.post(reverse("admin:prescription-second-look", args=names), {name: WHY})

    assert SecondLook.objects.get().looked_by == second
    shown = desk.get(reverse("admin:prescription-review", args=names[:1])).content.decode()
    assert WHY in shown
    assert f'name="{name}"' not in shown


def test_work_from_before_the_other_was_approved_does_not_get_past(
    prescription: Prescription,
    again: Prescription,
    medicine: Product,
    pharmacist: User,
    second: User,
) -> None:
    services.claim(again, by=second)
    sheet = sheet_of(again, medicine)
    for kind in CheckKind:
        reviews.sign(again, by=second, kind=kind, work=sheet.work)
    approve(prescription, medicine, by=pharmacist)

    with pytest.raises(NotReady, match="was seen before"):
        reviews.approve(again, by=second, work=sheet.work, approval=sheet.approval())
