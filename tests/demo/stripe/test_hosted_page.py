"""The hosted page, as a visitor meets it."""

import pytest
import requests

from shop.demo.stripe.server import Emulator
from tests.demo.stripe.orders import SHOP, open_session, read_session, session_params
from tests.demo.stripe.sdk import StripeClient
from tests.demo.stripe.visitor import CHALLENGES, DECLINES, PAYS, Visitor


def test_the_page_says_that_no_real_card_is_charged(client: StripeClient, visitor: Visitor) -> None:
    visitor.open(open_session(client).url)

    assert "<strong>Test card page.</strong> No real card is charged." in visitor.page
    assert "Test card page</title>" in visitor.page


def test_the_page_shows_what_is_paid(client: StripeClient, visitor: Visitor) -> None:
    visitor.open(open_session(client).url)

    assert visitor.heading == "Pay GBP 23.50"
    assert "<dt>Order 100123</dt><dd>GBP 23.50</dd>" in visitor.page


def test_a_currency_without_pennies_shows_none(client: StripeClient, visitor: Visitor) -> None:
    item = session_params()["line_items"][0]
    item["price_data"]["currency"] = "jpy"

    visitor.open(open_session(client, line_items=[{**item, "quantity": 2}]).url)

    assert visitor.heading == "Pay JPY 4,700"
    assert "Order 100123 × 2" in visitor.page


def test_an_order_name_cannot_add_markup(client: StripeClient, visitor: Visitor) -> None:
    item = session_params()["line_items"][0]
    item["price_data"]["product_data"]["name"] = "<b>{0}</b>"

    visitor.open(open_session(client, line_items=[item]).url)

    assert "<dt>&lt;b&gt;{0}&lt;/b&gt;</dt>" in visitor.page


def test_every_field_has_a_label_and_a_hint(client: StripeClient, visitor: Visitor) -> None:
    visitor.open(open_session(client).url)

    for field in ("number", "expiry", "cvc", "name"):
        assert f'<label for="{field}">' in visitor.page
        assert f'<p class="hint" id="{field}-hint">' in visitor.page
        assert f'aria-describedby="{field}-hint"' in visitor.page


def test_the_page_allows_itself_and_the_way_back_to_the_shop(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client, cancel_url="https://other.example:8443/basket?a=1")

    visitor.open(session.url)

    policy = visitor.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert f"form-action 'self' {SHOP} https://other.example:8443" in policy


def test_the_stylesheet_is_the_emulators_own(emulator: Emulator) -> None:
    answer = requests.get(f"{emulator.base_url}/c/checkout.css", timeout=60)

    assert answer.headers["Content-Type"].startswith("text/css")
    assert "url(" not in answer.text


def test_a_good_card_leads_back_to_the_shop(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client)

    visitor.pay(session.url)

    assert visitor.address == f"{SHOP}/checkout/return?session={session.id}"


def test_a_declined_card_stays_on_the_page(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client)

    visitor.pay(session.url, DECLINES)

    assert visitor.address == session.url
    assert "Your card was declined." in visitor.page
    assert "<title>Error: " in visitor.page
    assert read_session(client, session.id).status == "open"


def test_a_declined_card_can_be_followed_by_a_good_one(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client)
    visitor.pay(session.url, DECLINES)

    visitor.pay(session.url, PAYS)

    intent = read_session(client, session.id).payment_intent
    assert visitor.address.startswith(SHOP)
    assert (intent.status, intent.last_payment_error) == ("requires_capture", None)
    assert intent.latest_charge.paid


def test_a_challenged_card_pays_when_the_step_is_completed(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client)

    visitor.pay(session.url, CHALLENGES)
    asked = visitor.heading
    status = read_session(client, session.id).payment_intent.status
    visitor.answer_challenge("complete")

    assert (asked, status) == ("Confirm the payment of GBP 23.50", "requires_action")
    assert visitor.address == f"{SHOP}/checkout/return?session={session.id}"
    assert read_session(client, session.id).payment_intent.status == "requires_capture"


def test_a_failed_challenge_leads_back_to_the_cards(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client)
    visitor.pay(session.url, CHALLENGES)

    visitor.answer_challenge("fail")

    intent = read_session(client, session.id).payment_intent
    assert visitor.address == session.url
    assert "could not confirm that it is you" in visitor.page
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert intent.latest_charge is None


