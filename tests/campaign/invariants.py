"""What must be true of every world when all is settled, whatever happened in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Sum
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from shop.audit import states
from shop.payments.life_cycles import Review, Status
from shop.payments.models import PaymentAttempt, Refund, StripeOperation
from shop.payments.money import to_minor
from shop.prescriptions.models import Authorisation, Supply
from shop.register.models import Entry
from shop.standing.consequences import BEFORE_LEAVING
from shop.standing.question import stops_of
from shop.standing.stopping import subject_of
from shop.tasks.kinds import Kind
from shop.tasks.models import Task
from tests.campaign.actions.outside import FOREIGN
from tests.campaign.world import World
from tests.demo.stripe.stripe_document import check_request

CANCELLED = "Cancelled"
GONE = ("Dispatched", "Complete")
PRIVATE = ("baclofen", "bac10", "robin", "anna", "sample", "example.com", "10 mg")
# Requests of a form that Stripe's document was seen to allow; to check one takes a while.
CHECKED: set[str] = set()
# What Stripe calls its own objects: random signs, in which any short word turns up one day.
STRIPES_NAMES = re.compile(r"\b(?:cs_(?:test|live)|[a-z]{2,4})_[A-Za-z0-9]{14,}")
Rule = Callable[[World], Iterator[str]]


def violations(world: World) -> list[str]:
    """Every rule that is broken, in words; what a shop process did not expect among them."""
    broken = [f"{rule.__name__}: {what}" for rule in RULES for what in rule(world)]
    return [*broken, *world.errors]


def _attempts(world: World) -> list[PaymentAttempt]:
    users = [customer.user for customer in world.customers]
    return list(PaymentAttempt.objects.filter(user__in=users).order_by("pk"))


def _charge(world: World, intent: Any) -> Any:
    return world.stripe.store.get("charge", intent["latest_charge"])


def _intents(world: World) -> list[Any]:
    """Those of the shop; others' payments in the same account are nothing to it."""
    intents = world.stripe.store.all("payment_intent")
    return [intent for intent in intents if FOREIGN not in intent["id"]]


def _captured(world: World) -> list[Any]:
    return [intent for intent in _intents(world) if intent["status"] == "succeeded"]


def every_order_that_stands_was_captured_once(world: World) -> Iterator[str]:
    standing = {order.pk for order in world.orders if order.status != CANCELLED}
    paid = Counter(
        attempt.order_id
        for intent in _captured(world)
        for attempt in _attempts(world)
        if attempt.payment_intent_id == intent["id"] and attempt.order_id in standing
    )
    for order in world.orders:
        if order.pk in standing and paid[order.pk] != 1:
            yield f"order {order.number} ({order.status}) has {paid[order.pk]} captures"


def every_capture_without_a_standing_order_went_back(world: World) -> Iterator[str]:
    standing = {order.pk for order in world.orders if order.status != CANCELLED}
    kept = {
        attempt.payment_intent_id for attempt in _attempts(world) if attempt.order_id in standing
    }
    for intent in _captured(world):
        back = _charge(world, intent)["amount_refunded"] + _disputed(world, intent)
        is_back = back == intent["amount_received"] or _is_known_to_staff(world, intent)
        if intent["id"] not in kept and not is_back:
            yield f"{intent['id']} has no order that stands, and only {back} went back"


def _is_known_to_staff(world: World, intent: Any) -> bool:
    """Money that the customer's bank has sent back to us does not go again of itself."""
    [attempt] = [each for each in _attempts(world) if each.payment_intent_id == intent["id"]]
    return (attempt.status, attempt.review) == (Status.NEEDS_REVIEW, Review.REFUND_FAILED)


def no_authorisation_is_left(world: World) -> Iterator[str]:
    for intent in _intents(world):
        if intent["status"] == "requires_capture":
            yield f"{intent['id']} still holds {intent['amount_capturable']}"


def the_ledger_is_stripes_to_the_cent(world: World) -> Iterator[str]:
    for order in world.orders:
        [source] = order.sources.all()
        intent = world.stripe.store.get("payment_intent", source.reference)
        ours = _minor(source, "amount_allocated", "amount_debited", "amount_refunded")
        theirs = (intent["amount"], *_taken_and_back(world, intent))
        if ours != theirs:
            yield f"order {order.number}: ledger {ours}, Stripe {theirs}"
        yield from _transactions_add_up(order, source)


def _taken_and_back(world: World, intent: Any) -> tuple[int, int]:
    """Stripe also books the release of a hold as a refund; that is not money that came back."""
    charge = _charge(world, intent)
    return (charge["amount_captured"], charge["amount_refunded"] if charge["captured"] else 0)


