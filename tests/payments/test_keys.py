"""A key that moves real money is known by one function, wherever the shop asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from shop.payments import keys
from shop.payments.checks import check_stripe, check_stripe_for_real

LIVE = ("sk_live_51abc", "rk_live_51abc")
TEST = ("sk_test_51abc", "rk_test_51abc")
NONE = ("", "pk_live_51abc", "whsec_1", "sk_live_", "sk_liveabc", "sk_live_a b", " sk_live_1")


def ids(messages: Any) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("key", "mode"),
    [(key, "live") for key in LIVE] + [(key, "test") for key in TEST] + [(key, "") for key in NONE],
)
def test_what_a_key_is_good_for(key: str, mode: str) -> None:
    assert keys.mode_of(key) == mode


@pytest.mark.parametrize("key", LIVE)
def test_a_demonstration_does_not_start_with_a_key_for_real_money(
    key: str, settings: Settings
) -> None:
    settings.STRIPE_SECRET_KEY = key

    assert "payments.E002" in ids(check_stripe())


@pytest.mark.parametrize("key", LIVE)
def test_a_key_for_real_money_goes_to_stripe_alone(key: str, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = key
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"

    assert "payments.E001" in ids(check_stripe())


@pytest.mark.parametrize(("key", "problems"), [(key, 0) for key in LIVE] + [(k, 1) for k in TEST])
def test_a_real_pharmacy_starts_with_either_kind_of_live_key(
    key: str, problems: int, settings: Settings
) -> None:
    settings.STRIPE_SECRET_KEY = key
    settings.IS_DEMO = False

    assert len(check_stripe_for_real()) == problems


@pytest.mark.parametrize("key", ["", "pk_live_51abc", "whsec_1"])
def test_a_shop_does_not_start_with_what_is_no_secret_key(key: str, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = key

    assert "payments.E006" in ids(check_stripe())


@pytest.mark.parametrize(
    ("key", "livemode", "status"),
    [(key, True, 200) for key in LIVE]
    + [(key, False, 400) for key in LIVE]
    + [(key, True, 400) for key in TEST]
    + [(key, False, 200) for key in TEST],
)
@pytest.mark.django_db
def test_a_webhook_of_the_other_mode_is_refused(
    key: str, *, livemode: bool, status: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STRIPE_SECRET_KEY = key
    monkeypatch.setattr("shop.payments.gateway._check_signature", lambda *_: None)
    event = {
        "id": "evt_1",
        "type": "customer.created",
        "created": 1_790_000_000,
        "livemode": livemode,
        "data": {"object": {"id": "cus_1"}},
    }

    answer = Client().post("/payments/stripe/", json.dumps(event), content_type="application/json")

    assert answer.status_code == status
