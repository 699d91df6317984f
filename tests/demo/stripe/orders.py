"""What the shop sends for an order, and the shortest ways to each state of it."""

from typing import Any

from tests.demo.stripe.sdk import StripeClient
from tests.demo.stripe.visitor import Visitor

SHOP = "http://127.0.0.1:8000"


def session_params(**changes: Any) -> dict[str, Any]:
    params = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "gbp",
                    "unit_amount": 2350,
                    "product_data": {"name": "Order 100123"},
                },
            }
        ],
        "payment_intent_data": {"capture_method": "manual", "metadata": {"attempt": "a-1"}},
        "client_reference_id": "a-1",
        "metadata": {"attempt": "a-1"},
        "success_url": f"{SHOP}/checkout/return?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{SHOP}/basket",
        **changes,
    }
    return {name: value for name, value in params.items() if value is not None}


def open_session(client: StripeClient, **changes: Any) -> Any:
    return client.v1.checkout.sessions.create(session_params(**changes))  # type: ignore[arg-type]


def read_session(client: StripeClient, session_id: str) -> Any:
    return client.v1.checkout.sessions.retrieve(
        session_id, {"expand": ["payment_intent.latest_charge"]}
    )


def authorised_intent(client: StripeClient, visitor: Visitor, **changes: Any) -> Any:
    session = open_session(client, **changes)
    visitor.pay(session.url)
    return read_session(client, session.id).payment_intent


def captured_intent(client: StripeClient, visitor: Visitor) -> Any:
    intent = authorised_intent(client, visitor)
    return client.v1.payment_intents.capture(intent.id)
