"""The life cycle of an attempt to pay, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    CREATED = "created", _("Started")
    SESSION_OPEN = "session_open", _("At the card page")
    PLACED = "placed", _("Authorised, order placed")
    CAPTURED = "captured", _("Paid")
    EXPIRED = "expired", _("Not paid")
    VOID_PENDING = "void_pending", _("Authorisation being released")
    VOIDED = "voided", _("Authorisation released")
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
    Status.PLACED: (Status.CAPTURED, Status.NEEDS_REVIEW),
    Status.CAPTURED: (),
    Status.EXPIRED: (),
    Status.VOID_PENDING: (Status.VOIDED, Status.NEEDS_REVIEW),
    Status.VOIDED: (),
    Status.NEEDS_REVIEW: (Status.CAPTURED, Status.VOIDED),
}

# One of these at a time per basket: the guard against a double click.
LIVE = (Status.CREATED, Status.SESSION_OPEN, Status.PLACED, Status.VOID_PENDING)


class Kind(TextChoices):
    EXPIRE = "expire", _("Close the card page")
    CAPTURE = "capture", _("Capture")
    CANCEL = "cancel", _("Release the authorisation")
