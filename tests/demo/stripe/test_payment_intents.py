"""PaymentIntents: held, captured, voided, lapsed."""

from typing import Any

import pytest

from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import (
    authorised_intent,
    captured_intent,
    open_session,
    read_session,
)
from tests.demo.stripe.sdk import InvalidRequestError, StripeClient
from tests.demo.stripe.shop_inbox import ShopInbox
from tests.demo.stripe.visitor import CHALLENGES, DECLINES, Visitor

DAY = 24 * 3600


def read(client: StripeClient, intent_id: str) -> Any:
    return client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})


def test_an_authorisation_holds_the_whole_amount(client: StripeClient, visitor: Visitor) -> None:
    intent = authorised_intent(client, visitor)

    assert (intent.status, intent.amount_capturable, intent.amount_received) == (
        "requires_capture",
        2350,
        0,
    )
    charge = intent.latest_charge
    assert (charge.status, charge.paid, charge.captured) == ("succeeded", True, False)


def test_a_hold_says_until_when_it_can_be_captured(client: StripeClient, visitor: Visitor) -> None:
    charge = authorised_intent(client, visitor).latest_charge

    assert charge.payment_method_details.card.capture_before == charge.created + 7 * DAY


def test_the_held_amount_can_be_captured(
    client: StripeClient, visitor: Visitor, inbox: ShopInbox
) -> None:
    intent = authorised_intent(client, visitor)

    client.v1.payment_intents.capture(intent.id)

    intent = read(client, intent.id)
    assert (intent.status, intent.amount_received, intent.amount_capturable) == (
        "succeeded",
        2350,
        0,
    )
    assert intent.latest_charge.captured


def test_a_partial_capture_releases_the_rest(client: StripeClient, visitor: Visitor) -> None:
    intent = authorised_intent(client, visitor)

    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2000})

    intent = read(client, intent.id)
    assert (intent.amount_received, intent.amount_capturable) == (2000, 0)
    assert intent.latest_charge.amount_captured == 2000
    assert intent.latest_charge.amount_refunded == 350


def test_more_than_the_hold_is_not_captured(client: StripeClient, visitor: Visitor) -> None:
    intent = authorised_intent(client, visitor)

    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2351})

    assert refusal.value.code == "amount_too_large"
    assert read(client, intent.id).status == "requires_capture"


def test_nothing_is_captured_twice(client: StripeClient, visitor: Visitor) -> None:
    intent = captured_intent(client, visitor)

    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(intent.id)

    assert refusal.value.code == "payment_intent_unexpected_state"
    error: Any = refusal.value.error
    assert error.payment_intent.status == "succeeded"


def test_a_hold_can_be_voided(client: StripeClient, visitor: Visitor, inbox: ShopInbox) -> None:
    intent = authorised_intent(client, visitor)

    client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "requested_by_customer"})

    intent = read(client, intent.id)
    assert (intent.status, intent.amount_capturable) == ("canceled", 0)
    assert intent.cancellation_reason == "requested_by_customer"
    assert (intent.latest_charge.captured, intent.latest_charge.refunded) == (False, True)


def test_a_voided_hold_is_not_captured(client: StripeClient, visitor: Visitor) -> None:
    intent = authorised_intent(client, visitor)
    client.v1.payment_intents.cancel(intent.id)

    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(intent.id)

    assert refusal.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize("ending", ["capture", "cancel"])
def test_what_is_over_is_not_voided(client: StripeClient, visitor: Visitor, ending: str) -> None:
    intent = authorised_intent(client, visitor)
    getattr(client.v1.payment_intents, ending)(intent.id)

    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.payment_intents.cancel(intent.id)

    assert refusal.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize("number", [DECLINES, CHALLENGES])
def test_the_intent_of_an_open_session_is_not_voided(
    client: StripeClient, visitor: Visitor, number: str
) -> None:
    session = open_session(client)
    visitor.pay(session.url, number)
    intent = read_session(client, session.id).payment_intent

    with pytest.raises(InvalidRequestError):
        client.v1.payment_intents.cancel(intent.id)

    assert read_session(client, session.id).status == "open"


def test_a_hold_lapses_after_seven_days(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    intent = authorised_intent(client, visitor)

    emulator.advance_clock(7 * DAY)

    intent = read(client, intent.id)
    assert (intent.status, intent.cancellation_reason) == ("canceled", "automatic")
    emulator.courier.wait_until_idle()
    assert inbox.types[-1] == "payment_intent.canceled"
    [refund] = client.v1.refunds.list({"payment_intent": intent.id}).data
    assert refund.reason == "expired_uncaptured_charge"


def test_a_hold_does_not_lapse_early(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    intent = authorised_intent(client, visitor)

    emulator.advance_clock(7 * DAY - 60)

    assert client.v1.payment_intents.capture(intent.id).status == "succeeded"


def test_captured_money_does_not_lapse(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    intent = captured_intent(client, visitor)

    emulator.advance_clock(30 * DAY)

    assert read(client, intent.id).status == "succeeded"


def test_a_decline_is_recorded_on_the_intent(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client)

    visitor.pay(session.url, DECLINES)

    intent = read_session(client, session.id).payment_intent
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == "card_declined"
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)


def test_a_charge_is_read_with_its_intent(client: StripeClient, visitor: Visitor) -> None:
    intent = captured_intent(client, visitor)

    charge: Any = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["payment_intent"]})

    assert charge.amount_captured == 2350
    assert charge.payment_intent.id == intent.id


def test_intents_are_listed_newest_first(client: StripeClient, visitor: Visitor) -> None:
    first, second = (authorised_intent(client, visitor) for _ in range(2))

    listed: list[Any] = client.v1.payment_intents.list({"expand": ["data.latest_charge"]}).data

    assert [each.id for each in listed] == [second.id, first.id]
    assert listed[0].latest_charge.paid
