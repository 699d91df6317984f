"""What happens to an order after it was paid reaches its customer, a pharmacist, and the card."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.demo.stripe.server import Emulator
from shop.mailing.models import Email
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.payments.life_cycles import RefundReason
from shop.payments.models import PaymentAttempt
from shop.payments.refunds import Wanted
from shop.placing import gate
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.register.models import Entry as RegisterEntry
from shop.review import services as reviews
from shop.settling import following, refunding
from shop.settling.settle import settle
from shop.standing import answering, emails
from shop.standing.events import Event
from shop.standing.models import Answer
from shop.standing.question import obstacles_of
from shop.tasks.kinds import Kind
from shop.tasks.models import Task
from tests.conftest import (
    add_patient,
    approve,
    basket_with,
    decide_to_approve,
    let_the_log_know,
    pack_of,
    send_prescription,
    signed_in,
)
from tests.dispensed import made_ready
from tests.settling.paying import open_card_page, pay_by_card
from tests.settling.test_reconcile import refund_at_stripe
from tests.standing.paid import anew, pay_back, place


@pytest.fixture
def order(approved: Prescription, medicine: Product) -> Order:
    """10 mg × 60, paid; the approval is used up by it."""
    return place(approved.user, pack_of(medicine, 10, 60))


@pytest.fixture
def charged(approved: Prescription, medicine: Product, stripe: Emulator) -> PaymentAttempt:
    """The same, with the card's money at Stripe."""
    attempt, url = open_card_page(
        approved.user, basket_with(approved.user, pack_of(medicine, 10, 60))
    )
    pay_by_card(url)
    settle(attempt)
    mail.outbox.clear()
    return attempt


def move(order: Order, status: OrderStatus, by: User) -> None:
    now = Order.objects.get(pk=order.pk)
    EventHandler(user=by).handle_order_status_change(now, status)
    if status == OrderStatus.DISPENSING:
        made_ready(now)


def stays(order: Order, status: OrderStatus, by: User) -> str:
    """Why it does not move on."""
    with pytest.raises(InvalidOrderStatus) as refused:
        move(order, status, by)
    return str(refused.value)


def open_tasks(kind: Kind) -> list[Task]:
    return list(Task.objects.still_open().filter(kind=kind))


@pytest.mark.parametrize(
    "allowed", [{"strength": 25}, {"units": 30, "supplies": 2}], ids=["25 mg", "2 × 30"]
)
@pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.DISPENSING])
def test_what_the_approval_in_force_does_not_cover_does_not_leave(
    status: OrderStatus,
    allowed: dict[str, int],
    order: Order,
    approved: Prescription,
    medicine: Product,
    pharmacist: User,
    staff: User,
) -> None:
    if status == OrderStatus.DISPENSING:
        move(order, OrderStatus.DISPENSING, staff)
        after = OrderStatus.DISPATCHED
    else:
        after = OrderStatus.DISPENSING

    anew(approved, medicine, pharmacist, **allowed)

    assert "must not leave" in stays(order, after, staff)


def test_a_line_that_is_not_what_was_supplied_does_not_leave(order: Order, staff: User) -> None:
    order.lines.update(units=30)

    assert "does not cover" in stays(order, OrderStatus.DISPENSING, staff)


def test_what_is_approved_anew_as_it_was_leaves(
    order: Order, approved: Prescription, medicine: Product, pharmacist: User, staff: User
) -> None:
    anew(approved, medicine, pharmacist)

    move(order, OrderStatus.DISPENSING, staff)
    move(order, OrderStatus.DISPATCHED, staff)


