"""Rules about the dose, the strength and how much is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import AfterValidator, BeforeValidator, Field

from catalogue.amounts import Mass, Strength
from shop.datafiles import Positive, Text
from shop.jurisdictions.profile import CountryCode, Value
from shop.review.rules.alert import Alert, Severity, clinical, legal
from shop.review.rules.case import Case
from shop.review.rules.stricter import Lower, More

CHECKS = "Pharmacy standards CLN-3"
QUANTITY = "Pharmacy standards ORD-2"
NO_LIMITS = "The medicine's folder: it names no limits for this jurisdiction"


def _where(value: Any) -> Any:
    if value is None:
        raise ValueError("where it may be supplied is not said")
    return None if value == "anywhere" else value


AStrength = Annotated[str, AfterValidator(Strength)]
# In which countries; None is anywhere.
Where = Annotated[tuple[CountryCode, ...] | None, BeforeValidator(_where)]


@dataclass(frozen=True, kw_only=True)
class DoseLimits:
    """Doses in mg a day; ``strengths`` says for each strength where it may be supplied."""

    dose_checks: Value[Text]
    query_above_mg_a_day: Lower[Positive]
    block_above_mg_a_day: Lower[Positive]
    strengths: Value[Annotated[dict[AStrength, Where], Field(min_length=1)]]
    not_first: More[tuple[AStrength, ...]]

    def supplies(self, strength: Strength, *, country: str) -> bool:
        """Whether this strength may go to this country (ISO 3166-1 alpha-2)."""
        where = self.strengths.value.get(strength, ())
        return where is None or country in where


def _source(case: Case) -> str:
    return case.cited(lambda limits: limits.dose_checks, or_else=CHECKS)


@clinical("daily-dose-unknown", "daily-dose-rate", "daily-dose-high", "daily-dose-very-high")
def daily_dose(case: Case) -> Iterator[Alert]:
    """The dose of a day against the medicine's two limits; one that is not known is asked about."""
    for medicine_id, name in _medicines(case):
        yield from _daily_dose(case, medicine_id, name)


def _daily_dose(case: Case, medicine_id: int, name: str) -> Iterator[Alert]:
    def found(rule: str, severity: Severity, title: str, source: str) -> Alert:
        return Alert(rule, severity, title, source, about=name, medicine=case.title_of(name))

    dose, limits = case.dose_a_day(medicine_id), case.limits_by_medicine.get(name)
    if any(item.strength.is_rate for item in case.items if item.medicine_id == medicine_id):
        title = _("A daily dose cannot be told from a rate: compare it with the limits yourself.")
        yield found("daily-dose-rate", Severity.QUERY, title, _source(case))
    elif dose is None:
        title = _("The daily dose is not known.")
        yield found("daily-dose-unknown", Severity.QUERY, title, _source(case))
    elif limits and dose > Mass.of(limits.block_above_mg_a_day.value, "mg"):
        limit = limits.block_above_mg_a_day
        yield found("daily-dose-very-high", Severity.BLOCK, _over(dose, limit), limit.cited)
    elif limits and dose > Mass.of(limits.query_above_mg_a_day.value, "mg"):
        limit = limits.query_above_mg_a_day
        yield found("daily-dose-high", Severity.QUERY, _over(dose, limit), limit.cited)


def _over(dose: Mass, limit: Value) -> str:
    words = _("%(dose)s a day is more than %(limit)s.")
    return words % {"dose": dose, "limit": Mass.of(limit.value, "mg")}


def _medicines(case: Case) -> list[tuple[int, str]]:
    """The medicines prescribed: product, and name of its content folder."""
    return list(dict.fromkeys((item.medicine_id, item.medicine) for item in case.items))


@clinical("no-limits")
def limits_known(case: Case) -> Iterator[Alert]:
    """A medicine without limits in this jurisdiction is not supplied."""
    for item in case.transcription.items:
        if case.limits_of(item) is None:
            title = _(
                "The profile %(profile)s has no limits for %(medicine)s, so it is not supplied."
            )
            values = {"profile": case.profile.title, "medicine": item.title}
            about = item.medicine or str(item.medicine_id)
            yield Alert("no-limits", Severity.BLOCK, title % values, NO_LIMITS, about=about)


