"""Rules about the patient: age, kidneys, pregnancy, epilepsy, ulcer. Unknown is never silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from shop.jurisdictions.profile import Limits, add_months
from shop.patients.answers import Pregnancy, YesNo
from shop.review.rules.alert import Alert, Severity
from shop.review.rules.case import Case

PREGNANCY = "Oral baclofen fact sheet, section 8: pregnancy and breastfeeding [V]"
MALE = "male"


def age(case: Case) -> Iterator[Alert]:
    """Children and older people need another look (ID-3; encephalopathy and falls from 65)."""
    for limits in case.limits:
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


def kidneys(case: Case) -> Iterator[Alert]:
    """Baclofen leaves through the kidneys; the rule for each eGFR is the fact sheet's, section 7."""
    egfr, read_on = case.answers.egfr, case.answers.egfr_on
    for limits in case.limits:
        if egfr is None:
            yield _unknown_kidneys(case, limits, _("The kidney function (eGFR) is not known."))
            continue
        if read_on is None or _is_old(case, limits):
            title = _("The kidney function (eGFR) is older than a year, or of no known date.")
            yield _unknown_kidneys(case, limits, title)
        yield from _weak_kidneys(case, limits, egfr)


def _is_old(case: Case, limits: Limits) -> bool:
    read_on = case.answers.egfr_on
    return read_on is None or add_months(read_on, limits.egfr_valid_months.value) < case.today


def _unknown_kidneys(case: Case, limits: Limits, title: str) -> Alert:
    is_older = case.age is None or case.age >= limits.age_query_from.value
    is_at_risk = is_older or case.answers.kidney_problems != YesNo.NO
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


def _weak_kidneys(case: Case, limits: Limits, egfr: float) -> Iterator[Alert]:
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


def _is_new_high_start(case: Case, limits: Limits) -> bool:
    """A first supply of so many mg a day, or of a dose that is not known."""
    first = {item.medicine_id for item in case.items if case.is_first_supply(item.medicine_id)}
    doses = [case.mg_a_day(medicine_id) for medicine_id in first]
    return any(dose is None or dose >= limits.new_start_query_mg.value for dose in doses)


def pregnancy(case: Case) -> Iterator[Alert]:
    """Pregnant, planning, breastfeeding, or not asked."""
    said = case.answers.pregnancy
    if said in {Pregnancy.PREGNANT, Pregnancy.PLANNED, Pregnancy.BREASTFEEDING}:
        title = _("The patient says: %(said)s.") % {"said": Pregnancy(said).label}
        yield Alert("pregnancy", Severity.QUERY, title, PREGNANCY)
    elif not said and case.answers.sex_at_birth.casefold() != MALE:
        title = _("Pregnancy and breastfeeding: not asked.")
        yield Alert("pregnancy-unknown", Severity.NOTE, title, PREGNANCY)


class _Condition(NamedTuple):
    yes: str
    unknown: str


def conditions(case: Case) -> Iterator[Alert]:
    """Epilepsy and stomach ulcer: blocked or queried, as the profile says."""
    texts = {
        "epilepsy": _Condition(
            _("The patient has epilepsy or has had fits."),
            _("Whether the patient has epilepsy is not known."),
        ),
        "stomach_ulcer": _Condition(
            _("The patient has or had a stomach ulcer."),
            _("Whether the patient has a stomach ulcer is not known."),
        ),
    }
    for limits in case.limits:
        for name, text in texts.items():
            yield from _condition(case, limits, name, text)


def _condition(case: Case, limits: Limits, name: str, text: _Condition) -> Iterator[Alert]:
    said = getattr(case.answers, name)
    is_blocked = name in limits.blocks.value
    source = (limits.blocks if is_blocked else limits.queries).cited
    if said == YesNo.YES:
        severity = Severity.BLOCK if is_blocked else Severity.QUERY
        yield Alert(name, severity, text.yes, source)
    elif said != YesNo.NO:
        yield Alert(f"{name}-unknown", Severity.QUERY, text.unknown, source)


RULES = (age, kidneys, pregnancy, conditions)
