"""A row that decides is as the log says, or it is named: what stands behind the shop's back sells nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations import Migration
from pytest_django import DjangoAssertNumQueries, Settings

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit import chain, guards, live_rows, log, states
from shop.audit.models import Entry
from shop.audit.verification import Verification
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions import services
from shop.prescriptions.models import Authorisation, Prescription
from tests.conftest import (
    approve,
    basket_with,
    decide_to_approve,
    mg,
    pack_of,
    send_prescription,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def authorisation(approved: Prescription) -> Authorisation:
    return approved.authorisations.get()


def faults() -> list[str]:
    return list(Verification({}).findings())


def refusal(user: User, pack: Product) -> Reason | None:
    try:
        gate.check(user, basket_with(user, pack).all_lines())
    except Refused as refused:
        return refused.reason
    return None


def planted(approved: Prescription, medicine: Product) -> Authorisation:
    return Authorisation.objects.create(
        prescription=approved,
        medicine=medicine,
        strength=mg(25),
        units_per_supply=60,
        supplies=9,
        directions="One a day",
    )


def test_what_went_through_the_shop_is_known(authorisation: Authorisation) -> None:
    assert states.is_known(authorisation)
    assert faults() == []


def test_a_planted_authorisation_sells_nothing_and_is_named(
    approved: Prescription, medicine: Product
) -> None:
    row = planted(approved, medicine)

    assert refusal(approved.user, pack_of(medicine, 25, 60)) == Reason.UNKNOWN
    assert faults() == [f"The log does not know the authorisation {row.pk}."]


def test_an_authorisation_enlarged_by_sql_sells_nothing_and_is_named(
    approved: Prescription, medicine: Product, authorisation: Authorisation
) -> None:
    entry = Entry.objects.filter(subject_type="authorisation").latest("sequence")
    Authorisation.objects.update(supplies=9)

    assert refusal(approved.user, pack_of(medicine, 10, 60)) == Reason.UNKNOWN
    assert faults() == [
        f"The authorisation {authorisation.pk} is not as entry {entry.sequence} says."
    ]


def test_the_others_are_sold_all_the_same(
    approved: Prescription, medicine: Product, pharmacist: User, other_customer: User
) -> None:
    planted(approved, medicine)
    other = approve(send_prescription(other_customer, medicine), medicine, by=pharmacist)

    assert refusal(approved.user, pack_of(medicine, 10, 60)) is None
    assert refusal(other.user, pack_of(medicine, 10, 60)) is None


def test_a_row_taken_out_is_named(authorisation: Authorisation) -> None:
    Authorisation.objects.all().delete()

    entry = Entry.objects.filter(subject_type="authorisation").latest("sequence")
    assert faults() == [
        f"The authorisation {authorisation.pk} is gone, and entry {entry.sequence} says it is there."
    ]


def test_a_row_deleted_through_the_log_is_not_missed_and_may_not_come_back(
    authorisation: Authorisation,
) -> None:
    states.record_deletion(authorisation, "authorisation.delete", actor=log.SYSTEM)
    Authorisation.objects.all().delete()
    assert faults() == []

    authorisation.save(force_insert=True)

    assert len(faults()) == 1
    assert not states.is_known(authorisation)


def test_another_approval_makes_it_known_with_what_was_really_supplied(
    approved: Prescription, medicine: Product, pharmacist: User, authorisation: Authorisation
) -> None:
    Authorisation.objects.update(units_supplied=60)
    services.reopen(approved, by=approved.user, reason="somebody wrote into the database")
    services.claim(approved, by=pharmacist)

    decide_to_approve(approved, medicine, by=pharmacist, supplies=2)

    authorisation.refresh_from_db()
    assert (authorisation.units_supplied, authorisation.units_left) == (0, 120)
    assert refusal(approved.user, pack_of(medicine, 10, 60)) is None
    assert faults() == []


@pytest.fixture
def without_triggers(db: None) -> Iterator[None]:
    guards.remove()
    yield
    guards.install()


def test_an_old_state_under_a_forged_entry_is_not_believed(
    authorisation: Authorisation, without_triggers: None
) -> None:
    old = Entry.objects.get(action="authorisation.write")
    Authorisation.objects.update(supplies=9)
    states.record(authorisation, "authorisation.write", actor=log.SYSTEM)
    Authorisation.objects.update(supplies=1)
    newest = Entry.objects.filter(action="authorisation.write").latest("sequence")

    Entry.objects.filter(pk=newest.pk).update(details_json=old.details_json)

    assert not states.is_known(authorisation)


def test_a_state_of_one_row_does_not_serve_another(
    approved: Prescription, medicine: Product, pharmacist: User, other_customer: User
) -> None:
    mine = approved.authorisations.get()
    other = approve(send_prescription(other_customer, medicine), medicine, by=pharmacist)
    theirs = other.authorisations.get()

    kind = states.kind_of(mine)

    key_id = chain.current_key_id()
    assert kind.state_of(mine, key_id=key_id) != kind.state_of(theirs, key_id=key_id)


def test_a_key_that_is_gone_knows_nothing_any_more(
    authorisation: Authorisation, settings: Settings
) -> None:
    settings.AUDIT_KEYS = {"test2": b"b" * 32}

    assert not states.is_known(authorisation)


def test_more_authorisations_cost_no_more_queries(
    approved: Prescription,
    medicine: Product,
    pharmacist: User,
    other_customer: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    approve(send_prescription(other_customer, medicine), medicine, by=pharmacist)
    rows = list(Authorisation.objects.all())

    with django_assert_num_queries(4):
        assert states.unknown(rows) == set()


def test_no_rows_cost_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert states.unknown([]) == set()


def test_a_row_that_somebody_changes_meanwhile_is_read_again(
    authorisation: Authorisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = states._compare  # noqa: SLF001
    seen: list[Any] = []

    def torn(kind: states.Kind, numbers: Any) -> dict[Any, str]:
        seen.append(list(numbers))
        return {authorisation.pk: "torn"} if len(seen) == 1 else compared(kind, seen[-1])

    monkeypatch.setattr(states, "_compare", torn)

    assert states.is_known(authorisation)
    assert len(seen) == 2


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL takes no such strength")
def test_a_row_that_cannot_be_read_is_named_and_hides_no_other(
    approved: Prescription, medicine: Product, authorisation: Authorisation
) -> None:
    row = planted(approved, medicine)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE prescriptions_authorisation SET strength = 'x' WHERE id = %s",
            [authorisation.pk],
        )

    assert faults() == [
        f"The authorisation of row {authorisation.pk} cannot be read.",
        f"The log does not know the authorisation {row.pk}.",
    ]


def test_rows_are_compared_batch_by_batch(
    approved: Prescription,
    medicine: Product,
    pharmacist: User,
    other_customer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shop.audit.live_rows.BATCH", 1)
    approve(send_prescription(other_customer, medicine), medicine, by=pharmacist)
    first, second = Authorisation.objects.order_by("pk")
    Authorisation.objects.update(supplies=2)
    third = Authorisation.objects.latest("pk")
    states.record(third, "authorisation.write", actor=log.SYSTEM)
    third.delete()

    assert [said.split()[2] for said in faults()] == [str(first.pk), str(second.pk)]


def test_a_shop_older_than_its_log_has_its_rows_adopted_once(
    approved: Prescription, medicine: Product, without_triggers: None
) -> None:
    Entry.objects.filter(subject_type="authorisation").delete()
    assert refusal(approved.user, pack_of(medicine, 10, 60)) == Reason.UNKNOWN

    live_rows.adopt()

    assert refusal(approved.user, pack_of(medicine, 10, 60)) is None
    assert Entry.objects.filter(action="authorisation.adopt").count() == 1

    row = planted(approved, medicine)
    live_rows.adopt()

    assert not states.is_known(row)


def test_a_kind_that_a_migration_begins_is_adopted_beside_what_was_recorded_before_it(
    customer: User, other_customer: User, without_triggers: None
) -> None:
    Entry.objects.filter(subject_type="sign_in", subject_key=str(customer.pk)).delete()
    applied = [(Migration("0002_more_rows_are_known", "audit"), False)]

    live_rows.adopt()
    assert len(list(live_rows.findings())) == 1

    live_rows.adopt(plan=applied)
    assert list(live_rows.findings()) == []
    assert Entry.objects.filter(action="sign_in.adopt").count() == 1


def accept(*arguments: str) -> str:
    said = io.StringIO()
    call_command("accept_row", *arguments, stdout=said)
    return said.getvalue()


def test_a_row_that_was_mended_by_hand_is_accepted_with_a_reason(
    approved: Prescription, medicine: Product
) -> None:
    pack = pack_of(medicine, 10, 60)
    Product.objects.filter(pk=pack.pk).update(title="Baclofen 10 mg, sixty tablets")
    assert refusal(approved.user, pack) == Reason.UNKNOWN_PACK

    assert "is right as it stands" in accept("product", str(pack.pk), "the title was misspelt")

    entry = Entry.objects.get(action="product.accept")
    assert (entry.actor_role, entry.details["reason"]) == ("system", "the title was misspelt")
    assert refusal(approved.user, pack) is None
    assert faults() == []


@pytest.mark.parametrize("key", ["9999", "x"])
def test_nothing_is_accepted_that_is_not_there(key: str) -> None:
    with pytest.raises(CommandError, match="There is no product"):
        accept("product", key, "why")


def test_nothing_is_accepted_that_is_known(medicine: Product) -> None:
    with pytest.raises(CommandError, match="knows this row"):
        accept("product", str(medicine.pk), "why")


def test_whoever_works_here_and_is_made_a_customer_by_sql_is_named(pharmacist: User) -> None:
    User.objects.filter(pk=pharmacist.pk).update(is_staff=False)

    assert len(faults()) == 1
    assert not states.is_known(pharmacist)


def test_a_customer_made_staff_by_sql_is_named(customer: User) -> None:
    assert states.is_known(customer)

    User.objects.filter(pk=customer.pk).update(is_staff=True)

    assert faults() == [f"The log does not know the rights {customer.pk}."]
