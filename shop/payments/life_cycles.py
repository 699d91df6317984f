"""The life cycles of an attempt to pay and of a refund, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    CREATED = "created", _("Started")
    SESSION_OPEN = "session_open", _("At the card page")
    PLACED = "placed", _("Authorised, order placed")
    CAPTURED = "captured", _("Paid")
    PART_REFUNDED = "part_refunded", _("Partly paid back")
    REFUNDED = "refunded", _("Paid back")
    EXPIRED = "expired", _("Not paid")
    VOID_PENDING = "void_pending", _("Money being let go")
    VOIDED = "voided", _("Authorisation released")
    CAPTURE_FAILED = "capture_failed", _("Could not be charged")
    NEEDS_REVIEW = "needs_review", _("Needs a look by staff")


# Where an attempt may go from where it is; whatever is not here is refused.
TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    Status.CREATED: (Status.SESSION_OPEN, Status.EXPIRED),
    Status.SESSION_OPEN: (
        Status.PLACED,
        Status.EXPIRED,
        Status.VOID_PENDING,
        Status.VOIDED,
        Status.NEEDS_REVIEW,
    ),
    Status.PLACED: (
        Status.CAPTURED,
        Status.VOID_PENDING,
        Status.CAPTURE_FAILED,
        Status.NEEDS_REVIEW,
    ),
    Status.CAPTURED: (Status.PART_REFUNDED, Status.REFUNDED, Status.NEEDS_REVIEW),
    Status.PART_REFUNDED: (Status.CAPTURED, Status.REFUNDED, Status.NEEDS_REVIEW),
    # Stripe may find out days later that the customer's bank did not take a refund.
    Status.REFUNDED: (Status.CAPTURED, Status.PART_REFUNDED, Status.NEEDS_REVIEW),
    Status.EXPIRED: (),
    Status.VOID_PENDING: (Status.VOIDED, Status.REFUNDED, Status.NEEDS_REVIEW),
    Status.VOIDED: (),
    Status.CAPTURE_FAILED: (),
    Status.NEEDS_REVIEW: (
        Status.CAPTURED,
        Status.CAPTURE_FAILED,
        Status.VOID_PENDING,
        Status.VOIDED,
        Status.REFUNDED,
    ),
}

# One of these at a time per basket: the guard against a double click.
LIVE = (Status.CREATED, Status.SESSION_OPEN, Status.PLACED, Status.VOID_PENDING)
# The money is here, or some of it is.
PAID = (Status.CAPTURED, Status.PART_REFUNDED)
# What was taken is ours to pay back by a refund.
TAKEN = (*PAID, Status.REFUNDED)


class Review(TextChoices):
    """Why a person has to look at an attempt."""

    UNKNOWN_SESSION = "unknown_session", _("Stripe does not know the card page.")
    CAPTURE_REFUSED = "capture_refused", _("Stripe refused to charge the card.")
    RELEASE_REFUSED = "release_refused", _("Stripe refused to release the authorisation.")
    OTHER_AMOUNT = "other_amount", _("Stripe charged another amount than the order's.")
    REFUND_FAILED = "refund_failed", _("Money that was to go back could not be paid back.")
    STUMBLED = "stumbled", _("The shop could not bring it further, three times in a row.")


class Kind(TextChoices):
    EXPIRE = "expire", _("Close the card page")
    CAPTURE = "capture", _("Capture")
    CANCEL = "cancel", _("Release the authorisation")
    REFUND = "refund", _("Refund")


class RefundStatus(TextChoices):
    REQUESTED = "requested", _("Asked for, not at Stripe yet")
    PENDING = "pending", _("On its way")
    SUCCEEDED = "succeeded", _("Paid back")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Cancelled at Stripe")


# A refund only moves on, so what was read from Stripe in any order ends the same.
REFUND_TRANSITIONS: dict[RefundStatus, tuple[RefundStatus, ...]] = {
    RefundStatus.REQUESTED: (
        RefundStatus.PENDING,
        RefundStatus.SUCCEEDED,
        RefundStatus.FAILED,
        RefundStatus.CANCELED,
    ),
    RefundStatus.PENDING: (
        RefundStatus.SUCCEEDED,
        RefundStatus.FAILED,
        RefundStatus.CANCELED,
    ),
    RefundStatus.SUCCEEDED: (RefundStatus.FAILED, RefundStatus.CANCELED),
    RefundStatus.FAILED: (),
    RefundStatus.CANCELED: (),
}
# Stripe counts these against the charge.
AT_STRIPE = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)


class RefundReason(TextChoices):
    """Why money went back; the first five are for staff to choose from."""

    CUSTOMER = "customer", _("The customer asked for it")
    OUT_OF_STOCK = "out_of_stock", _("Out of stock")
    DAMAGED = "damaged", _("Damaged")
    PRICE_ERROR = "price_error", _("The price was wrong")
    OTHER = "other", _("Other")
    CANCELLED = "cancelled", _("The order was cancelled")
    NO_ORDER = "no_order", _("No order came of the payment")
    AT_STRIPE = "at_stripe", _("Made at Stripe")


CHOSEN_BY_STAFF = (
    RefundReason.CUSTOMER,
    RefundReason.OUT_OF_STOCK,
    RefundReason.DAMAGED,
    RefundReason.PRICE_ERROR,
    RefundReason.OTHER,
)

# Stripe's words for a dispute, https://docs.stripe.com/api/disputes/object#dispute_object-status.
# An inquiry ("warning") has taken no money yet; after these the customer's bank asks for nothing more.
DISPUTE_WITHOUT_MONEY = (
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
    "won",
    "prevented",
)
DISPUTE_IN_OUR_FAVOUR = ("warning_closed", "won", "prevented")
DISPUTE_LOST = "lost"
