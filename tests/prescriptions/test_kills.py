"""A process that dies while a decision is written leaves all of it behind, or nothing."""

from __future__ import annotations

import pytest
from django.core import mail

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.audit.verification import Verification
from shop.mailing import outbox
from shop.mailing.models import Email
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import RefusalReason, Status
from tests.conftest import decide_to_approve
from tests.killing import run_until_killed, run_until_killed_anew

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# The steps of an approval, in their order, each of them before the transaction ends.
INSIDE = {
    "the status is written": ("shop.prescriptions.moving:history.record_move", "before"),
    "the audit entry is written": ("shop.audit.log:append", "after"),
    "the event is written": ("shop.prescriptions.models:Event.save", "after"),
    "the message is written down": ("shop.prescriptions.emails:tell", "after"),
    "the authorisations are to come": ("shop.prescriptions.authorising:write", "before"),
    "the authorisations are written": (
        "shop.prescriptions.models:Authorisation.objects.bulk_create",
        "after",
    ),
}


APPROVALS = [("approve_it", step) for step in INSIDE]
REFUSALS = [("refuse_it", step) for step in INSIDE if "authorisations" not in step]


def approve_it() -> None:
    prescription = Prescription.objects.get()
    product = Product.objects.get(pk=prescription.requested_packs.get().medicine_id)
    decide_to_approve(prescription, product, by=User.objects.get(email="pharmacist@example.com"))


def refuse_it() -> None:
    services.refuse(
        Prescription.objects.get(),
        by=User.objects.get(email="pharmacist@example.com"),
        reason=RefusalReason.NOT_SIGNED,
        message="Sign it",
    )


@pytest.fixture
def claimed(prescription: Prescription, pharmacist: User) -> Prescription:
    services.claim(prescription, by=pharmacist)
    return prescription


def everything() -> tuple[int, ...]:
    tables = (Authorisation.objects, Entry.objects, Email.objects)
    return (
        Prescription.objects.get().version,
        Prescription.objects.get().events.count(),
        *(table.count() for table in tables),
    )


@pytest.mark.parametrize(("scenario", "step"), [*APPROVALS, *REFUSALS])
def test_killed_inside_a_decision_nothing_is_left_of_it(
    scenario: str, step: str, claimed: Prescription, medicine: Product, pharmacist: User
) -> None:
    before = everything()
    target, when = INSIDE[step]

    run_until_killed(f"{__name__}:{scenario}", target=target, when=when)

    assert (Prescription.objects.get().status, everything()) == (Status.IN_REVIEW, before)
    assert list(Verification({}).findings()) == []
    approve_it()
    assert Prescription.objects.get().status == Status.APPROVED


def test_killed_right_after_a_decision_all_of_it_is_there_and_the_customer_is_told_later(
    claimed: Prescription, medicine: Product
) -> None:
    mail.outbox.clear()

    run_until_killed_anew(f"{__name__}:approve_it", target="shop.mailing.outbox:send")

    assert Prescription.objects.get().status == Status.APPROVED
    assert Authorisation.objects.get().units_left == 60
    assert Entry.objects.filter(action="prescription.approve").count() == 1
    assert list(Verification({}).findings()) == []
    outbox.send_waiting()
    outbox.send_waiting()
    assert [message.subject.split(": ")[1] for message in mail.outbox] == [
        "your prescription is approved"
    ]
