"""Rules about the patient: age, kidneys, pregnancy, epilepsy, ulcer. Unknown is never silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, NamedTuple, get_args

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import BeforeValidator

from catalogue.amounts import Mass
from shop.datafiles import Positive, Text
from shop.jurisdictions.profile import Distinct, Value, add_months, not_in_the_file
from shop.patients.wording import in_words
from shop.review.rules.alert import Alert, Severity, clinical
from shop.review.rules.case import Case
from shop.review.rules.stricter import Higher, Lower, More

CHECKS = "Pharmacy standards CLN-3"
MALE = "male"
# What a patient may have that is blocked or queried.
Condition = Literal["epilepsy", "stomach_ulcer", "end_stage_kidneys"]
CONDITIONS: tuple[str, ...] = get_args(Condition)


@dataclass(frozen=True, kw_only=True)
class PatientLimits:
    """Ages in years, eGFR in mL/min/1.73 m²."""

    pregnancy_checks: Value[Text]
    blocks: More[Distinct[Condition]]
    queries: Value[Distinct[Condition]]
    age_query_below: Higher[Positive]
    age_query_from: Lower[Positive]
    egfr_query_below: Higher[Positive]
    egfr_always_query_below: Higher[Positive]
    egfr_block_below: Higher[Positive]
    egfr_end_stage_below: Higher[Positive]
    egfr_valid_months: Lower[Positive]
    new_start_query_mg: Lower[Positive]
    # The medicine's folder.
    medicine: Annotated[str, BeforeValidator(not_in_the_file)] = field(default="", compare=False)


def _named(case: Case, limits: PatientLimits, alerts: Iterable[Alert]) -> Iterator[Alert]:
    """The same findings, each with the medicine whose limits they rest on."""
    for alert in alerts:
        yield replace(alert, medicine=case.title_of(limits.medicine))


@clinical("age-unknown", "age-young", "age-old")
def age(case: Case) -> Iterator[Alert]:
    """Children and older people need another look (ID-3)."""
    for limits in case.limits:
        yield from _named(case, limits, _age(case, limits))


def _age(case: Case, limits: PatientLimits) -> Iterator[Alert]:
    below, above = limits.age_query_below, limits.age_query_from
    if case.age is None:
        title = _("The patient's age is not known.")
        yield Alert("age-unknown", Severity.QUERY, title, above.cited)
    elif case.age < below.value:
        title = _("The patient is %(age)s: under %(limit)s.")
        values = {"age": case.age, "limit": below.value}
        yield Alert("age-young", Severity.QUERY, title % values, below.cited)
    elif case.age >= above.value:
        title = _("The patient is %(age)s: %(limit)s or older.")
        values = {"age": case.age, "limit": above.value}
        yield Alert("age-old", Severity.QUERY, title % values, above.cited)


@clinical(
    "kidneys-unknown",
    "kidneys-not-measured",
    "end_stage_kidneys",
    "kidneys-very-low",
    "kidneys-low",
)
def kidneys(case: Case) -> Iterator[Alert]:
    """A medicine that leaves through the kidneys can build up; its limits say from which eGFR."""
    for limits in case.limits:
        yield from _named(case, limits, _kidneys(case, limits))


def _kidneys(case: Case, limits: PatientLimits) -> Iterator[Alert]:
    egfr = case.answers.egfr
    if egfr is None:
        yield _unknown_kidneys(case, limits, _("The kidney function (eGFR) is not known."))
        return
    if _is_old(case, limits):
        yield _unknown_kidneys(case, limits, _too_old(limits))
    yield from _weak_kidneys(case, limits, egfr)


def _too_old(limits: PatientLimits) -> str:
    months = limits.egfr_valid_months.value
    title = ngettext(
        "The kidney function (eGFR) is older than %(months)s month, or of no known date.",
        "The kidney function (eGFR) is older than %(months)s months, or of no known date.",
        months,
    )
    return title % {"months": months}


def _is_old(case: Case, limits: PatientLimits) -> bool:
    read_on = case.answers.egfr_on
    return read_on is None or add_months(read_on, limits.egfr_valid_months.value) < case.today


def _unknown_kidneys(case: Case, limits: PatientLimits, title: str) -> Alert:
    is_older = case.age is None or case.age >= limits.age_query_from.value
    is_at_risk = is_older or case.answers["kidney_problems"] != "no"
    if is_at_risk:
        risky = _("%(title)s The patient's age or kidney problems make it needed.")
        return Alert(
            "kidneys-unknown",
            Severity.BLOCK,
            risky % {"title": title},
            limits.egfr_valid_months.cited,
        )
    asked = _("%(title)s Ask about it.") % {"title": title}
    return Alert("kidneys-not-measured", Severity.NOTE, asked, limits.egfr_valid_months.cited)


def _weak_kidneys(case: Case, limits: PatientLimits, egfr: float) -> Iterator[Alert]:
    title = _("The kidney function is low: eGFR %(egfr)s.") % {"egfr": f"{egfr:g}"}
    if egfr < limits.egfr_end_stage_below.value and "end_stage_kidneys" in limits.blocks.value:
        yield Alert("end_stage_kidneys", Severity.BLOCK, title, limits.blocks.cited)
    elif egfr < limits.egfr_block_below.value:
        yield Alert("kidneys-very-low", Severity.BLOCK, title, limits.egfr_block_below.cited)
    elif egfr < limits.egfr_always_query_below.value:
        source = limits.egfr_always_query_below.cited
        yield Alert("kidneys-low", Severity.QUERY, title, source)
    elif egfr < limits.egfr_query_below.value:
        severity = Severity.QUERY if _is_new_high_start(case, limits) else Severity.NOTE
        yield Alert("kidneys-low", severity, title, limits.egfr_query_below.cited)


def _is_new_high_start(case: Case, limits: PatientLimits) -> bool:
    """A first supply of so many mg a day, or of a dose that is not known."""
    first = {item.medicine_id for item in case.items if case.is_first_supply(item.medicine_id)}
    doses = [case.dose_a_day(medicine_id) for medicine_id in first]
    least = Mass.of(limits.new_start_query_mg.value, "mg")
    return any(dose is None or dose >= least for dose in doses)


@clinical("pregnancy", "pregnancy-unknown")
def pregnancy(case: Case) -> Iterator[Alert]:
    """Pregnant, planning, breastfeeding, or not asked."""
    said = case.answers["pregnancy"]
    source = case.cited(lambda limits: limits.pregnancy_checks, or_else=CHECKS)
    if said in {"pregnant", "planned", "breastfeeding"}:
        title = _("The patient says: %(said)s.") % {"said": in_words("pregnancy", said)}
        yield Alert("pregnancy", Severity.QUERY, title, source)
    elif not said and case.answers.sex_at_birth.casefold() != MALE:
        title = _("Pregnancy and breastfeeding: not asked.")
        yield Alert("pregnancy-unknown", Severity.NOTE, title, source)


class _Texts(NamedTuple):
    yes: str
    unknown: str


@clinical("epilepsy", "epilepsy-unknown", "stomach_ulcer", "stomach_ulcer-unknown")
def conditions(case: Case) -> Iterator[Alert]:
    """Epilepsy and stomach ulcer: blocked or queried, as the limits say."""
    texts = {
        "epilepsy": _Texts(
            _("The patient has epilepsy or has had fits."),
            _("Whether the patient has epilepsy is not known."),
        ),
        "stomach_ulcer": _Texts(
            _("The patient has or had a stomach ulcer."),
            _("Whether the patient has a stomach ulcer is not known."),
        ),
    }
    for limits in case.limits:
        for name, text in texts.items():
            yield from _named(case, limits, _condition(case, limits, name, text))


def _condition(case: Case, limits: PatientLimits, name: str, text: _Texts) -> Iterator[Alert]:
    said = case.answers[name]
    is_blocked = name in limits.blocks.value
    source = (limits.blocks if is_blocked else limits.queries).cited
    if said == "yes":
        severity = Severity.BLOCK if is_blocked else Severity.QUERY
        yield Alert(name, severity, text.yes, source)
    elif said != "no":
        yield Alert(f"{name}-unknown", Severity.QUERY, text.unknown, source)


RULES = (age, kidneys, pregnancy, conditions)
