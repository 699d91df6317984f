"""Whatever SQL changes, plants or takes out of the rows that decide, `verify_audit` names the row."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit import guards, live_rows, states
from shop.order.processing import EventHandler, check_may_leave
from shop.prescriptions import services as prescriptions
from shop.prescriptions.models import Supply
from shop.review import added, second_look
from shop.review import services as reviews
from shop.review.added import Heard
from shop.review.models import AnswersChange
from shop.review.services import Asked
from shop.standing.models import Answer
from tests.conftest import let_the_log_know, make_pharmacist, pack_of, send_prescription
from tests.register.conftest import reviewed_prescription
from tests.standing.paid import pay_back, place

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent

# Columns of which the database itself lets no other value stand.
REFUSED_BY_DATABASE = {
    "answer.key",
    "answer.may_leave",
    # As long as a signature is there.
    "content.shown.withdrawn_at",
    "product.is_discountable",
}

# Models of ours, and of Oscar's that we use, whose rows decide nothing of what is sold, paid or sent; or
# that are held to the log in another way.
ELSEWHERE = {
    "a part of a row that is registered": {
        "accounts.PharmacistRegistration",
        "order.Line",
        "order.ShippingAddress",
        "payments.RefundLine",
        "prescriptions.Supply",
    },
    "a part of a medicine that is registered, while it is shown; until then, and after, nothing is sold on it": {
        "catalogue.ContentVersion",
        "catalogue.Signature",
    },
    "the log itself, or rows that name an entry of it": {
        "audit.Entry",
        "prescriptions.Event",
        "register.Annotation",
        "register.Entry",
    },
    "held to Stripe's books by the reconciliation": {
        "payments.Dispute",
        "payments.PaymentAttempt",
        "payments.Reconciliation",
        "payments.StripeEvent",
        "payments.StripeOperation",
    },
    "what people wrote, sealed; a decision keeps its own copy": {
        "patients.Patient",
        "prescriptions.Document",
        "prescriptions.Message",
        "prescriptions.Page",
        "prescriptions.Prescription",
        "prescriptions.RequestedPack",
        "review.Worksheet",
    },
    "where a helpline's number was read, and when": {"help_lines.Reading"},
    "only shows, reminds or counts": {
        "accounts.KnownDevice",
        "mailing.Email",
        "prescriptions.FilesOfADay",
        "review.Flag",
        "tasks.Task",
        "vault.FingerprintKey",
    },
}
OURS = ("shop.", "catalogue.")


def test_every_model_of_ours_is_held_to_the_log_or_said_why_not() -> None:
    registered = {kind.model for kind in states.kinds()}
    ours = {
        model._meta.label  # noqa: SLF001
        for model in apps.get_models()
        if model.__module__.startswith(OURS) and model not in registered
    }
    known = set(itertools.chain.from_iterable(ELSEWHERE.values()))

    assert ours - known - {"basket.Basket", "catalogue.Tag"} == set()


# Where rows that decide are written: each of these records what it writes.
WRITERS = {
    "catalogue/content/loading.py",
    "catalogue/shelf.py",
    "catalogue/signing.py",
    # The lines of a cart, which has the same name for them.
    "shop/closing/services.py",
    "shop/demo/people.py",
    "shop/order/utils.py",
    "shop/payments/refunds.py",
    "shop/prescriptions/authorising.py",
    "shop/prescriptions/supply_ledger.py",
    "shop/review/services.py",
}
WRITES = re.compile(
    r"\b(Authorisation|Supply|Decision|Check|PrescriberQuery|Answer|AnswersChange|Product|ProductClass"
    r"|StockRecord|Medicine|ContentVersion|Signature|Refund|RefundLine|PharmacistRegistration|Order|Line|ShippingAddress)\.objects"
    r"(\.filter\([^)]*\))?\s*\.(create|bulk_create|get_or_create|update_or_create|update|delete)\("
)


def test_only_who_records_it_writes_a_row_that_decides() -> None:
    sources = [path for folder in ("shop", "catalogue") for path in (ROOT / folder).rglob("*.py")]

    writing = {
        str(path.relative_to(ROOT))
        for path in sources
        if "migrations" not in path.parts and WRITES.search(path.read_text())
    }

    assert "shop/payments/refunds.py" in writing
    assert writing - WRITERS == set()


@pytest.fixture
def rows(
    customer: User, other_customer: User, medicine: Product, pharmacist: User, staff: User
) -> dict[str, models.Model]:
    """One row of each kind that decides, written by the shop."""
    prescription = reviewed_prescription(customer, medicine, by=pharmacist)
    held = send_prescription(other_customer, medicine, paper=b"Robin Example")
    prescriptions.claim(held, by=pharmacist)
    look = second_look.record(
        held,
        by=make_pharmacist("second@example.com", number="54321"),
        other=prescription,
        why="The same paper, sent by somebody else",
    )
    order = place(customer, pack_of(medicine, 10, 60))
    refund = pay_back(order, lines=[(order.lines.get(), 1)])
    asked = Asked(
        "Dr M. Sample", "phone", "+61 2 1234", "How often?", "Daily", "", is_confirmed=True
    )
    query = reviews.record_query(held, by=pharmacist, asked=asked)
    medicine_added = added.add(held, by=pharmacist, heard=Heard("codeine", "paper", "page 2"))
    supply = Supply.objects.get()
    answer = Answer.objects.create(
        supply=supply, key="", may_leave=False, why="Too late", by=pharmacist, registration="R 1"
    )
    change = AnswersChange.objects.create(
        prescription=prescription, before={}, now={}, changed_by=customer
    )
    let_the_log_know(answer, change)
    pack = pack_of(medicine, 10, 60)
    return {
        "authorisation": supply.authorisation,
        "decision": prescription.decisions.get(),
        "check": prescription.checks.first(),
        "query": query,
        "second_look": look,
        "added_medicine": medicine_added,
        "answer": answer,
        "answers_change": change,
        "product_class": medicine.product_class,
        "product": pack,
        "stock": pack.stockrecords.get(),
        "content": medicine.medicine,
        "order": order,
        "refund": refund,
        "rights": pharmacist,
    }


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of what is done in the block stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def columns_of(kind: states.Kind, row: Any) -> Iterator[tuple[str, str, str, Any]]:
    """Field, table, column and primary key of all that counts of a row and its parts."""
    for name in kind.fields:
        yield name, *_column(row, name)
    for part, fields in kind.parts.items():
        other = next(iter(states.parts_of(row, part)), None)
        if other is not None and part not in {"groups", "user_permissions", "supply_countries"}:
            for name in fields:
                yield f"{part}.{name}", *_column(other, name)


def _column(row: Any, name: str) -> tuple[str, str, Any]:
    meta = row._meta  # noqa: SLF001
    return meta.db_table, meta.get_field(name).column, row.pk


# Something else, whatever stands there; the database refuses what it must.
OTHERWISE = (
    "{column} + 1",
    "NOT {column}",
    "{column} || 'x'",
    "'x'",
    "'2001-02-03'",
    "'01234567-89ab-cdef-0123-456789abcdef'",
    "'2001-02-03 04:05:06+00:00'",
    "'{{}}'",
    "NULL",
    "'AU'",
    "'approved'",
    "'phone'",
    "'refused'",
    "'clinical'",
    "'requested'",
    "'other'",
    "'patch'",
    "'0.020 g/{{tablet}}'",
    "1",
    "0",
)


def change(table: str, column: str, number: Any) -> Iterator[str]:
    """Write something else into a column, in each way that the database takes."""
    for value in OTHERWISE:
        expression = value.format(column=column)
        sql = f'UPDATE {table} SET "{column}" = {expression} WHERE id = %s'  # noqa: S608
        differs = f'SELECT "{column}" FROM {table} WHERE id = %s'  # noqa: S608
        with undone():
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(differs, [number])
                    before = cursor.fetchone()
                    cursor.execute(sql, [number])
                    cursor.execute(differs, [number])
                    is_changed = cursor.fetchone() != before
            except (DatabaseError, TypeError):
                continue
            if is_changed:
                yield expression
                return


@pytest.mark.slow
@pytest.mark.both_databases
def test_each_field_that_sql_changes_is_named(rows: dict[str, models.Model]) -> None:
    guards.remove()
    missed, refused = [], set()
    assert list(live_rows.findings()) == []

    for kind in states.kinds():
        for name, table, column, number in columns_of(kind, rows[kind.subject]):
            written = False
            for expression in change(table, column, number):
                written = True
                if not list(live_rows.findings_of(kind)):
                    missed.append(f"{kind.subject}.{name} = {expression}")
            if not written:
                refused.add(f"{kind.subject}.{name}")

    guards.install()
    assert missed == []
    assert refused <= REFUSED_BY_DATABASE


@pytest.mark.slow
@pytest.mark.both_databases
def test_each_row_that_sql_takes_out_or_plants_is_named(rows: dict[str, models.Model]) -> None:
    guards.remove()
    missed = []

    for kind in states.kinds():
        row, said = rows[kind.subject], []
        table, key = row._meta.db_table, kind.key_of(row)  # noqa: SLF001
        with undone(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row.pk])  # noqa: S608
            said += list(live_rows.findings_of(kind))
        if not any(f"The {kind.subject} {key} is gone" in each for each in said):
            missed.append(f"{kind.subject} taken out: {said}")

    guards.install()
    assert missed == []


def test_an_order_that_sql_changed_does_not_leave(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    reviewed_prescription(customer, medicine, by=pharmacist)
    order = place(customer, pack_of(medicine, 10, 60))
    check_may_leave(order)
    order.shipping_address.line1 = "1 Other Street"
    order.shipping_address.save()

    with pytest.raises(Exception, match="not as the audit log says"):
        EventHandler(user=pharmacist).handle_order_status_change(order, "Dispensing")

    EventHandler(user=pharmacist).cancel(order, by=pharmacist, note="somebody changed the address")
    assert type(order).objects.get(pk=order.pk).status == "Cancelled"
