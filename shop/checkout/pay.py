"""Sends a customer to the card page, once per quote, whatever they click."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from oscar.apps.order.utils import OrderNumberGenerator

from shop.accounts import holding
from shop.accounts.models import User
from shop.payments import attempts, gateway, money
from shop.payments.answers import KeySpent
from shop.payments.facts import CardPage, Charge
from shop.payments.life_cycles import Kind, Status
from shop.payments.models import PaymentAttempt
from shop.placing.quote import Quote
from shop.prescriptions.models import Prescription
from shop.settling import operations
from shop.settling import settle as settling


class AlreadyUnderWay(Exception):
    """The basket is being paid for; ``attempt`` says where that stands."""

    def __init__(self, attempt: PaymentAttempt) -> None:
        self.attempt = attempt
        super().__init__(str(attempt))


def card_page_for(
    *, user: User, basket: Any, quote: Quote, prescription: Prescription | None
) -> str:
    """The address of the card page for this quote.

    An open card page for the same quote and the same prescription is used again; another one is
    closed first.
    Raises AlreadyUnderWay when the earlier one was paid meanwhile, GatewayUnavailable or
    GatewayRefused when Stripe has no card page to give, TooLittle for less than Stripe charges.
    """
    money.check_least(quote.amount_minor, quote.currency)
    before = attempts.live_for(basket.pk)
    if before is not None:
        is_same = before.quote_hash == quote.hash and before.prescription == prescription
        url = _open_page_of(before, is_same=is_same)
        if url:
            return url
    with transaction.atomic():
        # An account that is being closed must find the attempt, or the attempt the account closed.
        holding.hold(user)
        attempt = attempts.start(
            user=user,
            basket=basket,
            prescription=prescription,
            prescription_version=prescription.version if prescription else None,
            amount_minor=quote.amount_minor,
            currency=quote.currency,
            quote=quote.as_json(),
            quote_hash=quote.hash,
        )
    return _open_page(attempt)


def _open_page_of(before: PaymentAttempt, *, is_same: bool) -> str:
    if before.status == Status.CREATED and is_same:
        return _open_page(before)
    if before.status == Status.CREATED:
        attempts.move(before, Status.EXPIRED)
        return ""
    if before.status == Status.SESSION_OPEN and is_same:
        payment = gateway.read_payment(before.session_id or "")
        if payment.session_status == "open":
            return payment.url
    elif before.status == Status.SESSION_OPEN:
        operations.run(attempts.queue(before, Kind.EXPIRE))
    settling.settle(before)
    if before.status in (Status.EXPIRED, Status.VOIDED):
        return ""
    raise AlreadyUnderWay(before)


def _open_page(attempt: PaymentAttempt) -> str:
    number = OrderNumberGenerator().order_number(attempt.basket)
    charge = Charge(
        str(attempt.reference), attempt.amount_minor, attempt.currency, f"Order {number}"
    )
    try:
        page = gateway.open_card_page(
            charge,
            return_url=_address("checkout:return", attempt),
            cancel_url=f"{settings.SITE_URL}{reverse('checkout:preview')}",
        )
    except KeySpent:
        # The key is the attempt's own, so only another attempt gets another answer.
        with suppress(attempts.TransitionRefused):
            attempts.move(attempt, Status.EXPIRED)
        raise
    try:
        attempts.move(attempt, Status.SESSION_OPEN, session_id=page.session_id)
    except attempts.TransitionRefused:
        _give_way(attempt, page)
    return page.url


def _give_way(attempt: PaymentAttempt, page: CardPage) -> None:
    """Another click was faster: with the same card page that is fine, else nobody may pay here."""
    attempt.refresh_from_db()
    if attempt.session_id == page.session_id:
        return
    gateway.close_card_page(page.session_id, idempotency_key=f"close-{attempt.reference}")
    raise attempts.AnotherAttemptIsLive


def _address(name: str, attempt: PaymentAttempt) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[attempt.reference])}"
