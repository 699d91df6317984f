"""What leaves is entered once, in the transaction in which it leaves, and stays as it was entered."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit import guards
from shop.audit.models import Entry as AuditEntry
from shop.audit.verification import Verification
from shop.demo.stripe.server import Emulator
from shop.order.processing import EventHandler
from shop.payments.life_cycles import RefundReason
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import Wanted
from shop.prescriptions.models import Prescription, Supply
from shop.register import services
from shop.register.models import Annotation, Entry
from shop.review.models import Decision
from shop.settling import refunding
from shop.settling.settle import settle
from tests.conftest import let_the_log_know, make_user, pack_of
from tests.dispensed import made_ready
from tests.killing import run_until_killed
from tests.register.conftest import move, ordered, reviewed_prescription
from tests.settling.test_races import at_once

REFUSAL = "register entries are never changed or deleted"
KEY = uuid.UUID(int=1)


def faults() -> list[str]:
    return list(Verification({}).findings())


def test_an_entry_holds_what_the_regulation_asks_for(sent: Order, staff: User) -> None:
    prescription = Prescription.objects.get()

    entry = Entry.objects.get()

    assert (entry.number, entry.supplied_on) == (1, timezone.localdate())
    assert (entry.order_number, entry.prescription_reference) == (
        sent.number,
        prescription.reference,
    )
    assert entry.particulars == {
        "medicine": "Baclofen tablets",
        "form": "tablet",
        "strength": "10 mg/{tablet}",
        "units": 60,
        "issued_on": str(timezone.localdate() - datetime.timedelta(days=3)),
        "prescriber": "Dr M. Sample",
        "prescriber_kind": "doctor",
        "prescriber_address": "12 Example Street",
        "prescriber_number": "48213",
        "patient": "Robin Example",
        "patient_address": "4 Placeholder Lane",
        "said_by_patient": [],
    }
    written = AuditEntry.objects.get(sequence=entry.audit_sequence)
    assert (written.action, written.actor_id) == ("register.enter", staff.pk)


def test_nothing_is_entered_before_it_leaves(order: Order) -> None:
    assert Supply.objects.count() == 1
    assert not Entry.objects.exists()


def test_each_line_of_an_order_is_an_entry(
    customer: User, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    prescription = reviewed_prescription(customer, medicine, by=pharmacist)
    prescription.authorisations.update(units_per_supply=90)
    let_the_log_know(prescription.authorisations.get())
    order = ordered(customer, pack_of(medicine, 10, 30), pack_of(medicine, 10, 60))

    move(order, "Dispatched")

    entries = Entry.objects.order_by("number")
    assert [(each.number, each.particulars["units"]) for each in entries] == [(1, 30), (2, 60)]


def test_a_cancelled_order_leaves_no_entry(order: Order, staff: User) -> None:
    refunding.cancel(order, by=staff, note="As asked")

    assert not Entry.objects.exists()


def test_a_refund_of_what_left_changes_nothing(sent: Order, staff: User) -> None:
    before = Entry.objects.values().get()
    attempt = PaymentAttempt.objects.get()

    refunding.refund(attempt, Wanted(1000, RefundReason.DAMAGED), by=staff)
    settle(attempt)

    assert Entry.objects.values().get() == before
    assert faults() == []


def test_what_was_not_read_is_the_patients_word_or_empty_never_made_up(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    """An approval whose transcription has nothing but what it must have."""
    move(ordered(approved.user, pack_of(medicine, 10, 60)), "Dispatched")

    what = Entry.objects.get().what

    assert what is not None
    assert (what.prescriber, what.prescriber_address) == ("Dr M. Sample", "")
    assert (what.patient, what.patient_address) == (
        "Robin Example",
        "3 Sample Lane, Sydney, NSW 2000, AU",
    )
    assert what.said_by_patient == ("patient_name", "address")
    assert not what.is_complete


def test_an_order_whose_prescription_cannot_be_opened_stays(order: Order, settings: Any) -> None:
    made_ready(order)
    settings.DOCUMENT_KEYS = {"another": b"9" * 32}

    with pytest.raises(InvalidOrderStatus, match="must not leave"):
        leave(order)

    assert Order.objects.get().status == "Dispensing"
    assert not Entry.objects.exists()


def test_an_order_without_a_kept_decision_stays(order: Order) -> None:
    made_ready(order)
    guards.remove()
    Decision.objects.all()._raw_delete(using="default")  # noqa: SLF001 past its own refusal
    guards.install()

    with pytest.raises(InvalidOrderStatus, match="must not leave"):
        leave(order)

    assert Order.objects.get().status == "Dispensing"
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_entry SET supplied_on = '2020-01-01'",
        "UPDATE register_entry SET number = 7",
        "UPDATE register_entry SET order_number = 'x', particulars = particulars",
        "DELETE FROM register_entry",
        "UPDATE register_annotation SET registration = 'x'",
        "DELETE FROM register_annotation",
    ],
)
def test_the_database_refuses_to_change_or_delete(
    statement: str, sent: Order, pharmacist: User
) -> None:
    services.annotate(Entry.objects.get(), by=pharmacist, text="Wrong address", key=KEY)

    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
        connection.cursor().execute(statement)

    assert (Entry.objects.get().number, Annotation.objects.count()) == (1, 1)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_the_register(sent: Order) -> None:
    with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
        connection.cursor().execute(
            "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE register_entry CASCADE"
        )


def test_contents_that_were_sealed_anew_with_other_words_are_found(sent: Order) -> None:
    entry = Entry.objects.get()
    field = Entry._meta.get_field("particulars")  # noqa: SLF001 Django documents it
    other = field.sealed(entry, {**entry.particulars, "units": 30})

    Entry.objects.update(particulars=other)

    assert faults() == [f"The history row of entry {entry.audit_sequence} was changed."]


def test_a_note_is_added_once_and_chained(sent: Order, pharmacist: User) -> None:
    entry = Entry.objects.get()

    for _ in range(2):
        services.annotate(entry, by=pharmacist, text="The address is 5 Sample Lane.", key=KEY)

    note = Annotation.objects.get()
    assert (note.text, note.by) == ("The address is 5 Sample Lane.", pharmacist)
    assert "12345" in note.registration
    assert AuditEntry.objects.get(sequence=note.audit_sequence).action == "register.annotate"
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_an_order_that_two_send_off_at_once_is_entered_once(order: Order, staff: User) -> None:
    made_ready(order)
    copies = [Order.objects.get() for _ in range(2)]

    results = at_once(*(lambda copy=copy: leave(copy, by=staff) for copy in copies))

    assert sum(isinstance(result, InvalidOrderStatus) for result in results) == 1
    assert Entry.objects.count() == 1
    assert AuditEntry.objects.filter(action="register.enter").count() == 1


@pytest.mark.django_db(transaction=True)
def test_supplies_entered_at_once_are_numbered_without_a_gap(
    medicine: Product, pharmacist: User, staff: User, stripe: Emulator
) -> None:
    orders = []
    for number in range(4):
        user = make_user(f"buyer{number}@example.com")
        reviewed_prescription(user, medicine, by=pharmacist, name=f"Buyer {number}")
        orders.append(ordered(user, pack_of(medicine, 10, 60)))

    # Four who pack the same medicine wait for its stock; nothing keeps these apart but the register.
    now = timezone.now()
    results = at_once(
        *(lambda each=each: services.enter(each, by=staff, moment=now) for each in orders)
    )

    assert not [result for result in results if isinstance(result, Exception)]
    assert sorted(Entry.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert faults() == []


def leave(order: Order, *, by: User | None = None) -> None:
    EventHandler(user=by).handle_order_status_change(order, "Dispatched")


def dispatch_it() -> None:
    leave(Order.objects.get())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "target",
    ["shop.register.services:_write", "shop.audit.log:append", "shop.register.services:enter"],
)
def test_a_process_killed_at_it_leaves_neither_move_nor_entry(
    target: str, when: str, order: Order
) -> None:
    made_ready(order)
    written = AuditEntry.objects.count()

    run_until_killed("tests.register.test_entering:dispatch_it", target=target, when=when)

    assert (Order.objects.get().status, Entry.objects.count()) == ("Dispensing", 0)
    assert AuditEntry.objects.count() == written
    move(Order.objects.get(), "Dispatched")
    assert Entry.objects.get().number == 1
