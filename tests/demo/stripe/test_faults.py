"""Failures on demand."""

import pytest

from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import authorised_intent, open_session
from tests.demo.stripe.sdk import APIConnectionError, APIError, StripeClient, client_for
from tests.demo.stripe.visitor import Visitor

SESSIONS = "/v1/checkout/sessions"


def test_a_connection_dropped_before_leaves_nothing_done(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    intent = authorised_intent(client, visitor)
    emulator.faults.add(Fault("/v1/payment_intents/*/capture"))

    with pytest.raises(APIConnectionError):
        client.v1.payment_intents.capture(intent.id)

    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"


def test_a_connection_dropped_after_leaves_it_done(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    intent = authorised_intent(client, visitor)
    emulator.faults.add(Fault("/v1/payment_intents/*/capture", when="after"))

    with pytest.raises(APIConnectionError):
        client.v1.payment_intents.capture(intent.id)

    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


@pytest.mark.parametrize("status", [400, 402, 409, 429, 500, 503])
def test_an_error_reply_has_stripes_shape(
    client: StripeClient, emulator: Emulator, status: int
) -> None:
    emulator.faults.add(Fault(SESSIONS, status=status))

    with pytest.raises(Exception, match=r".") as failure:
        open_session(client)

    assert failure.value.http_status == status  # type: ignore[attr-defined]


def test_a_fault_ends_after_the_calls_it_was_made_for(
    client: StripeClient, emulator: Emulator
) -> None:
    emulator.faults.add(Fault(SESSIONS, status=500, times=2))

    for _ in range(2):
        with pytest.raises(APIError):
            open_session(client)

    assert open_session(client).status == "open"


def test_other_paths_stay_well(client: StripeClient, visitor: Visitor, emulator: Emulator) -> None:
    emulator.faults.add(Fault("/v1/refunds", status=500))

    assert authorised_intent(client, visitor).status == "requires_capture"


def test_faults_can_be_taken_back(client: StripeClient, emulator: Emulator) -> None:
    emulator.faults.add(Fault("*", status=500, times=100))
    emulator.faults.clear()

    assert open_session(client).status == "open"


def test_an_answer_can_be_slow(client: StripeClient, emulator: Emulator) -> None:
    emulator.faults.add(Fault(SESSIONS, status=503, delay=0.05))

    with pytest.raises(APIError):
        open_session(client)


@pytest.mark.parametrize(
    "wrong", [{"when": "later"}, {"times": 0}, {"status": 200}, {"delay": -1.0}]
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fault"):
        Fault(SESSIONS, **wrong)  # type: ignore[arg-type]


def test_an_outage_ends_where_it_began(client: StripeClient, emulator: Emulator) -> None:
    session = open_session(client)
    address = emulator.base_url

    emulator.stop()
    with pytest.raises(APIConnectionError):
        client.v1.checkout.sessions.retrieve(session.id)
    emulator.start()

    assert emulator.base_url == address
    assert client_for(address).v1.checkout.sessions.retrieve(session.id).status == "open"
