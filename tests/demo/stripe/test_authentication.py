"""Keys, headers and the record of what was sent."""

import pytest
import requests

from shop.demo.stripe.server import Emulator
from tests.demo.stripe import stripe_document
from tests.demo.stripe.orders import open_session, session_params
from tests.demo.stripe.sdk import AuthenticationError, StripeClient, client_for

EVENTS = "/v1/events"


def get(emulator: Emulator, path: str = EVENTS, **headers: str) -> requests.Response:
    return requests.get(
        emulator.base_url + path,
        headers={"Authorization": "Bearer sk_test_emulator", **headers},
        timeout=60,
    )


def test_another_key_is_refused(emulator: Emulator) -> None:
    with pytest.raises(AuthenticationError) as refusal:
        open_session(client_for(emulator.base_url, "sk_test_other"))

    assert refusal.value.http_status == 401
    assert emulator.store.all("checkout.session") == []


def test_no_key_is_refused(emulator: Emulator) -> None:
    answer = requests.get(emulator.base_url + EVENTS, timeout=60)

    assert answer.status_code == 401
    stripe_document.check_reply("GET", EVENTS, 401, answer.json())


def test_the_key_may_come_as_a_user_name(emulator: Emulator) -> None:
    answer = requests.get(emulator.base_url + EVENTS, auth=("sk_test_emulator", ""), timeout=60)

    assert answer.status_code == 200


def test_an_answer_names_the_request_and_the_version(emulator: Emulator) -> None:
    answer = get(emulator, **{"Stripe-Version": "2026-05-27.dahlia"})

    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Stripe-Version"] == "2026-05-27.dahlia"


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/checkout/sessions", "/v1/events/"])
def test_an_address_the_api_does_not_have_is_missing(emulator: Emulator, path: str) -> None:
    answer = get(emulator, path)

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_every_request_is_recorded(client: StripeClient, emulator: Emulator) -> None:
    params = session_params()
    client.v1.checkout.sessions.create(params, {"idempotency_key": "k"})  # type: ignore[arg-type]

    [recorded] = emulator.requests
    assert (recorded.method, recorded.path) == ("POST", "/v1/checkout/sessions")
    assert recorded.idempotency_key == "k"
    assert recorded.headers["Stripe-Version"]
    sent = recorded.params["line_items"][0]["price_data"]
    assert sent["product_data"] == {"name": "Order 100123"}
    assert recorded.params["metadata"] == {"attempt": "a-1"}


def test_refused_requests_are_recorded_too(emulator: Emulator) -> None:
    with pytest.raises(AuthenticationError):
        open_session(client_for(emulator.base_url, "sk_test_other"))

    assert len(emulator.requests) == 1


def test_the_key_is_not_recorded(client: StripeClient, emulator: Emulator) -> None:
    open_session(client)

    assert "sk_test_emulator" not in repr(emulator.requests)


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1", ""])
def test_a_live_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="sk_test_"):
        Emulator(api_key=key)


def test_it_takes_a_restricted_test_key() -> None:
    with Emulator(api_key="rk_test_1") as running:
        assert open_session(client_for(running.base_url, "rk_test_1")).status == "open"
