"""A model field whose contents nobody reads in the database, nor moves to another row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from shop.vault.sealing import seal, unseal


@dataclass(frozen=True)
class Sealed:
    """Contents as the database holds them."""

    data: bytes


class SealedAttribute(DeferredAttribute):
    """Opens the contents when they are asked for; raises `VaultError` rather than guess."""

    field: SealedJSONField

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            value = json.loads(unseal(value.data, context=self.field.context_of(instance)))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedJSONField(models.BinaryField):
    """JSON, sealed for one field of one row: `row_name` is the row's unchanging, unique name.

    A queryset's ``update()`` knows no row, so it refuses such a field.
    """

    descriptor_class = SealedAttribute
    # What the type checker takes it to hold.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, row_name: str, **kwargs: Any) -> None:
        self.row_name = row_name
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "row_name": self.row_name}

    def context_of(self, instance: models.Model) -> str:
        """What the contents are sealed for; they open as nothing else."""
        return f"{instance._meta.label_lower}.{self.name}:{getattr(instance, self.row_name)}"  # noqa: SLF001

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:  # noqa: FBT001
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        return self.sealed(model_instance, value)

    def sealed(self, instance: models.Model, value: Any) -> Sealed:
        """The value, sealed with the current key for this row."""
        plain = json.dumps(value, cls=DjangoJSONEncoder, separators=(",", ":")).encode()
        return Sealed(seal(plain, context=self.context_of(instance)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise FieldError(f"{self.name} is sealed row by row; save the row instead.")
        return super().get_db_prep_value(value.data, connection, prepared)


class SealedTextField(SealedJSONField):
    """Text, sealed for one field of one row; empty unless something is given."""

    def get_default(self) -> Any:
        # For a new row only: a default that the database knew would be the same, sealed, for all.
        return ""
