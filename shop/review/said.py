"""The patient's answers by the names of the questions, as the rules read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from catalogue.vocabulary.conditions import ALLERGIES, Found, conditions_in
from shop.patients import questions
from shop.patients.answers import Answers

# It does not fit this patient.
NOT_ASKED = "not-asked"


def said_of(
    answers: Answers, *, medicines: Collection[str], age: int | None, is_supplied_here: bool
) -> dict[str, Any]:
    """Every answer that was given, by the name of its question; and what this patient is not asked."""
    asked = questions.table().asked_for(medicines)
    not_asked = (each for each in asked if not each.can_apply(answers.values, age=age))
    said = {**{each.name: NOT_ASKED for each in not_asked}, **answers.values}
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
