"""What goes with a first supply: counselling, asking how it goes, and a letter to the regular doctor (CLN-9)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.review.rules.case import Case
from shop.review.rules.facts import fact
from shop.review.rules.outcomes import says_something
from shop.review.rules.view import View


class Counselling(TextChoices):
    GIVEN = "given", gettext_lazy("Given")
    DECLINED = "declined", gettext_lazy("Offered, and declined")
    NONE = "none", gettext_lazy("Not offered, because …")


class FollowUp(TextChoices):
    DUE = "due", gettext_lazy("A pharmacist asks how it goes")
    NONE = "none", gettext_lazy("Nobody asks, because …")


class Letter(TextChoices):
    WRITTEN = "written", gettext_lazy("Written, to be printed")
    NONE = "none", gettext_lazy("Not written, because …")


@dataclass(frozen=True)
class Care:
    """What was done and arranged, by code; ``why`` says in words why something was not."""

    counselling: str = ""
    follow_up: str = ""
    letter: str = ""
    why: str = ""


def is_first_supply(case: Case) -> bool:
    """Whether any of it is a start, or may be one."""
    return any("start" in (_at(View(case, each)) or ()) for each in case.screened)


def _at(view: View) -> frozenset[str] | None:
    found = fact(view, "at")
    return found if isinstance(found, frozenset) else None


def may_write(case: Case) -> bool:
    """Whether the patient named a doctor, and lets the pharmacy write to them."""
    return bool(case.said.get("doctor")) and case.said.get("may_write_to_doctor") == "yes"


def missing(case: Case, care: Care) -> Iterator[tuple[str, str]]:
    """What was skipped at a first supply: the field, and in words."""
    if not is_first_supply(case):
        return
    if care.counselling not in Counselling.values:
        yield "counselling", _("Say whether counselling was offered, and what came of it.")
    if care.follow_up not in FollowUp.values:
        yield "follow_up", _("Say whether somebody asks how it goes.")
    if may_write(case) and care.letter not in Letter.values:
        yield "letter", _("Say whether the regular doctor is written to.")
    if "none" in (care.counselling, care.follow_up, care.letter) and not says_something(care.why):
        yield "why", _("Write why.")


def follow_up_on(case: Case, care: Care) -> datetime.date | None:
    """The day by which a pharmacist asks how it goes, as the medicine's data say; None for no day."""
    if care.follow_up != FollowUp.DUE or not is_first_supply(case):
        return None
    days = min(each.follow_up_days.value for each in case.screened)
    return case.today + datetime.timedelta(days=days)


def letter_for(case: Case, *, by: str) -> str:
    """The letter to the regular doctor, in plain text; ``by`` is who decided, with registration."""
    read = case.transcription
    born = date_format(read.date_of_birth, "j F Y") if read.date_of_birth else "?"
    issued = date_format(read.issued_on, "j F Y") if read.issued_on else "?"
    supplied = [
        f"- {item.title} {item.strength.words}: {item.directions}" for item in read.prescribed
    ]
    lines = [
        date_format(case.today, "j F Y"),
        _("To: %s") % case.said["doctor"],
        "",
        _("%(name)s, born %(born)s, lets us tell you of a first supply on prescription:")
        % {"name": read.patient_name, "born": born},
        *supplied,
        _("Prescribed by %(who)s on %(day)s.") % {"who": read.prescriber, "day": issued},
        "",
        _(
            "Please tell us if anything speaks against it, or if the other medicines you know of differ."
        ),
        by,
    ]
    return "\n".join(map(str, lines))