class TestAnAnswer:
    @pytest.fixture
    def asked(
        self, order: Order, approved: Prescription, medicine: Product, pharmacist: User
    ) -> Order:
        anew(approved, medicine, pharmacist, strength=25)
        following.carry_out(order)
        return order

    def keys(self, order: Order) -> tuple[str, ...]:
        return tuple(each.key for each in obstacles_of(order))

    def answer(self, order: Order, by: User) -> None:
        answering.may_leave(order, by=by, why="Until the 25 mg come", keys=self.keys(order))

    def test_lets_it_leave_and_is_in_history_and_log(
        self, asked: Order, pharmacist: User, staff: User
    ) -> None:
        self.answer(asked, pharmacist)
        following.carry_out(asked)

        move(asked, OrderStatus.DISPENSING, staff)
        assert open_tasks(Kind.ORDER_STOPPED) == []
        event = Prescription.objects.get().events.get(action="vouch")
        assert str(asked.number) in event.note
        assert Entry.objects.get(action="order.answer").actor_id == pharmacist.pk

    def test_is_for_what_the_pharmacist_saw_and_for_nothing_newer(
        self, asked: Order, approved: Prescription, medicine: Product, pharmacist: User, staff: User
    ) -> None:
        seen = self.keys(asked)
        anew(approved, medicine, pharmacist, strength=25, units=30)

        with pytest.raises(answering.NothingAsked):
            answering.may_leave(asked, by=pharmacist, why="Fine", keys=seen)

    def test_does_not_outlast_another_approval(
        self, asked: Order, approved: Prescription, medicine: Product, pharmacist: User, staff: User
    ) -> None:
        self.answer(asked, pharmacist)

        anew(approved, medicine, pharmacist, strength=25, units=30)

        assert "must not leave" in stays(asked, OrderStatus.DISPENSING, staff)

    def test_that_somebody_wrote_behind_the_log_counts_for_nothing(
        self, asked: Order, pharmacist: User, staff: User
    ) -> None:
        supply = Supply.objects.get()
        [key] = self.keys(asked)
        Answer.objects.create(
            supply=supply, key=key, may_leave=True, by=pharmacist, registration="Test 1", why="Fine"
        )

        assert "must not leave" in stays(asked, OrderStatus.DISPENSING, staff)

    def test_is_a_pharmacists_only(self, asked: Order, staff: User) -> None:
        with pytest.raises(services.NotAllowed):
            self.answer(asked, staff)

    def test_is_given_on_the_desk(self, asked: Order, pharmacist: User, staff: User) -> None:
        page = self.desk_page(asked)
        desk = signed_in(pharmacist)
        shown = desk.get(page).content.decode()

        desk.post(page, {"do": "leave", "why": "Agreed by telephone", "keys": self.keys(asked)[0]})

        assert "its strength is approved no longer" in shown
        assert "may leave" in shown
        move(asked, OrderStatus.DISPENSING, staff)

    def test_ends_the_order_on_the_desk(self, asked: Order, pharmacist: User) -> None:
        desk = signed_in(pharmacist)

        desk.post(self.desk_page(asked), {"do": "end", "why": "The 25 mg are enough"})

        assert not Answer.objects.get().may_leave
        assert "must not leave" in obstacles_of(asked)[0].words

    def test_says_why(self, asked: Order, pharmacist: User) -> None:
        desk = signed_in(pharmacist)

        shown = desk.post(self.desk_page(asked), {"do": "leave", "why": " "}).content.decode()

        assert "Write down why" in shown
        assert not Answer.objects.exists()

    def test_page_is_there_for_no_other_prescription(
        self, asked: Order, pharmacist: User, other_customer: User, medicine: Product
    ) -> None:
        other = send_prescription(other_customer, medicine)
        page = reverse("admin:prescription-order", args=[other.reference, asked.number])

        assert signed_in(pharmacist).get(page).status_code == 404

    def desk_page(self, order: Order) -> str:
        reference = Prescription.objects.get().reference
        return reverse("admin:prescription-order", args=[reference, order.number])


def test_the_desk_names_the_paid_orders_of_a_prescription(
    order: Order, approved: Prescription, pharmacist: User
) -> None:
    approved.refresh_from_db()
    services.reopen(approved, by=approved.user, reason="New answers")

    page = signed_in(pharmacist).get(
        reverse("admin:prescription-review", args=[approved.reference])
    )

    shown = " ".join(page.content.decode().split())
    assert f"Order {order.number}" in shown
    assert "waits, and must not leave" in shown


def test_the_only_pack_paid_back_does_not_leave_and_the_delivery_goes_back_too(
    charged: PaymentAttempt, staff: User, stripe: Emulator
) -> None:
    line = charged.order.lines.get()
    wanted = Wanted(3600, RefundReason.CUSTOMER, lines=((line, 1),))

    refunding.refund(charged, wanted, by=staff)

    assert Order.objects.get().status == OrderStatus.CANCELLED
    assert sorted(refund["amount"] for refund in stripe.store.all("refund")) == [490, 3600]
    assert len(open_tasks(Kind.PATIENT_WITHOUT)) == 1


def test_all_of_it_paid_back_at_stripe_it_ends(charged: PaymentAttempt, stripe: Emulator) -> None:
    refund_at_stripe(stripe, 4090)

    refunding.look_again(charged)

    assert Order.objects.get().status == OrderStatus.CANCELLED
    assert len(open_tasks(Kind.PATIENT_WITHOUT)) == 1


