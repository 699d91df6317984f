"""Checkout Sessions, as the shop creates and reads them."""

import time
from typing import Any

import pytest

from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import open_session, read_session, session_params
from tests.demo.stripe.sdk import InvalidRequestError, StripeClient
from tests.demo.stripe.shop_inbox import ShopInbox
from tests.demo.stripe.visitor import DECLINES, Visitor

HOUR = 3600


def test_a_new_session_is_open_and_unpaid(client: StripeClient) -> None:
    session = open_session(client)

    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_total, session.currency) == (2350, "gbp")
    assert session.client_reference_id == "a-1"
    assert session.metadata.to_dict() == {"attempt": "a-1"}


def test_the_customer_pays_on_the_emulator(client: StripeClient, emulator: Emulator) -> None:
    session = open_session(client)

    assert session.url == f"{emulator.base_url}/c/pay/{session.id}"


def test_there_is_no_intent_before_a_card_is_submitted(client: StripeClient) -> None:
    session = open_session(client)

    assert read_session(client, session.id).payment_intent is None


def test_an_authorised_session_is_complete_and_still_unpaid(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client)

    visitor.pay(session.url)

    session = read_session(client, session.id)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert session.url is None
    assert session.payment_intent.status == "requires_capture"
    assert session.payment_intent.metadata.to_dict() == {"attempt": "a-1"}


def test_automatic_capture_is_paid_at_once(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client, payment_intent_data={"capture_method": "automatic"})

    visitor.pay(session.url)

    session = read_session(client, session.id)
    assert session.payment_status == "paid"
    assert session.payment_intent.status == "succeeded"
    assert session.payment_intent.amount_received == 2350
    assert "capture_before" not in session.payment_intent.latest_charge.payment_method_details.card


def test_several_items_are_added_up(client: StripeClient) -> None:
    item = session_params()["line_items"][0]

    session = open_session(client, line_items=[item, {**item, "quantity": 2}])

    assert session.amount_total == 3 * 2350


def test_line_items_come_when_asked_for(client: StripeClient) -> None:
    session = open_session(client)

    read: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})

    assert [item.description for item in read.line_items.data] == ["Order 100123"]


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"mode": None}, "parameter_missing", "mode"),
        ({"mode": "subscription"}, None, "mode"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": "/return"}, "url_invalid", "success_url"),
        ({"cancel_url": "javascript:alert(1)"}, "url_invalid", "cancel_url"),
        ({"cancel_url": "http://a;script-src */"}, "url_invalid", "cancel_url"),
        ({"success_url": "http://shop.example/\r\nX: y"}, "url_invalid", "success_url"),
        ({"line_items": None}, "parameter_missing", "line_items"),
        ({"line_items": [{"quantity": 1}]}, "parameter_missing", "line_items[0][price_data]"),
        ({"line_items": "order"}, None, "line_items"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"client_reference_id": ""}, "parameter_invalid_empty", "client_reference_id"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({"payment_method_types": ["ideal"]}, None, "payment_method_types[0]"),
        ({"locale": "tlh"}, None, "locale"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"metadata": {"note": "x" * 501}}, None, "metadata[note]"),
        (
            {"payment_intent_data": {"capture": "later"}},
            "parameter_unknown",
            "payment_intent_data[capture]",
        ),
        (
            {"payment_intent_data": {"capture_method": "later"}},
            None,
            "payment_intent_data[capture_method]",
        ),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(
    client: StripeClient, changes: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        open_session(client, **changes)

    assert refusal.value.http_status == 400
    assert (refusal.value.code, refusal.value.param) == (code, param)


@pytest.mark.parametrize(
    ("price", "code"),
    [
        ({"unit_amount": 0}, "amount_too_small"),
        ({"unit_amount": -1}, "parameter_invalid_integer"),
        ({"unit_amount": "12.50"}, "parameter_invalid_integer"),
        ({"currency": "pounds"}, None),
    ],
)
def test_a_wrong_price_is_refused(
    client: StripeClient, price: dict[str, Any], code: str | None
) -> None:
    item = session_params()["line_items"][0]
    item["price_data"].update(price)

    with pytest.raises(InvalidRequestError) as refusal:
        open_session(client, line_items=[item])

    assert refusal.value.code == code


def test_two_currencies_in_one_session_are_refused(client: StripeClient) -> None:
    item = session_params()["line_items"][0]
    other = {**item, "price_data": {**item["price_data"], "currency": "eur"}}

    with pytest.raises(InvalidRequestError):
        open_session(client, line_items=[item, other])


@pytest.mark.parametrize("seconds", [HOUR // 2 - 60, 24 * HOUR + 60])
def test_an_expiry_too_near_or_too_far_is_refused(client: StripeClient, seconds: int) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        open_session(client, expires_at=int(time.time()) + seconds)

    assert refusal.value.param == "expires_at"


def test_an_unknown_session_is_missing(client: StripeClient) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        read_session(client, "cs_test_nothing")

    assert refusal.value.http_status == 404
    assert refusal.value.code == "resource_missing"


def test_an_object_of_another_kind_is_no_session(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client)
    visitor.pay(session.url)
    intent = read_session(client, session.id).payment_intent

    with pytest.raises(InvalidRequestError) as refusal:
        read_session(client, intent.id)

    assert refusal.value.code == "resource_missing"


def test_what_cannot_be_expanded_is_refused(client: StripeClient) -> None:
    session = open_session(client)

    with pytest.raises(InvalidRequestError):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["metadata.attempt"]})


def test_the_shop_can_expire_an_open_session(client: StripeClient, inbox: ShopInbox) -> None:
    session = open_session(client)

    session = client.v1.checkout.sessions.expire(session.id)

    assert session.status == "expired"
    assert session.url is None


def test_a_session_expires_once(client: StripeClient) -> None:
    session = open_session(client)
    client.v1.checkout.sessions.expire(session.id)

    with pytest.raises(InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_a_paid_session_does_not_expire(
    client: StripeClient, emulator: Emulator, visitor: Visitor
) -> None:
    session = open_session(client)
    visitor.pay(session.url)

    emulator.advance_clock(25 * HOUR)

    assert read_session(client, session.id).status == "complete"
    with pytest.raises(InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_a_session_expires_after_a_day(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    session = open_session(client)

    emulator.advance_clock(24 * HOUR)
    emulator.courier.wait_until_idle()

    assert read_session(client, session.id).status == "expired"
    assert inbox.types == ["checkout.session.expired"]


def test_a_session_expires_when_the_shop_said(client: StripeClient, emulator: Emulator) -> None:
    session = open_session(client, expires_at=int(time.time()) + HOUR)

    emulator.advance_clock(HOUR - 60)
    early = read_session(client, session.id).status
    emulator.advance_clock(60)

    assert early == "open"
    assert read_session(client, session.id).status == "expired"


def test_expiring_a_session_cancels_its_declined_intent(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client)
    visitor.pay(session.url, DECLINES)

    client.v1.checkout.sessions.expire(session.id)

    intent = read_session(client, session.id).payment_intent
    assert (intent.status, intent.cancellation_reason) == ("canceled", "expired")