def _minor(source: Any, *fields: str) -> tuple[int, ...]:
    return tuple(to_minor(getattr(source, field), source.currency) for field in fields)


def _transactions_add_up(order: Any, source: Any) -> Iterator[str]:
    sums: Counter[str] = Counter()
    for transaction in source.transactions.all():
        sums[transaction.txn_type] += transaction.amount
    fields = {
        "Authorise": source.amount_allocated,
        "Debit": source.amount_debited,
        "Refund": source.amount_refunded,
    }
    for kind, amount in fields.items():
        if sums[kind] != amount:
            yield f"order {order.number}: {kind} sums to {sums[kind]}, source says {amount}"


def every_attempt_knows_what_stripe_knows(world: World) -> Iterator[str]:
    for attempt in _attempts(world):
        if not attempt.payment_intent_id:
            continue
        intent = world.stripe.store.get("payment_intent", attempt.payment_intent_id)
        ours = (attempt.captured_minor, attempt.refunded_minor)
        if ours != _taken_and_back(world, intent) or attempt.refunding_minor:
            yield f"{attempt}: {ours}, Stripe {_taken_and_back(world, intent)}"
        if attempt.disputed_minor != _disputed(world, intent):
            yield f"{attempt}: {attempt.disputed_minor} disputed, Stripe {_disputed(world, intent)}"


def _disputed(world: World, intent: Any) -> int:
    return sum(
        dispute["amount"]
        for dispute in world.stripe.store.all("dispute")
        if dispute["payment_intent"] == intent["id"] and dispute["status"] != "won"
    )


def every_refund_was_made_once(world: World) -> Iterator[str]:
    """A refund that the bank sent back may be followed by another, of another number."""
    ours = (each["metadata"].get("refund") for each in world.stripe.store.all("refund"))
    for reference, count in Counter(ours).items():
        if reference and count > 1:
            yield f"refund {reference} was made {count} times"


def stock_is_conserved(world: World) -> Iterator[str]:
    for record in StockRecord.objects.filter(product__parent=world.medicine):
        held, gone = (
            sum(
                line.quantity
                for order in world.orders
                if is_counted(order.status)
                for line in order.lines.filter(stockrecord=record)
                if not line.is_taken_out
            )
            for is_counted in (lambda status: status not in (CANCELLED, *GONE), GONE.__contains__)
        )
        found = (record.num_in_stock, record.num_allocated or 0)
        wanted = (world.cast.in_stock - gone, held)
        if found != wanted or not 0 <= found[1] <= found[0]:
            yield f"{record}: in stock and allocated {found}, by the orders {wanted}"


def tablets_are_conserved(world: World) -> Iterator[str]:
    for customer in world.customers:
        for given in Authorisation.objects.filter(prescription__in=customer.prescriptions):
            out = given.supply_rows.filter(returned_at__isnull=True)
            supplied = out.aggregate(sum=Sum("units"))["sum"] or 0
            if not supplied == given.units_supplied <= given.units_authorised:
                yield (
                    f"{supplied} supplied, {given.units_supplied} counted, "
                    f"{given.units_authorised} authorised"
                )


def every_line_has_its_supply(world: World) -> Iterator[str]:
    for order in world.orders:
        for line in order.lines.all():
            out = Supply.objects.filter(order_line=line, returned_at__isnull=True)
            units = out.aggregate(sum=Sum("units"))["sum"] or 0
            is_over = order.status == CANCELLED or line.is_taken_out
            due = 0 if is_over else line.quantity * line.units
            if units != due:
                yield f"order {order.number} ({order.status}): {units} tablets, {due} due"


def what_left_is_in_the_register_once(world: World) -> Iterator[str]:
    for order in world.orders:
        supplies = Supply.objects.filter(order_line__order=order, returned_at__isnull=True)
        due = supplies.count() if order.status in GONE else 0
        entered = Entry.objects.filter(supply__in=supplies).count()
        if entered != due:
            yield f"order {order.number} ({order.status}): {entered} entries, {due} due"


def no_order_is_on_another_patients_prescription(world: World) -> Iterator[str]:
    for order in world.orders:
        wanted_for = world.told.wanted_for.get(order.payment_attempt.pk)
        supplies = Supply.objects.filter(order_line__order=order)
        found = set(supplies.values_list("authorisation__prescription__patient", flat=True))
        if found != {wanted_for}:
            yield f"order {order.number} was for patient {wanted_for}, and is on those of {found}"


