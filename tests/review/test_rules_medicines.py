"""The rules about other medicines and other prescriptions, and what holds for all rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalogue.vocabulary.conditions import Found
from shop.jurisdictions import loading
from shop.patients.answers import Answers
from shop.review import rules
from shop.review.flags import OF_RULE
from shop.review.rules import alerts_for
from shop.review.rules.alert import RULE_NAMES, Lifter, Severity
from shop.review.rules.case import Case, SeenBefore
from shop.review.rules.screening import screenings
from shop.review.said import NOT_ASKED, TEXTS, drugs_in, found_in, texts_to_read
from shop.review.transcription import Transcription
from tests.conftest import mg
from tests.review.cases import BLOCK, ITEM, NOTE, QUERY, TODAY, a_case, found, wish


def test_a_prescription_seen_before_and_a_file_not_scanned() -> None:
    other = SeenBefore("same_file_other_account", "Another account sent the same file", "ABC")

    seen = found(seen_before=(other,), unscanned=1)

    assert seen == {"duplicate-same_file_other_account-ABC": QUERY, "unscanned": NOTE}


def checked(**changes: Any) -> tuple[dict[str, Any], ...]:
    empty = {
        "medicine": "baclofen",
        "content_version": 3,
        "is_unclear": False,
        "hits": [],
        "nothing_known": [],
        "combinations": [],
        "unchecked": [],
    }
    return ({**empty, **changes},)


@pytest.mark.parametrize(
    ("severity", "action", "expected"),
    [
        ("contraindicated", "info", BLOCK),
        ("moderate", "block-until-prescriber", BLOCK),
        ("major", "counsel", QUERY),
        ("moderate", "query-prescriber", QUERY),
        ("moderate", "query-prescriber-if-new", QUERY),
        ("minor", "renal-check", QUERY),
        ("moderate", "counsel", NOTE),
    ],
)
@pytest.mark.parametrize("kind", ["hits", "combinations"])
def test_an_interaction(kind: str, severity: str, action: str, expected: Severity) -> None:
    rule = {"rule": "lithium", "row": "lithium", "severity": severity, "review_action": action}

    seen = found(interactions=checked(**{kind: [rule]}))

    assert seen == {"interaction-baclofen-lithium": expected}


def test_an_interaction_that_nobody_documented_is_an_answer_and_no_finding() -> None:
    rule = {"rule": "food", "row": "food", "severity": "none-documented", "review_action": "info"}

    assert found(interactions=checked(hits=[rule])) == {}


def test_what_was_not_checked_is_said_one_by_one() -> None:
    names = [{"typed": "zebrafort"}, {"typed": "lionex"}]

    seen = found(interactions=checked(unchecked=names), unchecked_medicines=("Other tablets",))

    assert seen == {
        "not-recognized-baclofen-zebrafort": QUERY,
        "not-recognized-baclofen-lionex": QUERY,
        "no-content-Other tablets": BLOCK,
    }


def test_what_is_known_and_silent_has_only_to_be_read() -> None:
    sertraline = {"substance": "sertraline", "matched": [{"typed": "Zoloft"}]}
    case = a_case(interactions=checked(nothing_known=[sertraline]))

    (alert,) = [each for each in alerts_for(case) if each.rule == "nothing-known"]

    assert alert.title == "Known, our sources say nothing about it: sertraline (Zoloft)."
    assert alert.severity == NOTE


def test_a_class_of_a_row_is_a_finding_of_that_row_and_the_worse_one_counts() -> None:
    row = {"rule": "lithium", "row": "lithium", "severity": "moderate", "review_action": "counsel"}
    graver = {**row, "rule": "lithium-large", "severity": "major"}

    assert found(interactions=checked(hits=[row, graver])) == {
        "interaction-baclofen-lithium": QUERY
    }


def test_a_list_that_is_none_is_asked_about() -> None:
    assert found(interactions=checked(is_unclear=True)) == {"medicines-unclear": QUERY}


def test_what_the_patient_wrote_is_read() -> None:
    seen = found(to_read=(("Conditions", "my leg is odd"),))

    assert seen == {"read-this-Conditions-my leg is odd": NOTE}


def test_only_texts_that_say_more_than_was_found_are_to_be_read() -> None:
    said = {"conditions": "epilepsy", "allergies": "none", "other_medicines": "zebrafort"}

    assert texts_to_read(said) == ()
    assert texts_to_read({"conditions": "epilepsy, and my leg is odd"}) == (
        ("Other illnesses", "epilepsy, and my leg is odd"),
    )


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_was_not_asked_for_is_not_read(name: str) -> None:
    assert texts_to_read({name: NOT_ASKED}) == found_in({name: NOT_ASKED}) == ()


def test_a_drug_found_in_the_list_counts_as_said() -> None:
    hit = {"rule": "cocaine", "is_street": True, "matched": [{"typed": "coke"}]}

    assert drugs_in(checked(hits=[hit])) == (Found("other_drugs", "yes", "coke"),)


def everything_wrong() -> Case:
    return Case(
        today=TODAY,
        latest_day=TODAY,
        profile=loading.load("demo"),
        screenings=screenings("GB"),
        country="GB",
        said={"egfr": 10.0, "egfr_on": TODAY.isoformat(), "epilepsy": "yes", "ulcer": "active"},
        transcription=Transcription(items=(replace(ITEM, strength=mg(25)),)),
        answers=Answers(),
        ordered=(wish(10, 60),),
        days_left=1,
    )


def test_the_worst_comes_first_and_each_says_where_it_comes_from() -> None:
    alerts = alerts_for(everything_wrong())

    order = [list(Severity).index(alert.severity) for alert in alerts]
    assert order == sorted(order)
    assert len({alert.key for alert in alerts}) == len(alerts) > 10
    for alert in alerts:
        assert alert.title
        assert alert.source


def test_who_may_lift_it_is_said_by_the_data_and_by_nothing_else() -> None:
    alerts = {alert.rule: alert for alert in alerts_for(everything_wrong())}

    assert alerts["first-strength"].needs_prescriber
    assert alerts["kidneys-below-30"].needs_prescriber
    assert alerts["ulcer-active"].is_final
    assert alerts["no-signature"].is_final
    assert alerts["breathing-unknown"].liftable_by == Lifter.PHARMACIST


def test_every_rule_there_is_can_be_found_in_the_rules() -> None:
    sources = "".join(path.read_text() for path in Path(rules.__file__).parent.glob("*.py"))

    for rule in RULE_NAMES:
        assert sources.count(f'"{rule}"') > 1, rule
    assert OF_RULE.keys() <= RULE_NAMES