def test_of_two_lines_the_one_paid_back_stays_and_the_other_leaves(
    prescription: Prescription, medicine: Product, pharmacist: User, staff: User
) -> None:
    approve(prescription, medicine, by=pharmacist, units=90)
    order = place(prescription.user, pack_of(medicine, 10, 60), pack_of(medicine, 10, 30))
    pay_back(order, lines=[(order.lines.get(units=30), 1)])
    following.carry_out(order)

    page = reverse("dashboard:order-detail", kwargs={"number": order.number})
    own = reverse("customer:order", kwargs={"order_number": order.number})
    assert signed_in(staff).get(page).content.decode().count("does not leave") == 1
    assert signed_in(prescription.user).get(own).content.decode().count("Not sent:") == 1
    move(order, OrderStatus.DISPENSING, staff)
    move(order, OrderStatus.DISPATCHED, staff)
    assert [entry.particulars["units"] for entry in RegisterEntry.objects.all()] == [60]
    assert Authorisation.objects.get().units_supplied == 60
    stock = {each.partner_sku: each for each in StockRecord.objects.all()}
    assert (stock["BAC10-30"].num_in_stock, stock["BAC10-30"].num_allocated) == (5, 0)
    assert (stock["BAC10-60"].num_in_stock, stock["BAC10-60"].num_allocated) == (4, 0)


def test_paid_on_the_last_day_it_leaves_the_next_morning(
    order: Order, approved: Prescription, staff: User
) -> None:
    Prescription.objects.update(
        valid_until=timezone.localdate() - datetime.timedelta(days=1), status="approved"
    )
    let_the_log_know(approved)
    call_command("expire_prescriptions")
    approved.refresh_from_db()
    assert approved.status == "expired"

    move(order, OrderStatus.DISPENSING, staff)
    move(order, OrderStatus.DISPATCHED, staff)


def test_a_strength_that_ended_cannot_be_bought_again_when_its_order_is_cancelled(
    order: Order, approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    anew(approved, medicine, pharmacist, strength=25)

    EventHandler(user=pharmacist).cancel(
        Order.objects.get(), by=approved.user, note="by the customer"
    )

    ended = Authorisation.objects.get(strength=pack_of(medicine, 10, 60).strength)
    assert ended.units_left == 0
    with pytest.raises(gate.Refused):
        gate.check(approved.user, basket_with(approved.user, pack_of(medicine, 10, 60)).all_lines())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.DISPENSING])
def test_withdrawn_it_ends_at_once_with_the_money_on_its_way(
    status: OrderStatus,
    charged: PaymentAttempt,
    approved: Prescription,
    pharmacist: User,
    staff: User,
    stripe: Emulator,
) -> None:
    if status == OrderStatus.DISPENSING:
        move(charged.order, OrderStatus.DISPENSING, staff)
    approved.refresh_from_db()

    services.withdraw(approved, by=pharmacist, message="Call us")

    assert Order.objects.get().status == OrderStatus.CANCELLED
    assert [refund["amount"] for refund in stripe.store.all("refund")] == [4090]
    assert len(open_tasks(Kind.PATIENT_WITHOUT)) == 1
    assert len(open_tasks(Kind.UNPACK)) == (status == OrderStatus.DISPENSING)
    told = [each for each in mail.outbox if "will not be sent" in each.subject]
    assert [each.to for each in told] == [[approved.user.email]]
    words = " ".join(told[0].body.split())
    assert "withdrawn the approval" in words
    assert "goes back to the card" in words
    assert "+1 555 0100" in words