def nothing_happened_that_must_not(world: World) -> Iterator[str]:
    """What left without an approval or without its money, and what was ordered for the removed."""
    yield from world.told.broken


def every_order_that_stops_is_on_somebodys_list(world: World) -> Iterator[str]:
    for order in world.orders:
        listed = Task.objects.about(Kind.ORDER_STOPPED, subject_of(order)).still_open().exists()
        if order.status in BEFORE_LEAVING and bool(stops_of(order)) != listed:
            stops = "; ".join(each.words for each in stops_of(order))
            yield f"order {order.number}: {stops or 'nothing'} stops it, listed: {listed}"
        if order.status not in BEFORE_LEAVING and listed:
            yield f"order {order.number} is {order.status}, and still to be decided about"


def whoever_gets_nothing_is_spoken_to(world: World) -> Iterator[str]:
    """Where it was not the customer who took the order back."""
    for order in world.orders:
        by_customer = order.notes.filter(message__contains="by the customer").exists()
        told = Task.objects.about(Kind.PATIENT_WITHOUT, subject_of(order)).exists()
        if order.status == CANCELLED and not by_customer and not told:
            yield f"order {order.number} was cancelled, and no pharmacist speaks to the patient"


def every_order_has_lines_and_a_basket_of_its_own(world: World) -> Iterator[str]:
    orders = Order.objects.filter(pk__in=[order.pk for order in world.orders])
    for order in orders.annotate(n=Count("lines")).filter(n=0):
        yield f"order {order.number} has no lines"
    for basket, count in Counter(orders.values_list("basket_id", flat=True)).items():
        if count > 1:
            yield f"basket {basket} was ordered {count} times"


def the_log_knows_what_decides(world: World) -> Iterator[str]:
    """Whoever was killed, and whatever met: no row is other than its newest entry says."""
    prescriptions = [each.pk for customer in world.customers for each in customer.prescriptions]
    deciding = (
        world.orders,
        Authorisation.objects.filter(prescription__in=prescriptions),
        StockRecord.objects.filter(product__parent=world.medicine),
        Product.objects.filter(parent=world.medicine),
        Refund.objects.filter(attempt__in=_attempts(world)),
    )
    for rows in deciding:
        for row in rows:
            yield from states.differences(states.kind_of(row), [row.pk]).values()


def nothing_is_left_to_do(world: World) -> Iterator[str]:
    users = [customer.user for customer in world.customers]
    for operation in StripeOperation.objects.filter(attempt__user__in=users, done_at__isnull=True):
        yield f"{operation.kind} is still to be done: {operation.error}"


def nobody_has_to_look_without_need(world: World) -> Iterator[str]:
    for attempt in _attempts(world):
        needed = attempt.review in {"", Review.REFUND_FAILED}
        if attempt.status == Status.NEEDS_REVIEW and not needed:
            yield f"{attempt} was left to a person: {attempt.review}"


def the_reconciliation_finds_nothing_in_the_end(world: World) -> Iterator[str]:
    if not world.is_reconciled:
        yield "its last run ended with a finding"


def stripe_was_asked_properly_and_told_nothing_private(world: World) -> Iterator[str]:
    for request in world.stripe.requests:
        shape = (request.method, request.path.split("/")[2:4], sorted(request.params))
        if str(shape) not in CHECKED:
            check_request(request.method, request.path, request.params)
            CHECKED.add(str(shape))
        sent = STRIPES_NAMES.sub("", f"{request.path} {request.params}").lower()
        for word in PRIVATE:
            if word in sent:
                yield f"{word!r} was sent to Stripe: {sent}"


RULES: tuple[Rule, ...] = (
    every_order_that_stands_was_captured_once,
    every_capture_without_a_standing_order_went_back,
    no_authorisation_is_left,
    the_ledger_is_stripes_to_the_cent,
    every_attempt_knows_what_stripe_knows,
    every_refund_was_made_once,
    stock_is_conserved,
    tablets_are_conserved,
    every_line_has_its_supply,
    what_left_is_in_the_register_once,
    no_order_is_on_another_patients_prescription,
    nothing_happened_that_must_not,
    every_order_that_stops_is_on_somebodys_list,
    whoever_gets_nothing_is_spoken_to,
    every_order_has_lines_and_a_basket_of_its_own,
    the_log_knows_what_decides,
    nothing_is_left_to_do,
    nobody_has_to_look_without_need,
    the_reconciliation_finds_nothing_in_the_end,
    stripe_was_asked_properly_and_told_nothing_private,
)
