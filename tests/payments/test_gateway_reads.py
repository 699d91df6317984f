"""The gateway is given each object with each thing that Stripe's document lets be otherwise.

It reads it, or stops with one of the errors it names; and never puts in a sum or a status itself.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
import stripe  # noqa: TID251 the gateway is given the client's own objects

from shop.demo.stripe import signatures
from shop.payments import gateway
from shop.payments.answers import (
    GatewayRefused,
    GatewayUnavailable,
    KeyRefused,
    KeySpent,
    NotPermitted,
    NotUnderstood,
    SignatureRefused,
)
from shop.payments.facts import Charge
from tests.payments.stripe_says import Body, Variant, changed, variants, whole, without

LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
CHARGE = Charge("a reference", 4090, "USD", "Order 1")
NAMED = (GatewayRefused, GatewayUnavailable, NotUnderstood, SignatureRefused)


def intent(**changes: Any) -> Body:
    """A payment that holds money on a card."""
    made = whole("payment_intent", latest_charge="charge")
    return made | {"status": "requires_capture", "amount": 4090} | changes


def session(**changes: Any) -> Body:
    """A card page that was paid at."""
    made = whole("checkout.session") | {"status": "complete", "payment_intent": intent()}
    return made | changes


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """What the client gives back to the gateway, whatever it is asked."""

    def give(answered: Any) -> None:
        monkeypatch.setattr(gateway, "ask", lambda _do: answered)

    return give


def built(cls: Any, body: Body) -> Any:
    return cls.construct_from(body, "sk_test_none")


def notice_of(body: Body) -> Any:
    text = json.dumps(body).encode()
    now = int(datetime.datetime.now(datetime.UTC).timestamp())
    return gateway.read_notice(text, signatures.header(text, secret="whsec_test", signed_at=now))


# Each function that reads, the class of what it reads, whether a list of them, and how it is called.
READERS: dict[str, tuple[Any, bool, Callable[[], Any]]] = {
    "open_card_page": (
        stripe.checkout.Session,
        False,
        lambda: gateway.open_card_page(CHARGE, return_url="r", cancel_url="c"),
    ),
    "read_payment": (stripe.checkout.Session, False, lambda: gateway.read_payment("cs_1")),
    "capture": (
        stripe.PaymentIntent,
        False,
        lambda: gateway.capture("pi_1", idempotency_key="k"),
    ),
    "read_funds": (stripe.PaymentIntent, False, lambda: gateway.read_funds("pi_1")),
    "list_funds": (stripe.PaymentIntent, True, lambda: gateway.list_funds(LONG_AGO)),
    "refund": (
        stripe.Refund,
        False,
        lambda: gateway.refund("pi_1", amount=1, reference="r", idempotency_key="k"),
    ),
    "list_refunds": (stripe.Refund, True, lambda: gateway.list_refunds("pi_1")),
    "list_disputes": (stripe.Dispute, True, lambda: gateway.list_disputes("pi_1")),
    "list_events": (stripe.Event, True, lambda: gateway.list_events(LONG_AGO)),
}
FUNDS = variants("payment_intent", latest_charge="charge")
PAGES = [
    *variants("checkout.session", payment_intent="payment_intent"),
    *((f"payment_intent: {label}", session(payment_intent=body)) for label, body in FUNDS),
]
BODIES: dict[str, list[Variant]] = {
    "open_card_page": variants("checkout.session"),
    "read_payment": PAGES,
    "capture": FUNDS,
    "read_funds": FUNDS,
    "list_funds": FUNDS,
    "refund": variants("refund"),
    "list_refunds": variants("refund"),
    "list_disputes": variants("dispute"),
    "list_events": variants("event"),
}


@pytest.mark.parametrize("reader", READERS)
def test_whatever_stripes_document_allows_is_read_or_stops_with_a_named_error(
    reader: str, answer: Callable[[Any], None]
) -> None:
    cls, is_list, call = READERS[reader]
    unnamed = []
    for label, body in BODIES[reader]:
        made = built(cls, body)
        answer([made] if is_list else made)
        try:
            call()
        except NAMED:
            continue
        except Exception as error:  # noqa: BLE001 that it is raised at all is the finding
            unnamed.append(f"{label}: {type(error).__name__}: {error}")

    assert unnamed == []


def test_whatever_event_is_sent_is_read_or_refused() -> None:
    unnamed = []
    for label, body in BODIES["list_events"]:
        try:
            notice_of(body)
        except NAMED:
            continue
        except Exception as error:  # noqa: BLE001 that it is raised at all is the finding
            unnamed.append(f"{label}: {type(error).__name__}: {error}")

    assert unnamed == []


@pytest.mark.parametrize(
    ("status", "name", "expected"),
    [
        (400, "InvalidRequestError", GatewayRefused),
        (400, "IdempotencyError", KeySpent),
        (401, "AuthenticationError", KeyRefused),
        (402, "CardError", GatewayRefused),
        (403, "PermissionError", NotPermitted),
        (404, "InvalidRequestError", GatewayRefused),
        (409, "APIError", GatewayUnavailable),
        (429, "RateLimitError", GatewayUnavailable),
        (500, "APIError", GatewayUnavailable),
    ],
)
def test_each_refusal_is_taken_for_what_it_is_whatever_it_says_beside_its_status(
    status: int, name: str, expected: type[Exception]
) -> None:
    arguments = ("param", "code") if name in ("InvalidRequestError", "CardError") else ()
    for label, body in variants("error"):
        words = (body.get("error") or {}).get("message")
        error = getattr(stripe, name)(words, *arguments, json_body=body, http_status=status)

        def refuse(_client: Any, error: Exception = error) -> None:
            raise error

        with pytest.raises((GatewayRefused, GatewayUnavailable)) as raised:
            gateway.ask(refuse)
        assert type(raised.value) is expected, label


def test_no_key_and_no_address_of_stripes_words_is_passed_on_with_a_refused_key() -> None:
    words = "Invalid API Key provided: rk_live_51abc***def"

    def refuse(_client: Any) -> None:
        raise stripe.AuthenticationError(words, http_status=401)

    with pytest.raises(KeyRefused) as raised:
        gateway.ask(refuse)

    assert "rk_live" not in str(raised.value)
    assert "STRIPE_SECRET_KEY" in str(raised.value)


def test_a_missing_permission_is_said_by_its_name() -> None:
    words = (
        "The provided key 'rk_live_*abc' does not have the required permissions for this endpoint "
        "on account 'acct_1'. Having the 'rak_charge_read' permission would allow it to continue."
    )

    def refuse(_client: Any) -> None:
        raise stripe.PermissionError(words, http_status=403)

    with pytest.raises(KeyRefused, match="rak_charge_read") as raised:
        gateway.ask(refuse)

    assert "rk_live" not in str(raised.value)
    assert "acct_1" not in str(raised.value)


# What the shop cannot go without: it is not made up, and its lack has one name.
ESSENTIALS = {
    "read_payment": [
        "id",
        "status",
        "client_reference_id",
        "livemode",
        "payment_intent.id",
        "payment_intent.status",
        "payment_intent.amount",
        "payment_intent.currency",
    ],
    "read_funds": ["id", "status", "amount_received"],
    "capture": ["status", "amount_received"],
    "refund": ["id", "amount", "status"],
    "list_refunds": ["id", "amount", "status"],
    "list_disputes": ["id", "amount", "status"],
}
GOOD: dict[str, Body] = {
    "read_payment": session(),
    "read_funds": intent(),
    "capture": intent(status="succeeded", amount_received=4090),
    "refund": whole("refund"),
    "list_refunds": whole("refund"),
    "list_disputes": whole("dispute"),
}


@pytest.mark.parametrize("how", ["left out", "null", "another type"])
@pytest.mark.parametrize(
    ("reader", "field"), [(reader, field) for reader in ESSENTIALS for field in ESSENTIALS[reader]]
)
def test_what_the_shop_cannot_go_without_is_one_named_error(
    how: str, reader: str, field: str, answer: Callable[[Any], None]
) -> None:
    cls, is_list, call = READERS[reader]
    body = GOOD[reader]
    spoilt = {
        "left out": without(body, field),
        "null": changed(body, field, None),
        "another type": changed(body, field, [4090]),
    }[how]
    made = built(cls, spoilt)
    answer([made] if is_list else made)

    with pytest.raises(NotUnderstood, match=field.rpartition(".")[2]):
        call()


@pytest.mark.parametrize("field", ["amount", "amount_captured", "amount_refunded"])
def test_what_went_back_is_not_made_up(field: str, answer: Callable[[Any], None]) -> None:
    charge = whole("charge") | {"captured": True}
    answer(built(stripe.PaymentIntent, intent(latest_charge=without(charge, field))))

    with pytest.raises(NotUnderstood, match=field):
        gateway.read_funds("pi_1")


@pytest.mark.parametrize(
    ("reader", "field"), [("read_payment", "payment_intent.status"), ("read_funds", "status")]
)
def test_a_status_of_a_payment_that_nobody_knows_is_not_acted_on(
    reader: str, field: str, answer: Callable[[Any], None]
) -> None:
    cls, _, call = READERS[reader]
    answer(built(cls, changed(GOOD[reader], field, "held_by_the_moon")))

    with pytest.raises(NotUnderstood, match="held_by_the_moon"):
        call()


def test_a_page_that_nobody_used_has_no_payment(answer: Callable[[Any], None]) -> None:
    answer(built(stripe.checkout.Session, session(status="open", payment_intent=None)))

    assert gateway.read_payment("cs_1").intent is None


@pytest.mark.parametrize("details", [{"type": "klarna"}, None, {"card": {}, "type": "card"}])
def test_a_charge_without_a_day_to_capture_by_is_read(
    details: Any, answer: Callable[[Any], None]
) -> None:
    charge = whole("charge") | {"payment_method_details": details}
    answer(built(stripe.PaymentIntent, intent(latest_charge=charge)))

    assert gateway.read_funds("pi_1").capture_before is None


def test_one_payment_that_is_not_understood_hides_no_other(answer: Callable[[Any], None]) -> None:
    spoilt = without(intent(id="pi_spoilt"), "amount_received")
    good = intent(id="pi_good")
    answer([built(stripe.PaymentIntent, each) for each in (spoilt, good)])

    listed = gateway.list_funds(LONG_AGO)

    assert [funds.intent_id for funds in listed.read] == ["pi_good"]
    assert "pi_spoilt" in str(listed.not_understood[0])


def test_a_payment_of_somebody_else_at_the_same_account_is_not_read(
    answer: Callable[[Any], None],
) -> None:
    foreign = without(intent(metadata={}), "amount_received")
    answer([built(stripe.PaymentIntent, foreign)])

    listed = gateway.list_funds(LONG_AGO)

    assert (listed.read, listed.not_understood) == ([], [])


def test_one_event_that_is_not_understood_hides_no_other(answer: Callable[[Any], None]) -> None:
    good = whole("event") | {"id": "evt_good"}
    spoilt = without(whole("event") | {"id": "evt_spoilt"}, "type")
    answer([built(stripe.Event, each) for each in (spoilt, good)])

    listed = gateway.list_events(LONG_AGO)

    assert [notice.event_id for notice in listed.read] == ["evt_good"]
    assert "evt_spoilt" in str(listed.not_understood[0])
