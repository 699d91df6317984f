"""The rules about the paper: signed, dated, the right patient, the right medicine."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from shop.review.rules.alert import Severity
from tests.review.cases import BLOCK, QUERY, found


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("paper", "key", "severity"),
    [
        ({"signed": "no"}, "no-signature", BLOCK),
        ({"signed": ""}, "no-signature", BLOCK),
        ({"issued_on": None}, "no-date", BLOCK),
        ({"issued_on": datetime.date(2026, 11, 24)}, "future-date", BLOCK),
        ({"issued_on": datetime.date(2026, 5, 22)}, "expired", BLOCK),
        ({"indelible": "no"}, "not-indelible", BLOCK),
        ({"indelible": ""}, "not-indelible", BLOCK),
        ({"patient_name": ""}, "no-patient-name", BLOCK),
        ({"patient_name": "Robin Exampel"}, "patient-mismatch-patient_name", QUERY),
        (
            {"date_of_birth": datetime.date(1981, 3, 14)},
            "patient-mismatch-date_of_birth",
            QUERY,
        ),
        ({"date_of_birth": None}, "patient-incomplete-date_of_birth", QUERY),
        ({"address": "5 Placeholder Lane"}, "patient-mismatch-address", QUERY),
        ({"address": ""}, "patient-incomplete-address", QUERY),
        ({"prescriber": ""}, "no-prescriber", BLOCK),
        ({"prescriber_address": ""}, "prescriber-incomplete-prescriber_address", QUERY),
        ({"prescriber_kind": ""}, "prescriber-incomplete-prescriber_kind", QUERY),
        ({"prescriber_number": ""}, "prescriber-incomplete-prescriber_number", QUERY),
        ({"medicine": "Tizanidine"}, "order-mismatch-medicine", QUERY),
        ({"medicine": ""}, "no-medicine", BLOCK),
        ({"form": "oral liquid"}, "order-mismatch-form", QUERY),
        ({"items": ()}, "no-medicine-strength", BLOCK),
    ],
)
def test_the_paper(paper: dict[str, Any], key: str, severity: Severity) -> None:
    assert found(paper=paper)[key] == severity


@pytest.mark.parametrize("issued_on", [datetime.date(2026, 11, 23), datetime.date(2026, 5, 23)])
def test_a_prescription_is_good_on_its_first_and_its_last_day(issued_on: datetime.date) -> None:
    assert found(paper={"issued_on": issued_on}) == {}


@pytest.mark.parametrize(
    ("today", "keys"),
    [(datetime.date(2028, 2, 29), set()), (datetime.date(2028, 3, 1), {"expired"})],
)
def test_six_months_that_end_on_a_leap_day(today: datetime.date, keys: set[str]) -> None:
    seen = found(
        paper={"issued_on": datetime.date(2027, 8, 31)},
        answers={"egfr_on": datetime.date(2027, 8, 1)},
        today=today,
    )

    assert set(seen) == keys


def test_elsewhere_a_pencil_is_no_reason() -> None:
    assert found(paper={"indelible": "no"}, profile="AU") == {}
