"""The control calls, as another process makes them."""

import time
from typing import Any

import pytest
import requests

from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import open_session, read_session
from tests.demo.stripe.sdk import APIError, StripeClient
from tests.demo.stripe.shop_inbox import ShopInbox


class Control:
    def __init__(self, emulator: Emulator) -> None:
        self._base = f"{emulator.base_url}/_emulator"

    def __call__(self, method: str, path: str, /, **body: Any) -> Any:
        answer = requests.request(method, self._base + path, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return Control(emulator)


def expire_one(client: StripeClient) -> None:
    client.v1.checkout.sessions.expire(open_session(client).id)


def test_the_requests_can_be_read_and_forgotten(client: StripeClient, control: Control) -> None:
    open_session(client)

    [recorded] = control("GET", "/requests")["requests"]

    assert recorded["params"]["client_reference_id"] == "a-1"
    assert control("DELETE", "/requests") == {"requests": []}


def test_a_fault_can_be_added_and_taken_back(client: StripeClient, control: Control) -> None:
    control("POST", "/faults", path="/v1/checkout/*", status=500, times=5)

    with pytest.raises(APIError):
        open_session(client)
    control("DELETE", "/faults")

    assert open_session(client).status == "open"


def test_the_clock_can_be_moved(client: StripeClient, control: Control) -> None:
    session = open_session(client)
    before = int(time.time())

    now = control("POST", "/clock", seconds=24 * 3600)["now"]

    assert now >= before + 24 * 3600
    assert control("GET", "/clock")["now"] >= now
    assert read_session(client, session.id).status == "expired"


def test_webhooks_can_be_held_released_and_resumed(
    client: StripeClient, control: Control, emulator: Emulator, inbox: ShopInbox
) -> None:
    assert control("POST", "/webhooks/pause")["paused"]
    for _ in range(3):
        expire_one(client)
    first, second, third = [each["id"] for each in control("GET", "/webhooks")["held"]]

    control("POST", "/webhooks/release", events=[third, first])
    emulator.courier.wait_until_idle()
    assert not control("POST", "/webhooks/resume")["paused"]
    emulator.courier.wait_until_idle()

    assert [event.id for event in inbox.events] == [third, first, second]
    assert [each["status"] for each in control("GET", "/webhooks")["deliveries"]] == [200] * 3


def test_an_event_can_be_sent_again(
    client: StripeClient, control: Control, emulator: Emulator, inbox: ShopInbox
) -> None:
    expire_one(client)
    [event] = client.v1.events.list().data

    control("POST", f"/events/{event.id}/resend", signed_at=int(time.time()) - 60)
    emulator.courier.wait_until_idle()

    assert [received.id for received in inbox.events] == [event.id] * 2


def test_the_webhook_address_can_be_set(control: Control, emulator: Emulator) -> None:
    control("POST", "/webhooks", url="http://127.0.0.1:1/webhook")

    assert emulator.webhook_url == "http://127.0.0.1:1/webhook"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"status": 500}),
        ("/faults", {"path": "*", "colour": "red"}),
        ("/clock", {"seconds": -1}),
        ("/clock", {"seconds": "soon"}),
        ("/webhooks/release", {"events": ["evt_nothing"]}),
        ("/webhooks", {"url": "nowhere"}),
        ("/events/evt_nothing/resend", {}),
        ("/disputes", {"charge": "ch_nothing"}),
        ("/disputes/du_nothing/close", {"outcome": "won"}),
        ("/refunds/re_nothing/fail", {}),
        ("/webhooks/disturb", {"seed": 1, "lost": 2}),
    ],
)
def test_a_wrong_control_call_is_refused(control: Control, path: str, body: dict[str, Any]) -> None:
    with pytest.raises(requests.HTTPError, match="400"):
        control("POST", path, **body)


def test_a_form_of_another_site_is_refused(emulator: Emulator) -> None:
    address = f"{emulator.base_url}/_emulator/clock"

    answer = requests.post(address, data={"seconds": 60}, timeout=60)

    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/_emulator/requests", "/v1/events", "/c/checkout.css"])
def test_another_host_name_is_refused(emulator: Emulator, path: str) -> None:
    answer = requests.get(emulator.base_url + path, headers={"Host": "rebound.example"}, timeout=60)

    assert answer.status_code == 400
