"""The decision: what is allowed, what is asked, or why it is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.addresses import countries as licensed
from shop.prescriptions.authorising import Allowance
from shop.prescriptions.statuses import AskReason, RefusalReason
from shop.review.forms.transcription import MOST_REPEATS, DeskForm, day_field, limit
from shop.review.transcription import Item


class Choice:
    APPROVE, ASK, REFUSE = "approve", "ask", "refuse"


CHOICES = (
    (Choice.APPROVE, _("Approve")),
    (Choice.ASK, _("Ask the customer")),
    (Choice.REFUSE, _("Refuse")),
)


class AllowanceForm(DeskForm):
    """One strength: left empty, it is not allowed."""

    units_per_supply = forms.IntegerField(required=False, min_value=1)
    supplies = forms.IntegerField(
        label=_("Number of supplies"), required=False, min_value=1, max_value=MOST_REPEATS + 1
    )
    directions = forms.CharField(label=_("Directions"), required=False, max_length=300)

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        self.item = item
        kwargs["prefix"] = f"m{item.medicine_id}-{item.strength.slug}"
        super().__init__(*args, **kwargs)
        kind = item.form.kind
        limit(self.fields["units_per_supply"], _("%s in one supply") % kind.heading, most=kind.most)

    def check(self) -> bool:
        """Whether it is whole or empty; what is missing is noted as errors."""
        given = [name for name in self.fields if self.cleaned_data.get(name)]
        if given and not self.errors:
            for name in self.fields:
                if not self.cleaned_data.get(name):
                    self.add_error(name, _("Fill in all three for a strength that you allow."))
        return not self.errors

    def allowance(self, *, units_a_day: Fraction | None) -> Allowance | None:
        """What is allowed, with the daily number that was read; None when the form is not whole."""
        if not all(self.cleaned_data.get(name) for name in self.fields):
            return None
        return Allowance(
            medicine_id=self.item.medicine_id,
            strength=self.item.strength,
            units_a_day=units_a_day,
            **self.cleaned_data,
        )


def countries() -> list[tuple[str, Any]]:
    """Where the pharmacy may send medicines."""
    return [("", "—"), *licensed.choices()]


class DecisionForm(DeskForm):
    valid_until = day_field(_("Valid until"))
    decision = forms.ChoiceField(
        label=_("Decision"), required=False, choices=CHOICES, widget=forms.RadioSelect
    )
    ask_reason = forms.ChoiceField(
        label=_("What you ask for, when you ask"),
        help_text=_("They can answer with pictures."),
        required=False,
        choices=[("", _("Choose what you ask for")), *AskReason.choices],
    )
    refusal_reason = forms.ChoiceField(
        label=_("Reason, when you refuse"),
        required=False,
        choices=[("", _("Choose a reason")), *RefusalReason.choices],
    )
    message = forms.CharField(
        label=_("Message to the customer"),
        help_text=_(
            "Needed when you refuse, or ask for something else. Plain words; they read it on their phone."
        ),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def check(self) -> bool:
        """Whether the decision can be recorded, as far as this form goes."""
        chosen = self.cleaned_data.get("decision")
        if not chosen:
            self.add_error("decision", _("Choose a decision."))
        if chosen == Choice.ASK:
            self._need("ask_reason", _("Choose what you ask for."))
            if self.cleaned_data.get("ask_reason") == AskReason.OTHER:
                self._need("message", _("Write your question to the customer."))
        if chosen == Choice.REFUSE:
            self._need("refusal_reason", _("Choose why you refuse."))
            self._need("message", _("Tell the customer why, and what to do next."))
        return not self.errors

    def _need(self, name: str, message: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)


class DestinationForm(DeskForm):
    """Where the medicine goes; the patient's own country is put in when they gave one."""

    country = forms.ChoiceField(label=_("Country it goes to"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["country"]
        # Asked for once: a field that is given the function asks again whenever it is read.
        field.choices = countries()


class WithdrawForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    message = forms.CharField(
        label=_("Why, and what the customer should do"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Tell the customer why, and what to do next.")},
    )


class VersionForm(forms.Form):
    """Which state of the prescription the page shows."""

    version = forms.IntegerField(widget=forms.HiddenInput)
