"""Refunds of captured charges, and the release of what was only held."""

from shop.demo.stripe import disputes, errors, objects
from shop.demo.stripe.cards import TestCard
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store

# After so long a refund by a card that takes its time succeeds, or fails after all.
SECONDS_TO_END = 60
# What a bank may say: https://docs.stripe.com/refunds#failed-refunds
FAILURES = (
    "declined",
    "expired_or_canceled_card",
    "lost_or_stolen_card",
    "merchant_request",
    "unknown",
)


def create(store: Store, charge: Document, params: Document) -> Document:
    left = charge["amount"] - charge["amount_refunded"]
    _check_refundable(store, charge, left)
    amount = left if params["amount"] is None else params["amount"]
    if amount > left:
        raise errors.amount_too_large("amount", amount=amount, limit=left)
    return _refund(
        store,
        charge,
        amount,
        reason=params["reason"],
        metadata=params["metadata"],
        card=store.charged_cards[charge["id"]].test,
    )


def release(store: Store, charge: Document, amount: int, *, reason: str | None) -> None:
    """Stripe records what it releases of a hold as a refund, although no money moved."""
    _refund(store, charge, amount, reason=reason, metadata={})


def fail(store: Store, refund: Document, *, reason: str) -> None:
    """The customer's bank gave the money back to the shop, as it may days later."""
    if refund["status"] != "succeeded" or reason not in FAILURES:
        raise errors.Refusal(400, f"A refund that is {refund['status']} cannot fail: {reason!r}.")
    charge = store.get("charge", refund["charge"])
    if not charge["captured"]:
        raise errors.Refusal(400, "What was only held never left, so it cannot come back.")
    refund.update(status="failed", failure_reason=reason)
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    for kind in ("refund.updated", "refund.failed", "charge.refund.updated"):
        store.emit(kind, refund)


def finish(store: Store, refund: Document) -> None:
    """What a card that takes its time lets a refund end with."""
    del store.refund_ends[refund["id"]]
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        store.emit("refund.updated", refund)
        store.emit("charge.refund.updated", refund)
    elif refund["status"] == "succeeded":
        fail(store, refund, reason="expired_or_canceled_card")


def _check_refundable(store: Store, charge: Document, left: int) -> None:
    if not charge["paid"]:
        raise errors.Refusal(400, "A charge that failed cannot be refunded.", param="charge")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise errors.Refusal(400, message, code="charge_already_refunded")
    if not charge["captured"]:
        message = "This charge is not captured: cancel its PaymentIntent to release the hold."
        raise errors.Refusal(400, message, param="charge")
    if disputes.is_held_by_bank(store, charge):
        message = f"Charge {charge['id']} has been charged back; it cannot be refunded."
        raise errors.Refusal(400, message, code="charge_disputed")


def _refund(  # noqa: PLR0913 a refund has that many parts
    store: Store,
    charge: Document,
    amount: int,
    *,
    reason: str | None,
    metadata: dict[str, str],
    card: TestCard | None = None,
) -> Document:
    refund = objects.refund(
        charge, amount=amount, reason=reason, metadata=metadata, created=store.clock.now()
    )
    if card and card.refund:
        store.refund_ends[refund["id"]] = store.clock.now() + SECONDS_TO_END
        refund["status"] = "pending" if card.refund == "pending" else "succeeded"
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    store.add(refund)
    store.emit("charge.refunded", charge)
    store.emit("refund.created", refund)
    return refund
