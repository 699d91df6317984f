"""Rules about the other medicines: what the checker found, and what it could not check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from catalogue.content.document import Severity as Harm
from shop.review.rules.alert import Alert, Severity, clinical
from shop.review.rules.case import Case
from shop.review.rules.facts import View
from shop.review.rules.screened import holds
from shop.review.rules.screening import Graded

CHECKER = "Interactions of content version %(number)s"
UNKNOWN = "Pharmacy standards CLN-3 and CLN-4"
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
    case, row = view.case, found["rule"]
    label, what = case.rule_texts.get(row, (row, ""))
    graded = graded_by(view, found)
    name = view.screening.interactions.named.get(row, "")
    checker = CHECKER % {"number": result["content_version"]}
    return Alert(
        name or "interaction",
        graded.severity,
        f"{label}: {what}" if what else label,
        f"{checker}, {row}; {graded.cited}",
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


@clinical("not-recognized", "no-content")
def not_checked(case: Case) -> Iterator[Alert]:
    """What the checker does not know was not checked, so the pharmacist does it."""
    for result in case.interactions:
        for found in result["unchecked"]:
            title = _("Not recognized, so not checked: %(typed)s.") % {"typed": found["typed"]}
            source = CHECKER % {"number": result["content_version"]}
            about = f"{result['medicine']}-{found['typed']}"
            named = case.title_of(result["medicine"])
            yield Alert(
                "not-recognized", Severity.QUERY, title, source, about=about, medicine=named
            )
    for title in case.unchecked_medicines:
        text = _("There is no content to check interactions of %(title)s with.")
        yield Alert("no-content", Severity.BLOCK, text % {"title": title}, UNKNOWN, about=title)


@clinical("not-signed")
def not_signed(case: Case) -> Iterator[Alert]:
    """Nothing is supplied on a text that nobody answers for."""
    for title, why in case.unsigned_medicines:
        yield Alert("not-signed", Severity.BLOCK, why, SIGNED, about=title, medicine=title)


@clinical("medicines-unclear", "conditions-unknown")
def not_said(case: Case) -> Iterator[Alert]:
    """An empty list of medicines is not “none”, and a question mark is no list."""
    if not case.said.get("takes_nothing_else") and not _names_something(case):
        title = _("What else the patient takes was not said, or is no list.")
        yield Alert("medicines-unclear", Severity.QUERY, title, UNKNOWN)
    if not case.said.get("allergies") and not case.said.get("conditions"):
        title = _("Allergies and conditions: none named.")
        yield Alert("conditions-unknown", Severity.NOTE, title, UNKNOWN)


def _names_something(case: Case) -> bool:
    """Whether the list says that there is nothing, or the checker could read anything in it."""
    if not case.interactions:
        return bool(str(case.said.get("other_medicines") or "").strip())
    return any(
        result["takes_nothing"] or result["hits"] or result["combinations"] or result["unchecked"]
        for result in case.interactions
    )


RULES = (interactions, not_checked, not_signed, not_said)
