"""The patient's answers by the names of the questions, as the rules read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from catalogue.vocabulary.conditions import ALLERGIES, Found, conditions_in, read_conditions
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
        for found in conditions_in(_written(said, name), is_about_allergies=name == ALLERGIES)
    )


def _written(said: Mapping[str, Any], name: str) -> str:
    """What the patient wrote there."""
    text = said.get(name)
    return "" if text in {None, NOT_ASKED} else str(text).strip()


# The checker reads these.
MEDICINES = {"other_medicines", "other_drugs_named"}


def texts_to_read(said: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Texts in which more stands than was found in them, each under the label of its question."""
    table = questions.table()
    return tuple(
        (table.called(name).short, text)
        for name in TEXTS
        if name in table and name not in MEDICINES and (text := _written(said, name))
        if not read_conditions(text, is_about_allergies=name == ALLERGIES).is_all_understood
    )


def drugs_in(checked: Iterable[Mapping[str, Any]]) -> tuple[Found, ...]:
    """Drugs taken outside care that the checker found: as if the question had been answered so."""
    return tuple(
        Found("other_drugs", "yes", match["typed"])
        for result in checked
        for hit in result["hits"]
        if hit["is_street"]
        for match in hit["matched"]
    )