def test_another_card_can_be_used_instead_of_the_challenge(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client)
    visitor.pay(session.url, CHALLENGES)

    visitor.pay(session.url, PAYS)

    assert visitor.address.startswith(SHOP)
    assert read_session(client, session.id).payment_intent.next_action is None


def test_there_is_no_challenge_to_answer_without_one(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client)
    visitor.open(f"{session.url}/3d-secure")

    visitor.answer_challenge("complete")

    assert visitor.address == session.url
    assert read_session(client, session.id).status == "open"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("number", "", "Enter a card number."),
        ("number", "4242 4242 4242 4243", "This is not a valid card number."),
        ("number", "four two", "This is not a valid card number."),
        ("number", "４２４２４２４２４２４２４２４２", "This is not a valid card number."),
        ("number", "5555 5555 5555 4444", "This page takes only the test cards"),
        ("expiry", "", "Enter the expiry date"),
        ("expiry", "13/34", "Enter the expiry date"),
        ("expiry", "soon", "Enter the expiry date"),
        ("expiry", "12/20", "This card has expired."),
        ("cvc", "", "Enter the three-digit CVC."),
        ("cvc", "12", "Enter the three-digit CVC."),
        ("name", " ", "Enter the name on the card."),
    ],
)
def test_a_wrong_field_is_explained(
    client: StripeClient, visitor: Visitor, field: str, value: str, message: str
) -> None:
    session = open_session(client)

    visitor.pay(session.url, **{field: value})

    assert f'id="{field}-error">Error: {message}' in visitor.page
    assert f'<a href="#{field}">{message}' in visitor.page
    assert visitor.page.count("aria-invalid") == 1
    assert read_session(client, session.id).payment_intent is None


@pytest.mark.parametrize("expiry", ["12/34", "12 / 34", "1234", "12/2034", "1/34"])
def test_an_expiry_can_be_written_in_several_ways(
    client: StripeClient, visitor: Visitor, expiry: str
) -> None:
    visitor.pay(open_session(client).url, expiry=expiry)

    assert visitor.address.startswith(SHOP)


def test_what_was_entered_stays_except_what_may_be_a_real_card(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client)

    visitor.pay(session.url, "5555555555554444", cvc="731", name='Jo "the" Example')

    assert 'value="12/34"' in visitor.page
    assert 'value="Jo &#34;the&#34; Example"' in visitor.page
    assert "5555555555554444" not in visitor.page
    assert "731" not in visitor.page


def test_the_way_back_without_paying(client: StripeClient, visitor: Visitor) -> None:
    visitor.open(open_session(client).url)

    assert f'<a href="{SHOP}/basket">Cancel and go back to the shop</a>' in visitor.page


def test_without_a_cancel_address_there_is_no_way_back(
    client: StripeClient, visitor: Visitor
) -> None:
    visitor.open(open_session(client, cancel_url=None).url)

    assert "<a " not in visitor.page


def test_a_paid_session_says_that_it_is_complete(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client)
    visitor.pay(session.url)

    visitor.open(session.url)

    assert visitor.heading == "This payment is complete"
    assert f"{SHOP}/checkout/return?session={session.id}" in visitor.page
    assert "<form" not in visitor.page


def test_paying_twice_charges_once(client: StripeClient, visitor: Visitor) -> None:
    session = open_session(client)
    visitor.pay(session.url)

    visitor.pay(session.url)

    assert visitor.heading == "This payment is complete"
    assert len(client.v1.events.list({"type": "charge.succeeded"}).data) == 1


def test_an_expired_session_cannot_be_paid(
    client: StripeClient, visitor: Visitor, emulator: Emulator
) -> None:
    session = open_session(client)
    visitor.open(session.url)
    emulator.advance_clock(24 * 3600)

    visitor.pay(session.url)

    assert visitor.heading == "This payment page has expired"
    assert "Nothing was charged." in visitor.page
    assert read_session(client, session.id).payment_intent is None


def test_a_challenge_of_an_expired_session_is_not_completed(
    client: StripeClient, visitor: Visitor
) -> None:
    session = open_session(client)
    visitor.pay(session.url, CHALLENGES)
    client.v1.checkout.sessions.expire(session.id)

    visitor.answer_challenge("complete")

    assert visitor.heading == "This payment page has expired"
    assert read_session(client, session.id).payment_intent.status == "canceled"


def test_an_unknown_page_says_so(visitor: Visitor, emulator: Emulator) -> None:
    status = visitor.open(f"{emulator.base_url}/c/pay/cs_test_nothing")

    assert status == 404
    assert visitor.heading == "There is no such payment page"
