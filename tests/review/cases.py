"""A case with nothing wrong, for the tests of the rules."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction
from typing import Any

from catalogue.amounts import DoseForm, Mass
from shop.jurisdictions import loading
from shop.patients.answers import Answers
from shop.review.comparison import Ordered, compare
from shop.review.rules import alerts_for
from shop.review.rules.alert import Severity
from shop.review.rules.case import Case, LastSupply
from shop.review.rules.screening import screenings
from shop.review.said import said_of
from shop.review.transcription import Item, Transcription
from tests.conftest import mg
from tests.patients.told import HEALTHY

TODAY = datetime.date(2026, 11, 23)
ANSWERS = Answers(
    patient_name="Robin Example",
    date_of_birth=datetime.date(1980, 3, 14),
    sex_at_birth="female",
    address="4 Placeholder Lane",
    country="AU",
    **HEALTHY,
    egfr=90.0,
    egfr_on=datetime.date(2026, 10, 1),
    pregnancy="no",
    takes_nothing_else=True,
)
ITEM = Item(
    medicine_id=1,
    medicine="baclofen",
    title="Baclofen tablets",
    form=DoseForm.TABLET,
    strength=mg(10),
    directions="One tablet three times a day",
    units_a_day=Fraction(3),
    quantity=60,
    repeats=0,
)
PAPER = Transcription(
    patient_name="Robin Example",
    date_of_birth=datetime.date(1980, 3, 14),
    address="4 Placeholder Lane",
    prescriber="Dr M. Sample",
    prescriber_kind="doctor",
    prescriber_address="12 Example Street",
    prescriber_number="48213",
    issued_on=datetime.date(2026, 11, 18),
    medicine="Baclofen",
    form="tablets",
    signed="ink",
    indelible="yes",
    items=(ITEM,),
)
# Neither early nor late, at the dose of the paper.
SINCE = datetime.timedelta(days=18)
LAST = LastSupply(TODAY - SINCE, Mass.of(600, "mg"), Mass.of(30, "mg"))
EVERYWHERE = {(1, mg(each)): frozenset({"AU", "US"}) for each in (10, 25)}


def wish(strength: int, units: int) -> Ordered:
    return Ordered(1, "Baclofen tablets", DoseForm.TABLET, mg(strength), units)


def a_case(
    *,
    paper: dict[str, Any] | None = None,
    item: dict[str, Any] | None = None,
    answers: dict[str, Any] | None = None,
    said: dict[str, Any] | None = None,
    profile: str = "demo",
    **changes: Any,
) -> Case:
    """A case without findings, after these changes."""
    read = replace(PAPER, **{"items": (replace(ITEM, **(item or {})),), **(paper or {})})
    known = ANSWERS.but(**(answers or {}))
    ordered = changes.pop("ordered", (wish(10, 60),))
    country = changes.get("country", "AU")
    age = known.age_on(changes.get("today", TODAY))
    given = said_of(known, medicines=["baclofen"], age=age, is_supplied_here=True)
    here = {**given, "taking": "here"}
    return Case(
        **{
            "today": TODAY,
            "latest_day": changes.get("today", TODAY),
            "profile": loading.load(profile),
            "screenings": screenings(country),
            "said": {**here, **(said or {})},
            "last_supplies": {1: replace(LAST, on=changes.get("today", TODAY) - SINCE)},
            "transcription": read,
            "answers": known,
            "ordered": ordered,
            "rows": tuple(compare(read, known, ordered)),
            "country": country,
            "authorised_in": EVERYWHERE,
            "days_left": 10,
            **changes,
        }
    )


def found(**changes: Any) -> dict[str, Severity]:
    """The findings on a case that has none, after these changes: rule and severity."""
    return {alert.key: alert.severity for alert in alerts_for(a_case(**changes))}


BLOCK, QUERY, NOTE = Severity.BLOCK, Severity.QUERY, Severity.NOTE
