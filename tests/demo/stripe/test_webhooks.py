"""Webhooks: signed, in order, retried, held back and released."""

import time
from itertools import pairwise
from typing import Any

import pytest
import requests

from shop.demo.stripe.disturbance import Disturbance
from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import authorised_intent, captured_intent, open_session
from tests.demo.stripe.sdk import StripeClient, Webhook
from tests.demo.stripe.shop_inbox import SECRET, ShopInbox
from tests.demo.stripe.visitor import CHALLENGES, DECLINES, Visitor

AUTHORISED = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.amount_capturable_updated",
    "checkout.session.completed",
]
CAPTURED = ["charge.captured", "payment_intent.succeeded"]


def expire_one(client: StripeClient) -> str:
    session = open_session(client)
    client.v1.checkout.sessions.expire(session.id)
    return str(session.id)


def test_an_authorisation_is_told_in_order(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    authorised_intent(client, visitor)

    emulator.courier.wait_until_idle()

    assert inbox.types == AUTHORISED


def test_a_capture_and_a_refund_are_told(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    intent = captured_intent(client, visitor)
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 100})

    emulator.courier.wait_until_idle()

    assert inbox.types == [*AUTHORISED, *CAPTURED, "charge.refunded", "refund.created"]
    assert inbox.events[-2].data.object["amount_refunded"] == 100


