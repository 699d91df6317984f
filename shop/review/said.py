"""The patient's answers by the names of the questions, as the rules read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from catalogue.vocabulary.conditions import ALLERGIES, Found, conditions_in
from shop.patients import questions
from shop.patients.answers import Answers

# What an older question is called now, and what its codes count as.
CALLED = {"stomach_ulcer": "ulcer", "taken_before": "taking"}
CODES: dict[str, dict[str, str]] = {
    # Whether it is healed was not asked.
    "ulcer": {"yes": "active", "no": "never"},
    # Who supplied it was not asked; the records of this pharmacy say whether it did.
    "taking": {"yes": "elsewhere", "no": "new"},
}
# Nobody was asked; a gap in the questions, not in the answers.
NOT_ASKED = "not-asked"
NOT_YET = ("stroke", "parkinsons", "self_harm", "breathing", "porphyria", "pump")


def said_of(
    answers: Answers, *, medicines: Collection[str], age: int | None, is_supplied_here: bool
) -> dict[str, Any]:
    """Every answer that was given, by the name of its question; and what this patient is not asked."""
    table = questions.table().asked_for(medicines)
    said: dict[str, Any] = {name: NOT_ASKED for name in NOT_YET if name not in table}
    for question in table:
        if not question.can_apply(answers.values, age=age):
            said[question.name] = NOT_ASKED
    for field, value in answers.values.items():
        name = CALLED.get(field, field)
        said[name] = CODES.get(name, {}).get(str(value), value)
    if said.get("taking") == "elsewhere" and is_supplied_here:
        said["taking"] = "here"
    return said


# Texts in which an illness may be named, whatever the question about it says.
TEXTS = (
    "conditions",
    ALLERGIES,
    "other_medicines",
    "other_drugs_named",
    "indication_named",
    "anything_new",
)


def found_in(said: Mapping[str, Any]) -> tuple[Found, ...]:
    """The illnesses and allergies that the patient's own words name."""
    return tuple(
        found
        for name in TEXTS
        for found in conditions_in(str(said.get(name) or ""), is_about_allergies=name == ALLERGIES)
    )
