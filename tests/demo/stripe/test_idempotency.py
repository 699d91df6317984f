"""Idempotency keys, as Stripe keeps them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import authorised_intent, captured_intent, session_params
from tests.demo.stripe.sdk import (
    APIConnectionError,
    APIError,
    IdempotencyError,
    InvalidRequestError,
    RateLimitError,
    StripeClient,
)
from tests.demo.stripe.visitor import Visitor

DAY = 24 * 3600
CAPTURES = "/v1/payment_intents/*/capture"


def create(client: StripeClient, key: str, **changes: Any) -> Any:
    params: Any = session_params(**changes)
    return client.v1.checkout.sessions.create(params, {"idempotency_key": key})


def sessions_made(emulator: Emulator) -> int:
    return len(emulator.store.all("checkout.session"))


def test_a_repeated_request_gets_the_first_reply(client: StripeClient, emulator: Emulator) -> None:
    first, second = create(client, "k"), create(client, "k")

    assert second.id == first.id
    assert sessions_made(emulator) == 1
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.request_id


def test_another_key_makes_another_session(client: StripeClient, emulator: Emulator) -> None:
    create(client, "k1")
    create(client, "k2")

    assert sessions_made(emulator) == 2


def test_a_replay_says_what_was_true_then(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    session = create(client, "k")
    visitor.pay(session.url)

    assert create(client, "k").status == "open"


def test_a_key_is_for_one_set_of_parameters(client: StripeClient) -> None:
    create(client, "k")

    with pytest.raises(IdempotencyError) as refusal:
        create(client, "k", client_reference_id="a-2")

    assert refusal.value.http_status == 400


def test_a_key_is_for_one_endpoint(client: StripeClient, visitor: Visitor) -> None:
    intent = authorised_intent(client, visitor)
    client.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": "k"})

    with pytest.raises(IdempotencyError):
        client.v1.payment_intents.cancel(intent.id, {}, {"idempotency_key": "k"})


def test_two_at_once_are_one(client: StripeClient, emulator: Emulator) -> None:
    with ThreadPoolExecutor(2) as pool:
        with emulator.store.lock:
            first = pool.submit(create, client, "k")
            while not emulator.requests:
                pass
            with pytest.raises(APIError) as refusal:
                create(client, "k")
        first.result()

    assert refusal.value.http_status == 409
    error: Any = refusal.value.error
    assert error.code == "idempotency_key_in_use"
    assert sessions_made(emulator) == 1


def test_a_key_is_forgotten_after_a_day(client: StripeClient, emulator: Emulator) -> None:
    first = create(client, "k")
    emulator.advance_clock(DAY - 60)
    replayed = create(client, "k")
    emulator.advance_clock(60)

    assert replayed.id == first.id
    assert create(client, "k").id != first.id


def test_a_request_that_was_not_valid_leaves_the_key_free(client: StripeClient) -> None:
    with pytest.raises(InvalidRequestError):
        create(client, "k", locale="tlh")

    assert create(client, "k").status == "open"


def test_a_refused_operation_is_kept(client: StripeClient, visitor: Visitor) -> None:
    intent = captured_intent(client, visitor)

    for _ in range(2):
        with pytest.raises(InvalidRequestError) as refusal:
            client.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": "k"})

    assert refusal.value.headers is not None
    assert refusal.value.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("when", "status"), [("before", "requires_capture"), ("after", "succeeded")]
)
def test_a_500_is_replayed(
    client: StripeClient, visitor: Visitor, emulator: Emulator, when: Any, status: str
) -> None:
    intent = authorised_intent(client, visitor)
    emulator.faults.add(Fault(CAPTURES, when=when, status=500))

    for _ in range(2):
        with pytest.raises(APIError) as failure:
            client.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": "k"})

    assert failure.value.http_status == 500
    assert client.v1.payment_intents.retrieve(intent.id).status == status


def test_a_rate_limit_leaves_the_key_free(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    intent = authorised_intent(client, visitor)
    emulator.faults.add(Fault(CAPTURES, status=429))

    with pytest.raises(RateLimitError):
        client.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": "k"})

    intent = client.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": "k"})
    assert intent.status == "succeeded"


def test_a_reply_lost_on_the_way_is_replayed(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    intent = authorised_intent(client, visitor)
    emulator.faults.add(Fault(CAPTURES, when="after"))

    with pytest.raises(APIConnectionError):
        client.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": "k"})

    intent = client.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": "k"})
    assert intent.status == "succeeded"
    assert intent.last_response is not None
    assert intent.last_response.headers["Idempotent-Replayed"] == "true"


def test_reading_takes_no_notice_of_keys(client: StripeClient, visitor: Visitor) -> None:
    intent = authorised_intent(client, visitor)
    options: Any = {"idempotency_key": "k"}
    client.v1.payment_intents.retrieve(intent.id, {}, options)
    client.v1.payment_intents.capture(intent.id)

    assert client.v1.payment_intents.retrieve(intent.id, {}, options).status == "succeeded"
