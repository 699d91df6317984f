"""Disputes: the cardholder's bank takes the money back."""

from typing import Any

import pytest
import requests

from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import authorised_intent, captured_intent
from tests.demo.stripe.sdk import InvalidRequestError, StripeClient
from tests.demo.stripe.shop_inbox import ShopInbox
from tests.demo.stripe.visitor import Visitor


def ask(emulator: Emulator, path: str, **body: Any) -> Any:
    answer = requests.post(f"{emulator.base_url}/_emulator/disputes{path}", json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


@pytest.fixture
def charge(client: StripeClient, visitor: Visitor) -> str:
    return str(captured_intent(client, visitor).latest_charge)


def told(emulator: Emulator, inbox: ShopInbox) -> list[str]:
    emulator.courier.wait_until_idle()
    return [kind for kind in inbox.types if kind.startswith("charge.dispute.")]


def test_a_dispute_takes_the_whole_charge_and_is_told(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox, charge: str
) -> None:
    opened = ask(emulator, "", charge=charge)

    dispute = client.v1.disputes.retrieve(opened["id"], {"expand": ["charge"]})
    assert (dispute.amount, dispute.status, dispute.reason) == (
        2350,
        "needs_response",
        "fraudulent",
    )
    assert dispute.charge.disputed  # type: ignore[union-attr]
    assert told(emulator, inbox) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_an_answered_dispute_that_is_won_gives_the_money_back(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox, charge: str
) -> None:
    dispute = ask(emulator, "", charge=charge, reason="product_not_received")
    answered = ask(emulator, f"/{dispute['id']}/answer")
    closed = ask(emulator, f"/{dispute['id']}/close", outcome="won")

    assert (answered["status"], closed["status"]) == ("under_review", "won")
    assert told(emulator, inbox)[2:] == [
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    assert client.v1.refunds.create({"charge": charge}).amount == 2350


def test_the_shop_may_give_in(
    client: StripeClient, emulator: Emulator, inbox: ShopInbox, charge: str
) -> None:
    dispute = ask(emulator, "", charge=charge)

    assert client.v1.disputes.close(dispute["id"]).status == "lost"
    assert told(emulator, inbox)[2:] == ["charge.dispute.closed"]


@pytest.mark.parametrize("outcome", [None, "lost"])
def test_money_that_the_bank_took_is_not_refunded_as_well(
    outcome: str | None, client: StripeClient, emulator: Emulator, charge: str
) -> None:
    dispute = ask(emulator, "", charge=charge)
    if outcome:
        ask(emulator, f"/{dispute['id']}/close", outcome=outcome)

    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.refunds.create({"charge": charge})

    assert refusal.value.code == "charge_disputed"


def test_only_what_was_not_refunded_is_disputed(
    client: StripeClient, emulator: Emulator, charge: str
) -> None:
    client.v1.refunds.create({"charge": charge, "amount": 2000})

    assert ask(emulator, "", charge=charge)["amount"] == 350


def test_the_disputes_of_one_charge_are_listed(
    client: StripeClient, visitor: Visitor, emulator: Emulator, charge: str
) -> None:
    wanted = ask(emulator, "", charge=charge)
    ask(emulator, "", charge=str(captured_intent(client, visitor).latest_charge))

    listed = client.v1.disputes.list({"charge": charge}).data

    assert [dispute.id for dispute in listed] == [wanted["id"]]


@pytest.mark.parametrize(
    "wrong", [{"amount": 2351}, {"amount": 0}, {"reason": "bored"}, {"colour": "red"}]
)
def test_a_dispute_that_makes_no_sense_is_refused(
    wrong: dict[str, Any], emulator: Emulator, charge: str
) -> None:
    with pytest.raises(requests.HTTPError, match="400"):
        ask(emulator, "", charge=charge, **wrong)


def test_a_charge_is_disputed_once(emulator: Emulator, charge: str) -> None:
    ask(emulator, "", charge=charge)

    with pytest.raises(requests.HTTPError, match="400"):
        ask(emulator, "", charge=charge)


def test_a_hold_cannot_be_disputed(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    held = str(authorised_intent(client, visitor).latest_charge.id)

    with pytest.raises(requests.HTTPError, match="400"):
        ask(emulator, "", charge=held)


@pytest.mark.parametrize("outcome", ["won", "drawn"])
def test_a_closed_dispute_stays_closed(outcome: str, emulator: Emulator, charge: str) -> None:
    dispute = ask(emulator, "", charge=charge)
    ask(emulator, f"/{dispute['id']}/close", outcome="lost")

    with pytest.raises(requests.HTTPError, match="400"):
        ask(emulator, f"/{dispute['id']}/close", outcome=outcome)


def test_the_charges_of_one_payment_are_listed(
    client: StripeClient, visitor: Visitor, charge: str
) -> None:
    other = captured_intent(client, visitor)

    listed = client.v1.charges.list({"payment_intent": other.id}).data

    assert [each.id for each in listed] == [other.latest_charge]
