"""What the shop relies on at Stripe, held against the emulator and against Stripe's test mode."""

import time
import uuid
from typing import Any

import pytest

from tests.demo.stripe.orders import open_session, session_params
from tests.demo.stripe.sdk import IdempotencyError, InvalidRequestError
from tests.payments.contract.accounts import AMOUNT, Account
from tests.payments.contract.conftest import is_real

DAY = 24 * 3600


def refusal_of(do: Any) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as refused:
        do()
    return refused.value


def id_of(reference: Any) -> str:
    """The id, whether Stripe gave the id or the whole object."""
    return str(reference if isinstance(reference, str) else reference.id)


def test_a_new_card_page_is_open_for_a_day_and_knows_the_shops_reference(account: Account) -> None:
    session = open_session(account.client)

    assert (session.status, session.payment_status, session.livemode) == ("open", "unpaid", False)
    assert (session.client_reference_id, session.metadata["attempt"]) == ("a-1", "a-1")
    assert session.url.startswith("http")
    assert session.expires_at - session.created == pytest.approx(DAY, abs=60)


def test_a_card_page_has_no_payment_before_a_card_was_entered(account: Account) -> None:
    session = open_session(account.client)

    again = account.client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    )

    assert again.payment_intent is None


def test_a_card_page_is_closed_once(account: Account) -> None:
    sessions = account.client.v1.checkout.sessions
    session = open_session(account.client)

    closed = sessions.expire(session.id)

    assert (closed.status, closed.url) == ("expired", None)
    assert refusal_of(lambda: sessions.expire(session.id)).http_status == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "red"}, "parameter_unknown"),
        ({"success_url": None}, "parameter_missing"),
        ({"success_url": "nowhere"}, "url_invalid"),
    ],
)
def test_a_wrong_request_is_refused(account: Account, changes: dict[str, Any], code: str) -> None:
    refusal = refusal_of(lambda: open_session(account.client, **changes))

    assert (refusal.http_status, refusal.code, refusal.param) == (400, code, next(iter(changes)))


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [("payment_intents", "pi_nothing"), ("charges", "ch_nothing"), ("refunds", "re_nothing")],
)
def test_what_does_not_exist_is_missing(account: Account, kind: str, identifier: str) -> None:
    refusal = refusal_of(lambda: getattr(account.client.v1, kind).retrieve(identifier))

    assert (refusal.http_status, refusal.code) == (404, "resource_missing")


def test_an_authorisation_holds_the_amount_for_days_and_takes_nothing(account: Account) -> None:
    intent = account.authorise()

    card = intent.latest_charge.payment_method_details.card
    assert (intent.status, intent.amount_capturable) == ("requires_capture", AMOUNT)
    assert (intent.latest_charge.captured, intent.amount_received) == (False, 0)
    assert 4 * DAY < card.capture_before - time.time() < 8 * DAY


def test_a_declined_card_leaves_nothing_held(account: Account) -> None:
    intent = account.decline()

    assert (intent.status, intent.amount_capturable) == ("requires_payment_method", 0)
    assert intent.last_payment_error.code == "card_declined"


def test_a_capture_takes_the_money_once(account: Account) -> None:
    intents = account.client.v1.payment_intents
    intent = account.captured()

    charge = account.client.v1.charges.retrieve(id_of(intent.latest_charge))
    refusal = refusal_of(lambda: intents.capture(intent.id))

    assert (intent.status, intent.amount_received) == ("succeeded", AMOUNT)
    assert (charge.captured, charge.amount_captured) == (True, AMOUNT)
    assert refusal.code == "payment_intent_unexpected_state"


def test_more_than_is_held_is_not_captured(account: Account) -> None:
    intents = account.client.v1.payment_intents
    intent = account.authorise()

    refusal = refusal_of(lambda: intents.capture(intent.id, {"amount_to_capture": AMOUNT + 1}))

    assert refusal.http_status == 400
    assert intents.retrieve(intent.id).status == "requires_capture"


def test_a_released_authorisation_cannot_be_captured(account: Account) -> None:
    intents = account.client.v1.payment_intents
    intent = account.authorise()

    released = intents.cancel(intent.id)
    refusal = refusal_of(lambda: intents.capture(intent.id))

    assert (released.status, released.amount_capturable) == ("canceled", 0)
    assert refusal.code == "payment_intent_unexpected_state"


def test_a_captured_payment_cannot_be_released(account: Account) -> None:
    intent = account.captured()

    refusal = refusal_of(lambda: account.client.v1.payment_intents.cancel(intent.id))

    assert refusal.code == "payment_intent_unexpected_state"


