"""Model fields: exact amounts as text in the database, and what was ever true of a row."""

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


class EverField(models.BooleanField):
    """Whether another field of the row has ever been true; written with every save of the row."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"default": False, "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> bool:  # noqa: FBT001 Django's
        ever = bool(getattr(model_instance, self.attname) or getattr(model_instance, self.of))
        setattr(model_instance, self.attname, ever)
        return ever


class StrengthField(ExactField):
    """A `Strength`."""

    kind = Strength


class FractionField(ExactField):
    """A number without any rounding."""

    kind = Fraction
