"""An account that is closed while something is done in its name: one of the two, and whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.holding import AccountClosed
from shop.accounts.models import User
from shop.audit.models import Entry as AuditEntry
from shop.audit.verification import Verification
from shop.closing import services as closing
from shop.closing.services import Busy, NotYet
from shop.demo.stripe.server import Emulator
from shop.patients import services as patients
from shop.patients.models import Patient
from shop.payments.life_cycles import LIVE
from shop.payments.models import PaymentAttempt
from shop.prescriptions import opening, sending, services
from shop.prescriptions.models import Document, Page, Prescription
from shop.prescriptions.statuses import Status
from shop.settling.settle import settle
from tests.conftest import add_patient, basket_with, pack_of, patient_answers, send_prescription
from tests.killing import run_until_killed, stored_files
from tests.settling.paying import open_card_page, pay_by_card
from tests.settling.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = (NotYet, Busy)


def is_closed(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_closed


def closed_while(user: User, do: Callable[[], Any]) -> tuple[bool, Any]:
    """Whether the account was closed, and what became of the other."""
    refusal, other = at_once(lambda: closing.close(user), do)
    assert refusal is None or isinstance(refusal, REFUSED), refusal
    assert is_closed(user) == (refusal is None)
    assert list(Verification({}).findings()) == []
    return refusal is None, other


def test_closed_and_a_prescription_sent_at_once(customer: User, medicine: Product) -> None:
    patient = add_patient(customer)
    before = stored_files()

    closed, sent = closed_while(
        customer, lambda: send_prescription(customer, medicine, patient=patient)
    )

    waiting = Prescription.objects.filter(status=Status.SUBMITTED)
    assert waiting.exists() != closed
    if closed:
        assert isinstance(sent, AccountClosed)
        assert (Document.objects.count(), Patient.objects.count()) == (0, 0)
        assert stored_files() == before


def test_closed_and_a_card_page_opened_at_once(
    customer: User, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    basket = basket_with(customer, pack_of(medicine, 10, 60))

    closed, page = closed_while(customer, lambda: open_card_page(customer, basket))

    assert PaymentAttempt.objects.filter(status__in=LIVE).exists() != closed
    assert isinstance(page, Exception) == closed


def test_closed_and_a_paid_order_placed_at_once(
    customer: User, approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    attempt, url = open_card_page(customer, basket_with(customer, pack_of(medicine, 10, 60)))
    pay_by_card(url)

    closed, _settled = closed_while(customer, lambda: settle(attempt))

    settle(attempt)
    assert not closed
    assert Order.objects.get().user == customer


def test_closed_and_answers_saved_at_once(customer: User) -> None:
    patient = add_patient(customer)

    closed, saved = closed_while(
        customer,
        lambda: patients.keep(patient, answers=patient_answers(allergies="penicillin")),
    )

    assert Patient.objects.exists() != closed
    assert not closed or saved is None or isinstance(saved, AccountClosed)


def send(user: User, medicine: Product) -> None:
    send_prescription(user, medicine)


def keep_a_draft(user: User, medicine: Product) -> None:
    sending.save_draft(by=user, typed={"patient_name": "Robin"})


def add_somebody(user: User, medicine: Product) -> None:
    add_patient(user)


def go_to_the_card_page(user: User, medicine: Product) -> None:
    open_card_page(user, basket_with(user, pack_of(medicine, 10, 60)))


@pytest.mark.parametrize("do", [send, keep_a_draft, add_somebody, go_to_the_card_page])
def test_a_request_that_began_before_the_closing_writes_nothing_after_it(
    do: Callable[[User, Product], None],
    customer: User,
    approved: Prescription,
    medicine: Product,
    stripe: Emulator,
) -> None:
    before = stored_files()
    closing.close(User.objects.get(pk=customer.pk))

    with pytest.raises(AccountClosed):
        do(customer, medicine)

    assert Prescription.objects.get() == approved
    assert (Patient.objects.count(), PaymentAttempt.objects.count()) == (0, 0)
    assert stored_files() == before


def test_a_prescription_for_a_patient_who_was_removed_a_moment_ago_is_refused(
    customer: User, medicine: Product
) -> None:
    patient = add_patient(customer)
    stale = Patient.objects.get()
    closing.remove_patient(patient, by=customer)

    with pytest.raises(patients.Removed):
        send_prescription(customer, medicine, patient=stale)

    assert not Prescription.objects.exists()


def test_a_patient_removed_and_a_prescription_sent_for_them_at_once(
    customer: User, medicine: Product
) -> None:
    patient = add_patient(customer)
    stale = Patient.objects.get()

    removed, sent = at_once(
        lambda: closing.remove_patient(patient, by=customer),
        lambda: send_prescription(customer, medicine, patient=stale),
    )

    if removed is True:
        assert isinstance(sent, patients.Removed)
        assert (Patient.objects.count(), Document.objects.count()) == (0, 0)
    else:
        assert isinstance(removed, NotYet)
        assert Prescription.objects.get().patient == patient


def test_closed_twice_at_once(customer: User) -> None:
    results = at_once(*[lambda: closing.close(customer)] * 2)

    assert results.count(None) == 1
    assert isinstance(next(each for each in results if each), AccountClosed | Busy)
    assert AuditEntry.objects.filter(action="account.close").count() == 1


def test_who_decides_or_reads_is_never_the_one_to_give_way(
    customer: User, approved: Prescription, pharmacist: User
) -> None:
    """Both take the audit log and then name the account, while closing does it the other way round."""
    page = Page.objects.get()

    closed, withdrawn = closed_while(
        customer, lambda: services.withdraw(approved, by=pharmacist, message="Call us")
    )
    assert withdrawn is None
    if not closed:
        closed, read = closed_while(customer, lambda: opening.open_page_as_owner(page, by=customer))
        assert read == b"a picture"


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_closing_gives_way_soon_when_the_account_is_in_use(
    customer: User, pharmacist: User
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR KEY SHARE", [customer.pk])
        (refusal,) = at_once(lambda: closing.close(customer))

    assert isinstance(refusal, Busy)
    assert not is_closed(customer)


def close_it() -> None:
    closing.close(User.objects.get(email="anna@example.com"))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "target",
    [
        "shop.closing.services:_erase",
        "shop.closing.services:_delete_patients",
        "shop.closing.services:_take_the_name_off",
        "shop.audit.log:append",
    ],
)
def test_a_process_killed_at_it_leaves_everything(
    target: str, when: str, customer: User, medicine: Product
) -> None:
    prescription = send_prescription(customer, medicine, patient=add_patient(customer))
    services.cancel(prescription, by=customer)
    before = stored_files()

    run_until_killed("tests.closing.test_races:close_it", target=target, when=when)

    assert not is_closed(customer)
    assert (Patient.objects.count(), Document.objects.count()) == (1, 1)
    assert stored_files() == before
    close_it()
    assert is_closed(customer)


def test_a_process_killed_before_the_files_go_leaves_them_to_the_sweep(
    customer: User, medicine: Product
) -> None:
    services.cancel(send_prescription(customer, medicine), by=customer)
    before = stored_files()

    run_until_killed("tests.closing.test_races:close_it", target="shop.vault.storage:discard")

    assert is_closed(customer)
    assert not Document.objects.exists()
    assert stored_files() == before
