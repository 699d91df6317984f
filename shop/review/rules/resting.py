"""Which of the patient's answers a finding or a point of the checklist rests on.

What was settled from an answer is open again once another takes its place.
"""

from __future__ import annotations

from shop.review.rules.alert import RULE_NAMES

_MEDICINES = ("other_medicines", "takes_nothing_else")
_KIDNEYS = ("kidney_problems", "egfr", "egfr_on", "date_of_birth")
# The findings of a rule; whatever is not here rests on no answer.
_FINDINGS: dict[str, tuple[str, ...]] = {
    "age-unknown": ("date_of_birth",),
    "age-young": ("date_of_birth",),
    "age-old": ("date_of_birth",),
    "kidneys-unknown": _KIDNEYS,
    "kidneys-not-measured": _KIDNEYS,
    "end_stage_kidneys": _KIDNEYS,
    "kidneys-very-low": _KIDNEYS,
    "kidneys-low": _KIDNEYS,
    "pregnancy": ("pregnancy", "sex_at_birth"),
    "pregnancy-unknown": ("pregnancy", "sex_at_birth"),
    "epilepsy": ("epilepsy",),
    "epilepsy-unknown": ("epilepsy",),
    "stomach_ulcer": ("stomach_ulcer",),
    "stomach_ulcer-unknown": ("stomach_ulcer",),
    # The checker counts age and kidneys among the circumstances.
    "interaction": (*_MEDICINES, "date_of_birth", "egfr"),
    "not-checked": _MEDICINES,
    "medicines-unknown": _MEDICINES,
    "conditions-unknown": ("allergies", "conditions"),
    "patient-mismatch": ("patient_name", "date_of_birth", "address", "state", "postcode"),
    "supply-gap": ("days_left", "taken_before"),
    "days-left-unknown": ("days_left", "days_left_unknown", "taken_before"),
    "arrival-late": ("days_left", "taken_before"),
    "no-country": ("country",),
    "strength-country": ("country",),
}
# Fields of the sheet: points of the checklist, and who the patient is.
_FIELDS: dict[str, tuple[str, ...]] = {
    "kidneys": _KIDNEYS,
    "age": ("date_of_birth",),
    "pregnancy": ("pregnancy", "sex_at_birth"),
    "epilepsy": ("epilepsy", "conditions"),
    "psychiatric": ("conditions",),
    "ulcer": ("stomach_ulcer", "conditions"),
    "breathing": ("conditions",),
    "stroke": ("conditions",),
    "alcohol": ("alcohol",),
    "interactions": _MEDICINES,
    "duplicates": _MEDICINES,
    "excipients": ("allergies",),
}
_IDENTITY = ("patient_name", "date_of_birth", "address", "state", "postcode")


def answers_under(key: str) -> tuple[str, ...]:
    """The fields of `Answers` that a finding rests on, by its key."""
    named = [rule for rule in RULE_NAMES if key == rule or key.startswith(f"{rule}-")]
    return _FINDINGS.get(max(named, key=len), ()) if named else ()


def fields_over(names: tuple[str, ...]) -> frozenset[str]:
    """The fields of the sheet that rest on these answers."""
    changed = set(names)
    points = [point for point, under in _FIELDS.items() if changed & set(under)]
    fields = {f"{part}_{point}" for point in points for part in ("c", "n")}
    return frozenset(
        fields | ({"identity_method", "identity_result"} if changed & set(_IDENTITY) else set())
    )


def questions_read() -> frozenset[str]:
    """The questions whose answers a rule or a point of the checklist reads."""
    under = (*_FINDINGS.values(), *_FIELDS.values())
    return frozenset(name for names in under for name in names)
