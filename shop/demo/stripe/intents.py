"""Moves a PaymentIntent and its charge through their life."""

from shop.demo.stripe import disputes, errors, objects, refunds
from shop.demo.stripe.cards import Card, Decline
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store

CAPTURABLE = ("requires_capture",)
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)


def create(store: Store, session: Document) -> Document:
    """Stripe makes the intent when the customer first submits a card, not before."""
    params = store.session_params[session["id"]]["payment_intent_data"]
    intent = objects.intent(params, session=session, created=store.clock.now())
    session["payment_intent"] = intent["id"]
    store.add(intent)
    store.emit("payment_intent.created", intent)
    return intent


def authorise(store: Store, intent: Document, card: Card) -> None:
    charge = _charge(store, intent, card, None)
    intent.update(last_payment_error=None, next_action=None)
    if intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        store.emit("charge.succeeded", charge)
        store.emit("payment_intent.amount_capturable_updated", intent)
    else:
        _receive(intent, charge, intent["amount"])
        store.emit("charge.succeeded", charge)
        store.emit("payment_intent.succeeded", intent)
        _dispute(store, charge)


def decline(store: Store, intent: Document, card: Card, refusal: Decline) -> None:
    charge = _charge(store, intent, card, refusal)
    store.emit("charge.failed", charge)
    _fail(
        store,
        intent,
        charge=charge["id"],
        code=refusal.code,
        decline_code=refusal.decline_code,
        network_decline_code=refusal.network_code,
        advice_code=refusal.advice,
        network_advice_code=refusal.network_advice,
        message=refusal.message,
    )


def challenge(store: Store, intent: Document, card: Card, *, url: str) -> None:
    _use(store, intent, card)
    store.challenged_cards[intent["id"]] = card
    step = {"type": "redirect_to_url", "redirect_to_url": {"return_url": None, "url": url}}
    intent.update(status="requires_action", next_action=step, last_payment_error=None)


def fail_challenge(store: Store, intent: Document) -> None:
    """A failed 3-D Secure step makes no charge, as with Stripe."""
    _fail(
        store,
        intent,
        code="payment_intent_authentication_failure",
        message="Your bank could not confirm that it is you. Try again, or use another card.",
    )


def capture(store: Store, intent: Document, amount: int | None) -> None:
    if intent["status"] not in CAPTURABLE:
        raise errors.wrong_intent_status(intent, "captured", CAPTURABLE)
    held = intent["amount_capturable"]
    taken = held if amount is None else amount
    if taken > held:
        raise errors.amount_too_large("amount_to_capture", amount=taken, limit=held)
    charge = store.get("charge", intent["latest_charge"])
    _receive(intent, charge, taken)
    store.emit("charge.captured", charge)
    store.emit("payment_intent.succeeded", intent)
    _dispute(store, charge)
    if taken < held:
        refunds.release(store, charge, held - taken, reason=None)


def cancel(store: Store, intent: Document, *, reason: str | None) -> None:
    if intent["status"] not in CANCELABLE:
        raise errors.wrong_intent_status(intent, "canceled", CANCELABLE)
    held = intent["amount_capturable"]
    intent.update(
        status="canceled",
        amount_capturable=0,
        canceled_at=store.clock.now(),
        cancellation_reason=reason,
        next_action=None,
    )
    if held:
        release_reason = "expired_uncaptured_charge" if reason == "automatic" else None
        charge = store.get("charge", intent["latest_charge"])
        refunds.release(store, charge, held, reason=release_reason)
    store.emit("payment_intent.canceled", intent)


def _dispute(store: Store, charge: Document) -> None:
    """Some test cards are disputed as soon as money was taken."""
    card = store.charged_cards[charge["id"]].test
    if card.dispute:
        disputes.create(store, charge, amount=None, reason=card.dispute, is_inquiry=card.is_inquiry)


def _charge(store: Store, intent: Document, card: Card, refusal: Decline | None) -> Document:
    _use(store, intent, card)
    charge = objects.charge(intent, card, refusal, created=store.clock.now())
    intent["latest_charge"] = charge["id"]
    store.charged_cards[charge["id"]] = card
    return store.add(charge)


def _use(store: Store, intent: Document, card: Card) -> None:
    method = store.add(objects.payment_method(card, created=store.clock.now()))
    intent["payment_method"] = method["id"]


def _receive(intent: Document, charge: Document, amount: int) -> None:
    charge.update(captured=True, amount_captured=amount)
    intent.update(status="succeeded", amount_capturable=0, amount_received=amount)


def _fail(store: Store, intent: Document, **error: str | None) -> None:
    """What nothing is known of is left out of the error, as with Stripe."""
    said = {name: value for name, value in error.items() if value is not None}
    method = store.get("payment_method", intent["payment_method"])
    intent.update(
        status="requires_payment_method",
        last_payment_error={"type": "card_error", "payment_method": method, **said},
        next_action=None,
        payment_method=None,
    )
    store.emit("payment_intent.payment_failed", intent)