def test_an_automatic_capture_is_told(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    authorised_intent(client, visitor, payment_intent_data={"capture_method": "automatic"})

    emulator.courier.wait_until_idle()

    assert inbox.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_void_is_told_as_a_refund_of_nothing_captured(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    intent = authorised_intent(client, visitor)
    client.v1.payment_intents.cancel(intent.id)

    emulator.courier.wait_until_idle()

    assert inbox.types == [
        *AUTHORISED,
        "charge.refunded",
        "refund.created",
        "payment_intent.canceled",
    ]
    assert inbox.events[-3].data.object["captured"] is False


def test_a_decline_is_told(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    visitor.pay(open_session(client).url, DECLINES)

    emulator.courier.wait_until_idle()

    assert inbox.types == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]


def test_a_failed_challenge_is_told(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    visitor.pay(open_session(client).url, CHALLENGES)
    visitor.answer_challenge("fail")

    emulator.courier.wait_until_idle()

    assert inbox.types == ["payment_intent.created", "payment_intent.payment_failed"]


def test_the_signature_is_made_with_the_shops_secret(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    expire_one(client)
    emulator.courier.wait_until_idle()

    event: Any = Webhook.construct_event(inbox.bodies[0], inbox.signatures[0], SECRET)
    assert event.type == "checkout.session.expired"
    with pytest.raises(Exception, match="signature"):
        Webhook.construct_event(inbox.bodies[0], inbox.signatures[0], "whsec_other")


def test_a_refused_delivery_is_repeated_until_accepted(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    inbox.answers = [500, 302, 400]

    expire_one(client)
    emulator.courier.wait_until_idle()

    deliveries = emulator.courier.deliveries
    assert [each.status for each in deliveries] == [500, 302, 400, 200]
    assert [each.attempt for each in deliveries] == [1, 2, 3, 4]
    assert len({event.id for event in inbox.events}) == 1
    assert len(set(inbox.bodies)) == 1


def test_the_shop_is_given_more_time_after_each_refusal(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    inbox.answers = [500] * 3

    expire_one(client)
    emulator.courier.wait_until_idle()

    waits = [later - earlier for earlier, later in pairwise(inbox.moments)]
    assert all(wait > delay for wait, delay in zip(waits, (0.01, 0.02, 0.04), strict=True))


def test_repeats_come_to_an_end(client: StripeClient, emulator: Emulator, inbox: ShopInbox) -> None:
    inbox.answers = [500] * 10

    expire_one(client)
    emulator.courier.wait_until_idle()

    assert len(inbox.bodies) == 4


def test_a_refused_event_does_not_hold_up_the_next(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    inbox.answers = [500]

    authorised_intent(client, visitor)
    emulator.courier.wait_until_idle()

    assert sorted(inbox.types) == sorted([*AUTHORISED, AUTHORISED[0]])


def test_a_shop_that_cannot_be_reached_is_tried_again(
    client: StripeClient, emulator: Emulator
) -> None:
    with ShopInbox() as gone:
        emulator.webhook_url = gone.url

    expire_one(client)
    emulator.courier.wait_until_idle()

    assert [each.status for each in emulator.courier.deliveries] == [None] * 4


def test_without_an_address_nothing_is_sent(client: StripeClient, emulator: Emulator) -> None:
    expire_one(client)

    emulator.courier.wait_until_idle()

    assert emulator.courier.deliveries == []


def test_a_slow_shop_does_not_delay_the_api(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    inbox.open.clear()

    first = expire_one(client)
    second = expire_one(client)

    assert inbox.bodies == []
    inbox.open.set()
    emulator.courier.wait_until_idle()
    assert [event.data.object["id"] for event in inbox.events] == [first, second]


def test_webhooks_are_held_while_paused(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    emulator.courier.pause()
    authorised_intent(client, visitor)
    emulator.courier.wait_until_idle()

    assert inbox.types == []
    assert [event_type for _, event_type in emulator.courier.held()] == AUTHORISED

    emulator.courier.resume()
    emulator.courier.wait_until_idle()

    assert inbox.types == AUTHORISED


def test_held_webhooks_are_released_in_any_order(
    client: StripeClient, visitor: Visitor, emulator: Emulator, inbox: ShopInbox
) -> None:
    emulator.courier.pause()
    authorised_intent(client, visitor)
    held = emulator.courier.held()

    emulator.courier.release([held[3][0], held[1][0]])
    emulator.courier.wait_until_idle()

    assert inbox.types == [AUTHORISED[3], AUTHORISED[1]]
    assert emulator.courier.held() == [held[0], held[2]]


def test_what_is_not_held_cannot_be_released(emulator: Emulator) -> None:
    with pytest.raises(KeyError):
        emulator.courier.release(["evt_nothing"])


def test_an_event_can_be_sent_again(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    expire_one(client)
    [event] = client.v1.events.list().data

    emulator.resend(event.id)
    emulator.courier.wait_until_idle()

    assert [received.id for received in inbox.events] == [event.id] * 2


def test_a_stale_signature_can_be_sent(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    expire_one(client)
    [event] = client.v1.events.list().data
    emulator.courier.wait_until_idle()

    emulator.resend(event.id, signed_at=int(time.time()) - 3600)
    emulator.courier.wait_until_idle()

    with pytest.raises(Exception, match="tolerance"):
        Webhook.construct_event(inbox.bodies.pop(), inbox.signatures.pop(), SECRET)


def test_the_emulators_clock_does_not_age_signatures(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    emulator.advance_clock(30 * 24 * 3600)

    expire_one(client)
    emulator.courier.wait_until_idle()

    assert inbox.types == ["checkout.session.expired"]


def expire_some(client: StripeClient, emulator: Emulator, count: int) -> list[str]:
    """The sessions that expired, in order."""
    sessions = [expire_one(client) for _ in range(count)]
    emulator.courier.wait_until_idle()
    return sessions


def told(inbox: ShopInbox) -> list[str]:
    return [event.data.object["id"] for event in inbox.events]


def test_a_share_of_webhooks_is_lost_repeated_and_late(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    emulator.courier.disturbance = Disturbance(
        seed=7, lost=0.3, repeated=0.3, delayed=0.5, longest=0.05
    )
    # Until all are sent: a slow machine would else need longer for a call than the longest delay.
    inbox.open.clear()

    sessions = [expire_one(client) for _ in range(20)]
    inbox.open.set()
    emulator.courier.wait_until_idle()

    received = told(inbox)
    assert set(received) < set(sessions)
    assert len(set(received)) < len(received)
    assert list(dict.fromkeys(received)) != [each for each in sessions if each in received]


def test_the_same_seed_disturbs_the_same_webhooks() -> None:
    shares = {"lost": 0.3, "repeated": 0.3, "delayed": 0.5}
    first, second = (Disturbance(seed=7, **shares) for _ in range(2))

    assert [first.delays() for _ in range(50)] == [second.delays() for _ in range(50)]


def test_a_calm_network_delivers_each_webhook_once(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox
) -> None:
    control = f"{emulator.base_url}/_emulator/webhooks/disturb"
    requests.post(control, json={"seed": 7, "lost": 1}, timeout=60)
    assert expire_some(client, emulator, 2)
    requests.delete(control, timeout=60)

    later = expire_some(client, emulator, 2)

    assert told(inbox) == later


def test_an_address_that_is_not_on_the_web_is_refused(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="web address"):
        emulator.webhook_url = "file:///webhook"
