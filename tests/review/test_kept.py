"""What was signed, decided and recorded: the database itself refuses to change or delete it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F, Model, QuerySet

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Event, Prescription
from shop.review import services as reviews
from shop.review.added import Heard, add, strike
from shop.review.models import AddedMedicine, Check, Decision, PrescriberQuery, StruckMedicine
from shop.vault.fields import SealedJSONField
from tests.review.desk import confirmation, decide_reviewed

KEPT = (Event, Check, Decision, PrescriberQuery, AddedMedicine, StruckMedicine)


@pytest.fixture
def recorded(prescription: Prescription, medicine: Product, pharmacist: User) -> Prescription:
    """One of each: claimed, asked about, signed, decided."""
    services.claim(prescription, by=pharmacist)
    reviews.record_query(prescription, by=pharmacist, asked=confirmation("daily-dose"))
    row = add(prescription, by=pharmacist, heard=Heard("codeine", "paper", "page 2"))
    strike(prescription, by=pharmacist, which=str(row.uuid), why="Read on another patient's paper")
    return decide_reviewed(prescription, medicine, by=pharmacist)


def is_refused(change: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as error:
        return "never changed or deleted" in str(error)
    return False


@pytest.mark.parametrize("model", KEPT)
def test_no_row_goes(recorded: Prescription, model: type[Model]) -> None:
    rows = QuerySet(model)
    assert rows.exists()

    assert is_refused(lambda: rows._raw_delete(rows.db))  # noqa: SLF001 past Django's own guard


@pytest.mark.parametrize("model", KEPT)
def test_no_column_changes_but_what_is_sealed_anew(
    recorded: Prescription, model: type[Model]
) -> None:
    fields = model._meta.concrete_fields  # noqa: SLF001 Django documents it
    names = [field.name for field in fields if not isinstance(field, SealedJSONField)]

    changeable = [
        name
        for name in names
        if not is_refused(lambda name=name: QuerySet(model).update(**{name: F(name)}))
    ]

    assert changeable == []
