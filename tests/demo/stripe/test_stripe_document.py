"""The check against Stripe's document can fail."""

from typing import Any

import pytest
from jsonschema_rs import ValidationError

from tests.demo.stripe import stripe_document
from tests.demo.stripe.orders import open_session, session_params
from tests.demo.stripe.sdk import StripeClient

SESSIONS = "/v1/checkout/sessions"


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"status": "finished"},
        {"amount_total": "12.50"},
        {"shipping_options": None},
        {"automatic_tax": {"enabled": False, "colour": "red"}},
        {"payment_intent": {"id": "pi_1", "object": "payment_intent"}},
    ],
)
def test_a_reply_stripe_would_not_give_is_noticed(
    client: StripeClient, change: dict[str, Any]
) -> None:
    session = open_session(client).to_dict()

    with pytest.raises(ValidationError):
        stripe_document.check_reply("POST", SESSIONS, 200, {**session, **change})


@pytest.mark.parametrize(
    "change",
    [{"colour": "red"}, {"expires_at": "soon"}, {"payment_intent_data": {"capture": "later"}}],
)
def test_a_request_stripe_does_not_know_is_noticed(change: dict[str, Any]) -> None:
    sent = {"mode": "payment", "success_url": session_params()["success_url"], **change}

    with pytest.raises(ValidationError):
        stripe_document.check_request("POST", SESSIONS, sent)
