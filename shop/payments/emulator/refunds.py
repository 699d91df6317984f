"""Refunds of captured charges, and the release of what was only held."""

from shop.payments.emulator import errors, objects
from shop.payments.emulator.replies import Document
from shop.payments.emulator.store import Store


def create(store: Store, charge: Document, params: Document) -> Document:
    left = charge["amount"] - charge["amount_refunded"]
    _check_refundable(charge, left)
    amount = left if params["amount"] is None else params["amount"]
    if amount > left:
        raise errors.amount_too_large("amount", amount=amount, limit=left)
    return _refund(store, charge, amount, reason=params["reason"], metadata=params["metadata"])


def release(store: Store, charge: Document, amount: int, *, reason: str | None) -> None:
    """Stripe records what it releases of a hold as a refund, although no money moved."""
    _refund(store, charge, amount, reason=reason, metadata={})


def _check_refundable(charge: Document, left: int) -> None:
    if not charge["paid"]:
        raise errors.Refusal(400, "A charge that failed cannot be refunded.", param="charge")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise errors.Refusal(400, message, code="charge_already_refunded")
    if not charge["captured"]:
        message = "This charge is not captured: cancel its PaymentIntent to release the hold."
        raise errors.Refusal(400, message, param="charge")


def _refund(
    store: Store, charge: Document, amount: int, *, reason: str | None, metadata: dict[str, str]
) -> Document:
    refund = objects.refund(
        charge, amount=amount, reason=reason, metadata=metadata, created=store.clock.now()
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    store.add(refund)
    store.emit("charge.refunded", charge)
    store.emit("refund.created", refund)
    return refund
