"""Rules about when: too early, too late, and how much is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.continuity.urgency import FEW_DAYS
from shop.datafiles import Count, Positive, Text
from shop.jurisdictions.profile import Percent, Value
from shop.review.rules.alert import Alert, Severity, clinical
from shop.review.rules.case import Case, LastSupply
from shop.review.rules.stricter import Higher, Lower

ORD10 = "Pharmacy standards ORD-10"
ORD5 = "Pharmacy standards ORD-5"
CLN11 = "Pharmacy standards CLN-11"


@dataclass(frozen=True, kw_only=True)
class SupplyLimits:
    """``early_below_percent`` of a supply must be used before the next one is not early."""

    stopping_suddenly: Value[Text]
    early_below_percent: Higher[Percent]
    late_after_days: Lower[Count]
    gap_days: Higher[Positive]


def _why_no_gap(case: Case) -> str:
    return case.cited(lambda limits: limits.stopping_suddenly, or_else=CLN11)


@clinical("repeat-unknown", "early-repeat", "late-repeat")
def repeat(case: Case) -> Iterator[Alert]:
    """The next supply comes neither long before nor after the last one is used up (ORD-10)."""
    for medicine_id, last in case.last_supplies.items():
        dose = case.dose_a_day(medicine_id)
        if dose is None or last.mass is None or not dose.micrograms:
            title = _("Supplied before, on %(day)s; how long that lasts is not known.")
            day = date_format(last.on, "j F Y")
            yield Alert("repeat-unknown", Severity.QUERY, title % {"day": day}, ORD10)
            continue
        lasts = last.mass.micrograms / dose.micrograms
        limits = _limits(case, medicine_id)
        if limits:
            yield from _timing(case, last, lasts, limits)


def _limits(case: Case, medicine_id: int) -> SupplyLimits | None:
    items = (item for item in case.items if item.medicine_id == medicine_id)
    return next((case.limits_of(item) for item in items), None)


def _timing(case: Case, last: LastSupply, lasts: Fraction, limits: SupplyLimits) -> Iterator[Alert]:
    gone = (case.today - last.on).days
    values = {"gone": gone, "lasts": f"{float(lasts):g}"}
    if gone * 100 < lasts * limits.early_below_percent.value:
        title = _("Early: the last supply was %(gone)s days ago and lasts %(lasts)s days.")
        yield Alert(
            "early-repeat", Severity.QUERY, title % values, limits.early_below_percent.cited
        )
    elif gone > lasts + limits.late_after_days.value:
        title = _("Late: the last supply was %(gone)s days ago and lasted %(lasts)s days.")
        yield Alert("late-repeat", Severity.QUERY, title % values, limits.late_after_days.cited)


@clinical("days-left-unknown", "supply-gap")
def supply_gap(case: Case) -> Iterator[Alert]:
    """Little left: stopping suddenly is dangerous."""
    days = case.run_out.days_left_on(case.today) if case.run_out else case.days_left
    if days is None:
        title = _("How many days of %s are left was not said.") % case.doses
        yield Alert("days-left-unknown", Severity.NOTE, title, _why_no_gap(case))
        return
    limits = [limits.gap_days for limits in case.limits]
    if days <= max((limit.value for limit in limits), default=FEW_DAYS):
        title = ngettext(
            "%(days)s day of %(doses)s left. Stopping suddenly is dangerous.",
            "%(days)s days of %(doses)s left. Stopping suddenly is dangerous.",
            days,
        )
        source = "; ".join([_why_no_gap(case), *dict.fromkeys(limit.cited for limit in limits)])
        values = {"days": days, "doses": case.doses}
        yield Alert("supply-gap", Severity.QUERY, title % values, source)


@clinical("arrival-late")
def arrival(case: Case) -> Iterator[Alert]:
    """A supply that ends before the fastest delivery: the patient needs more elsewhere (ORD-5)."""
    if case.run_out is None or case.earliest_arrival is None:
        return
    last = case.run_out.last_day
    if last >= case.earliest_arrival:
        return
    if last < case.today:
        title = _("The %(doses)s ended on %(last)s; the fastest delivery is expected by %(by)s.")
    else:
        title = _("The %(doses)s last until %(last)s; the fastest delivery is expected by %(by)s.")
    days = {
        "doses": case.doses,
        "last": date_format(last, "j F Y"),
        "by": date_format(case.earliest_arrival, "j F Y"),
    }
    help_now = _("Stopping suddenly is dangerous: see to an emergency supply.")
    yield Alert(
        "arrival-late", Severity.QUERY, f"{title % days} {help_now}", f"{ORD5}; {_why_no_gap(case)}"
    )


RULES = (repeat, supply_gap, arrival)
