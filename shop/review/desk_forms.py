"""The pharmacist's decision, checked before it is recorded."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models import Product
from shop.jurisdictions import loading
from shop.prescriptions.authorising import Allowance
from shop.prescriptions.models import Prescription
from shop.prescriptions.services import Legal
from shop.prescriptions.statuses import Authenticity, RefusalReason

MOST_TABLETS = 400
MOST_SUPPLIES = 12


class Decision:
    APPROVE, ASK, REFUSE = "approve", "ask", "refuse"


DECISIONS = (
    (Decision.APPROVE, _("Approve")),
    (Decision.ASK, _("Ask the customer")),
    (Decision.REFUSE, _("Refuse")),
)


class AllowanceForm(forms.Form):
    """One strength: left empty, it is not allowed."""

    asks_by_decision = True

    tablets_per_supply = forms.IntegerField(
        label=_("Tablets in one supply"), required=False, min_value=1, max_value=MOST_TABLETS
    )
    supplies = forms.IntegerField(
        label=_("Number of supplies"), required=False, min_value=1, max_value=MOST_SUPPLIES
    )
    directions = forms.CharField(label=_("Directions"), required=False, max_length=300)

    def __init__(self, *args: Any, medicine: Product, strength_mg: int, **kwargs: Any) -> None:
        self.medicine = medicine
        self.strength_mg = strength_mg
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = [name for name in self.fields if cleaned.get(name)]
        if given and not self.errors:
            for name in self.fields:
                if not cleaned.get(name):
                    self.add_error(name, _("Fill in all three for a strength that you allow."))
        return cleaned

    def allowance(self) -> Allowance | None:
        if not self.cleaned_data.get("tablets_per_supply"):
            return None
        return Allowance(
            medicine_id=self.medicine.pk, strength_mg=self.strength_mg, **self.cleaned_data
        )


def accepted_authenticity() -> list[tuple[str, Any]]:
    """The ways of proof that count in this pharmacy."""
    accepted = loading.current().accepted_authenticity.value
    return [
        ("", _("Choose how")),
        *[pair for pair in Authenticity.choices if pair[0] in accepted],
    ]


class ReviewForm(forms.Form):
    """What the prescription says, and what the pharmacist decides."""

    # Which fields are needed depends on the decision, so none is marked as optional.
    asks_by_decision = True

    version = forms.IntegerField(widget=forms.HiddenInput)
    prescriber = forms.CharField(label=_("Prescriber"), required=False, max_length=150)
    issued_on = forms.DateField(
        label=_("Date on the prescription"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    authenticity = forms.ChoiceField(
        label=_("How you know that it is genuine"), required=False, choices=accepted_authenticity
    )
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    refusal_reason = forms.ChoiceField(
        label=_("Reason, when you refuse"),
        required=False,
        choices=[("", _("Choose a reason")), *RefusalReason.choices],
    )
    message = forms.CharField(
        label=_("Message to the customer"),
        help_text=_("Needed when you ask or refuse. Plain words; they read it on their phone."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, prescription: Prescription, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": prescription.version, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.strengths = list(self._strength_forms(prescription))

    def _strength_forms(self, prescription: Prescription) -> Iterator[AllowanceForm]:
        for medicine in _medicines(prescription):
            strengths = medicine.children.exclude(strength_mg=None)
            for strength in (
                strengths.values_list("strength_mg", flat=True).distinct().order_by("strength_mg")
            ):
                yield AllowanceForm(
                    self.data if self.is_bound else None,
                    prefix=f"m{medicine.pk}-{strength}",
                    medicine=medicine,
                    strength_mg=strength,
                )

    def is_valid(self) -> bool:
        fine = super().is_valid()
        if self.data.get("decision") != Decision.APPROVE:
            return fine
        # Each is asked, so that every mistake is shown at once.
        strengths_fine = [form.is_valid() for form in self.strengths]
        return fine and all(strengths_fine)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check = {
            Decision.APPROVE: self._check_approval,
            Decision.ASK: self._check_question,
            Decision.REFUSE: self._check_refusal,
        }.get(cleaned.get("decision", ""))
        if check:
            check(cleaned)
        return cleaned

    def _check_approval(self, cleaned: dict[str, Any]) -> None:
        self._need("prescriber", _("Enter who wrote the prescription."))
        self._need("issued_on", _("Enter the date on the prescription."))
        self._need("valid_until", _("Enter until when it may be used."))
        self._need("authenticity", _("Choose how you made sure that it is genuine."))
        if not any(form.data.get(f"{form.prefix}-tablets_per_supply") for form in self.strengths):
            self.add_error(None, _("Fill in at least one strength that you allow."))
        if cleaned.get("issued_on") and cleaned.get("valid_until"):
            self._check_dates(cleaned["issued_on"], cleaned["valid_until"])

    def _check_dates(self, issued_on: datetime.date, valid_until: datetime.date) -> None:
        today = timezone.localdate()
        last_day = loading.current().last_day_of(issued_on)
        if issued_on > today:
            self.add_error("issued_on", _("This date is in the future; it cannot be approved yet."))
        elif last_day < today:
            message = _("A prescription of this date ended on %(day)s.") % {"day": last_day}
            self.add_error("issued_on", message)
        elif not today <= valid_until <= last_day:
            message = _("Choose a day from today to %(day)s.") % {"day": last_day}
            self.add_error("valid_until", message)

    def _check_question(self, cleaned: dict[str, Any]) -> None:
        self._need("message", _("Write your question to the customer."))

    def _check_refusal(self, cleaned: dict[str, Any]) -> None:
        self._need("refusal_reason", _("Choose why you refuse."))
        self._need("message", _("Tell the customer why, and what to do next."))

    def _need(self, name: str, message: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)

    def allowances(self) -> list[Allowance]:
        allowed = (form.allowance() for form in self.strengths)
        return [allowance for allowance in allowed if allowance]

    def legal(self) -> Legal:
        return Legal(
            prescriber=self.cleaned_data["prescriber"],
            issued_on=self.cleaned_data["issued_on"],
            authenticity=Authenticity(self.cleaned_data["authenticity"]),
            valid_until=self.cleaned_data["valid_until"],
        )


def _medicines(prescription: Prescription) -> list[Product]:
    wanted = prescription.requested_packs.values("medicine")
    return list(Product.objects.filter(pk__in=wanted).order_by("title"))


class WithdrawForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    message = forms.CharField(
        label=_("Why, and what the customer should do"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Tell the customer why, and what to do next.")},
    )
