"""Data files in YAML held to declared schemas; every problem names its file and line."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import yaml
from pydantic import BeforeValidator, ConfigDict, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

T = TypeVar("T")
Place = tuple[str, int]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _whole(least: int) -> BeforeValidator:
    def check(value: Any) -> Any:
        if type(value) is not int or value < least:
            raise PydanticCustomError(
                "must", "must be a whole number, {least} or more", {"least": least}
            )
        return value

    return BeforeValidator(check)


Count = Annotated[int, _whole(0)]
Positive = Annotated[int, _whole(1)]
MUST_BE = {
    "dataclass_type": "mapping",
    "dict_type": "mapping",
    "list_type": "list",
    "tuple_type": "list",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One reason why a file cannot be used."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class FilesInvalid(Exception):
    """Files cannot be used; says every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


class Faults(ValueError):
    """What is wrong with one text: each reason with its line in it, from 0."""

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        self.faults = faults
        super().__init__("; ".join(reason for _line, reason in faults))


class Row(dict[str, Any]):
    """A mapping that knows its own place and those of its entries."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[Any, Place] = {}

    def put(self, key: Any, value: Any, place: Place) -> None:
        self[key] = value
        self.places[key] = place

    def over(self, other: Row) -> Row:
        """The entries of the other one, and over them its own; each in its place."""
        both = Row(self.place)
        both |= {**other, **self}
        both.places |= other.places | self.places
        return both


class _Loader(yaml.CSafeLoader):
    """Safe YAML without dates and truth values: they stay texts, the country code NO as well."""

    file = ""
    first_line = 1

    def place_of(self, node: yaml.Node) -> Place:
        return self.file, node.start_mark.line + self.first_line


def _row(loader: Any, node: yaml.MappingNode) -> Row:
    row = Row(loader.place_of(node))
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if key in row:
            raise yaml.MarkedYAMLError(
                problem=f"“{key}” stands here twice", problem_mark=key_node.start_mark
            )
        value = loader.construct_object(value_node, deep=True)
        row.put(key, value, loader.place_of(key_node))
    return row


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _row)
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_file(path: Path, *, name: str = "") -> Row:
    """The rows of a file, which is called ``name`` in problems. Raises FilesInvalid."""
    name = name or path.name
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"cannot be read: {error.__class__.__name__}"
        raise FilesInvalid([Problem(name, 1, reason)]) from error
    return read_text(text, name=name)


def read_text(text: str, *, name: str, first_line: int = 1) -> Row:
    """The rows of YAML that begins on a line of a file. Raises FilesInvalid."""
    loader: Any = _Loader(text)
    loader.file, loader.first_line = name, first_line
    try:
        found = loader.get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"not YAML: {getattr(error, 'problem', None) or error}"
        line = (mark.line if mark else 0) + first_line
        raise FilesInvalid([Problem(name, line, reason)]) from error
    finally:
        loader.dispose()
    if not isinstance(found, Row | None):
        raise FilesInvalid([Problem(name, first_line, "must be a mapping")])
    return Row((name, first_line)) if found is None else found


def place_of(data: Any, path: Sequence[str | int]) -> Place:
    """Where the value at the end of a path stands, or as much of the path as there is."""
    place = ("", 1)
    for step in path:
        if isinstance(data, Row):
            place = data.places.get(step, data.place)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(step, int) and isinstance(data, Row):
            place = data.place
    return place


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    # In a tuple, because only what is around a dataclass can be given a configuration.
    config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    return TypeAdapter(tuple[kind], config=config)  # type: ignore[valid-type]


def held_to(kind: type[T], data: Row, *, context: Any = None) -> T:
    """The rows as what they declare. Raises FilesInvalid with everything that is wrong."""
    adapter: TypeAdapter[tuple[T]] = _adapter(cast("Hashable", kind))
    try:
        return adapter.validate_python((data,), context=context)[0]
    except ValidationError as error:
        faulty = [problem for each in error.errors() for problem in _problems((data,), each)]
        raise FilesInvalid(faulty) from error


def _problems(data: tuple[Row], error: ErrorDetails) -> list[Problem]:
    file, line = place_of(data, error["loc"])
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Faults):
        return [Problem(file, line + offset, reason) for offset, reason in cause.faults]
    return [Problem(file, line, _reason(error))]


def _reason(error: ErrorDetails) -> str:
    kind, value = error["type"], error["input"]
    steps = [
        step for step in error["loc"] if isinstance(step, str) and step not in {"value", "[key]"}
    ]
    key = steps[-1] if steps else "the file"
    if kind in MUST_BE:
        return f"“{key}” must be a {MUST_BE[kind]}"
    if kind in {"literal_error", "enum"}:
        allowed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return f"“{value}” is not one of {allowed}"
    return {
        "missing": f"“{key}” is missing",
        "must": f"“{key}” {error['msg']}",
        "unexpected_keyword_argument": f"“{key}” is not a known entry",
        "string_type": f"“{key}” is missing or not a text",
        "string_too_short": f"“{key}” is missing or not a text",
        "value_error": error["msg"].removeprefix("Value error, "),
    }.get(kind, f"“{value}” cannot be “{key}”: {error['msg'][:1].lower()}{error['msg'][1:]}")