def test_parts_are_refunded_and_never_more_than_is_left(account: Account) -> None:
    refunds = account.client.v1.refunds
    intent = account.captured()
    asked: Any = {"payment_intent": intent.id, "amount": 2000, "metadata": {"refund": "r-1"}}

    refund = refunds.create(asked)
    refusal = refusal_of(lambda: refunds.create({"payment_intent": intent.id, "amount": 351}))

    charge = account.client.v1.charges.retrieve(id_of(intent.latest_charge))
    assert (refund.amount, refund.status) == (2000, "succeeded")
    assert refusal.http_status == 400
    assert (charge.amount_refunded, charge.refunded) == (2000, False)
    [listed] = refunds.list({"payment_intent": intent.id}).data
    assert listed.metadata is not None
    assert (listed.id, listed.metadata["refund"]) == (refund.id, "r-1")


def test_what_was_paid_back_in_full_is_not_paid_back_again(account: Account) -> None:
    refunds = account.client.v1.refunds
    intent = account.captured()
    refunds.create({"payment_intent": intent.id})

    refusal = refusal_of(lambda: refunds.create({"payment_intent": intent.id}))

    assert refusal.code == "charge_already_refunded"
    assert account.client.v1.charges.retrieve(id_of(intent.latest_charge)).refunded


def test_the_same_key_gives_the_same_answer(account: Account) -> None:
    intents = account.client.v1.payment_intents
    intent = account.authorise()
    options: Any = {"idempotency_key": str(uuid.uuid4())}

    first, second = (intents.capture(intent.id, {}, options) for _ in range(2))

    assert first.last_response is not None
    assert second.last_response is not None
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.amount_received == AMOUNT


def test_a_key_is_for_one_request(account: Account) -> None:
    sessions = account.client.v1.checkout.sessions
    options: Any = {"idempotency_key": str(uuid.uuid4())}
    first: Any = session_params()
    other: Any = session_params(client_reference_id="a-2")
    sessions.create(first, options)

    with pytest.raises(IdempotencyError) as refused:
        sessions.create(other, options)

    assert refused.value.http_status == 400


def test_a_refusal_is_replayed_under_its_key(account: Account) -> None:
    intents = account.client.v1.payment_intents
    intent = account.captured()
    options: Any = {"idempotency_key": str(uuid.uuid4())}

    refusals = [refusal_of(lambda: intents.capture(intent.id, {}, options)) for _ in range(2)]

    assert refusals[1].headers is not None
    assert refusals[1].headers["Idempotent-Replayed"] == "true"


def test_every_answer_names_its_request(account: Account) -> None:
    session = open_session(account.client)
    refusal = refusal_of(lambda: account.client.v1.refunds.retrieve("re_nothing"))

    assert session.last_response.request_id.startswith("req_")
    assert str(refusal.request_id).startswith("req_")


def test_what_happened_is_in_the_list_of_events(account: Account) -> None:
    intent = account.captured()

    def told() -> set[str]:
        asked: Any = {"types": ["payment_intent.succeeded", "charge.captured"], "limit": 100}
        events = [event.to_dict() for event in account.client.v1.events.list(asked).data]
        return {
            event["type"]
            for event in events
            if intent.id in (event["data"]["object"].get(name) for name in ("id", "payment_intent"))
        }

    found = account.eventually(lambda: told() if len(told()) == 2 else set())

    assert found == {"payment_intent.succeeded", "charge.captured"}


def test_charges_and_disputes_are_listed_by_payment(account: Account) -> None:
    intent = account.captured()

    charges = account.client.v1.charges.list({"payment_intent": intent.id}).data
    disputes = account.client.v1.disputes.list({"payment_intent": intent.id}).data

    assert [charge.id for charge in charges] == [id_of(intent.latest_charge)]
    assert disputes == []


def test_a_currency_without_minor_units_is_counted_in_whole_ones(account: Account) -> None:
    price = {"currency": "jpy", "unit_amount": 4090, "product_data": {"name": "Order 100123"}}

    session = open_session(account.client, line_items=[{"quantity": 1, "price_data": price}])

    assert (session.amount_total, session.currency) == (4090, "jpy")


@pytest.mark.parametrize(
    ("key", "real"), [("", False), ("sk_test_emulator", False), ("sk_test_51abc", True)]
)
def test_only_a_test_key_of_an_account_leads_to_stripe(key: str, *, real: bool) -> None:
    assert is_real(key) is real


@pytest.mark.parametrize("key", ["sk_live_51abc", "rk_live_51abc"])
def test_a_live_key_is_refused(key: str) -> None:
    with pytest.raises(pytest.UsageError):
        is_real(key)
