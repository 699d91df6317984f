"""A paid order, placed by the shop's own rules and without a card page: Stripe has no part in it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.payments import attempts, books, refunds
from shop.payments.facts import StripeRefund
from shop.payments.life_cycles import RefundReason, Status
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.money import to_minor
from shop.payments.refunds import Wanted
from shop.placing import gate, orders
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from tests.conftest import basket_with, decide_to_approve
from tests.quick.worlds import kept
from tests.settling.paying import quote_of


@kept
def place(user: User, *packs: Product, quantity: int = 1) -> Order:
    """An order whose card was charged."""
    basket = basket_with(user, *packs, quantity=quantity)
    quote = quote_of(basket)
    with transaction.atomic():
        attempt = attempts.start(
            user=user,
            basket=basket,
            prescription=gate.check(user, basket.all_lines()),
            amount_minor=quote.amount_minor,
            currency=quote.currency,
            quote=quote.as_json(),
            quote_hash=quote.hash,
        )
        attempts.move(attempt, Status.SESSION_OPEN, session_id=f"cs_{attempt.pk}")
        intent = f"pi_{attempt.pk}"
        order = orders.place(attempt, intent_id=intent)
        attempts.move(attempt, Status.PLACED, order=order, payment_intent_id=intent)
        with attempts.recorded(attempt, "take_in"):
            PaymentAttempt.objects.filter(pk=attempt.pk).update(captured_minor=quote.amount_minor)
        attempt.refresh_from_db()
        books.write_capture(attempt)
        attempts.move(attempt, Status.CAPTURED)
    return order


def anew(prescription: Prescription, medicine: Product, by: User, **allowed: int) -> None:
    """Reopened because something changed, and approved once more."""
    prescription.refresh_from_db()
    services.reopen(prescription, by=prescription.user, reason="New answers")
    services.claim(prescription, by=by)
    decide_to_approve(prescription, medicine, by=by, **allowed)


def attempt_of(order: Any) -> PaymentAttempt:
    return PaymentAttempt.objects.get(order=order)


def pay_back(order: Any, amount_minor: int | None = None, *, lines: Any = ()) -> Refund:
    """Money that Stripe has sent back: an amount, or what the packs of these lines cost."""
    attempt = attempt_of(order)
    if amount_minor is None:
        prices = [line.unit_price_incl_tax * packs for line, packs in lines]
        amount_minor = to_minor(sum(prices[1:], prices[0]), attempt.currency)
    wanted = Wanted(amount_minor, RefundReason.CUSTOMER, lines=tuple(lines))
    made = refunds.ask(attempt, wanted, by=None)
    seen = StripeRefund(f"re_{made.pk}", amount_minor, "succeeded", str(made.reference), "")
    refunds.record(attempts.lock(attempt), seen)
    made.operation.delete()
    return made
