"""What each test card does, at the card page and afterwards, as with Stripe."""

from __future__ import annotations

from typing import Any

import pytest

from shop.demo.stripe.cards import CARDS
from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import (
    authorised_intent,
    open_session,
    read_session,
    session_params,
)
from tests.demo.stripe.sdk import InvalidRequestError, StripeClient
from tests.demo.stripe.shop_inbox import ShopInbox
from tests.demo.stripe.visitor import Visitor

# Number, code, decline_code, network_decline_code, advice_code, network_advice_code.
DECLINES = [
    ("4000000000000002", "card_declined", "generic_decline", "01", "try_again_later", None),
    ("4000000000009995", "card_declined", "insufficient_funds", "51", "try_again_later", "02"),
    ("4000000000009987", "card_declined", "lost_card", "41", "do_not_try_again", "01"),
    ("4000000000009979", "card_declined", "stolen_card", "43", "do_not_try_again", "01"),
    ("4000000000000069", "expired_card", "expired_card", "54", "confirm_card_data", "03"),
    ("4000000000000127", "incorrect_cvc", "incorrect_cvc", "N7", "confirm_card_data", "03"),
    ("4000000000000119", "processing_error", "processing_error", "06", "try_again_later", None),
    ("4000000000006975", "card_declined", "card_velocity_exceeded", "61", "try_again_later", "02"),
    ("4100000000000019", "card_declined", "fraudulent", None, None, None),
]


def paid_with(client: StripeClient, visitor: Visitor, number: str) -> Any:
    session = open_session(client)
    visitor.pay(session.url, number)
    return read_session(client, session.id)


def captured_with(client: StripeClient, visitor: Visitor, number: str) -> Any:
    intent = paid_with(client, visitor, number).payment_intent
    return client.v1.payment_intents.capture(intent.id, {"expand": ["latest_charge"]})


@pytest.mark.parametrize("card", DECLINES, ids=[card[2] for card in DECLINES])
def test_a_declined_card_says_what_stripes_would(
    card: tuple[str, ...], client: StripeClient, visitor: Visitor
) -> None:
    number, code, decline_code, *others = card

    session = paid_with(client, visitor, number)

    intent = session.payment_intent.to_dict()
    error = intent["last_payment_error"]
    names = ("network_decline_code", "advice_code", "network_advice_code")
    expected = dict(zip(names, others, strict=True))
    assert (session.status, intent["status"]) == ("open", "requires_payment_method")
    assert (error["code"], error["decline_code"]) == (code, decline_code)
    assert {name: error.get(name) for name in names} == expected
    assert {name for name in names if name in error} == {n for n, v in expected.items() if v}
    assert intent["latest_charge"]["failure_code"] == code
    assert "Nothing was charged" in visitor.page


def test_a_card_that_stripe_blocks_is_asked_of_no_bank(
    client: StripeClient, visitor: Visitor
) -> None:
    outcome = paid_with(client, visitor, "4100000000000019").payment_intent.latest_charge.outcome

    assert (outcome.type, outcome.network_status) == ("blocked", "not_sent_to_network")
    assert outcome.risk_level == "highest"


@pytest.mark.parametrize("method", ["manual", "automatic"])
def test_a_declined_card_holds_nothing_and_has_no_day_to_capture_by(
    method: str, client: StripeClient, visitor: Visitor
) -> None:
    data = {"capture_method": method}
    session = open_session(client, payment_intent_data=data)
    visitor.pay(session.url, "4000000000009995")

    intent = read_session(client, session.id).payment_intent
    card = intent.latest_charge.payment_method_details.card.to_dict()
    assert "capture_before" not in card
    assert card["amount_authorized"] is None


def test_an_automatic_charge_has_no_day_to_capture_by(
    client: StripeClient, visitor: Visitor
) -> None:
    intent = authorised_intent(client, visitor, payment_intent_data={"capture_method": "automatic"})

    assert "capture_before" not in intent.latest_charge.payment_method_details.card.to_dict()


@pytest.mark.parametrize("number", [n for n, card in CARDS.items() if card.asks])
def test_a_card_that_asks_has_no_charge_until_it_is_answered(
    number: str, client: StripeClient, visitor: Visitor
) -> None:
    session = paid_with(client, visitor, number)

    assert session.payment_intent.status == "requires_action"
    assert session.payment_intent.latest_charge is None

    visitor.answer_challenge("complete")
    after = read_session(client, session.id).payment_intent
    refused = CARDS[number].decline
    assert after.status == ("requires_payment_method" if refused else "requires_capture")
    assert after.latest_charge.paid is (refused is None)


