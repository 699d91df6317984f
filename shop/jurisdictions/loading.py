"""Reads the profiles, and says everything that is wrong with one: its file and the key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from shop.jurisdictions.profile import ANYWHERE, CONDITIONS, Limits, Profile, Source, Value

FOLDER = Path(__file__).resolve().parent / "profiles"
SOURCES = "sources.yaml"
MARKS = ("V", "VM", "OK")
# The ways of proof that shop.prescriptions.statuses knows; a test compares them.
AUTHENTICITY = (
    "original_received",
    "e_prescription_verified",
    "prescriber_confirmed",
    "transfer_confirmed",
)
MOST_PERCENT = 100
COUNTRY_CODE = 2


class ProfileInvalid(Exception):
    """A profile cannot be used; says every reason, each with its file and key."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class _Loader(yaml.SafeLoader):
    """YAML without tags, in which no key may stand twice."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if key in found:
            raise yaml.MarkedYAMLError(problem=f"“{key}” stands here twice")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_positive(value: Any) -> bool:
    return _is_count(value) and value > 0


def _is_list_of(kind: type, value: Any) -> bool:
    return isinstance(value, list) and all(type(each) is kind for each in value)


def _is_list_among(allowed: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: (
        _is_list_of(str, value) and set(value) <= set(allowed) and len(set(value)) == len(value)
    )


def _is_period(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) == 1
        and set(value) <= {"months", "days"}
        and all(_is_positive(each) for each in value.values())
    )


def _are_strengths(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(
        _is_positive(strength) and (where == ANYWHERE or _are_countries(where))
        for strength, where in value.items()
    )  # fmt: skip


def _are_countries(value: Any) -> bool:
    return _is_list_of(str, value) and all(
        len(code) == COUNTRY_CODE and code.isupper() for code in value
    )


Check = Callable[[Any], bool]
OF_PROFILE: dict[str, Check] = {
    "accepted_authenticity": lambda value: bool(value) and _is_list_among(AUTHENTICITY)(value),
    "valid_for": _is_period,
    "needs_indelible": lambda value: isinstance(value, bool),
    "supplies_without_number": _is_positive,
}
RETENTION: dict[str, Check] = dict.fromkeys(("prescriptions", "register", "policies"), _is_positive)
OF_MEDICINE: dict[str, Check] = {field.name: _is_positive for field in fields(Limits)} | {
    "strengths_mg": _are_strengths,
    "not_first_mg": lambda value: _is_list_of(int, value),
    "blocks": _is_list_among(CONDITIONS),
    "queries": _is_list_among(CONDITIONS),
    "lifted_by_prescriber": lambda value: _is_list_of(str, value),
    "early_below_percent": lambda value: _is_positive(value) and value <= MOST_PERCENT,
    "late_after_days": _is_count,
}


def profile_names() -> list[str]:
    """The profiles there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path.name != SOURCES)


def current() -> Profile:
    """The profile this pharmacy works by (setting JURISDICTION). Raises ProfileInvalid."""
    return load(settings.JURISDICTION)


@cache
def load(name: str) -> Profile:
    """A profile of ours, by name. Raises ProfileInvalid."""
    if name not in profile_names():
        raise ProfileInvalid(
            [f"{name}: there is no such profile; use {', '.join(profile_names())}"]
        )
    return read(FOLDER / f"{name}.yaml", FOLDER / SOURCES)


def read(path: Path, sources: Path) -> Profile:
    """The profile in a file. Raises ProfileInvalid."""
    reader = _Reader(path.name, _sources(sources))
    data = path.read_bytes()
    profile = reader.profile(_parse(path.name, data), hashlib.sha256(data).hexdigest())
    if reader.problems or profile is None:
        raise ProfileInvalid(reader.problems)
    return profile


def _parse(file: str, data: bytes) -> Any:
    try:
        return yaml.load(data, Loader=_Loader)  # noqa: S506 a safe loader
    except yaml.YAMLError as error:
        raise ProfileInvalid([f"{file}: not YAML: {error}"]) from error


def _sources(path: Path) -> dict[str, Source]:
    rows = _parse(path.name, path.read_bytes())
    return {key: Source(key, row["title"], row["address"]) for key, row in rows.items()}


