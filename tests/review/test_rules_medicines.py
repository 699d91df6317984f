"""The rules about other medicines and other prescriptions, and what holds for all rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shop.jurisdictions import loading
from shop.patients.answers import Answers
from shop.review import rules
from shop.review.flags import OF_RULE
from shop.review.rules import alerts_for
from shop.review.rules.alert import RULE_NAMES, Alert, Severity
from shop.review.rules.case import Case, SeenBefore
from shop.review.rules.limits import limits_of_medicines
from shop.review.transcription import Transcription
from tests.conftest import mg
from tests.review.cases import BLOCK, ITEM, NOTE, QUERY, TODAY, found, wish


def test_a_prescription_seen_before_and_a_file_not_scanned() -> None:
    other = SeenBefore("same_file_other_account", "Another account sent the same file", "ABC")

    seen = found(seen_before=(other,), unscanned=1)

    assert seen == {"duplicate-same_file_other_account-ABC": QUERY, "unscanned": NOTE}


def checked(**changes: Any) -> tuple[dict[str, Any], ...]:
    empty = {
        "medicine": "baclofen",
        "content_version": 3,
        "hits": [],
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
        ("none-documented", "info", NOTE),
    ],
)
@pytest.mark.parametrize("kind", ["hits", "combinations"])
def test_an_interaction(kind: str, severity: str, action: str, expected: Severity) -> None:
    rule = {"rule": "opioids", "severity": severity, "review_action": action}

    seen = found(interactions=checked(**{kind: [rule]}))

    assert seen == {"interaction-baclofen-opioids": expected}


def test_what_was_not_checked_is_said_one_by_one() -> None:
    names = [{"typed": "zebrafort"}, {"typed": "lionex"}]

    seen = found(interactions=checked(unchecked=names), unchecked_medicines=("Other tablets",))

    assert seen == {
        "not-checked-baclofen-zebrafort": QUERY,
        "not-checked-baclofen-lionex": QUERY,
        "no-content-Other tablets": BLOCK,
    }


def everything_wrong() -> Case:
    return Case(
        today=TODAY,
        latest_day=TODAY,
        profile=loading.load("demo"),
        limits_by_medicine=limits_of_medicines("demo"),
        transcription=Transcription(items=(replace(ITEM, strength=mg(25)),)),
        answers=Answers(egfr=10.0, egfr_on=TODAY, epilepsy="yes", stomach_ulcer="yes"),
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


def test_only_what_the_profile_names_can_be_lifted() -> None:
    alerts = {alert.rule: alert for alert in alerts_for(everything_wrong())}

    assert alerts["first-supply-strength"].is_liftable
    assert alerts["kidneys-very-low"].is_liftable
    assert not alerts["stomach_ulcer"].is_liftable
    assert not alerts["no-signature"].is_liftable


def test_every_rule_there_is_can_be_found_in_the_rules() -> None:
    sources = "".join(path.read_text() for path in Path(rules.__file__).parent.glob("*.py"))

    for rule in RULE_NAMES:
        assert sources.count(f'"{rule}"') > 1 or rule.endswith("-unknown"), rule
    assert OF_RULE.keys() <= RULE_NAMES


def test_a_finding_of_no_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no rule “kidneys-verylow”"):
        Alert("kidneys-verylow", BLOCK, "Low.", "A source")
