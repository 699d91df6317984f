"""Clinical cases as they are written in `cases.yaml`, made into what the rules look at."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from catalogue.amounts import DoseForm, Mass, Strength
from catalogue.checker import check
from catalogue.combinations import known_of
from catalogue.content import files
from catalogue.content.document import Content
from shop.continuity.run_out import KnownFrom, RunOut
from shop.jurisdictions import loading
from shop.patients.answers import Answers
from shop.review.comparison import Ordered, compare
from shop.review.rules.alert import Alert
from shop.review.rules.case import Case, Earlier, LastSupply, PackFacts
from shop.review.rules.screening import Screening, screenings
from shop.review.said import drugs_in, found_in, texts_to_read
from shop.review.transcription import Item, Step, Transcription

HERE = Path(__file__).parent
MEDICINE = 1
NOT_GIVEN = {"not asked", "not answered", "not known"}
TAKING = {
    "new": "new",
    "stopped": "stopped",
    "continuing-here": "here",
    "continuing-elsewhere": "elsewhere",
}
# What a case calls a question, and how it words the codes of one.
CALLED = {
    "parkinson": "parkinsons",
    "mental_health": "mental_illness",
    "sex": "sex_at_birth",
    "since": "taken_since",
}
CODES: dict[str, dict[str, str]] = {
    "for": {
        "spasticity from multiple sclerosis": "multiple_sclerosis",
        "spasticity after a spinal cord injury": "cord",
        "cerebral palsy": "cerebral_palsy",
        "stiff arm and leg after a stroke": "stroke",
        "back pain, pulled muscle": "back_pain",
    },
    "mental_health": {"none": "no", "depression": "yes"},
    "breathing": {"no problems": "no", "copd": "yes"},
    "pump": {"yes": "baclofen"},
    "liver": {"fatty liver": "yes"},
    "diabetes": {"type 2": "yes"},
    "swallowing": {"no trouble": "no", "difficult": "yes"},
    "pregnancy": {
        "pregnant, 33 weeks": "pregnant",
        "breastfeeding, baby 3 weeks old": "breastfeeding",
    },
    "driving": {
        "does not drive": "no",
        "lorry, every day": "for_work",
        "lorry for a living": "for_work",
    },
    "taking": TAKING,
}
# What is more than one answer.
SEVERAL: dict[tuple[str, str], dict[str, Any]] = {
    ("other_drugs", "none"): {"other_drugs": "no"},
    ("other_drugs", "heroin, most days"): {
        "other_drugs": "yes",
        "other_drugs_named": "heroin, most days",
    },
    ("alcohol", "8 cans of lager a day"): {"alcohol": "daily", "alcohol_drinks": 8},
    ("alcohol", "a glass of wine on Sundays"): {"alcohol": "sometimes"},
    ("other_medicines", "nothing else"): {"takes_nothing_else": True},
}
SCORES = {"not known": "not-known", "equal halves": "equal", "unequal halves": "unequal"}
EXCIPIENTS = {"wheat starch": "wheat", "lactose": "lactose"}


def book(name: str) -> dict[str, Any]:
    """A file of cases that stands here."""
    return read_book(HERE / name)


def read_book(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(path.read_text())
    return read


def over(base: Any, mine: Any) -> Any:
    """Maps are merged key by key; lists and texts replace."""
    if not (isinstance(base, dict) and isinstance(mine, dict)):
        return mine
    return {**base, **{key: over(base.get(key), value) for key, value in mine.items()}}


@dataclass(frozen=True)
class Written:
    """A case as it is written, put over the baseline of its file."""

    today: datetime.date
    facts: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.facts["id"])

    @property
    def medicine(self) -> str:
        return str(self.facts["medicine"])


def written(name: str, *, baseline: dict[str, Any] | None = None) -> list[Written]:
    """The cases of a file."""
    read = book(name)
    base = {"history": [], "allowed": [], "must_not": [], **(baseline or read["baseline"])}
    shapes = read.get("shapes", {})
    return [
        Written(read["today"], over(over(base, shapes.get(case.get("shape"), {})), case))
        for case in read["cases"]
    ]


def said_in(patient: Mapping[str, Any], today: datetime.date) -> dict[str, Any]:
    """The answers, under the names of the questions."""
    said: dict[str, Any] = {}
    for name, value in patient.items():
        if str(value) in NOT_GIVEN or name in {"evidence", "kidneys", "age"}:
            continue
        said |= SEVERAL.get((name, value), {}) or {
            CALLED.get(name, "indication" if name == "for" else name): CODES.get(name, {}).get(
                value, value
            )
        }
    kidneys = patient.get("kidneys") or {}
    named = {"kidney_problems": "problems", "egfr": "egfr", "egfr_on": "date"}
    for name, key in named.items():
        if key in kidneys and str(kidneys[key]) not in NOT_GIVEN:
            value = kidneys[key]
            said[name] = value.isoformat() if isinstance(value, datetime.date) else value
    if patient.get("age") is not None:
        said["date_of_birth"] = today.replace(year=today.year - patient["age"]).isoformat()
    return said


def item_in(paper: Mapping[str, Any], medicine: str) -> Item:
    form = paper.get("form", "tablet")
    strength = paper.get("strength") or f"{paper['strength_mg']} mg/{{tablet}}"
    a_day = paper.get("tablets_a_day")
    return Item(
        medicine_id=MEDICINE,
        medicine=medicine,
        title=f"{medicine.capitalize()} tablets",
        form=DoseForm(form),
        strength=Strength(strength),
        directions=paper.get("directions", ""),
        units_a_day=None if a_day is None else Fraction(str(a_day)),
        quantity=paper.get("quantity"),
        repeats=paper["repeats"],
        ladder=tuple(
            Step(Fraction(str(each["mg_a_dose"])), each["times_a_day"], each["days"])
            for each in paper.get("ladder", ())
        ),
    )


def last_supply(history: list[dict[str, Any]]) -> dict[int, LastSupply]:
    if not history:
        return {}
    last = max(history, key=lambda each: each["date"])
    mass = Mass.of(Fraction(str(last["strength_mg"])) * last["tablets"], "mg")
    a_day = last.get("mg_a_day")
    return {
        MEDICINE: LastSupply(
            last["date"], mass, None if a_day is None else Mass.of(Fraction(str(a_day)), "mg")
        )
    }


@cache
def content_of(folder: Path) -> Content:
    return files.read_medicine(folder)


def checked(folder: Path, said: Mapping[str, Any], age: int | None) -> dict[str, Any]:
    """The checker's answer, as the case keeps it."""
    named = [said.get("other_medicines", ""), said.get("other_drugs_named", "")]
    text = "\n".join(each for each in named if each)
    if not text and said.get("takes_nothing_else"):
        text = "nothing else"
    result = check(content_of(folder), text, known=known_of(age=age, egfr=said.get("egfr")))
    return {"medicine": folder.name, "content_version": 1, **result.as_json()}


