"""Disputes: a cardholder asks the bank for the money back, and it goes at once."""

from shop.demo.stripe import errors, objects
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store

DAYS_TO_ANSWER = 7
DAY_SECONDS = 24 * 3600
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
OUTCOMES = ("won", "lost")
# fmt: off
REASONS = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated",
    "debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details",
    "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable",
    "subscription_canceled", "unrecognized",
)
# fmt: on


def create(
    store: Store,
    charge: Document,
    *,
    amount: int | None,
    reason: str,
    is_inquiry: bool = False,
) -> Document:
    """The cardholder's bank takes the money back; without `amount`, all that is left of it.

    With an inquiry it asks only, and no money moves.
    """
    left = charge["amount"] - charge["amount_refunded"]
    taken = left if amount is None else amount
    if charge["disputed"] or not charge["captured"]:
        raise errors.Refusal(400, "Only a captured charge can be disputed, and only once.")
    if not 0 < taken <= left or reason not in REASONS:
        raise errors.invalid_parameter("dispute", f"{taken} of {left}, reason {reason!r}.")
    dispute = objects.dispute(
        charge, amount=taken, reason=reason, is_inquiry=is_inquiry, created=store.clock.now()
    )
    dispute["evidence_details"]["due_by"] = dispute["created"] + DAYS_TO_ANSWER * DAY_SECONDS
    charge["disputed"] = True
    store.add(dispute)
    store.emit("charge.dispute.created", dispute)
    if not is_inquiry:
        store.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def answer(store: Store, dispute: Document) -> None:
    """Evidence was given; the bank looks at it."""
    _refuse_closed(dispute)
    dispute["status"] = "warning_under_review" if _is_inquiry(dispute) else "under_review"
    dispute["evidence_details"].update(has_evidence=True, submission_count=1)
    store.emit("charge.dispute.updated", dispute)


def close(store: Store, dispute: Document, *, outcome: str) -> None:
    """`won` gives the money back to the shop, `lost` leaves it with the cardholder."""
    _refuse_closed(dispute)
    if outcome not in OUTCOMES:
        raise ValueError(f"A dispute is won or lost, not {outcome!r}.")
    is_inquiry = _is_inquiry(dispute)
    dispute["status"] = "warning_closed" if is_inquiry else outcome
    store.emit("charge.dispute.closed", dispute)
    if outcome == "won" and not is_inquiry:
        store.emit("charge.dispute.funds_reinstated", dispute)


def is_held_by_bank(store: Store, charge: Document) -> bool:
    """Whether what is left of the charge has gone back through a dispute."""
    return any(
        dispute["charge"] == charge["id"]
        and dispute["status"] != "won"
        and not _is_inquiry(dispute)
        for dispute in store.all("dispute")
    )


def _is_inquiry(dispute: Document) -> bool:
    return str(dispute["status"]).startswith("warning_")


def _refuse_closed(dispute: Document) -> None:
    if dispute["status"] not in OPEN:
        raise errors.Refusal(400, f"This dispute is {dispute['status']} already.")
