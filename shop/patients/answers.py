"""What a patient, or the person who cares for them, has told the pharmacy, and when."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ADULT_AGE = 18


class SexAtBirth(TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Neither of these")


class YesNo(TextChoices):
    NO = "no", _("No")
    YES = "yes", _("Yes")
    UNSURE = "unsure", _("I am not sure")


class Pregnancy(TextChoices):
    NO = "no", _("No")
    PREGNANT = "pregnant", _("Pregnant, or may be")
    PLANNED = "planned", _("Planning a pregnancy")
    BREASTFEEDING = "breastfeeding", _("Breastfeeding")


class Alcohol(TextChoices):
    NEVER = "never", _("Never")
    SOMETIMES = "sometimes", _("Sometimes")
    DAILY = "daily", _("Every day, or nearly")


@dataclass(frozen=True)
class Answers:
    """The answers to the pharmacy's questions; an empty one was not given.

    ``egfr`` is the estimated glomerular filtration rate in mL/min/1.73 m². ``taken_before`` says
    whether the patient has taken the medicine of this prescription before; it is asked each time.
    ``dates`` holds the day each answer was given, by its name.
    """

    patient_name: str = ""
    date_of_birth: datetime.date | None = None
    sex_at_birth: str = ""
    address: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    allergies: str = ""
    conditions: str = ""
    epilepsy: str = ""
    stomach_ulcer: str = ""
    kidney_problems: str = ""
    egfr: float | None = None
    egfr_on: datetime.date | None = None
    pregnancy: str = ""
    alcohol: str = ""
    other_medicines: str = ""
    takes_nothing_else: bool = False
    taken_before: str = ""
    dates: dict[str, datetime.date] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For a sealed field: only what was answered."""
        given = {
            name: _plain(getattr(self, name)) for name in QUESTIONS if getattr(self, name) != ""
        }
        return {**given, "dates": {name: day.isoformat() for name, day in self.dates.items()}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        known = {name: data[name] for name in QUESTIONS if name in data}
        for name in DATES:
            if known.get(name):
                known[name] = datetime.date.fromisoformat(known[name])
        days = data.get("dates", {})
        dates = {name: datetime.date.fromisoformat(day) for name, day in days.items()}
        return cls(**known, dates=dates)

    def named(self, names: Collection[str]) -> dict[str, Any]:
        """These answers alone, for a sealed field; one that was not given is empty."""
        return {name: _plain(getattr(self, name)) for name in names}

    def is_given(self, name: str) -> bool:
        """Whether this question was answered at all; an unticked box is no answer."""
        return getattr(self, name) not in {"", None, False}

    @property
    def where(self) -> str:
        """The address in one line, without the country; street and town come with their own lines."""
        region = " ".join(part for part in (self.state, self.postcode) if part)
        return ", ".join(part for part in (self.address, region) if part)

    @property
    def medicines_for_check(self) -> str:
        """The medicines as the interaction checker reads them; an empty list was not answered."""
        if self.takes_nothing_else and not self.other_medicines.strip():
            return "nothing else"
        return self.other_medicines

    def to_keep(self) -> Self:
        """What the patient's own record keeps: all but what is asked with each prescription."""
        dates = {name: day for name, day in self.dates.items() if name not in ASKED_EACH_TIME}
        unasked: dict[str, Any] = dict.fromkeys(ASKED_EACH_TIME, "")
        return replace(self, **unasked, dates=dates)

    def beside(self, asked: Self) -> Self:
        """These, with what is asked with each prescription as it was answered there."""
        alone = {name: getattr(asked, name) for name in ASKED_EACH_TIME}
        days = {name: day for name, day in asked.dates.items() if name in ASKED_EACH_TIME}
        return replace(self, **alone, dates={**self.dates, **days})

    def is_child_on(self, day: datetime.date) -> bool:
        """Whether an adult has to order for the patient."""
        age = self.age_on(day)
        return age is not None and age < ADULT_AGE

    def get_kidney_problems_display(self) -> str:
        return str(YesNo(self.kidney_problems).label) if self.kidney_problems else ""

    def age_on(self, day: datetime.date) -> int | None:
        """The patient's age in whole years."""
        born = self.date_of_birth
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


QUESTIONS = tuple(f.name for f in fields(Answers) if f.name != "dates")
ASKED_EACH_TIME = ("taken_before",)
# Of the address, and not asked from the beginning: the first answer says nothing new of the patient.
ASKED_LATER = ("state",)
DATES = ("date_of_birth", "egfr_on")