def with_hits(result: dict[str, Any], hits: list[dict[str, Any]]) -> dict[str, Any]:
    """The checker's answer, and rows that it found besides."""
    whole = [{"row": hit["rule"], "is_street": False, "matched": [], **hit} for hit in hits]
    return {**result, "hits": [*result["hits"], *whole]}


def case_in(each: Written, *, held: Mapping[str, Screening] | None = None) -> Case:
    """What the rules look at; ``held`` instead of what the medicine's folder says."""
    facts, today = each.facts, each.today
    said = said_in(facts["patient"], today)
    paper, country, folder = facts["paper"], facts["country"], files.MEDICINES / each.medicine
    item = item_in(paper, each.medicine)
    screening = (held or screenings(country))[each.medicine]
    born = said.get("date_of_birth")
    read = Transcription(
        patient_name="Robin Example",
        date_of_birth=datetime.date.fromisoformat(born) if born else None,
        address="4 Placeholder Lane",
        prescriber="Dr M. Sample",
        prescriber_kind="doctor",
        prescriber_address="12 Example Street",
        prescriber_number="48213",
        issued_on=paper["issued"],
        medicine=each.medicine,
        form=str(item.form.label),
        signed="ink",
        indelible="yes",
        items=(item,),
    )
    answers = Answers(
        patient_name=read.patient_name,
        date_of_birth=read.date_of_birth,
        sex_at_birth=said.get("sex_at_birth", ""),
        address=read.address,
        country=country,
    )
    ordered = (Ordered(MEDICINE, item.title, item.form, item.strength, item.quantity or 0),)
    earlier = facts.get("earlier_answers")
    age = facts["patient"].get("age")
    result = with_hits(checked(folder, said, age), facts.get("hits", []))
    pack = facts["pack"]
    stated = pack["excipients"]
    return Case(
        today=today,
        latest_day=today,
        profile=loading.load("demo" if country not in loading.profile_names() else country),
        transcription=read,
        answers=answers,
        screenings={each.medicine: screening},
        said=said,
        found=(*found_in(said), *drugs_in([result])),
        to_read=texts_to_read(said),
        earlier=Earlier(earlier["date"], said_in(earlier, today)) if earlier else None,
        packs={
            (each.medicine, item.strength): PackFacts(
                SCORES[pack["score_line"]],
                ("not-known",)
                if stated == "not known"
                else tuple(EXCIPIENTS.get(name, name) for name in stated),
            )
        },
        ordered=ordered,
        rows=tuple(compare(read, answers, ordered)),
        country=country,
        authorised_in={(MEDICINE, s): frozenset({country}) for s in screening.strengths.value}
        if screening.strengths
        else {},
        last_supplies=last_supply(facts["history"]),
        days_left=said.get("days_left"),
        run_out=_run_out(said, today),
        earliest_arrival=today + datetime.timedelta(days=facts.get("arrives_in", 2)),
        interactions=(result,),
        rule_texts={rule.id: (rule.label, rule.management) for rule in content_of(folder).rules},
    )


def _run_out(said: Mapping[str, Any], today: datetime.date) -> RunOut | None:
    if said.get("days_left") is None:
        return None
    return RunOut(today + datetime.timedelta(days=said["days_left"] - 1), KnownFrom.SAID)


def name_of(alert: Alert, medicine: str) -> str:
    """A finding as the cases name it."""
    if alert.rule in {"interaction", "nothing-known", "not-recognized"}:
        return f"{alert.rule}:{alert.about.removeprefix(f'{medicine}-').lower()}"
    return alert.rule
