"""The list of events, from which the shop catches up."""

import pytest

from shop.demo.stripe.server import Emulator
from tests.demo.stripe import stripe_document
from tests.demo.stripe.orders import captured_intent, open_session
from tests.demo.stripe.sdk import InvalidRequestError, StripeClient
from tests.demo.stripe.visitor import Visitor


def expire_sessions(client: StripeClient, count: int) -> list[str]:
    ids = [open_session(client).id for _ in range(count)]
    for session_id in ids:
        client.v1.checkout.sessions.expire(session_id)
    return ids


def test_every_event_is_as_stripe_documents_it(client: StripeClient, visitor: Visitor) -> None:
    captured_intent(client, visitor)

    events = client.v1.events.list().data

    assert len(events) == 6
    for event in events:
        stripe_document.check_event(event.to_dict())
        assert not event.livemode


def test_events_come_newest_first(client: StripeClient) -> None:
    sessions = expire_sessions(client, 3)

    listed = client.v1.events.list().data

    assert [event.data.object["id"] for event in listed] == sessions[::-1]


def test_events_are_read_page_by_page(client: StripeClient) -> None:
    expire_sessions(client, 5)

    first = client.v1.events.list({"limit": 2})
    everything = list(first.auto_paging_iter())

    assert first.has_more
    assert len({event.id for event in everything}) == 5


def test_the_page_before_is_found_again(client: StripeClient) -> None:
    expire_sessions(client, 4)
    newest, second, third, _oldest = client.v1.events.list().data

    page = client.v1.events.list({"ending_before": third.id, "limit": 1})

    assert [event.id for event in page.data] == [second.id]
    assert page.has_more
    assert newest.id not in [event.id for event in page.data]


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("payment_intent.succeeded", 1), ("payment_intent.*", 3), ("charge.*", 2), ("refund.*", 0)],
)
def test_events_are_filtered_by_type(
    client: StripeClient, visitor: Visitor, pattern: str, count: int
) -> None:
    captured_intent(client, visitor)

    assert len(client.v1.events.list({"type": pattern}).data) == count


def test_several_types_are_asked_for_at_once(client: StripeClient, visitor: Visitor) -> None:
    captured_intent(client, visitor)

    listed = client.v1.events.list({"types": ["charge.captured", "charge.succeeded"]}).data

    assert [event.type for event in listed] == ["charge.captured", "charge.succeeded"]


def test_events_since_a_moment_are_asked_for(client: StripeClient, emulator: Emulator) -> None:
    expire_sessions(client, 1)
    emulator.advance_clock(3600)
    [recent] = expire_sessions(client, 1)

    listed = client.v1.events.list({"created": {"gte": emulator.store.clock.now() - 60}}).data

    assert [event.data.object["id"] for event in listed] == [recent]


def test_an_event_keeps_the_object_as_it_was(client: StripeClient, visitor: Visitor) -> None:
    captured_intent(client, visitor)

    [held] = client.v1.events.list({"type": "payment_intent.amount_capturable_updated"}).data

    again = client.v1.events.retrieve(held.id)
    assert again.data.object["status"] == "requires_capture"


@pytest.mark.parametrize("params", [{"limit": 101}, {"limit": 0}, {"created": {"since": 1}}])
def test_a_wrong_question_is_refused(client: StripeClient, params: dict[str, int]) -> None:
    with pytest.raises(InvalidRequestError):
        client.v1.events.list(params)  # type: ignore[arg-type]


def test_an_unknown_cursor_is_refused(client: StripeClient) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        client.v1.events.list({"starting_after": "evt_nothing"})

    assert refusal.value.code == "resource_missing"