@pytest.mark.parametrize("number", ["4000000000003055", "4000000032200000"])
def test_a_card_that_does_not_ask_is_held_at_once(
    number: str, client: StripeClient, visitor: Visitor
) -> None:
    assert paid_with(client, visitor, number).payment_intent.status == "requires_capture"


@pytest.mark.parametrize(
    ("number", "reason", "status", "events"),
    [
        ("4000000000000259", "fraudulent", "needs_response", 2),
        ("4000000000002685", "product_not_received", "needs_response", 2),
        ("4000000000001976", "product_not_received", "warning_needs_response", 1),
    ],
)
def test_a_card_that_disputes_does_so_once_money_was_taken(
    number: str,
    reason: str,
    status: str,
    events: int,
    client: StripeClient,
    visitor: Visitor,
    emulator: Emulator,
) -> None:
    captured = captured_with(client, visitor, number)

    [dispute] = client.v1.disputes.list({"payment_intent": captured.id}).data
    assert (dispute.reason, dispute.status) == (reason, status)
    kinds = [event["type"] for event in emulator.store.all("event")]
    assert len([kind for kind in kinds if kind.startswith("charge.dispute.")]) == events


def test_an_inquiry_takes_no_money_and_is_closed(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    captured = captured_with(client, visitor, "4000000000001976")
    [dispute] = client.v1.disputes.list({"payment_intent": captured.id}).data

    client.v1.refunds.create({"payment_intent": captured.id, "amount": 100})
    closed = client.v1.disputes.close(dispute.id)

    assert closed.status == "warning_closed"


@pytest.mark.parametrize(
    ("number", "first", "last"),
    [
        ("4000000000007726", "pending", "succeeded"),
        ("4000000000005126", "succeeded", "failed"),
        ("4242424242424242", "succeeded", "succeeded"),
    ],
)
def test_a_refund_ends_as_its_card_says(
    number: str,
    first: str,
    last: str,
    client: StripeClient,
    visitor: Visitor,
    emulator: Emulator,
    inbox: ShopInbox,
) -> None:
    captured = captured_with(client, visitor, number)

    made = client.v1.refunds.create({"payment_intent": captured.id})
    emulator.advance_clock(60)
    ended = client.v1.refunds.retrieve(made.id)

    assert (made.status, ended.status) == (first, last)
    left_out = "failure_reason" not in ended.to_dict()
    assert left_out == (last != "failed")


def priced(unit_amount: int, currency: str) -> dict[str, Any]:
    item = session_params()["line_items"][0]
    price = {**item["price_data"], "unit_amount": unit_amount, "currency": currency}
    return {"line_items": [{**item, "price_data": price}]}


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "usd", "amount_too_small"),
        (29, "gbp", "amount_too_small"),
        (49, "jpy", "amount_too_small"),
        (17499, "huf", "amount_too_small"),
        (4090, "xxx", None),
        (4091, "kwd", None),
        (4090, "isk", None),
    ],
)
def test_what_stripe_does_not_take_is_refused(
    amount: int, currency: str, code: str | None, client: StripeClient
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        open_session(client, **priced(amount, currency))

    assert (refused.value.http_status, refused.value.code) == (400, code)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (50, "usd", "USD 0.50"),
        (30, "gbp", "GBP 0.30"),
        (50, "jpy", "JPY 50"),
        (4090, "kwd", "KWD 4.090"),
        (4000, "isk", "ISK 40.00"),
        (4090, "aud", "AUD 40.90"),
    ],
)
def test_what_stripe_takes_is_asked_for_in_its_decimals(
    amount: int, currency: str, written: str, client: StripeClient, visitor: Visitor
) -> None:
    visitor.open(open_session(client, **priced(amount, currency)).url)

    assert visitor.heading == f"Pay {written}"


def test_the_page_names_every_test_card_and_what_it_does(
    client: StripeClient, visitor: Visitor
) -> None:
    visitor.open(open_session(client).url)

    for card in CARDS.values():
        assert f"</span> {card.does}" in visitor.page
