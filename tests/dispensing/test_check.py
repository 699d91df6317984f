"""Nothing is dispensed without the accuracy check: who may sign it, of what, and for how long it holds."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit import guards
from shop.audit.models import Entry
from shop.audit.verification import Verification
from shop.dispensing import services
from shop.dispensing.models import NEAR_MISSES, Check, Dispensing, How, Pick, Point, Why
from shop.dispensing.picking import Picked
from shop.dispensing.services import Looked
from shop.jurisdictions.profile import AccuracyCheck, Checkers
from shop.order.processing import EventHandler
from shop.order_statuses import OrderStatus
from shop.payments.life_cycles import RefundReason
from shop.prescriptions.models import Authorisation, Prescription
from tests.conftest import let_the_log_know, pack_of
from tests.dispensed import POINTS, addressed, check, dispense, labels_for, made_ready, scans_for
from tests.standing.paid import anew, attempt_of, pay_back, place

pytestmark = pytest.mark.django_db


def leave(order: Order, by: User) -> None:
    addressed(order)
    EventHandler(user=by).handle_order_status_change(
        Order.objects.get(pk=order.pk), OrderStatus.DISPATCHED
    )


def stays(order: Order, by: User) -> str:
    """Why it does not leave."""
    with pytest.raises(InvalidOrderStatus) as refused:
        leave(order, by)
    return str(refused.value)


def faults() -> str:
    """What the audit log finds wrong."""
    return "; ".join(Verification({}).findings())


def test_dispensed_by_one_and_checked_by_another_it_leaves(
    order: Order, staff: User, pharmacist: User
) -> None:
    made = dispense(order, by=staff)
    signed = check(order, by=pharmacist)
    leave(order, staff)

    assert Order.objects.get().status == OrderStatus.DISPATCHED
    assert (made.by, signed.by, signed.is_alone) == (staff, pharmacist, False)
    assert signed.compared == [str(point) for point in Point]
    assert "12345" in signed.registration
    assert signed.profile == "demo"
    assert [(pick.code, pick.how) for pick in Pick.objects.all()] == [("BAC10-60", How.SCANNED)]
    assert made.contents[0]["patient"] == "Robin Example"
    assert made.contents[0]["directions"] == "One three times a day"
    done = ["dispensing.make_up", "dispensing.check"]
    assert [entry.action for entry in Entry.objects.filter(action__in=done)][::-1] == done


def test_dispensed_alone_it_stays(order: Order, staff: User) -> None:
    dispense(order, by=staff)

    assert "accuracy check" in stays(order, staff)


def test_nobody_checks_what_they_dispensed_before_the_pause_is_over(
    order: Order, staff: User, pharmacist: User
) -> None:
    dispense(order, by=pharmacist)

    with pytest.raises(InvalidOrderStatus, match="15 more minutes"):
        check(order, by=pharmacist)
    with (
        time_machine.travel(timezone.now() + datetime.timedelta(minutes=14), tick=False),
        pytest.raises(InvalidOrderStatus, match="1 more minute"),
    ):
        check(order, by=pharmacist)
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=16), tick=False):
        assert check(order, by=pharmacist).is_alone
        leave(order, pharmacist)


def test_where_two_people_are_asked_for_no_pause_is_long_enough(
    order: Order, pharmacist: User, colleague: User, profile: Callable[..., None]
) -> None:
    profile(accuracy_check=AccuracyCheck.TWO_PEOPLE)
    dispense(order, by=pharmacist)

    with time_machine.travel(timezone.now() + datetime.timedelta(days=3), tick=False):
        with pytest.raises(InvalidOrderStatus, match="another person"):
            check(order, by=pharmacist)
        assert not check(order, by=colleague).is_alone


def test_staff_check_only_where_the_profile_lets_them(
    order: Order, staff: User, pharmacist: User, profile: Callable[..., None]
) -> None:
    dispense(order, by=pharmacist)

    with pytest.raises(InvalidOrderStatus, match="may not"):
        check(order, by=staff)
    profile(accuracy_checked_by=Checkers.DISPENSERS)
    assert check(order, by=staff).registration == ""


def test_customers_and_superusers_without_a_right_dispense_nothing(
    order: Order, customer: User
) -> None:
    for nobody in (customer, None):
        with pytest.raises(InvalidOrderStatus, match="may not"):
            EventHandler(user=nobody).make_up(order, scans=scans_for(order))

    assert not Dispensing.objects.exists()
    assert Order.objects.get().status == OrderStatus.PAID


@pytest.mark.parametrize("missing", Point)
def test_every_point_is_compared(
    missing: Point, order: Order, pharmacist: User, staff: User
) -> None:
    made = dispense(order, by=staff)

    with pytest.raises(InvalidOrderStatus, match="Not compared"):
        EventHandler(user=pharmacist).check(
            Order.objects.get(),
            Looked(
                seen=made.uuid,
                compared=[point for point in POINTS if point != missing],
                scans=scans_for(order),
                labels=labels_for(order),
            ),
        )


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("BAC25-60", r"Wrong pack: this is Baclofen tablets, 25 mg × 60 tablets"),
        ("BAC10-30", r"Wrong pack: this is Baclofen tablets, 10 mg × 30 tablets"),
        ("ANOTHER", "No pack is known by"),
        ("", "cannot be read"),
        ("B" * 121, "cannot be read"),
    ],
)
def test_another_pack_is_refused_with_the_reason_at_both_steps(
    code: str, why: str, order: Order, staff: User, pharmacist: User
) -> None:
    line = order.lines.get().pk
    with pytest.raises(InvalidOrderStatus, match=why):
        EventHandler(user=staff).make_up(order, scans={line: [Picked(line, code)]})
    assert Order.objects.get().status == OrderStatus.PAID
    made = dispense(order, by=staff)
    with pytest.raises(InvalidOrderStatus, match=why):
        EventHandler(user=pharmacist).check(
            Order.objects.get(),
            Looked(
                seen=made.uuid,
                compared=POINTS,
                scans={line: [Picked(line, code)]},
                labels=labels_for(order),
            ),
        )
    assert not Check.objects.exists()


@pytest.mark.parametrize("packs", [0, 1, 3])
def test_neither_fewer_packs_nor_more(
    packs: int, approved: Prescription, medicine: Product, staff: User
) -> None:
    order = place(approved.user, pack_of(medicine, 10, 30), quantity=2)
    line = order.lines.get().pk

    with pytest.raises(InvalidOrderStatus, match="2 packs of 10 mg × 30 tablets are to be picked"):
        EventHandler(user=staff).make_up(order, scans={line: [Picked(line, "bac10-30")] * packs})


@pytest.mark.parametrize("why", NEAR_MISSES)
def test_what_is_sent_back_is_dispensed_and_checked_again(
    why: Why, order: Order, staff: User, pharmacist: User
) -> None:
    made = dispense(order, by=staff)
    check(order, by=pharmacist)

    EventHandler(user=staff).send_back(Order.objects.get(), seen=made.uuid, why=why)

    made.refresh_from_db()
    assert (made.ended_why, made.ended_by) == (why, staff)
    assert "accuracy check" in stays(order, staff)
    dispense(order, by=staff)
    assert "accuracy check" in stays(order, staff)
    check(order, by=pharmacist)
    leave(order, staff)


@pytest.mark.parametrize("why", ["", Why.CHANGED, "no such reason"])
def test_a_near_miss_has_its_code(why: str, order: Order, staff: User) -> None:
    made = dispense(order, by=staff)

    with pytest.raises(InvalidOrderStatus, match="Choose what is wrong"):
        EventHandler(user=staff).send_back(Order.objects.get(), seen=made.uuid, why=why)


def test_who_looks_at_what_was_dispensed_before_signs_nothing(
    order: Order, staff: User, pharmacist: User
) -> None:
    seen = dispense(order, by=staff)
    EventHandler(user=staff).send_back(Order.objects.get(), seen=seen.uuid, why=Why.BAD_PACK)
    dispense(order, by=staff)

    for act in (
        lambda handler, now: handler.check(
            now,
            Looked(
                seen=seen.uuid, compared=POINTS, scans=scans_for(order), labels=labels_for(order)
            ),
        ),
        lambda handler, now: handler.send_back(now, seen=seen.uuid, why=Why.BAD_PACK),
    ):
        with pytest.raises(InvalidOrderStatus, match="meanwhile"):
            act(EventHandler(user=pharmacist), Order.objects.get())


def test_a_check_does_not_hold_for_other_directions(
    order: Order, approved: Prescription, medicine: Product, pharmacist: User, staff: User
) -> None:
    made_ready(order)
    Authorisation.objects.update(directions="Two three times a day")
    let_the_log_know(Authorisation.objects.get())

    assert "not what was checked" in stays(order, staff)
    with pytest.raises(InvalidOrderStatus, match=r"already|changed"):
        check(order)
    made_ready(order)
    leave(order, staff)
    ended, made = Dispensing.objects.order_by("pk")
    assert (ended.ended_why, made.ended_at) == (Why.CHANGED, None)
    assert made.contents[0]["directions"] == "Two three times a day"


def test_approved_anew_as_it_was_the_check_holds(
    order: Order, approved: Prescription, medicine: Product, pharmacist: User, staff: User
) -> None:
    made_ready(order)
    anew(approved, medicine, pharmacist)

    leave(order, staff)


def test_a_line_that_was_paid_back_voids_the_check(
    approved: Prescription, medicine: Product, pharmacist: User, staff: User
) -> None:
    """Its pack lies in the parcel: somebody has to take it out."""
    approved.authorisations.update(units_per_supply=90)
    let_the_log_know(approved.authorisations.get())
    order = place(approved.user, pack_of(medicine, 10, 60), pack_of(medicine, 10, 30))
    made_ready(order)
    pay_back(order, lines=[(order.lines.get(units=30), 1)])
    assert "not what was checked" in stays(order, staff)
    EventHandler().drop_paid_back(Order.objects.get())

    assert "not what was checked" in stays(order, staff)
    made_ready(order)
    leave(order, staff)
    assert [item["size"] for item in Dispensing.objects.first().contents] == ["60 tablets"]


class TestBehindTheShopsBack:
    @pytest.fixture
    def made(self, order: Order, staff: User) -> Dispensing:
        return dispense(order, by=staff)

    def test_a_check_that_the_log_does_not_know_lets_nothing_leave(
        self, made: Dispensing, order: Order, staff: User, pharmacist: User
    ) -> None:
        Check.objects.create(dispensing=made, by=pharmacist, profile="demo", profile_digest="x")

        assert "accuracy check" in stays(order, staff)
        assert "does not know the accuracy check" in faults()

    @pytest.mark.parametrize("model", [Dispensing, Check, Pick])
    def test_the_database_refuses_to_change_and_to_delete(
        self, model: Any, made: Dispensing, order: Order, pharmacist: User
    ) -> None:
        guards.install()
        check(order, by=pharmacist)
        change = {"code": "other"} if model == Pick else {"at": timezone.now()}

        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all()._raw_delete(using="default")  # noqa: SLF001

    def test_contents_that_were_changed_are_not_what_was_checked(
        self, made: Dispensing, order: Order, staff: User, pharmacist: User
    ) -> None:
        check(order, by=pharmacist)
        made.contents = [{**made.contents[0], "packs": 2}]
        made.save(update_fields=("contents",))

        assert "not what was checked" in stays(order, staff)
        assert "is not as entry" in faults()


ACTIONS = ("make_up", "check", "send_back", "dispatch")
# What may be done with an order, by its status and by how far its dispensing is.
MAY = {
    (OrderStatus.PAID, "nothing"): {"make_up"},
    (OrderStatus.DISPENSING, "nothing"): {"make_up"},
    (OrderStatus.DISPENSING, "dispensed"): {"check", "send_back"},
    (OrderStatus.DISPENSING, "checked"): {"send_back", "dispatch"},
}


@pytest.mark.parametrize("made", ["nothing", "dispensed", "checked"])
@pytest.mark.parametrize("status", OrderStatus)
def test_status_by_action(
    status: OrderStatus, made: str, order: Order, staff: User, pharmacist: User
) -> None:
    addressed(order)
    if made != "nothing":
        dispense(order, by=staff)
    if made == "checked":
        check(order, by=pharmacist)
    Order.objects.update(status=status)
    let_the_log_know(Order.objects.get())
    now, scans = Order.objects.get(), scans_for(order)
    found = services.current(now)
    seen = found.uuid if found else "00000000-0000-0000-0000-000000000000"
    handler = EventHandler(user=pharmacist)
    acts: dict[str, Callable[[], Any]] = {
        "make_up": lambda: EventHandler(user=staff).make_up(now, scans=scans),
        "check": lambda: handler.check(
            now, Looked(seen=seen, compared=POINTS, scans=scans, labels=labels_for(now))
        ),
        "send_back": lambda: handler.send_back(now, seen=seen, why=Why.BAD_PACK),
        "dispatch": lambda: handler.handle_order_status_change(now, OrderStatus.DISPATCHED),
    }

    done = {name for name in ACTIONS if _goes(acts[name])}

    wanted = MAY.get((status, made), set())
    assert done == wanted


def _goes(act: Callable[[], Any]) -> bool:
    """Tried, and taken back."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except InvalidOrderStatus:
        return False
    return True


def test_paid_back_whole_nothing_is_dispensed(order: Order, staff: User) -> None:
    pay_back(order, lines=[(order.lines.get(), 1)])

    with pytest.raises(InvalidOrderStatus, match="must not leave"):
        EventHandler(user=staff).make_up(order, scans=scans_for(order))
    assert attempt_of(order).refunds.get().reason == RefundReason.CUSTOMER
