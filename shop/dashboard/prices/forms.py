"""What is typed into the price grid, and when and why it is to count."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.prices.changing import Marks
from catalogue.prices.grid import Cell
from catalogue.prices.models import Reason
from catalogue.prices.proposing import Proposal, Seen, Wanted

MINE, THEIRS = "mine", "theirs"
NOW, LATER = "now", "later"


class CellForm(forms.Form):
    """A cell as it was shown, and the price that is wanted instead."""

    price = forms.DecimalField(label=_("Price"), max_digits=12)
    version = forms.IntegerField(min_value=0)
    seen = forms.DecimalField(required=False)
    sure = forms.BooleanField(required=False)
    # Whose price counts, where somebody else changed the cell meanwhile; and what theirs was.
    answer = forms.ChoiceField(required=False, choices=((THEIRS, THEIRS), (MINE, MINE)))
    now_version = forms.IntegerField(required=False, min_value=0)
    now_price = forms.DecimalField(required=False)

    def __init__(self, cell: Cell, data: Mapping[str, Any] | None) -> None:
        self.cell = cell
        posted = data if data and f"{cell.key}-price" in data else None
        super().__init__(posted, prefix=str(cell.key))

    @property
    def typed(self) -> str:
        """What stands in the box."""
        if self.is_bound:
            return str(self["price"].value())
        return "" if self.cell.price is None else str(self.cell.price)

    @property
    def seen_version(self) -> Any:
        return self["version"].value() if self.is_bound else self.cell.version

    @property
    def seen_price(self) -> Any:
        return self["seen"].value() if self.is_bound else self.cell.price

    @property
    def is_changed(self) -> bool:
        return self.is_bound and _number(self.typed) != _number(self.seen_price)

    def wanted(self) -> Wanted | None:
        """The new price; nothing where it stays or somebody else's is kept. Call it when valid."""
        said = self.cleaned_data if self.is_bound else {}
        if not said or said["price"] == said["seen"] or said["answer"] == THEIRS:
            return None
        seen = Seen(said["version"], said["seen"])
        if said["answer"] == MINE and said["now_version"] is not None:
            seen = Seen(said["now_version"], said["now_price"])
        return Wanted(self.cell.key, said["price"], seen, is_meant=said["sure"])


def _number(text: Any) -> Decimal | str:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return str(text)


class WhenForm(forms.Form):
    """From when the new prices count, and why."""

    when = forms.ChoiceField(choices=((NOW, NOW), (LATER, LATER)), initial=NOW)
    day = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    hour = forms.TimeField(
        label=_("Hour"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    reason = forms.ChoiceField(label=_("Why"), choices=Reason.choices)
    note = forms.CharField(label=_("Note"), required=False, max_length=120)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("reason") == Reason.OTHER and not cleaned.get("note"):
            self.add_error("note", _("Write the reason."))
        if cleaned.get("when") == LATER and not self.errors:
            self._check_moment(cleaned)
        return cleaned

    def _check_moment(self, cleaned: dict[str, Any]) -> None:
        if not cleaned["day"] or cleaned["hour"] is None:
            raise ValidationError(_("Say from which date and hour."))
        if self.starts_at and self.starts_at <= timezone.now():
            self.add_error("day", _("That is over. Choose a later hour, or “From now”."))

    @property
    def starts_at(self) -> datetime.datetime | None:
        """By the pharmacy's clock; None: from now."""
        said = self.cleaned_data
        if said["when"] == NOW:
            return None
        return timezone.make_aware(datetime.datetime.combine(said["day"], said["hour"]))


class MarksForm(forms.Form):
    """What a pack costs the pharmacy, and from how few on it is low."""

    cost = forms.DecimalField(
        label=_("Cost"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    low_mark = forms.IntegerField(label=_("Low mark"), required=False, min_value=0)
    version = forms.IntegerField(min_value=0)

    def __init__(self, cell: Cell, data: Mapping[str, Any] | None) -> None:
        self.cell = cell
        posted = data if data and f"{cell.key}-version" in data else None
        initial = {"cost": cell.cost, "low_mark": cell.low_mark, "version": cell.version}
        super().__init__(posted, prefix=str(cell.key), initial=initial)

    def marks(self) -> Marks:
        said = self.cleaned_data
        return Marks(self.cell.key, said["cost"], said["low_mark"], said["version"])


def unanswered(proposals: list[Proposal]) -> int:
    """How many of them cannot be saved as they are."""
    return sum(each.stops for each in proposals)
