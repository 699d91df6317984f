"""Approvals end when their last day is over, and customers are reminded once before."""

from __future__ import annotations

import datetime
import io

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import Action, Status
from shop.prescriptions.upkeep import expiry
from tests.conftest import approve, send_prescription
from tests.settling.test_races import at_once

REMINDER_DAYS = 14


def day(after: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=after)


@pytest.fixture
def ending(prescription: Prescription, medicine: Product, pharmacist: User) -> Prescription:
    """Approved until the end of today."""
    return approve(prescription, medicine, by=pharmacist, valid_until=day(0))


@pytest.mark.parametrize(
    ("days_later", "status"), [(0, Status.APPROVED), (1, Status.EXPIRED), (400, Status.EXPIRED)]
)
def test_an_approval_lasts_through_its_last_day(
    days_later: int, status: Status, ending: Prescription
) -> None:
    run(days_later)

    ending.refresh_from_db()
    assert ending.status == status


def test_the_clock_is_named_as_who_did_it(ending: Prescription) -> None:
    run(1)

    event = ending.events.latest("pk")
    assert (event.action, event.by) == (Action.EXPIRE, None)


def test_what_is_used_up_or_withdrawn_does_not_expire(
    ending: Prescription, pharmacist: User
) -> None:
    services.withdraw(ending, by=pharmacist, message="Call us")

    assert run(1).startswith("0 approvals closed")


def test_an_approval_that_changes_while_it_is_read_is_left_to_the_next_time(
    ending: Prescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    expire = services.expire

    def reopened_first(prescription: Prescription) -> None:
        services.reopen(Prescription.objects.get(), by=prescription.user, reason="New medicine")
        expire(prescription)

    monkeypatch.setattr(services, "expire", reopened_first)

    assert run(1).startswith("0 approvals closed")
    ending.refresh_from_db()
    assert ending.status == Status.SUBMITTED


@pytest.mark.django_db(transaction=True)
def test_two_at_once_close_each_approval_once(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    for _ in range(5):
        approve(send_prescription(customer, medicine), medicine, by=pharmacist, valid_until=day(0))

    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        closed = at_once(*[expiry.expire_ended] * 2)

    assert sum(closed) == 5
    for prescription in Prescription.objects.all():
        assert prescription.events.filter(action=Action.EXPIRE).count() == 1


def run(days_later: int = 0) -> str:
    said = io.StringIO()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days_later)):
        call_command("expire_prescriptions", stdout=said)
    return said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_the_customer_is_reminded_once_before_the_last_day(approved: Prescription) -> None:
    mail.outbox.clear()

    run(30 - REMINDER_DAYS - 1)
    assert mail.outbox == []
    run(30 - REMINDER_DAYS)
    run(30 - REMINDER_DAYS)
    run(29)

    (message,) = mail.outbox
    assert "ends soon" in message.subject
    assert f"{approved.valid_until:%-d %B %Y}" in message.body
    assert "baclofen" not in message.body.lower()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_reminded_of_nothing(approved: Prescription) -> None:
    Authorisation.objects.update(units_supplied=60)
    mail.outbox.clear()

    run(29)

    assert mail.outbox == []


def test_the_command_says_how_many(ending: Prescription) -> None:
    assert run() == "0 approvals closed, 1 end soon\n"
    assert run(1) == "1 approvals closed, 0 end soon\n"
    assert run(1) == "0 approvals closed, 0 end soon\n"
