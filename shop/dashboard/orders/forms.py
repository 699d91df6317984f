"""What staff fill in to cancel an order or to pay money back."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from oscar.apps.dashboard.orders.forms import (
    OrderNoteForm,
    OrderStatsForm,
    OrderStatusForm,
)
from oscar.apps.dashboard.orders.forms import OrderSearchForm as OscarOrderSearchForm
from oscar.apps.order.models import ShippingAddress

from shop.addresses.forms import FIELDS, WIDGETS, DeliveryForm
from shop.payments import refunds
from shop.payments.life_cycles import CHOSEN_BY_STAFF, RefundReason
from shop.payments.models import PaymentAttempt
from shop.payments.money import AmountRefused, from_minor, to_minor
from shop.payments.refunds import Wanted

__all__ = [
    "CancelForm",
    "OrderNoteForm",
    "OrderSearchForm",
    "OrderStatsForm",
    "OrderStatusForm",
    "RefundForm",
    "ShippingAddressForm",
]

NOTE_LENGTH = 200


class OrderSearchForm(OscarOrderSearchForm):
    """Searches by the name on the parcel too; Oscar's search, which knows accounts only, does not."""

    name = forms.CharField(
        required=False, label=gettext_lazy("Name of the customer or on the parcel")
    )
    words: tuple[str, ...] = ()

    def clean_name(self) -> str:
        self.words = tuple(self.cleaned_data["name"].split())
        return ""


class ShippingAddressForm(DeliveryForm):
    """Where an order goes, corrected; the country, for which it was checked, stays."""

    asked = forms.CharField(
        label=gettext_lazy("Who asked for it, and how you know that it was them"),
        help_text=gettext_lazy("For colleagues; the customer does not see it."),
        max_length=NOTE_LENGTH,
    )

    class Meta:
        model = ShippingAddress
        fields = tuple(name for name in FIELDS if name != "country")
        widgets = WIDGETS

    def corrected(self) -> dict[str, Any]:
        """The fields of the address, once the form is valid."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CancelForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why the order is cancelled"),
        help_text=gettext_lazy("For colleagues; the customer does not see it."),
        max_length=NOTE_LENGTH,
    )


class RefundForm(forms.Form):
    """Packs or an amount, and a reason; an amount that is entered counts before the packs."""

    reference = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        help_text=gettext_lazy("Leave it empty to pay back the price of the packs."),
        required=False,
        max_digits=12,
        decimal_places=2,
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("Choose a reason"))]
        + [(reason.value, reason.label) for reason in CHOSEN_BY_STAFF],
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("For colleagues; needed when the reason is “Other”."),
        required=False,
        max_length=NOTE_LENGTH,
    )

    def __init__(self, attempt: PaymentAttempt, data: Any = None) -> None:
        super().__init__(data, initial={"reference": uuid.uuid4()})
        self.attempt = attempt
        self.order_lines = {} if attempt.order is None else self._add_packs(attempt.order)

    def _add_packs(self, order: Any) -> dict[str, Any]:
        lines = {}
        for line in order.lines.select_related("medicine"):
            left = line.quantity - refunds.packs_refunded(line.pk)
            name = f"packs_{line.pk}"
            lines[name] = line
            self.fields[name] = forms.IntegerField(
                label=_("Packs of %(title)s") % {"title": line.named},
                help_text=ngettext("%(left)d pack left", "%(left)d packs left", left)
                % {"left": left},
                min_value=0,
                max_value=left,
                required=False,
            )
        return lines

    @property
    def pack_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.order_lines]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reason") == RefundReason.OTHER and not cleaned.get("note"):
            self.add_error("note", _("Say what the reason is."))
        if not self.errors.keys() & {"amount", *self.order_lines}:
            self._clean_amount(cleaned)
        return cleaned

    def _clean_amount(self, cleaned: dict[str, Any]) -> None:
        amount = cleaned.get("amount")
        if amount is None:
            amount = sum(
                (line.unit_price_incl_tax * packs for line, packs in self._packs(cleaned)),
                Decimal(0),
            )
        try:
            cleaned["amount_minor"] = to_minor(amount, self.attempt.currency)
        except AmountRefused:
            self.add_error("amount", _("This currency has no such fractions."))
            return
        if cleaned["amount_minor"] <= 0:
            self.add_error("amount", _("Enter an amount, or choose packs."))
        elif cleaned["amount_minor"] > self.attempt.left_minor:
            self.refuse_amount(self.attempt.left_minor)

    def refuse_amount(self, left_minor: int) -> None:
        """Say how much is left to pay back."""
        left = from_minor(left_minor, self.attempt.currency)
        words = _("Only %(left)s %(currency)s is left to pay back.")
        self.add_error("amount", words % {"left": left, "currency": self.attempt.currency})

    def refuse_packs(self, line: Any, left: int) -> None:
        """Say how many packs are left to pay back."""
        words = ngettext("Only %(left)d pack is left.", "Only %(left)d packs are left.", left)
        self.add_error(f"packs_{line.pk}", words % {"left": left})

    def _packs(self, cleaned: dict[str, Any]) -> list[tuple[Any, int]]:
        return [(line, cleaned[name]) for name, line in self.order_lines.items() if cleaned[name]]

    def wanted(self) -> Wanted:
        """What the form asks for, once it is valid."""
        return Wanted(
            amount_minor=self.cleaned_data["amount_minor"],
            reason=RefundReason(self.cleaned_data["reason"]),
            note=self.cleaned_data["note"],
            lines=tuple(self._packs(self.cleaned_data)),
            reference=self.cleaned_data["reference"],
        )