class _Reader:
    """Turns one file into a profile, and notes what is wrong on the way."""

    def __init__(self, file: str, sources: dict[str, Source]) -> None:
        self.file = file
        self.sources = sources
        self.problems: list[str] = []

    def profile(self, data: Any, digest: str) -> Profile | None:
        wanted = ("name", "title", "countries", *OF_PROFILE, "retention_years", "medicines")
        if not self._has_keys(data, wanted, ""):
            return None
        if not isinstance(data["medicines"], dict) or not data["medicines"]:
            self._note("medicines", "must name at least one medicine")
            return None
        if not data["countries"] or not _are_countries(data["countries"]):
            self._note("countries", "must be a list of two-letter codes")
            return None
        values = self._values(data, OF_PROFILE, "")
        retention = self._group(data["retention_years"], RETENTION, "retention_years")
        medicines = {
            name: self._limits(row, f"medicines.{name}") for name, row in data["medicines"].items()
        }
        if self.problems:
            return None
        return Profile(
            name=str(data["name"]),
            title=str(data["title"]),
            countries=tuple(data["countries"]),
            retention_years=retention,
            medicines={name: limits for name, limits in medicines.items() if limits},
            digest=digest,
            **values,
        )

    def _limits(self, row: Any, key: str) -> Limits | None:
        values = self._group(row, OF_MEDICINE, key)
        if len(values) < len(OF_MEDICINE):
            return None
        limits = Limits(**values)
        self.problems += [f"{self.file}: {key}: {problem}" for problem in contradictions(limits)]
        return limits

    def _group(self, rows: Any, checks: dict[str, Check], key: str) -> dict[str, Value]:
        return self._values(rows, checks, f"{key}.") if self._has_keys(rows, checks, key) else {}

    def _has_keys(self, rows: Any, wanted: Any, key: str) -> bool:
        if not isinstance(rows, dict):
            self._note(key or "the file", "must be a mapping")
            return False
        for name in sorted(set(wanted) - set(rows)):
            self._note(f"{key}.{name}".lstrip("."), "is missing")
        for name in sorted(map(str, set(rows) - set(wanted))):
            self._note(f"{key}.{name}".lstrip("."), "is not a known key")
        return set(wanted) == set(rows)

    def _values(self, rows: Any, checks: dict[str, Check], prefix: str) -> dict[str, Value]:
        found = {name: self._value(rows[name], checks[name], prefix + name) for name in checks}
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, row: Any, is_right: Check, key: str) -> Value | None:
        if not isinstance(row, dict) or not {"value", "sources", "mark"} <= set(row):
            self._note(key, "needs “value”, “sources” and “mark”")
            return None
        problems = list(self._faults(row, is_right))
        for problem in problems:
            self._note(key, problem)
        if problems:
            return None
        sources = tuple(self.sources[source] for source in row["sources"])
        return Value(row["value"], sources, row["mark"], row.get("note", ""))

    def _faults(self, row: dict[str, Any], is_right: Check) -> Iterator[str]:
        for name in sorted(set(row) - {"value", "sources", "mark", "note"}):
            yield f"“{name}” is not a known entry"
        if row["mark"] not in MARKS:
            yield f"“{row['mark']}” is not one of {', '.join(MARKS)}"
        if not _is_list_of(str, row["sources"]) or not row["sources"]:
            yield "“sources” must be a list of keys"
        else:
            for source in sorted(set(row["sources"]) - set(self.sources)):
                yield f"“{source}” is not in {SOURCES}"
        if not is_right(row["value"]):
            yield f"“{row['value']}” cannot be its value"

    def _note(self, key: str, problem: str) -> None:
        self.problems.append(f"{self.file}: {key}: {problem}")


def contradictions(limits: Limits) -> Iterator[str]:
    """What in a medicine's limits cannot be true together."""
    if set(limits.blocks.value) & set(limits.queries.value):
        yield "blocks and queries name the same condition"
    if set(limits.blocks.value) | set(limits.queries.value) != set(CONDITIONS):
        yield "every condition must be blocked or queried"
    if limits.query_above_mg_a_day.value > limits.block_above_mg_a_day.value:
        yield "the dose that is queried is above the one that is blocked"
    kidneys = (
        limits.egfr_end_stage_below.value,
        limits.egfr_block_below.value,
        limits.egfr_always_query_below.value,
        limits.egfr_query_below.value,
    )
    if list(kidneys) != sorted(kidneys):
        yield "the eGFR limits are not in order"
    if limits.age_query_below.value >= limits.age_query_from.value:
        yield "the age limits overlap"
    if set(limits.blocks.value) & set(limits.lifted_by_prescriber.value):
        yield "a condition that is blocked is lifted as well"
