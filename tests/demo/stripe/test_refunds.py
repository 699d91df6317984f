"""Refunds, and the releases Stripe lists among them."""

import pytest
import requests

from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import authorised_intent, captured_intent, open_session
from tests.demo.stripe.orders import read_session as read
from tests.demo.stripe.sdk import InvalidRequestError, StripeClient
from tests.demo.stripe.shop_inbox import ShopInbox
from tests.demo.stripe.visitor import DECLINES, Visitor


def test_a_captured_payment_is_refunded_in_full(
    client: StripeClient, visitor: Visitor, inbox: ShopInbox
) -> None:
    intent = captured_intent(client, visitor)

    refund = client.v1.refunds.create({"payment_intent": intent.id, "metadata": {"line": "7"}})

    assert (refund.amount, refund.status) == (2350, "succeeded")
    assert client.v1.charges.retrieve(intent.latest_charge).refunded
    again = client.v1.refunds.retrieve(refund.id)
    assert again.metadata is not None
    assert again.metadata.to_dict() == {"line": "7"}


def test_parts_are_refunded_until_nothing_is_left(client: StripeClient, visitor: Visitor) -> None:
    intent = captured_intent(client, visitor)
    for amount in (1000, 1350):
        client.v1.refunds.create({"charge": intent.latest_charge, "amount": amount})

    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.refunds.create({"charge": intent.latest_charge, "amount": 1})

    assert refusal.value.code == "charge_already_refunded"


def test_more_than_is_left_is_not_refunded(client: StripeClient, visitor: Visitor) -> None:
    intent = captured_intent(client, visitor)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000})

    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 351})

    assert (refusal.value.code, refusal.value.param) == ("amount_too_large", "amount")
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (2000, False)


def test_what_was_released_at_capture_is_not_refunded_again(
    client: StripeClient, visitor: Visitor
) -> None:
    intent = authorised_intent(client, visitor)
    client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2000})

    with pytest.raises(InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 2001})

    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 2000


def test_a_hold_is_voided_not_refunded(client: StripeClient, visitor: Visitor) -> None:
    intent = authorised_intent(client, visitor)

    with pytest.raises(InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent.id})

    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"


def test_a_voided_hold_is_not_refunded(client: StripeClient, visitor: Visitor) -> None:
    intent = authorised_intent(client, visitor)
    client.v1.payment_intents.cancel(intent.id)

    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent.id})

    assert refusal.value.code == "charge_already_refunded"


def test_a_declined_charge_is_not_refunded(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client)
    visitor.pay(session.url, DECLINES)
    charge = read(client, session.id).payment_intent.latest_charge

    with pytest.raises(InvalidRequestError):
        client.v1.refunds.create({"charge": charge.id})


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "parameter_missing"),
        ({"charge": "ch_nothing"}, "resource_missing"),
        ({"payment_intent": "pi_nothing"}, "resource_missing"),
        ({"charge": "ch_1", "amount": 0}, "parameter_invalid_integer"),
        ({"charge": "ch_1", "reason": "broken"}, None),
        ({"charge": "ch_1", "order": "1"}, "parameter_unknown"),
    ],
)
def test_a_wrong_refund_is_refused(
    client: StripeClient, params: dict[str, str], code: str | None
) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.refunds.create(params)  # type: ignore[arg-type]

    assert refusal.value.code == code


def fail(emulator: Emulator, refund_id: str, **body: str) -> int:
    address = f"{emulator.base_url}/_emulator/refunds/{refund_id}/fail"
    return requests.post(address, json=body, timeout=60).status_code


def test_a_refund_the_bank_sends_back_can_be_made_again(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    intent = captured_intent(client, visitor)
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 2000})

    assert fail(emulator, refund.id, reason="lost_or_stolen_card") == 200

    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0
    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 2350
    emulator.courier.wait_until_idle()
    assert {"refund.updated", "refund.failed", "charge.refund.updated"} <= set(inbox.types)


def test_a_refund_fails_once_and_for_a_reason_stripe_knows(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    refund = client.v1.refunds.create({"payment_intent": captured_intent(client, visitor).id})

    assert fail(emulator, refund.id, reason="bored") == 400
    assert [fail(emulator, refund.id) for _ in range(2)] == [200, 400]


def test_the_release_of_a_hold_cannot_fail(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    client.v1.payment_intents.cancel(authorised_intent(client, visitor).id)

    assert fail(emulator, client.v1.refunds.list().data[0].id) == 400


def test_an_unknown_refund_is_missing(client: StripeClient) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.refunds.retrieve("re_nothing")

    assert refusal.value.http_status == 404


def test_the_refunds_of_one_payment_are_listed(client: StripeClient, visitor: Visitor) -> None:
    intents = [captured_intent(client, visitor) for _ in range(2)]
    wanted = client.v1.refunds.create({"payment_intent": intents[0].id, "amount": 1})
    client.v1.refunds.create({"payment_intent": intents[1].id, "amount": 1})

    listed = client.v1.refunds.list({"payment_intent": intents[0].id}).data

    assert [refund.id for refund in listed] == [wanted.id]
