"""Places an order: one transaction that takes the stock, the tablets and the payment together."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from oscar.apps.order.models import Order, PaymentEventType
from oscar.apps.partner.strategy import Selector
from oscar.apps.payment.models import Source, SourceType
from oscar.core.loading import get_class

from shop.basket.models import Basket
from shop.fulfilment import gate
from shop.fulfilment.quote import Totals, address_from, quote_for, totals_of
from shop.fulfilment.refusals import Reason, Refused
from shop.order.utils import OutOfStock
from shop.payments.models import PaymentAttempt
from shop.prescriptions import ledger
from shop.prescriptions.models import Prescription

OrderCreator = get_class("order.utils", "OrderCreator")


def place(attempt: PaymentAttempt, *, intent_id: str) -> Order:
    """Place the order an attempt was made for; the caller holds the transaction and the attempt.

    Raises Refused, and then nothing may be kept of what was written.
    """
    basket = _take_basket(attempt)
    address = address_from(attempt.quote["address"])
    quote = quote_for(basket, delivery_code=attempt.quote["delivery_code"], address=address)
    if quote.hash != attempt.quote_hash:
        raise Refused(Reason.CHANGED)
    lines = list(basket.all_lines())
    gate.check_destination(address.country, lines)
    prescription = _locked_prescription(attempt, lines)
    if prescription:
        gate.check_decided_for(address.country, prescription)
    totals = totals_of(basket, quote.delivery_code)
    order = _write_order(attempt, basket, address, totals)
    if prescription:
        _take_tablets(prescription, order, lines)
    _write_payment(order, attempt, intent_id)
    return order


def _take_basket(attempt: PaymentAttempt) -> Any:
    taken = Basket.objects.filter(pk=attempt.basket_id, status=Basket.OPEN).update(
        status=Basket.SUBMITTED, date_submitted=timezone.now()
    )
    if not taken:
        raise Refused(Reason.CHANGED)
    basket = Basket.objects.get(pk=attempt.basket_id)
    basket.strategy = Selector().strategy(user=attempt.user)
    return basket


def _locked_prescription(attempt: PaymentAttempt, lines: list[Any]) -> Prescription | None:
    if attempt.prescription is None:
        if gate.needs_of(lines):
            raise Refused(Reason.NO_PRESCRIPTION)
        return None
    return ledger.lock(attempt.prescription)


def _write_order(attempt: PaymentAttempt, basket: Any, address: Any, totals: Totals) -> Order:
    address.save()
    try:
        return OrderCreator().place_order(
            basket=basket,
            total=totals.total,
            shipping_method=totals.delivery_method,
            shipping_charge=totals.delivery_charge,
            user=attempt.user,
            shipping_address=address,
        )
    except OutOfStock as error:
        raise Refused(Reason.OUT_OF_STOCK, title=error.title) from error


def _take_tablets(prescription: Prescription, order: Order, lines: list[Any]) -> None:
    authorised = gate.check_prescription(prescription, lines, day=timezone.localdate())
    for line in order.lines.select_related("product__parent__product_class"):
        product = line.product
        if product.needs_prescription:
            authorisation = authorised[product.parent_id, product.strength_mg]
            _take(authorisation, line.quantity * product.tablets, line)
    ledger.close_if_used_up(prescription, by=order.user)


def _take(authorisation: Any, tablets: int, line: Any) -> None:
    try:
        ledger.take(authorisation, tablets=tablets, order_line=line)
    except ledger.NothingLeft as error:
        raise Refused(
            Reason.TOO_MANY,
            wanted=tablets,
            strength=authorisation.strength_mg,
            allowed=authorisation.tablets_left,
        ) from error


def _write_payment(order: Order, attempt: PaymentAttempt, intent_id: str) -> None:
    source_type, _ = SourceType.objects.get_or_create(code="stripe", defaults={"name": "Stripe"})
    source = Source.objects.create(
        order=order,
        source_type=source_type,
        currency=attempt.currency,
        reference=intent_id,
    )
    source.allocate(order.total_incl_tax, reference=intent_id, status="requires_capture")
    write_payment_event(order, "Authorised", reference=intent_id)


def write_payment_event(order: Order, name: str, *, reference: str) -> None:
    """Note on the order that this happened to all of its money."""
    event_type, _ = PaymentEventType.objects.get_or_create(name=name)
    event = order.payment_events.create(
        event_type=event_type, amount=order.total_incl_tax, reference=reference
    )
    for line in order.lines.all():
        event.line_quantities.create(line=line, quantity=line.quantity)


def write_capture(attempt: PaymentAttempt) -> None:
    """Write the captured money into the ledger staff see; the caller holds the attempt."""
    order, reference = attempt.order, attempt.payment_intent_id
    if order is None or reference is None:
        raise ValueError(f"{attempt} has no order to capture for")
    source = Source.objects.select_for_update().get(order=order, reference=reference)
    source.debit(order.total_incl_tax, reference=reference, status="succeeded")
    write_payment_event(order, "Captured", reference=reference)
