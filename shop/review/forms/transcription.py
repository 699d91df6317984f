"""What is read on the prescription; nothing is required while it is being read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.review.transcription import Indelible, Item, PrescriberKind, Signed, Transcription

MOST_TABLETS = 400
MOST_REPEATS = 12
MOST_TABLETS_A_DAY = 60
NOTHING: list[tuple[str, Any]] = [("", "—")]


def day_field(label: Any) -> forms.DateField:
    """A day, as the browser's own control gives it."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class DeskForm(forms.Form):
    """Half-finished work is kept, so no field is required and none is marked as optional."""

    asks_by_decision = True
    use_required_attribute = False


class TranscriptionForm(DeskForm):
    patient_name = forms.CharField(label=_("Patient’s name"), required=False, max_length=150)
    date_of_birth = day_field(_("Date of birth"))
    address = forms.CharField(label=_("Patient’s address"), required=False, max_length=300)
    prescriber = forms.CharField(label=_("Prescriber’s name"), required=False, max_length=150)
    prescriber_kind = forms.ChoiceField(
        label=_("Kind of prescriber"), required=False, choices=[*NOTHING, *PrescriberKind.choices]
    )
    prescriber_number = forms.CharField(
        label=_("Prescriber’s registration number"), required=False, max_length=40
    )
    prescriber_address = forms.CharField(
        label=_("Prescriber’s address"), required=False, max_length=300
    )
    issued_on = day_field(_("Date on the prescription"))
    medicine = forms.CharField(label=_("Medicine as written"), required=False, max_length=150)
    form = forms.CharField(label=_("Form as written"), required=False, max_length=60)
    signed = forms.ChoiceField(
        label=_("Signature"), required=False, choices=[*NOTHING, *Signed.choices]
    )
    indelible = forms.ChoiceField(
        label=_("Written indelibly"), required=False, choices=[*NOTHING, *Indelible.choices]
    )

    def transcription(self, items: tuple[Item, ...]) -> Transcription:
        """What could be read so far."""
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return Transcription(**given, items=items)


class ItemForm(DeskForm):
    """One strength as it is prescribed; all empty when it is not on the prescription."""

    directions = forms.CharField(label=_("Directions as written"), required=False, max_length=300)
    tablets_a_day = forms.DecimalField(
        label=_("Tablets a day"),
        required=False,
        min_value=0,
        max_value=MOST_TABLETS_A_DAY,
        max_digits=5,
        decimal_places=2,
    )
    quantity = forms.IntegerField(
        label=_("Tablets prescribed"), required=False, min_value=1, max_value=MOST_TABLETS
    )
    repeats = forms.IntegerField(
        label=_("Repeats"),
        help_text=_("Supplies after the first; 0 when there are none."),
        required=False,
        min_value=0,
        max_value=MOST_REPEATS,
    )
    has_unnumbered_repeats = forms.BooleanField(
        label=_("Repeatable, no number given"), required=False
    )

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        self.blank = item
        kwargs["prefix"] = f"i{item.medicine_id}-{item.strength_mg}"
        super().__init__(*args, **kwargs)

    def item(self) -> Item:
        """The strength as it was read so far."""
        return replace(self.blank, **self.cleaned_data)
