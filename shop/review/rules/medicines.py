"""Rules about the other medicines: what the checker found, and what it could not check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from catalogue.content.document import Severity as Harm
from shop.review.rules.alert import Alert, Severity, clinical
from shop.review.rules.case import Case
from shop.review.rules.screened import holds
from shop.review.rules.screening import Graded
from shop.review.rules.view import View

CHECKER = "Interactions of content version %(number)s"
UNKNOWN = "Pharmacy standards CLN-3 and CLN-4"
OWN_WORDS = "House rule: nothing that the patient wrote is passed over in silence"
SIGNED = "House rule: a medicine is supplied on signed content only"


@clinical("interaction")
def interactions(case: Case) -> Iterator[Alert]:
    """Each interaction, as serious as the medicine's screening says (CLN-8)."""
    for result in case.interactions:
        screening = case.screenings.get(result["medicine"])
        for found in (*result["hits"], *result["combinations"]):
            if screening and found["severity"] != Harm.NONE_DOCUMENTED:
                yield _interaction(View(case, screening), result, found)


def _interaction(view: View, result: dict[str, Any], found: dict[str, Any]) -> Alert:
    case, rule, row = view.case, found["rule"], found["row"]
    label, what = case.rule_texts.get(rule, (rule, ""))
    graded = graded_by(view, found)
    name = view.screening.interactions.named.get(row, "")
    return Alert(
        name or "interaction",
        graded.severity,
        f"{label}: {what}" if what else label,
        f"{_checker(result)}, {rule}; {graded.cited}",
        about=result["medicine"] if name else f"{result['medicine']}-{row}",
        medicine=case.title_of(result["medicine"]),
        liftable_by=graded.by,
    )


def graded_by(view: View, found: dict[str, Any]) -> Graded:
    """The strictest line for a row that was found, by its grade and by what the content asks for."""
    of_row = {
        "grade": frozenset({str(found["severity"])}),
        "action": frozenset({str(found["review_action"])}),
    }
    fitting = (
        graded for graded in view.screening.interactions.lines if holds(graded.when, view, of_row)
    )
    return min(fitting, key=lambda graded: graded.rank)


def _checker(result: dict[str, Any]) -> str:
    return CHECKER % {"number": result["content_version"]}


@clinical("nothing-known", "not-recognized", "no-content")
def not_checked(case: Case) -> Iterator[Alert]:
    """What is known and has only to be seen; what is not was not checked, so the pharmacist does it."""
    for result in case.interactions:
        for found in result["nothing_known"]:
            substance, typed = found["substance"], [match["typed"] for match in found["matched"]]
            title = _("Known, our sources say nothing about it: %s.") % _of(substance, typed)
            alert = Alert("nothing-known", Severity.NOTE, title, _checker(result), about=substance)
            yield _beside(case, result, alert)
        for found in result["unchecked"]:
            title = _("Not recognized, so not checked: %s.") % found["typed"]
            source = _checker(result)
            alert = Alert("not-recognized", Severity.QUERY, title, source, about=found["typed"])
            yield _beside(case, result, alert)
    for title in case.unchecked_medicines:
        text = _("There is no content to check interactions of %(title)s with.")
        yield Alert("no-content", Severity.BLOCK, text % {"title": title}, UNKNOWN, about=title)


def _of(substance: str, typed: list[str]) -> str:
    others = [each for each in dict.fromkeys(typed) if each.casefold() != substance]
    return f"{substance} ({', '.join(others)})" if others else substance


def _beside(case: Case, result: dict[str, Any], alert: Alert) -> Alert:
    """The finding as one beside the medicine that was checked."""
    medicine = result["medicine"]
    return replace(alert, about=f"{medicine}-{alert.about}", medicine=case.title_of(medicine))


@clinical("not-signed")
def not_signed(case: Case) -> Iterator[Alert]:
    """Nothing is supplied on a text that nobody answers for."""
    for title, why in case.unsigned_medicines:
        yield Alert("not-signed", Severity.BLOCK, why, SIGNED, about=title, medicine=title)


@clinical("medicines-unclear", "conditions-unknown")
def not_said(case: Case) -> Iterator[Alert]:
    """An empty list of medicines is not “none”, and a question mark is no list."""
    if _is_unclear(case):
        title = _("What else the patient takes was not said, or is no list.")
        yield Alert("medicines-unclear", Severity.QUERY, title, UNKNOWN)
    if not case.said.get("allergies") and not case.said.get("conditions"):
        title = _("Allergies and conditions: none named.")
        yield Alert("conditions-unknown", Severity.NOTE, title, UNKNOWN)


def _is_unclear(case: Case) -> bool:
    typed = str(case.said.get("other_medicines") or "").strip()
    results = case.patients_own or case.interactions
    if not results:
        return not typed and not case.said.get("takes_nothing_else")
    return any(result["is_unclear"] for result in results)


@clinical("read-this")
def to_read(case: Case) -> Iterator[Alert]:
    """The patient's own words, where the vocabulary does not say all that stands in them."""
    for label, text in case.to_read:
        title = _("Read this. %(label)s: “%(text)s”") % {"label": label, "text": text}
        yield Alert("read-this", Severity.NOTE, title, OWN_WORDS, about=f"{label}-{text}")


RULES = (interactions, not_checked, not_signed, not_said, to_read)
