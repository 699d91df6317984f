"""What must be true of every world when all is settled, whatever happened in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Sum
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from shop.payments.models import PaymentAttempt, StripeOperation
from shop.payments.money import to_minor
from shop.prescriptions.models import Authorisation, Supply
from tests.campaign.world import World
from tests.payments.emulator.stripe_document import check_request

PRIVATE = ("baclofen", "bac10", "robin", "anna", "sample", "example.com", "10 mg")
Rule = Callable[[World], Iterator[str]]


def violations(world: World) -> list[str]:
    """Every rule that is broken, in words; what a shop process did not expect among them."""
    broken = [f"{rule.__name__}: {what}" for rule in RULES for what in rule(world)]
    return [*broken, *world.errors]


def _orders(world: World) -> list[Any]:
    users = [customer.user for customer in world.customers]
    return list(Order.objects.filter(user__in=users).order_by("pk"))


def _intents(world: World) -> list[Any]:
    return world.stripe.store.all("payment_intent")


def every_order_is_paid_by_one_capture(world: World) -> Iterator[str]:
    captured = [intent["id"] for intent in _intents(world) if intent["status"] == "succeeded"]
    paid = [_intent_of(order) for order in _orders(world)]
    if Counter(captured) != Counter(paid):
        yield f"captured {captured}, orders are paid by {paid}"


def _intent_of(order: Any) -> str:
    attempt = PaymentAttempt.objects.filter(order=order).first()
    return str(attempt.payment_intent_id) if attempt else f"nothing (order {order.number})"


def no_authorisation_is_left(world: World) -> Iterator[str]:
    for intent in _intents(world):
        if intent["status"] == "requires_capture":
            yield f"{intent['id']} still holds {intent['amount_capturable']}"


def the_ledger_is_stripes_to_the_cent(world: World) -> Iterator[str]:
    for order in _orders(world):
        for source in order.sources.all():
            intent = world.stripe.store.get("payment_intent", source.reference)
            charge = world.stripe.store.get("charge", intent["latest_charge"])
            ours = _minor(source, "amount_allocated", "amount_debited", "amount_refunded")
            theirs = (charge["amount"], charge["amount_captured"], charge["amount_refunded"])
            if ours != theirs:
                yield f"order {order.number}: ledger {ours}, Stripe {theirs}"
            yield from _transactions_add_up(order, source)


def _minor(source: Any, *fields: str) -> tuple[int, ...]:
    return tuple(to_minor(getattr(source, field), source.currency) for field in fields)


def _transactions_add_up(order: Any, source: Any) -> Iterator[str]:
    sums = dict(source.transactions.values_list("txn_type").annotate(Sum("amount")))
    fields = {
        "Authorise": source.amount_allocated,
        "Debit": source.amount_debited,
        "Refund": source.amount_refunded,
    }
    for kind, amount in fields.items():
        if sums.get(kind, 0) != amount:
            yield f"order {order.number}: {kind} sums to {sums.get(kind)}, source says {amount}"


def stock_is_conserved(world: World) -> Iterator[str]:
    for record in StockRecord.objects.filter(product__parent=world.medicine):
        ordered = sum(
            line.quantity
            for order in _orders(world)
            for line in order.lines.all()
            if line.stockrecord_id == record.pk
        )
        allocated = record.num_allocated or 0
        if allocated != ordered or not 0 <= allocated <= record.num_in_stock:
            yield f"{record}: {ordered} ordered, {allocated} of {record.num_in_stock} allocated"


def tablets_are_conserved(world: World) -> Iterator[str]:
    for customer in world.customers:
        for given in Authorisation.objects.filter(prescription__in=customer.prescriptions):
            supplied = given.supply_rows.aggregate(sum=Sum("tablets"))["sum"] or 0
            if not supplied == given.tablets_supplied <= given.tablets_authorised:
                yield f"{supplied} in rows, {given.tablets_supplied} counted, of {given.tablets_authorised}"


def every_line_has_its_supply(world: World) -> Iterator[str]:
    for order in _orders(world):
        for line in order.lines.all():
            tablets = Supply.objects.filter(order_line=line).aggregate(sum=Sum("tablets"))["sum"]
            if tablets != line.quantity * line.product.tablets:
                yield f"order {order.number}: {tablets} tablets for {line.quantity} × {line.product}"


def every_order_has_lines_and_a_basket_of_its_own(world: World) -> Iterator[str]:
    orders = Order.objects.filter(pk__in=[order.pk for order in _orders(world)])
    for order in orders.annotate(n=Count("lines")).filter(n=0):
        yield f"order {order.number} has no lines"
    for basket, count in Counter(orders.values_list("basket_id", flat=True)).items():
        if count > 1:
            yield f"basket {basket} was ordered {count} times"


def nothing_is_left_to_do(world: World) -> Iterator[str]:
    users = [customer.user for customer in world.customers]
    for operation in StripeOperation.objects.filter(
        attempt__user__in=users, done_at__isnull=True
    ):
        yield f"{operation.kind} is still to be done"


def stripe_was_asked_properly_and_told_nothing_private(world: World) -> Iterator[str]:
    for request in world.stripe.requests:
        check_request(request.method, request.path, request.params)
        sent = f"{request.path} {request.params}".lower()
        for word in PRIVATE:
            if word in sent:
                yield f"{word!r} was sent to Stripe: {sent}"


RULES: tuple[Rule, ...] = (
    every_order_is_paid_by_one_capture,
    no_authorisation_is_left,
    the_ledger_is_stripes_to_the_cent,
    stock_is_conserved,
    tablets_are_conserved,
    every_line_has_its_supply,
    every_order_has_lines_and_a_basket_of_its_own,
    nothing_is_left_to_do,
    stripe_was_asked_properly_and_told_nothing_private,
)