def test_each_message_about_it_names_the_patient(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    patient = add_patient(customer)
    approve(send_prescription(customer, medicine, patient=patient), medicine, by=pharmacist)
    order = place(customer, pack_of(medicine, 10, 60))

    emails.tell_waits(order, Event.REOPENED, key="1")
    emails.tell_part_ended(order, order.lines.get())
    Supply.objects.update(returned_at=timezone.now())
    emails.tell_ended(order, Event.WITHDRAWN)

    codes = ("order_waits", "order_part_ended", "order_ended")
    named = Email.objects.filter(code__in=codes, patient=patient)
    assert set(named.values_list("code", flat=True)) == set(codes)


@pytest.mark.django_db(transaction=True)
def test_reopened_it_is_told_of_at_once_and_let_go_when_approved(
    charged: PaymentAttempt, approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    approved.refresh_from_db()
    services.reopen(approved, by=approved.user, reason="New answers")
    assert len(open_tasks(Kind.ORDER_STOPPED)) == 1
    told = [each for each in mail.outbox if each.subject.endswith("waits")]
    assert [each.to for each in told] == [[approved.user.email]]

    services.claim(approved, by=pharmacist)
    decide_to_approve(approved, medicine, by=pharmacist)

    assert open_tasks(Kind.ORDER_STOPPED) == []


def test_what_a_process_that_died_did_not_do_is_done_by_the_next(
    charged: PaymentAttempt, approved: Prescription, pharmacist: User
) -> None:
    approved.refresh_from_db()
    services.withdraw(approved, by=pharmacist, message="Call us")
    assert Order.objects.get().status == OrderStatus.PAID

    call_command("finish_pending")

    assert Order.objects.get().status == OrderStatus.CANCELLED


def test_the_order_page_of_staff_says_why_it_stays(
    order: Order, approved: Prescription, medicine: Product, pharmacist: User, staff: User
) -> None:
    anew(approved, medicine, pharmacist, strength=25)
    desk: Client = signed_in(staff)
    page = reverse("dashboard:order-detail", kwargs={"number": order.number})

    assert "approved no longer" in desk.get(page).content.decode()


def test_the_customers_page_says_why_it_waits(
    order: Order, approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    anew(approved, medicine, pharmacist, strength=25)
    page = reverse("customer:order", kwargs={"order_number": order.number})

    shown = signed_in(approved.user).get(page).content.decode()

    assert "This order is not sent yet" in shown
    assert "not what you paid for" in shown


def ends_by_withdrawal(order: Order, by: User) -> str:
    prescription = Prescription.objects.get()
    services.withdraw(prescription, by=by, message="Call us")
    EventHandler(user=by).end(order)
    return "A pharmacist has withdrawn the approval of your prescription."


def ends_by_money_back(order: Order, by: User) -> str:
    pay_back(order, lines=[(order.lines.get(), 1)])
    EventHandler(user=by).end(order)
    return "The money of what you ordered was paid back."


def ends_by_its_customer(order: Order, by: User) -> str:
    EventHandler(user=order.user).cancel(order, by=order.user, note="by the customer")
    return "You have cancelled it."


def ends_by_the_pharmacy(order: Order, by: User) -> str:
    EventHandler(user=by).cancel(order, by=by, note="a word for colleagues only")
    return "The pharmacy has cancelled it."


def ends_unpaid(order: Order, by: User) -> str:
    EventHandler(user=by).cancel_unpaid(order)
    return "Your card could not be charged."


@pytest.mark.parametrize(
    "ends",
    [
        ends_by_withdrawal,
        ends_by_money_back,
        ends_by_its_customer,
        ends_by_the_pharmacy,
        ends_unpaid,
    ],
)
def test_the_customers_page_says_why_it_was_cancelled_in_the_words_of_the_message(
    ends: Callable[[Order, User], str], order: Order, pharmacist: User
) -> None:
    page = reverse("customer:order", kwargs={"order_number": order.number})

    why = ends(order, pharmacist)

    told = Email.objects.get(code__in=("order_ended", "order_cancelled"))
    shown = signed_in(order.user).get(page).content.decode()
    assert told.words == why
    assert f"<p>{why}</p>" in shown
    assert "a word for colleagues only" not in shown


def test_a_page_of_an_expired_prescription_says_that_the_paid_order_comes(
    order: Order, approved: Prescription
) -> None:
    Prescription.objects.update(
        valid_until=timezone.localdate() - datetime.timedelta(days=1), status="approved"
    )
    call_command("expire_prescriptions")
    client = signed_in(approved.user)

    prescription = client.get(reverse("prescriptions:detail", args=[approved.reference]))
    ordered = client.get(reverse("customer:order", kwargs={"order_number": order.number}))

    assert "still sent" in prescription.content.decode()
    assert "Expected by" in ordered.content.decode()


def test_a_reopening_names_the_paid_orders_in_the_history(
    order: Order, approved: Prescription, pharmacist: User
) -> None:
    approved.refresh_from_db()

    reviews.destination_changed(approved, "DE", by=approved.user)

    event = approved.events.get(action="reopen")
    assert f"Order {order.number} (Paid): waits" in event.note


def test_the_refund_page_says_what_becomes_of_the_order(order: Order, staff: User) -> None:
    page = reverse("dashboard:order-refund", kwargs={"number": order.number})
    desk = signed_in(staff)

    before = desk.get(page).content.decode()
    Order.objects.update(status=OrderStatus.DISPATCHED)
    after = desk.get(page).content.decode()

    assert "does not leave" in before
    assert "moves money only" in after


def test_whoever_withdraws_is_told_before_and_after(
    order: Order, approved: Prescription, pharmacist: User
) -> None:
    desk = signed_in(pharmacist)
    review = reverse("admin:prescription-review", args=[approved.reference])
    before = " ".join(desk.get(review).content.decode().split())
    approved.refresh_from_db()

    data = {"message": "The prescriber called", "version": approved.version}
    withdraw = reverse("admin:prescription-withdraw", args=[approved.reference])
    after = desk.post(withdraw, data, follow=True).content.decode()

    assert f"Order {order.number}: is cancelled, and all money goes back." in before
    assert f"Order {order.number} (Paid): is cancelled, and all money goes back." in after
