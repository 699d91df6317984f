"""A prescription or a payment that SQL changed sells nothing, lets nothing leave, and is named; others go on."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.prices.models import PlannedPrice
from shop.accounts.models import User
from shop.audit import states
from shop.audit.verification import Verification
from shop.demo.stripe.server import Emulator
from shop.order.processing import EventHandler
from shop.payments.life_cycles import Status as PaymentStatus
from shop.payments.models import PaymentAttempt
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import RefusalReason, Status
from shop.settling.settle import settle
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind
from tests.conftest import (
    add_patient,
    approve,
    basket_with,
    decide_to_approve,
    pack_of,
    send_prescription,
    signed_in,
)
from tests.settling.paying import intent_statuses, open_card_page, pay_by_card
from tests.standing.paid import attempt_of, place

pytestmark = pytest.mark.django_db


def faults() -> list[str]:
    return list(Verification({}).findings())


def refusal(user: User, pack: Product) -> Reason | None:
    try:
        gate.check(user, basket_with(user, pack).all_lines())
    except Refused as refused:
        return refused.reason
    return None


def about(user: User) -> list[tuple[str, str]]:
    return [(task.kind, task.subject_key) for task in tasks.open_for(user)]


@pytest.fixture
def withdrawn(approved: Prescription, pharmacist: User) -> Prescription:
    services.withdraw(approved, by=pharmacist, message="Call us")
    return approved


def test_a_prescription_that_sql_approves_sells_nothing_and_is_named(
    withdrawn: Prescription, medicine: Product, pharmacist: User, other_customer: User
) -> None:
    other = approve(send_prescription(other_customer, medicine), medicine, by=pharmacist)

    Prescription.objects.filter(pk=withdrawn.pk).update(status=Status.APPROVED)

    pack = pack_of(medicine, 10, 60)
    assert refusal(withdrawn.user, pack) == Reason.UNKNOWN_PRESCRIPTION
    assert [said.split(" is not")[0] for said in faults()] == [
        f"The prescription {withdrawn.reference}"
    ]
    assert refusal(other.user, pack) is None


def test_a_last_day_that_sql_moves_sells_nothing(approved: Prescription, medicine: Product) -> None:
    last = approved.valid_until
    assert last is not None
    Prescription.objects.update(valid_until=last.replace(year=last.year + 1))

    assert refusal(approved.user, pack_of(medicine, 10, 60)) == Reason.UNKNOWN_PRESCRIPTION
    assert len(faults()) == 1


def to_another_account(approved: Prescription, thief: User) -> None:
    Prescription.objects.update(user=thief)


def to_another_patient(approved: Prescription, thief: User) -> None:
    Prescription.objects.update(user=thief, patient=add_patient(thief))


GIVEN: list[Callable[[Prescription, User], None]] = [to_another_account, to_another_patient]


@pytest.mark.parametrize("give", GIVEN)
def test_one_given_away_by_sql_sells_nothing_and_a_pharmacist_is_told(
    give: Any, approved: Prescription, medicine: Product, pharmacist: User, other_customer: User
) -> None:
    give(approved, other_customer)
    basket_with(other_customer, pack_of(medicine, 10, 60))

    page = signed_in(other_customer).get(reverse("checkout:prescription")).content.decode()

    assert "A pharmacist has to check your prescription once more" in page
    assert about(pharmacist) == [(Kind.UNKNOWN_APPROVAL, approved.reference)]
    assert len(faults()) == 1


def test_the_nightly_look_at_the_log_tells_a_pharmacist_whom_no_customer_met_it_for(
    approved: Prescription, medicine: Product, pharmacist: User, other_customer: User
) -> None:
    to_another_account(approved, other_customer)
    authorisation = approved.authorisations.get()
    Authorisation.objects.update(supplies=9)

    for _ in range(2):
        with pytest.raises(SystemExit):
            call_command("verify_audit", stdout=io.StringIO(), stderr=io.StringIO())

    assert sorted(about(pharmacist)) == sorted(
        (Kind.UNKNOWN_APPROVAL, key) for key in (approved.reference, str(authorisation.pk))
    )


@pytest.mark.parametrize("give", GIVEN)
def test_no_pharmacist_makes_it_anothers_by_approving(
    give: Any, approved: Prescription, medicine: Product, pharmacist: User, other_customer: User
) -> None:
    give(approved, other_customer)
    approved.refresh_from_db()
    services.reopen(approved, by=other_customer, reason="somebody wrote into the database")
    services.claim(approved, by=pharmacist)
    desk = signed_in(pharmacist)

    shown = desk.get(reverse("admin:prescription-review", args=[approved.reference]))
    with pytest.raises(services.OwnerChanged):
        decide_to_approve(approved, medicine, by=pharmacist)

    assert "given to another account or patient" in shown.content.decode()
    services.refuse(approved, by=pharmacist, reason=RefusalReason.DOSE, message="Send it anew")
    assert approved.status == Status.REFUSED
    assert not states.is_known(approved)


def test_a_pharmacist_decides_anew_what_sql_decided(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    Prescription.objects.update(prescriber="Dr Nobody")
    basket_with(approved.user, pack_of(medicine, 10, 60))
    signed_in(approved.user).get(reverse("checkout:prescription"))
    desk = signed_in(pharmacist)
    page = reverse("admin:prescription-review", args=[approved.reference])
    assert "does not know this approval" in desk.get(page).content.decode()

    desk.post(
        reverse("admin:prescription-recheck", args=[approved.reference]),
        {"version": approved.version},
    )
    approved.refresh_from_db()
    services.claim(approved, by=pharmacist)
    assert not states.is_known(approved)
    decide_to_approve(approved, medicine, by=pharmacist)

    assert refusal(approved.user, pack_of(medicine, 10, 60)) is None
    assert (about(pharmacist), faults()) == ([], [])


def test_a_paid_order_waits_while_its_prescription_is_not_known(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    order = place(approved.user, pack_of(medicine, 10, 60))
    Prescription.objects.update(prescriber="Dr Nobody")

    with pytest.raises(Exception, match="does not know its approval"):
        EventHandler(user=pharmacist).handle_order_status_change(order, "Dispensing")


def test_a_payment_that_sql_calls_charged_lets_nothing_leave(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    order = place(approved.user, pack_of(medicine, 10, 60))
    attempt = attempt_of(order)
    assert states.is_known(attempt)
    assert faults() == []

    PaymentAttempt.objects.update(captured_minor=attempt.captured_minor + 1)

    with pytest.raises(Exception, match="payment is not as the audit log says"):
        EventHandler(user=pharmacist).handle_order_status_change(order, "Dispensing")
    assert [said.split(" is not")[0] for said in faults()] == [f"The payment {attempt.pk}"]


def test_money_for_a_payment_that_sql_changed_is_let_go(
    approved: Prescription, medicine: Product, stripe: Emulator
) -> None:
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    PaymentAttempt.objects.update(basket=basket_with(approved.user, pack_of(medicine, 10, 30)))
    pay_by_card(url)

    settle(attempt)

    assert (attempt.status, attempt.failure) == (PaymentStatus.VOIDED, "unknown_payment")
    assert intent_statuses(stripe) == ["canceled"]
    assert not states.is_known(attempt)


def test_money_for_a_prescription_that_sql_changed_meanwhile_is_let_go(
    approved: Prescription, medicine: Product, pharmacist: User, stripe: Emulator
) -> None:
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    Prescription.objects.update(prescriber="Dr Nobody")
    pay_by_card(url)

    settle(attempt)

    assert (attempt.status, attempt.failure) == (PaymentStatus.VOIDED, "unknown_prescription")
    assert intent_statuses(stripe) == ["canceled"]
    assert about(pharmacist) == [(Kind.UNKNOWN_APPROVAL, approved.reference)]


def test_a_price_that_sql_changes_sells_nothing_of_that_pack_and_the_others_go_on(
    approved: Prescription, medicine: Product, superintendent: User
) -> None:
    pack, other = pack_of(medicine, 10, 60), pack_of(medicine, 10, 30)
    StockRecord.objects.filter(product=pack).update(price=Decimal("0.01"))
    basket = basket_with(approved.user, pack)

    page = signed_in(approved.user).get(reverse("checkout:prescription"))

    assert "We have to check our data of" in page.content.decode()
    assert about(superintendent) == [(Kind.UNKNOWN_PACK, str(pack.pk))]
    basket.flush()
    assert refusal(approved.user, other) is None


def test_a_planned_price_that_sql_plants_sells_nothing_once_it_begins(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    pack = pack_of(medicine, 10, 60)
    plan = PlannedPrice.objects.create(
        stockrecord=pack.stockrecords.get(),
        price=Decimal("0.01"),
        starts_at=timezone.now() + datetime.timedelta(days=1),
        planned_by=pharmacist,
        reason="other",
        note="x",
    )
    assert refusal(approved.user, pack) is None

    PlannedPrice.objects.update(starts_at=timezone.now() - datetime.timedelta(minutes=1))

    assert refusal(approved.user, pack) == Reason.UNKNOWN_PACK
    assert faults() == [f"The log does not know the planned_price {plan.pk}."]


def test_a_count_of_packs_that_sql_changes_is_named_and_stops_nobody(
    approved: Prescription, medicine: Product
) -> None:
    StockRecord.objects.update(num_in_stock=4)

    assert refusal(approved.user, pack_of(medicine, 10, 60)) is None
    assert len(faults()) == StockRecord.objects.count()
