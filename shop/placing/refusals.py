"""Why an order cannot go on, in words for the customer."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    NO_PRESCRIPTION = (
        "no_prescription",
        _("This medicine needs a prescription. Send it to us first."),
    )
    WAITING = "waiting", _("A pharmacist is still checking your prescription. Nothing to pay yet.")
    QUESTION = "question", _("The pharmacist has a question about your prescription.")
    EXPIRED = "expired", _("Your prescription is out of date. Send us a new one.")
    USED_UP = "used_up", _("Everything on your prescription was supplied. Send us a new one.")
    WITHDRAWN = "withdrawn", _("The pharmacist has withdrawn the approval of your prescription.")
    REFUSED = "refused", _("The pharmacist could not approve your prescription.")
    ARCHIVED = (
        "archived",
        _(
            "You took the patient of this prescription off your list, so nothing can be ordered for them."
        ),
    )
    WHICH_PATIENT = "which_patient", _("Choose whom you order for.")
    OTHER_STRENGTH = (
        "other_strength",
        _("Your prescription does not cover %(title)s %(strength)s."),
    )
    TOO_MANY = (
        "too_many",
        _("Your cart holds %(wanted)s; your prescription allows %(allowed)s now."),
    )
    TOO_EARLY = (
        "too_early",
        _(
            "The next %(what)s can be ordered from %(day)s. "
            "If you need them sooner, call us: do not run out."
        ),
    )
    UNKNOWN = (
        "unknown",
        _(
            "A pharmacist has to check the approval of %(title)s %(strength)s once more before we can "
            "send it. We have told them. If you have few left, call us: do not run out."
        ),
    )
    UNKNOWN_PRESCRIPTION = (
        "unknown_prescription",
        _(
            "A pharmacist has to check your prescription once more before we can send anything on it. We "
            "have told them. If you have few left, call us: do not run out."
        ),
    )
    UNKNOWN_PAYMENT = (
        "unknown_payment",
        _("We have to check our data of this payment. Nothing was charged. Please order again."),
    )
    UNKNOWN_PACK = (
        "unknown_pack",
        _(
            "We have to check our data of %(title)s before we can send it. We have been told. If you "
            "have few left, call us: do not run out."
        ),
    )
    ORDER_ASKED = (
        "order_asked",
        _(
            "A pharmacist has to decide first whether your order %(number)s is still sent. We have told "
            "them. If you have few left, call us: do not run out."
        ),
    )
    NO_DAILY_NUMBER = (
        "no_daily_number",
        _(
            "The next %(what)s wait for a pharmacist, because nobody has told us how many are taken a day. "
            "Write to them on the page of the prescription, or call us: do not run out."
        ),
    )
    COUNTRY = (
        "country",
        _(
            "We may not send %(title)s %(strength)s to %(country)s, because this strength is not "
            "authorised there. Ask your prescriber about another strength."
        ),
    )
    OTHER_COUNTRY = (
        "other_country",
        _("Your prescription was checked for another country. A pharmacist has to look again."),
    )
    NOT_LICENSED = "not_licensed", _("We are not licensed to send medicines to %(country)s.")
    ADDRESS = "address", _("A parcel would not arrive at this address. %(what)s")
    NOT_ON_SALE = (
        "not_on_sale",
        _(
            "%(title)s cannot be ordered from us at present; nothing is paid for it. If you take it, "
            "do not stop: call us, or ask your prescriber, before you run out."
        ),
    )
    OUT_OF_STOCK = "out_of_stock", _("%(title)s is no longer in stock.")
    CHANGED = "changed", _("Your cart, a price or your address changed while you were paying.")
    AMOUNT = "amount", _("The amount authorised is not the amount of your order.")


class Refused(Exception):
    """The order cannot go on; ``message`` tells the customer why."""

    def __init__(self, reason: Reason, **values: Any) -> None:
        self.reason = reason
        self.values = values
        super().__init__(reason.value)

    @property
    def message(self) -> str:
        return str(self.reason.label) % self.values
