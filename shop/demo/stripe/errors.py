"""Refusals in the shape of Stripe's error replies."""

from copy import deepcopy
from http import HTTPStatus
from typing import Any

from shop.demo.stripe.replies import Document, Reply


class Refusal(Exception):
    def __init__(
        self, status: int, message: str, *, kind: str = "invalid_request_error", **details: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: Document = {"type": kind, "message": message, **details}

    def reply(self) -> Reply:
        return Reply(self.status, {"error": deepcopy(self.error)})


def unknown_parameter(name: str) -> Refusal:
    return Refusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def missing_parameter(name: str) -> Refusal:
    return Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)


def invalid_parameter(name: str, message: str, code: str | None = None) -> Refusal:
    details = {"param": name, "code": code} if code else {"param": name}
    return Refusal(400, f"Invalid {name}: {message}", **details)


def amount_too_large(name: str, *, amount: int, limit: int) -> Refusal:
    message = f"{amount} is more than the {limit} that is left."
    return invalid_parameter(name, message, "amount_too_large")


def no_such(kind: str, identifier: str, *, param: str) -> Refusal:
    return Refusal(404, f"No such {kind}: '{identifier}'", code="resource_missing", param=param)


def unknown_url(method: str, path: str) -> Refusal:
    return Refusal(404, f"Unrecognized request URL ({method}: {path}).")


def wrong_key() -> Refusal:
    return Refusal(401, "Invalid API Key provided.")


def no_key() -> Refusal:
    return Refusal(401, "You did not provide an API key.")


def wrong_intent_status(intent: Document, action: str, allowed: tuple[str, ...]) -> Refusal:
    message = (
        f"A PaymentIntent with status {intent['status']} cannot be {action};"
        f" it can when its status is one of: {', '.join(allowed)}."
    )
    return Refusal(400, message, code="payment_intent_unexpected_state", payment_intent=intent)


def key_used_differently(key: str) -> Refusal:
    message = (
        "An idempotency key can only repeat the request it was first used with:"
        f" '{key}' was first used with another endpoint or other parameters."
    )
    return Refusal(400, message, kind="idempotency_error")


def key_in_use(key: str) -> Refusal:
    message = f"Another request with the idempotency key '{key}' is still in progress."
    return Refusal(409, message, kind="idempotency_error", code="idempotency_key_in_use")


# What Stripe says with these statuses; 5xx are errors of the API itself.
INJECTED: dict[int, Document] = {
    401: {"message": "Invalid API Key provided: sk_test_*******tor"},
    403: {
        "message": (
            "The provided key 'rk_test_*******tor' does not have the required permissions for this"
            " endpoint. Having the 'rak_charge_read' permission would allow this request to continue."
        )
    },
    402: {"message": "Your card was declined.", "kind": "card_error", "code": "card_declined"},
    409: {"message": "Another request uses this object.", "code": "lock_timeout"},
    429: {"message": "Too many requests.", "code": "rate_limit"},
}


def injected(status: int) -> Refusal:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Refusal(status, "An unexpected error occurred.", kind="api_error")
    return Refusal(status, **INJECTED.get(status, {"message": "Refused on demand."}))
