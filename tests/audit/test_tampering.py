"""Whatever SQL changes, plants or takes out of the rows that decide, `verify_audit` names the row."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from catalogue.models import Product
from catalogue.prices.models import PlannedPrice, Pricing
from shop.accounts.models import SignIn, User
from shop.audit import guards, live_rows, states
from shop.dispensing.models import Check as DispensingCheck
from shop.dispensing.models import Dispensing, Pick
from shop.order.processing import EventHandler, check_may_leave
from shop.prescriptions import services as prescriptions
from shop.prescriptions.models import Supply
from shop.review import added, second_look
from shop.review import services as reviews
from shop.review.added import Heard
from shop.review.models import AnswersChange
from shop.review.services import Asked
from shop.sending.models import NUMBER, Carrier, Parcel
from shop.standing.models import Answer
from shop.stock.models import Batch, Gtin, Recall
from tests.conftest import let_the_log_know, make_pharmacist, pack_of, send_prescription
from tests.register.conftest import reviewed_prescription
from tests.standing.paid import pay_back, place

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent

# Columns of which the database itself lets no other value stand.
REFUSED_BY_DATABASE = {
    "answer.key",
    "answer.may_leave",
    # The three end together.
    "dispensing.ended_at",
    "dispensing.ended_by_id",
    "dispensing.ended_why",
    # As long as a signature is there.
    "content.shown.withdrawn_at",
    "product.is_discountable",
}

# Models of ours, and of Oscar's that we use, whose rows decide nothing of what is sold, paid or sent; or
# that are held to the log in another way.
ELSEWHERE = {
    "a part of a row that is registered": {
        "accounts.PharmacistRegistration",
        "dispensing.Pick",
        "order.Line",
        "order.ShippingAddress",
        "payments.RefundLine",
        "prescriptions.Supply",
    },
    "a part of a medicine that is registered, while it is shown; until then, and after, nothing is sold on it": {
        "catalogue.ContentVersion",
        "catalogue.Signature",
    },
    "the log itself, rows that name an entry of it, or that a trigger keeps as they are": {
        "audit.Entry",
        "prescriptions.Event",
        "register.Annotation",
        "register.Entry",
        "stock.Supplied",
    },
    "held to Stripe's books by the reconciliation": {
        "payments.Dispute",
        "payments.Reconciliation",
        "payments.StripeEvent",
        "payments.StripeOperation",
    },
    "what people wrote, sealed; a decision keeps its own copy": {
        "patients.Patient",
        "prescriptions.Document",
        "prescriptions.Message",
        "prescriptions.Page",
        "prescriptions.RequestedPack",
        "review.Worksheet",
    },
    "where a helpline's number was read, and when": {"help_lines.Reading"},
    "only shows, reminds or counts": {
        "accounts.KnownDevice",
        "mailing.Email",
        "prescriptions.FilesOfADay",
        "prescriptions.SearchWord",
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
    "catalogue/prices/changing.py",
    "catalogue/shelf.py",
    "catalogue/signing.py",
    # The lines of a cart, which has the same name for them.
    "shop/closing/services.py",
    "shop/demo/people.py",
    # The check of another kind, of what was dispensed.
    "shop/dispensing/services.py",
    "shop/order/utils.py",
    "shop/payments/attempts.py",
    "shop/payments/disputes.py",
    "shop/payments/refunds.py",
    "shop/prescriptions/authorising.py",
    # What is not held to the log of it: that the customer wrote a message, newer answers.
    "shop/prescriptions/messages/thread.py",
    "shop/prescriptions/moving.py",
    "shop/prescriptions/services.py",
    # A draft, of which the log knows nothing yet.
    "shop/prescriptions/sending.py",
    "shop/settling/operations.py",
    "shop/stock/keeping.py",
    "shop/prescriptions/supply_ledger.py",
    "shop/review/services.py",
}
WRITES = re.compile(
    r"\b(Prescription|PaymentAttempt|Authorisation|Supply|Decision|Check|PrescriberQuery|Answer|AnswersChange|Product|ProductClass"
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


# Columns of rows that are registered of which the log holds nothing, each with why it need not.
LEFT_OUT = {
    "prescription.version": "counts changes, so that of two windows one is refused",
    "prescription.answers_json": "sealed for its row; each change is a row that is registered",
    "prescription.typed": "sealed; a draft, or nothing",
    "prescription.days_left": "of shops older than the answers; a decision keeps its own copy",
    "prescription.question": "sealed for its row; its event has a witness in the log",
    "prescription.answer": "sealed for its row; its event has a witness in the log",
    "prescription.message": "sealed for its row; its event has a witness in the log",
    "prescription.fingerprint": "only finds prescriptions that look alike, and is written anew",
    "payment.changed_at": "when it was last touched",
    "payment.stumbles": "how often the shop could not go on with it",
    "payment.stumbled_over": "why it could not, the last time",
    "pricing.version": "counts changes, so that of two editors one is asked",
    "refund.changed_at": "when it was last touched",
    "refund.lines.id": "its number",
    "refund.lines.refund_id": "the refund whose part it is",
    "product.date_created": "Oscar's, shown to staff",
    "product.date_updated": "Oscar's, shown to staff",
    "product.rating": "Oscar's, of reviews that the shop does not take",
    "product.has_been_public": "a trigger refuses its way back",
    "stock.date_created": "Oscar's, shown to staff",
    "stock.date_updated": "Oscar's, shown to staff",
    "content.search_text": "what a search finds, written with each load",
    "order.analytics_tracked": "Oscar's, of a service the shop does not use",
    "order.lines.num_allocated": "the stock says it",
    "order.lines.allocation_cancelled": "the stock says it",
    "order.shipping_address.search_text": "Oscar's, written with each save",
    "rights.password": "how somebody signs in",
    "rights.last_login": "each sign-in is an entry of its own",
    "rights.date_joined": "gives no right",
    "rights.email": "each change is an entry, and told to both addresses",
    "rights.first_name": "gives no right",
    "rights.last_name": "gives no right",
    "sign_in.authenticator_set.id": "its number",
    "sign_in.authenticator_set.user_id": "whose part it is",
    "sign_in.authenticator_set.last_used_at": "allauth's, shown to its owner",
    "sign_in.last_login": "each sign-in of who works here is an entry of its own",
    "sign_in.date_joined": "no secret",
    "sign_in.email": "no secret; each change is an entry, and told to both addresses",
    "sign_in.first_name": "no secret",
    "sign_in.last_name": "no secret",
    "sign_in.newest_link": "a link of before stops working with it",
    "sign_in.is_staff": "the rights say it",
    "sign_in.is_superuser": "the rights say it",
    "sign_in.is_active": "the rights say it, and who closed an account has no password",
    "sign_in.unconfirmed_since": "the rights say it",
    "rights.newest_link": "a link of before stops working with it",
}
# Parts of which the name alone says what somebody may do, or where a pack may go.
NAMES_ONLY = {"groups", "user_permissions", "supply_countries", "pharmacist_registrations"}


def left_out(kind: states.Kind) -> Iterator[str]:
    """The columns of a kind and of its parts that no hash holds."""
    for name in states.fields_of(kind.model):
        if name not in kind.fields:
            yield f"{kind.subject}.{name}"
    for part, fields in kind.parts.items():
        if part not in NAMES_ONLY:
            yield from (
                f"{kind.subject}.{part}.{name}"
                for name in states.fields_of(model_of(kind, part))
                if name not in fields
            )


def model_of(kind: states.Kind, part: str) -> Any:
    model: Any = kind.model
    for step in part.split("__"):
        of = getattr(model, step)
        model = of.rel.related_model if hasattr(of, "rel") else of.field.related_model
    return model


def test_each_column_that_the_log_does_not_hold_was_decided_about() -> None:
    """A new column is held, and swept below, unless somebody says here why it need not be."""
    found = {name for kind in states.kinds() for name in left_out(kind)}

    assert found == set(LEFT_OUT)


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
    pack = pack_of(medicine, 10, 60)
    plan, pricing = priced(pack, by=staff)
    made, checked = dispensed(order, by=staff)
    of_shelf, of_way = shelved(pack, by=staff), sent(order, by=staff)
    let_the_log_know(answer, change, plan, pricing, made, checked)
    let_the_log_know(*of_shelf.values(), *of_way.values())
    mistaken = added.add(held, by=pharmacist, heard=Heard("zopiclone", "paper", "page 2"))
    struck = added.strike(
        held, by=pharmacist, which=str(mistaken.uuid), why="It is another patient's"
    )
    return {
        "authorisation": supply.authorisation,
        "decision": prescription.decisions.get(),
        "check": prescription.checks.first(),
        "query": query,
        "second_look": look,
        "added_medicine": medicine_added,
        "struck_medicine": struck,
        "dispensing": made,
        "accuracy check": checked,
        **of_shelf,
        **of_way,
        "planned_price": plan,
        "pricing": pricing,
        "answer": answer,
        "answers_change": change,
        "product_class": medicine.product_class,
        "product": pack,
        "stock": pack.stockrecords.get(),
        "content": medicine.medicine,
        "order": order,
        "refund": refund,
        "prescription": prescription,
        "payment": refund.attempt,
        "rights": pharmacist,
        "sign_in": SignIn.objects.get(pk=pharmacist.pk),
    }


def priced(pack: Product, *, by: User) -> tuple[PlannedPrice, Pricing]:
    record, tomorrow = pack.stockrecords.get(), timezone.now() + datetime.timedelta(days=1)
    plan = PlannedPrice.objects.create(
        stockrecord=record, price=36, starts_at=tomorrow, planned_by=by, reason="other", note="x"
    )
    return plan, Pricing.objects.create(stockrecord=record, cost=9)


def dispensed(order: Any, *, by: User) -> tuple[Dispensing, DispensingCheck]:
    made = Dispensing.objects.create(order=order, by=by, contents={})
    Pick.objects.create(dispensing=made, order_line=order.lines.get(), number=1, code="BAC10-60")
    check = DispensingCheck(dispensing=made, by=by, profile="demo", profile_digest="x")
    check.save()
    return made, check


def shelved(pack: Product, *, by: User) -> dict[str, models.Model]:
    batch = Batch.objects.create(stockrecord=pack.stockrecords.get(), number="B1", on_shelf=1)
    return {
        "batch": batch,
        "gtin": Gtin.objects.create(number="04012345678901", product=pack, entered_by=by),
        "recall": Recall.objects.create(batch=batch, why="Wrong label", started_by=by),
    }


def sent(order: Any, *, by: User) -> dict[str, models.Model]:
    link = f"https://carrier.example/{NUMBER}"
    carrier = Carrier.objects.create(name="A carrier", link=link, pattern="[0-9]+")
    day = timezone.localdate()
    parcel = Parcel.objects.create(order=order, carrier=carrier, number="1", expected_by=day, by=by)
    return {"carrier": carrier, "parcel": parcel}


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


# Of tables whose rows are not called by a number of their own.
KEYS = {Pricing._meta.db_table: "stockrecord_id"}  # noqa: SLF001
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
    "'withdrawn'",
    "'captured'",
    "'short'",
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
        one = f"WHERE {KEYS.get(table, 'id')} = %s"
        sql = f'UPDATE {table} SET "{column}" = {expression} {one}'  # noqa: S608
        differs = f'SELECT "{column}" FROM {table} {one}'  # noqa: S608
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
            one = f"{KEYS.get(table, 'id')} = %s"
            cursor.execute(f"DELETE FROM {table} WHERE {one}", [row.pk])  # noqa: S608
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
