"""Whether the configured Stripe account is as the shop needs it, thing by thing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.urls import reverse
from oscar.apps.partner.models import StockRecord

from shop.payments import keys, money, probes
from shop.payments.answers import NotPermitted
from shop.payments.gateway import API_VERSION
from shop.payments.probes import Endpoint

# What the shop acts on; Stripe's list keeps the rest for the runbook's commands.
WANTED_EVENTS = (
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
# A signature older than five minutes is refused, and a message takes its time.
CLOCK_MAY_DIFFER = datetime.timedelta(seconds=60)


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "WRONG"
    UNSEEN = "not seen"


@dataclass(frozen=True)
class Line:
    """One thing about the account, and whether it is as the shop needs it."""

    verdict: Verdict
    words: str


def _line(is_right: bool, words: str) -> Line:  # noqa: FBT001 that is what the line says
    return Line(Verdict.RIGHT if is_right else Verdict.WRONG, words)


def look() -> Iterator[Line]:
    """Each thing in turn; what the key may not ask is said, and the next one is asked.

    Raises GatewayUnavailable, also for a key that Stripe does not take.
    """
    yield _key()
    for name, request in probes.REQUESTS.items():
        refusal = probes.refusal_of(request)
        yield _line(not refusal, f"permission {name}{f': {refusal}' if refusal else ''}")
    for part in (_clock, _webhook, _account, _currency, _capture):
        yield from _seen(part)


def _seen(part: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    try:
        yield from part()
    except NotPermitted as refusal:
        name = part.__name__.strip("_")
        yield Line(Verdict.UNSEEN, f"{name}: {refusal}; look in Stripe's dashboard")


def _key() -> Line:
    key = settings.STRIPE_SECRET_KEY
    mode = keys.mode_of(key)
    kind = "restricted" if keys.is_restricted(key) else "not restricted: make a restricted one"
    if not mode:
        return Line(Verdict.WRONG, "key: this is no secret key of Stripe's")
    if keys.is_live() == settings.IS_DEMO:
        whose = "a demonstration" if settings.IS_DEMO else "a real pharmacy"
        return Line(Verdict.WRONG, f"key: a {mode} key, and the shop is {whose}")
    return Line(Verdict.RIGHT, f"key: {mode}, {kind}")


def _clock() -> Iterator[Line]:
    ahead = probes.clock_difference()
    seconds = round(ahead.total_seconds())
    yield _line(abs(ahead) <= CLOCK_MAY_DIFFER, f"clock: {seconds:+d} seconds from Stripe's")


def _webhook() -> Iterator[Line]:
    url = f"{settings.SITE_URL}{reverse('stripe-webhook')}"
    ours = [each for each in probes.list_endpoints() if each.url == url]
    if not ours:
        yield Line(Verdict.WRONG, f"webhook: Stripe has no endpoint {url}")
    for endpoint in ours:
        yield from _endpoint(endpoint)


def _endpoint(endpoint: Endpoint) -> Iterator[Line]:
    is_on = endpoint.is_enabled and endpoint.livemode == keys.is_live()
    yield _line(is_on, f"webhook: {endpoint.url}{'' if is_on else ' is off, or of the other mode'}")
    missing = [kind for kind in WANTED_EVENTS if kind not in endpoint.events]
    if "*" in endpoint.events or not missing:
        yield Line(Verdict.RIGHT, "webhook's events: all that the shop acts on")
    else:
        yield Line(Verdict.WRONG, f"webhook's events: it lacks {', '.join(missing)}")
    version = endpoint.api_version or "the account's own"
    yield _line(version == API_VERSION, f"API version: {version}, the shop's is {API_VERSION}")


def _account() -> Iterator[Line]:
    account = probes.read_account()
    yield _line(account.takes_cards, f"cards: {'' if account.takes_cards else 'not '}taken")
    descriptor = account.statement_descriptor
    yield _line(bool(descriptor), f"statement descriptor: {descriptor or 'none'}")
    yield Line(
        Verdict.RIGHT if account.currency == settings.OSCAR_DEFAULT_CURRENCY else Verdict.UNSEEN,
        f"payout: in {account.currency or 'a currency that Stripe does not say'}; from another "
        "currency Stripe converts, and the smallest amount is that of the payout",
    )


def _currency() -> Iterator[Line]:
    currency = settings.OSCAR_DEFAULT_CURRENCY
    others = StockRecord.objects.exclude(price_currency=currency).count()
    words = f"currency: {currency}, at least {money.least(currency)}"
    yield _line(not others, f"{words}; {others} packs are priced in another" if others else words)


def _capture() -> Iterator[Line]:
    methods = probes.capture_methods()
    if not methods:
        yield Line(Verdict.UNSEEN, "capture: no payment yet; the first order shows it")
    else:
        yield _line(methods == ["manual"], f"capture: {', '.join(methods)}, the shop's is manual")
