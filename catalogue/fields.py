"""Model fields for exact amounts: text in the database, and the value that it stands for in Python."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from catalogue.amounts import Strength


class ExactField(models.CharField):
    """Text of one value only, so that rows are found, and kept unique, by that value."""

    kind: ClassVar[Any]
    # What the type checker takes it to hold.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 40, **kwargs})

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> Any:
        return None if value is None else self.kind(value)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, self.kind):
            return value
        try:
            return self.kind(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def get_prep_value(self, value: Any) -> str | None:
        value = self.to_python(value)
        return None if value is None else str(value)


class StrengthField(ExactField):
    """A `Strength`."""

    kind = Strength


class FractionField(ExactField):
    """A number without any rounding."""

    kind = Fraction
