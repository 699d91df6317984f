"""Checkout Sessions: created by the shop, paid or left on the hosted page."""

from shop.demo.stripe import errors, intents, money, objects
from shop.demo.stripe.cards import Card
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store

SHORTEST, LONGEST = 30 * 60, 24 * 3600


class SessionClosed(Exception):
    """The session is complete or expired: nothing can be paid."""


class NoChallenge(Exception):
    """No card of this session waits for its 3-D Secure step."""


def create(store: Store, params: Document) -> Document:
    now = store.clock.now()
    params["expires_at"] = _expiry(params["expires_at"], now)
    amount = _total(params["line_items"])
    session = objects.session(params, amount=amount, created=now, origin=store.origin)
    store.session_params[session["id"]] = params
    return store.add(session)


def expire(store: Store, session: Document) -> None:
    if session["status"] != "open":
        message = f"Only an open Checkout Session expires; this one is {session['status']}."
        raise errors.Refusal(400, message)
    session.update(status="expired", url=None)
    if session["payment_intent"]:
        intent = store.get("payment_intent", session["payment_intent"])
        intents.cancel(store, intent, reason="expired")
    store.emit("checkout.session.expired", session)


def pay(store: Store, session: Document, card: Card) -> None:
    """Leaves the session open when the card is declined or must be challenged."""
    intent = _payable_intent(store, session)
    if card.test.asks:
        intents.challenge(store, intent, card, url=f"{session['url']}/3d-secure")
    else:
        _ask_the_bank(store, session, intent, card)


def pass_challenge(store: Store, session: Document) -> None:
    intent = challenged_intent(store, session)
    _ask_the_bank(store, session, intent, store.challenged_cards[intent["id"]])


def _ask_the_bank(store: Store, session: Document, intent: Document, card: Card) -> None:
    if card.test.decline:
        intents.decline(store, intent, card, card.test.decline)
    else:
        _complete(store, session, intent, card)


def fail_challenge(store: Store, session: Document) -> None:
    intents.fail_challenge(store, challenged_intent(store, session))


def challenged_intent(store: Store, session: Document) -> Document:
    _refuse_closed(session)
    if session["payment_intent"]:
        intent = store.get("payment_intent", session["payment_intent"])
        if intent["status"] == "requires_action":
            return intent
    raise NoChallenge


def success_url(session: Document) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _payable_intent(store: Store, session: Document) -> Document:
    _refuse_closed(session)
    if session["payment_intent"]:
        return store.get("payment_intent", session["payment_intent"])
    return intents.create(store, session)


def _refuse_closed(session: Document) -> None:
    if session["status"] != "open":
        raise SessionClosed


def _complete(store: Store, session: Document, intent: Document, card: Card) -> None:
    intents.authorise(store, intent, card)
    session.update(
        status="complete",
        payment_status="paid" if intent["status"] == "succeeded" else "unpaid",
        customer_details=objects.buyer(email=session["customer_email"], name=card.holder),
        url=None,
    )
    store.emit("checkout.session.completed", session)


def _expiry(asked: int | None, now: int) -> int:
    if asked is None:
        return now + LONGEST
    if not now + SHORTEST <= asked <= now + LONGEST:
        raise errors.invalid_parameter("expires_at", "30 minutes to 24 hours from now.")
    return asked


def _total(items: list[Document]) -> int:
    if len({item["price_data"]["currency"] for item in items}) != 1:
        raise errors.invalid_parameter("line_items", "one currency for all of them.")
    total = sum(item["price_data"]["unit_amount"] * item["quantity"] for item in items)
    problem = money.problem(int(total), items[0]["price_data"]["currency"])
    if problem:
        raise errors.invalid_parameter("line_items", problem[0], problem[1])
    return int(total)
