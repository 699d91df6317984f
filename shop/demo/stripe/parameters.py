"""Declares the parameters an endpoint takes, and reads them as strictly as Stripe."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from shop.demo.stripe import errors

METADATA_KEYS, KEY_LENGTH, VALUE_LENGTH = 50, 40, 500


@dataclass(frozen=True, kw_only=True)
class Field(ABC):
    required: bool = False
    default: Any = None

    @abstractmethod
    def read(self, value: Any, name: str) -> Any:
        """The typed value; raises `Refusal` when Stripe would refuse it."""

    def absent(self, name: str) -> Any:
        if self.required:
            raise errors.missing_parameter(name)
        return copy(self.default)


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    longest: int = 5000

    def read(self, value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise errors.invalid_parameter(name, "it must be a string.")
        if not value:
            raise errors.invalid_parameter(name, "it is empty.", "parameter_invalid_empty")
        if len(value) > self.longest:
            raise errors.invalid_parameter(name, f"more than {self.longest} characters.")
        return value


@dataclass(frozen=True, kw_only=True)
class Matching(Text):
    pattern: str
    code: str | None = None

    def read(self, value: Any, name: str) -> str:
        text = super().read(value, name)
        if not re.fullmatch(self.pattern, text):
            raise errors.invalid_parameter(name, f"{text!r} has the wrong form.", self.code)
        return text


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    among: tuple[str, ...]

    def read(self, value: Any, name: str) -> str:
        if value not in self.among:
            raise errors.invalid_parameter(name, f"must be one of {', '.join(self.among)}.")
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Integer(Field):
    least: int | None = None
    most: int | None = None

    def read(self, value: Any, name: str) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,12}", value):
            raise errors.invalid_parameter(name, "not an integer.", "parameter_invalid_integer")
        number = int(value)
        if self.least is not None and number < self.least:
            raise errors.invalid_parameter(
                name, f"less than {self.least}.", "parameter_invalid_integer"
            )
        if self.most is not None and number > self.most:
            raise errors.invalid_parameter(name, f"more than {self.most}.")
        return number


@dataclass(frozen=True, kw_only=True)
class ListOf(Field):
    item: Field

    def read(self, value: Any, name: str) -> list[Any]:
        if not isinstance(value, list):
            raise errors.invalid_parameter(name, "it must be an array.")
        return [self.item.read(each, f"{name}[{index}]") for index, each in enumerate(value)]


@dataclass(frozen=True, kw_only=True)
class Metadata(Field):
    default: Any = field(default_factory=dict)

    def read(self, value: Any, name: str) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > METADATA_KEYS:
            raise errors.invalid_parameter(name, f"not a hash of at most {METADATA_KEYS} keys.")
        for key, text in value.items():
            if not isinstance(text, str) or len(key) > KEY_LENGTH or len(text) > VALUE_LENGTH:
                raise errors.invalid_parameter(f"{name}[{key}]", "too long, or not a string.")
        return value


@dataclass(frozen=True, kw_only=True)
class Group(Field):
    fields: Mapping[str, Field]

    def read(self, value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise errors.invalid_parameter(name, "it must be a hash.")
        for key in value:
            if key not in self.fields:
                raise errors.unknown_parameter(_nested(name, key))
        return {key: self._read_one(key, value, name) for key in self.fields}

    def absent(self, name: str) -> Any:
        return super().absent(name) if self.required else self.read({}, name)

    def _read_one(self, key: str, value: dict[str, Any], name: str) -> Any:
        known, nested = self.fields[key], _nested(name, key)
        return known.read(value[key], nested) if key in value else known.absent(nested)


@dataclass(frozen=True, kw_only=True)
class Interval(Field):
    """A moment, or a range such as `created[gte]=…`."""

    default: Any = field(default_factory=dict)
    bounds: tuple[str, ...] = ("gt", "gte", "lt", "lte")

    def read(self, value: Any, name: str) -> dict[str, int]:
        if not isinstance(value, dict):
            moment = Integer().read(value, name)
            return {"gte": moment, "lte": moment}
        for bound in value:
            if bound not in self.bounds:
                raise errors.unknown_parameter(f"{name}[{bound}]")
        return {bound: Integer().read(text, f"{name}[{bound}]") for bound, text in value.items()}


def _nested(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key
