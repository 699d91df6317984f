"""``check_payments`` says of each thing about the account whether it is right, and no secret."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.conf import settings as shop_settings
from django.core.management import call_command
from oscar.apps.partner.models import StockRecord
from pytest_django import Settings

from catalogue.models import Product
from shop.demo.stripe.faults import Fault
from shop.demo.stripe.server import Emulator
from shop.payments import probes
from shop.prescriptions.models import Prescription
from tests.conftest import basket_with, pack_of
from tests.settling.paying import open_card_page, pay_by_card

pytestmark = pytest.mark.django_db


def check() -> tuple[int, str]:
    """The command's exit status, and all it said."""
    out = io.StringIO()
    try:
        call_command("check_payments", stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def account(stripe: Emulator) -> Emulator:
    """An account with the shop's endpoint; nothing is delivered there."""
    stripe.courier.pause()
    stripe.webhook_url = f"{shop_settings.SITE_URL}/payments/stripe/"
    return stripe


def test_an_account_as_the_shop_needs_it_is_right_line_by_line(account: Emulator) -> None:
    status, said = check()

    assert (status, "WRONG" in said) == (0, False), said
    for thing in (
        "key: test",
        *(f"permission {name}" for name in probes.REQUESTS),
        "webhook: http",
        "webhook's events: all",
        "API version: 2026-05-27.dahlia",
        "clock: ",
        "currency: USD, at least 0.50",
        "cards: taken",
        "statement descriptor: TEST PHARMACY",
        "payout: in USD",
    ):
        assert f"right     {thing}" in said, said
    assert "not seen  capture" in said


def test_nothing_is_made_or_changed_in_the_account(account: Emulator) -> None:
    check()

    for kind in ("checkout.session", "payment_intent", "refund", "event"):
        assert account.store.all(kind) == []


def test_no_secret_is_said(account: Emulator) -> None:
    account.faults.add(Fault(path="/v1/refunds", status=403, times=9))

    for said in (check()[1], _said_to_a_wrong_key(account)):
        assert shop_settings.STRIPE_SECRET_KEY not in said
        assert "sk_test" not in said
        assert "rk_test" not in said
        assert "whsec" not in said


def _said_to_a_wrong_key(account: Emulator) -> str:
    account.faults.add(Fault(path="/v1/*", status=401, times=9))
    return check()[1]


def test_a_key_that_stripe_does_not_take_is_the_one_thing_said(account: Emulator) -> None:
    account.faults.add(Fault(path="/v1/*", status=401, times=99))

    status, said = check()

    assert (status, said.count("Stripe does not take the shop's key")) == (1, 1)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/checkout/sessions", "Checkout Sessions, write: open"),
        ("/v1/checkout/sessions/*/expire", "Checkout Sessions, write: close"),
        ("/v1/payment_intents/*/capture", "PaymentIntents, write: charge"),
        ("/v1/payment_intents/*/cancel", "PaymentIntents, write: release"),
        ("/v1/payment_intents", "PaymentIntents and Charges, read"),
        ("/v1/refunds", "Refunds, write"),
        ("/v1/disputes", "Disputes, read"),
        ("/v1/events", "Events, read"),
    ],
)
def test_a_permission_that_the_key_lacks_is_named(path: str, name: str, account: Emulator) -> None:
    account.faults.add(Fault(path=path, status=403, times=9))

    status, said = check()

    [line] = [line for line in said.splitlines() if f"WRONG     permission {name}" in line]
    assert (status, "it lacks the permission rak_" in line) == (1, True)


@pytest.mark.parametrize("path", ["/v1/webhook_endpoints", "/v1/account"])
def test_what_the_key_may_not_see_is_said_and_is_not_wrong(path: str, account: Emulator) -> None:
    account.faults.add(Fault(path=path, status=403, times=9))

    status, said = check()

    assert (status, "look in Stripe's dashboard" in said) == (0, True)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": "disabled"}, "is off, or of the other mode"),
        ({"livemode": True}, "is off, or of the other mode"),
        ({"url": "https://other.example/"}, "Stripe has no endpoint"),
        ({"enabled_events": ["charge.refunded"]}, "it lacks checkout.session.completed"),
        ({"api_version": "2020-08-27"}, "API version: 2020-08-27"),
        ({"api_version": None}, "API version: the account's own"),
    ],
)
def test_an_endpoint_that_is_not_as_the_shop_needs_it_is_wrong(
    facts: dict[str, Any], words: str, account: Emulator
) -> None:
    account.store.endpoint_facts = facts

    status, said = check()

    [line] = [line for line in said.splitlines() if line.startswith("WRONG")]
    assert (status, words in line) == (1, True)


def test_without_an_endpoint_that_is_said(stripe: Emulator) -> None:
    status, said = check()

    assert (status, "Stripe has no endpoint" in said) == (1, True)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"capabilities": {"card_payments": "inactive"}}, "cards: not taken"),
        ({"capabilities": {}}, "cards: not taken"),
        ({"settings": None}, "statement descriptor: none"),
    ],
)
def test_an_account_that_cannot_take_cards_or_has_no_name_is_wrong(
    facts: dict[str, Any], words: str, account: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.conftest.check_reply", lambda *_: None)
    account.store.account_facts = facts

    status, said = check()

    assert (status, f"WRONG     {words}" in said) == (1, True)


def test_an_account_that_is_paid_out_in_another_currency_is_said(account: Emulator) -> None:
    account.store.account_facts = {"default_currency": "aud"}

    status, said = check()

    assert (status, "not seen  payout: in AUD" in said) == (0, True)


def test_packs_in_another_currency_are_wrong(account: Emulator, medicine: Product) -> None:
    StockRecord.objects.update(price_currency="USD")
    record = StockRecord.objects.first()
    assert record
    StockRecord.objects.filter(pk=record.pk).update(price_currency="GBP")

    status, said = check()

    assert (status, "1 packs are priced in another" in said) == (1, True)


@pytest.mark.parametrize(("method", "verdict"), [("manual", "right"), ("automatic", "WRONG")])
def test_the_way_of_capture_is_read_off_the_shops_own_payments(
    method: str, verdict: str, account: Emulator, approved: Prescription, medicine: Product
) -> None:
    _, url = open_card_page(approved.user, basket_with(approved.user, pack_of(medicine, 10, 60)))
    pay_by_card(url)
    with account.store.lock:
        [intent] = account.store.all("payment_intent")
        intent["capture_method"] = method

    assert f"{verdict:<8}  capture: {method}" in check()[1]


def test_a_clock_that_is_wrong_is_said(account: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    right = probes.timezone.now
    monkeypatch.setattr(probes.timezone, "now", lambda: right() + datetime.timedelta(minutes=2))

    status, said = check()

    assert (status, "WRONG     clock: +1" in said) == (1, True)


@pytest.mark.parametrize(
    ("key", "is_demo", "words"),
    [
        ("rk_live_1", True, "key: a live key, and the shop is a demonstration"),
        ("sk_test_1", False, "key: a test key, and the shop is a real pharmacy"),
        ("pk_live_1", False, "key: this is no secret key"),
    ],
)
def test_a_key_of_the_wrong_kind_is_wrong(
    key: str, words: str, *, is_demo: bool, account: Emulator, settings: Settings
) -> None:
    account._api._api_key = key  # noqa: SLF001 the emulator itself takes no live key
    settings.STRIPE_SECRET_KEY = key
    settings.IS_DEMO = is_demo

    status, said = check()

    assert (status, f"WRONG     {words}" in said) == (1, True)
