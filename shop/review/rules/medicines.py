"""Rules about the other medicines: what the checker found, and what it could not check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from catalogue.content.document import Severity as Harm
from shop.review.rules.alert import Alert, Severity, clinical
from shop.review.rules.case import Case

CHECKER = "Interactions of content version %(number)s"
UNKNOWN = "Pharmacy standards CLN-3 and CLN-4"
SIGNED = "House rule: a medicine is supplied on signed content only"
BLOCKS = "block-until-prescriber"
QUERIES = (
    "query-prescriber",
    "query-prescriber-if-new",
    "query-prescriber-if-epilepsy",
    "renal-check",
    "renal-check+counsel",
)


@clinical("interaction")
def interactions(case: Case) -> Iterator[Alert]:
    """Each interaction, with what the content asks of a pharmacist (CLN-8)."""
    for result in case.interactions:
        for found in (*result["hits"], *result["combinations"]):
            yield _interaction(case, result, found)


def _interaction(case: Case, result: dict[str, Any], found: dict[str, Any]) -> Alert:
    label, what = case.rule_texts.get(found["rule"], (found["rule"], ""))
    source = CHECKER % {"number": result["content_version"]} + f", {found['rule']}"
    return Alert(
        "interaction",
        severity_of(found),
        f"{label}: {what}" if what else label,
        source,
        about=f"{result['medicine']}-{found['rule']}",
        medicine=case.title_of(result["medicine"]),
    )


def severity_of(found: dict[str, Any]) -> Severity:
    """How serious an interaction is here: by its grade, and by what the content asks for."""
    grade, action = found["severity"], found["review_action"]
    if grade == Harm.CONTRAINDICATED or action == BLOCKS:
        return Severity.BLOCK
    if grade == Harm.MAJOR or action in QUERIES:
        return Severity.QUERY
    return Severity.NOTE


@clinical("not-checked", "no-content")
def not_checked(case: Case) -> Iterator[Alert]:
    """What the checker does not know was not checked, so the pharmacist does it."""
    for result in case.interactions:
        for found in result["unchecked"]:
            title = _("Not recognized, so not checked: %(typed)s.") % {"typed": found["typed"]}
            source = CHECKER % {"number": result["content_version"]}
            about = f"{result['medicine']}-{found['typed']}"
            named = case.title_of(result["medicine"])
            yield Alert("not-checked", Severity.QUERY, title, source, about=about, medicine=named)
    for title in case.unchecked_medicines:
        text = _("There is no content to check interactions of %(title)s with.")
        yield Alert("no-content", Severity.BLOCK, text % {"title": title}, UNKNOWN, about=title)


@clinical("not-signed")
def not_signed(case: Case) -> Iterator[Alert]:
    """Nothing is supplied on a text that nobody answers for."""
    for title, why in case.unsigned_medicines:
        yield Alert("not-signed", Severity.BLOCK, why, SIGNED, about=title, medicine=title)


@clinical("medicines-unknown", "conditions-unknown")
def not_said(case: Case) -> Iterator[Alert]:
    """An empty list of medicines is not “none”."""
    answers = case.answers
    if not answers["other_medicines"].strip() and not answers["takes_nothing_else"]:
        title = _("What else the patient takes was not said.")
        yield Alert("medicines-unknown", Severity.QUERY, title, UNKNOWN)
    if not answers["allergies"] and not answers["conditions"]:
        title = _("Allergies and conditions: none named.")
        yield Alert("conditions-unknown", Severity.NOTE, title, UNKNOWN)


RULES = (interactions, not_checked, not_signed, not_said)
