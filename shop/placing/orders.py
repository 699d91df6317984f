"""Places an order: one transaction that takes the stock, the units and the payment together."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from oscar.apps.order.models import Order
from oscar.core.loading import get_class

from catalogue.content.models import Medicine
from shop.accounts.actors import actor_of
from shop.audit import states
from shop.basket.models import Basket
from shop.order.utils import OutOfStock
from shop.partner.strategy import Selector
from shop.patients import services as patients
from shop.payments import books
from shop.payments.models import PaymentAttempt
from shop.placing import gate
from shop.placing.quote import Totals, address_from, quote_for, totals_of
from shop.placing.refusals import Reason, Refused
from shop.prescriptions import supply_ledger
from shop.prescriptions.models import Prescription, Supply

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
    _hold_medicines(lines)
    gate.check_on_sale(lines)
    gate.check_known(lines)
    gate.check_address(address)
    gate.check_destination(address.country, lines)
    prescription = _locked_prescription(attempt, lines)
    if prescription:
        gate.check_decided_for(address.country, prescription)
    totals = totals_of(basket, quote.delivery_code)
    customer = actor_of(attempt.user)
    stock = {line.stockrecord_id: line.stockrecord for line in lines}
    with states.changing(*stock.values(), action="stock.allocate", actor=customer):
        order = _write_order(attempt, basket, address, totals)
        if prescription:
            _take_units(prescription, order, lines)
        books.write_authorisation(order, currency=attempt.currency, reference=intent_id)
    states.record(order, "order.place", actor=customer)
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


def _hold_medicines(lines: list[Any]) -> None:
    """Until the order is there, nobody takes back the signature that its medicines are sold on."""
    products = {line.product.parent_id for line in lines}
    held = Medicine.objects.filter(product__in=products).order_by("pk")
    list(held.select_for_update(of=("self",)).values_list("pk"))


def _locked_prescription(attempt: PaymentAttempt, lines: list[Any]) -> Prescription | None:
    if attempt.prescription is None:
        if gate.needs_of(lines):
            raise Refused(Reason.NO_PRESCRIPTION)
        return None
    if attempt.prescription.patient:
        # Before the prescription, as whoever changes the answers of both.
        patients.hold(attempt.prescription.patient)
    return supply_ledger.lock(attempt.prescription)


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


def _take_units(prescription: Prescription, order: Order, lines: list[Any]) -> None:
    authorised = gate.check_prescription(prescription, lines)
    supplies = [
        _take(authorised[line.medicine_id, line.strength], line)
        for line in order.lines.select_related("medicine")
        if line.needed_prescription
    ]
    if supplies:
        supply_ledger.finish_supply(prescription, by=order.user, last=supplies[-1])


def _take(authorisation: Any, line: Any) -> Supply:
    try:
        return supply_ledger.take(authorisation, units=line.units_sold, order_line=line)
    except supply_ledger.NothingLeft as error:
        raise Refused(
            Reason.TOO_MANY,
            wanted=line.medicine.form.counted_of(line.units_sold, line.strength),
            allowed=authorisation.units_left,
        ) from error
