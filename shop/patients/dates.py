"""A date in the past, typed as day, month and year."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop import days

OLDEST_PATIENT_YEARS = 125
PARTS = (("day", 2), ("month", 2), ("year", 4))


class DateParts(forms.MultiWidget):
    """Day, month and year in three boxes: easier to type, and to get right, than a calendar."""

    template_name = "forms/date_parts.html"
    use_fieldset = True

    def __init__(self, *, autocomplete: str = "") -> None:
        super().__init__({name: _box(autocomplete, name, digits) for name, digits in PARTS})

    def decompress(self, value: datetime.date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        boxes = context["widget"]["subwidgets"]
        labels = (_("Day"), _("Month"), _("Year"))
        context["parts"] = list(zip(labels, boxes, strict=True))
        return context


def _box(autocomplete: str, part: str, digits: int) -> forms.TextInput:
    return forms.TextInput(
        attrs={
            "class": "input input--xs",
            "inputmode": "numeric",
            "autocomplete": f"{autocomplete}-{part}" if autocomplete else "off",
            "maxlength": digits,
        }
    )


class PastDateField(forms.MultiValueField):
    """A day that is not ahead anywhere, and not before anybody alive was born."""

    def __init__(self, *, autocomplete: str = "", **kwargs: Any) -> None:
        number = forms.IntegerField(min_value=1)
        super().__init__(
            fields=(number, number, number),
            widget=DateParts(autocomplete=autocomplete),
            require_all_fields=True,
            **kwargs,
        )

    def clean(self, value: Any) -> datetime.date | None:
        """The date; one message whatever part of it is missing or wrong."""
        if value and any(value):
            try:
                return self.compress([int(part) for part in value])
            except (TypeError, ValueError):
                raise forms.ValidationError(self.error_messages["invalid"], "invalid") from None
        return super().clean(value)

    def compress(self, data_list: list[int]) -> datetime.date | None:
        if not data_list:
            return None
        day, month, year = data_list
        date = datetime.date(year, month, day)
        if days.is_ahead(date):
            raise forms.ValidationError(self.error_messages["future"], "future")
        if date.year < days.at_pharmacy().year - OLDEST_PATIENT_YEARS:
            raise forms.ValidationError(_("Check the year."), "too_old")
        return date
