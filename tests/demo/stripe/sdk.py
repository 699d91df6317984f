"""The real Stripe SDK, with every request and reply held against Stripe's document."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from stripe import (  # noqa: TID251 - the emulator is tested with the real client
    APIConnectionError,
    APIError,
    AuthenticationError,
    CardError,
    IdempotencyError,
    InvalidRequestError,
    RateLimitError,
    RequestsClient,
    StripeClient,
    Webhook,
)

from shop.demo.stripe import forms
from tests.demo.stripe import stripe_document

__all__ = [
    "APIConnectionError",
    "APIError",
    "AuthenticationError",
    "CardError",
    "IdempotencyError",
    "InvalidRequestError",
    "RateLimitError",
    "RequestsClient",
    "StripeClient",
    "Webhook",
    "client_for",
]


class CheckedClient(RequestsClient):
    """Refused requests are not checked: tests send wrong ones on purpose."""

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **options: Any,
    ) -> tuple[Any, int, Mapping[str, str]]:
        content, status, answered = super().request(method, url, headers, post_data, **options)
        parts = urlsplit(url)
        if status < 400:
            sent = parse_qsl(post_data or parts.query, keep_blank_values=True)
            stripe_document.check_request(method, parts.path, forms.parse(sent))
        stripe_document.check_reply(method, parts.path, status, json.loads(content))
        return content, status, answered


def client_for(base_url: str, api_key: str = "sk_test_emulator") -> StripeClient:
    return StripeClient(
        api_key,
        base_addresses={"api": base_url},
        http_client=CheckedClient(timeout=60),
        max_network_retries=0,
    )