@clinical("first-supply-strength")
def first_strength(case: Case) -> Iterator[Alert]:
    """Some strengths cannot give a starting dose."""
    for item in case.items:
        limits = case.limits_of(item)
        if (
            limits
            and item.strength in limits.not_first.value
            and case.is_first_supply(item.medicine_id)
        ):
            title = _("A first supply of %(what)s: this strength cannot give a starting dose.")
            yield Alert(
                "first-supply-strength",
                Severity.BLOCK,
                title % {"what": item.form.named(item.strength)},
                limits.not_first.cited,
                about=item.strength.slug,
            )


@legal("no-country", "strength-country")
def destination(case: Case) -> Iterator[Alert]:
    """A strength goes only where it is authorised (LegitScript, TGA)."""
    source = _strength_source(case)
    if not case.country:
        title = _("The country it goes to is not known.")
        yield Alert("no-country", Severity.BLOCK, title, source)
        return
    for item in case.items:
        limits = case.limits_of(item)
        authorised = case.authorised_in.get((item.medicine_id, item.strength), frozenset())
        if case.country not in authorised or (
            limits and not limits.supplies(item.strength, country=case.country)
        ):
            title = _("%(what)s may not be supplied in %(country)s.")
            yield Alert(
                "strength-country",
                Severity.BLOCK,
                title % {"what": item.form.named(item.strength), "country": case.country},
                limits.strengths.cited if limits else source,
                about=item.strength.slug,
            )


def _strength_source(case: Case) -> str:
    return "; ".join(limits.strengths.cited for limits in case.limits) or NO_LIMITS


@clinical("not-prescribed", "quantity", "no-quantity")
def quantity(case: Case) -> Iterator[Alert]:
    """The prescription sets the quantity, not the order."""
    prescribed = {(item.medicine_id, item.strength): item for item in case.items}
    for wish in case.ordered:
        item = prescribed.get((wish.medicine_id, wish.strength))
        about = wish.strength.slug
        if item is None:
            if case.items:
                title = _("%(strength)s was ordered and is not prescribed.")
                values = {"strength": wish.strength.words}
                yield Alert("not-prescribed", Severity.QUERY, title % values, QUANTITY, about=about)
        elif item.quantity is not None and wish.units > item.quantity:
            title = _("%(ordered)s were ordered, %(prescribed)s prescribed.") % {
                "ordered": wish.form.counted_of(wish.units, wish.strength),
                "prescribed": item.quantity,
            }
            yield Alert("quantity", Severity.QUERY, title, QUANTITY, about=about)
    for item in case.items:
        if item.quantity is None:
            title = _("How many %(units)s of %(strength)s are prescribed is not known.")
            yield Alert(
                "no-quantity",
                Severity.QUERY,
                title % {"units": item.form.kind.units, "strength": item.strength.words},
                _source(case),
                about=item.strength.slug,
            )


@clinical("no-directions")
def directions(case: Case) -> Iterator[Alert]:
    """Directions that are missing are asked for."""
    for item in case.items:
        if not item.directions:
            title = _("No directions were read for %s.") % item.strength.words
            about = item.strength.slug
            yield Alert("no-directions", Severity.QUERY, title, _source(case), about=about)


@legal("repeats-without-number")
def repeats(case: Case) -> Iterator[Alert]:
    """A repeatable without a number means at most so many supplies (RX-9)."""
    most = case.profile.supplies_without_number
    for item in case.items:
        if item.has_unnumbered_repeats:
            title = ngettext(
                "Repeats without a number: at most %(most)s supply in all.",
                "Repeats without a number: at most %(most)s supplies in all.",
                most.value,
            ) % {"most": most.value}
            about = item.strength.slug
            yield Alert("repeats-without-number", Severity.NOTE, title, most.cited, about=about)


RULES = (
    limits_known,
    daily_dose,
    first_strength,
    destination,
    quantity,
    directions,
    repeats,
)
