"""What is read on the prescription; nothing is required while it is being read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from shop.review.forms.same import SameField
from shop.review.transcription import (
    Indelible,
    Item,
    PrescriberKind,
    Signed,
    Step,
    Transcription,
)

MOST_REPEATS = 12
MOST_STEPS = 20
PER_DAY = re.compile(r"\d{1,3}(?:\.\d{1,2})?|[1-9]\d?/[1-9]\d?", re.ASCII)
STEP = re.compile(
    r"([1-9]\d{0,2}(?:\.\d{1,2})?|0\.\d{1,2})\s*[x×*]\s*([1-9]\d?)\s*[x×*]\s*([1-9]\d{0,2})",
    re.ASCII,
)
NOTHING: list[tuple[str, Any]] = [("", "—")]


def day_field(label: Any) -> forms.DateField:
    """A day, as the browser's own control gives it."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class PerDayField(forms.Field):
    """So many a day; "1/3" is one every three days, which no decimal says exactly."""

    def to_python(self, value: Any) -> Fraction | None:
        text = str(value or "").strip()
        if not text:
            return None
        if not PER_DAY.fullmatch(text):
            raise forms.ValidationError(_("Enter a number such as 2.5, or 1/3 for one in 3 days."))
        return Fraction(text)


class LadderField(forms.Field):
    """The steps of a dose that changes: "5x3x3, 10x3x3" is 5 mg three times a day for 3 days, then 10 mg."""

    def to_python(self, value: Any) -> tuple[Step, ...]:
        parts = [part for part in str(value or "").split(",") if part.strip()]
        if len(parts) > MOST_STEPS:
            raise forms.ValidationError(_("That is more steps than a ladder has."))
        return tuple(_step(part) for part in parts)


def _step(text: str) -> Step:
    found = STEP.fullmatch(text.strip())
    if found is None:
        raise forms.ValidationError(
            _("“%(step)s” is no step such as 5x3x7: mg a dose, times a day, days."),
            params={"step": text.strip()},
        )
    return Step(Fraction(found[1]), int(found[2]), int(found[3]))


def limit(field: Any, label: Any, *, most: int) -> None:
    """Name a field that counts units of a dose form, and refuse what must be a slip of the hand."""
    field.label = label
    field.validators.append(MaxValueValidator(most))


class DeskForm(forms.Form):
    """Half-finished work is kept, so no field is required and none is marked as optional."""

    asks_by_decision = True
    use_required_attribute = False


# Before the name of a field: the box for what is the same.
SAME = "same_"
# What is read, in the order of the page.
READ = (
    "patient_name",
    "date_of_birth",
    "address",
    "medicine",
    "form",
    "prescriber",
    "prescriber_kind",
    "prescriber_number",
    "prescriber_address",
    "issued_on",
    "signed",
    "indelible",
)


class TranscriptionForm(DeskForm):
    patient_name = forms.CharField(label=_("Patient’s name"), required=False, max_length=150)
    date_of_birth = day_field(_("Date of birth"))
    address = forms.CharField(label=_("Patient’s address"), required=False, max_length=300)
    prescriber = forms.CharField(
        label=_("Prescriber’s name"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"list": "prescribers", "autocomplete": "off"}),
    )
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

    def __init__(self, *args: Any, said: Mapping[str, Any], **kwargs: Any) -> None:
        """``said`` is what the patient or the order says, by field, where there is anything to compare."""
        super().__init__(*args, **kwargs)
        self.said = {name: value for name, value in said.items() if value}
        for name, value in self.said.items():
            label = self.fields[name].label
            self.fields[SAME + name] = SameField(name, value, label=label)

    def compared(self) -> list[tuple[Any, Any]]:
        """The fields of what may be ticked as the same, each with its box."""
        return [(self[SAME + name], self[name]) for name in self.said]

    def typed(self) -> list[Any]:
        """The fields of what has to be read and typed."""
        return [self[name] for name in READ if name not in self.said]

    def transcription(self, items: tuple[Item, ...]) -> Transcription:
        """What could be read so far; what is ticked as the same is what was said."""
        read = self.cleaned_data
        given = {name: read[name] for name in READ if read.get(name) is not None}
        same = tuple(name for name in self.said if read.get(SAME + name))
        given.update({name: self.said[name] for name in same})
        return Transcription(**given, items=items, compared=same)


class ItemForm(DeskForm):
    """One strength as it is prescribed; all empty when it is not on the prescription."""

    directions = forms.CharField(label=_("Directions as written"), required=False, max_length=300)
    units_a_day = PerDayField(required=False)
    quantity = forms.IntegerField(required=False, min_value=1)
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
    ladder = LadderField(
        label=_("Steps, where the dose changes"),
        help_text=_(
            "mg a dose x times a day x days: 5x3x3, 10x3x3, 15x3x24. Then no number a day."
        ),
        required=False,
    )

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        self.blank = item
        kwargs["prefix"] = f"i{item.medicine_id}-{item.strength.slug}"
        super().__init__(*args, **kwargs)
        kind = item.form.kind
        limit(self.fields["units_a_day"], _("%s a day") % kind.heading, most=kind.most_a_day)
        if item.strength.is_rate:
            del self.fields["ladder"]
        limit(self.fields["quantity"], _("%s prescribed") % kind.heading, most=kind.most)

    def item(self) -> Item:
        """The strength as it was read so far."""
        return replace(self.blank, **self.cleaned_data)
