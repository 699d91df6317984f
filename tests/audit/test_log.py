"""The audit log grows in one line, whoever writes; nothing in it is changed or deleted."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from shop.audit import chain, guards, log, requests
from shop.audit.models import Entry
from shop.audit.requests import Origin, remember_origin
from shop.audit.verification import Verification
from tests.settling.test_races import at_once

WRITERS = 20
CUSTOMER = log.Actor(7, "customer")
PHARMACIST = log.Actor(8, "pharmacist, Test register 1", works_here=True)
PAGE = log.Subject("prescription", "RX7K9Q")


def append(actor: log.Actor = CUSTOMER) -> Entry:
    return log.append("page.open", actor=actor, subject=PAGE, details={"page": 1})


@pytest.mark.django_db
def test_an_entry_follows_the_one_before_it() -> None:
    first, second = append(), append()

    assert (first.sequence, first.previous) == (1, chain.START)
    assert (second.sequence, second.previous) == (2, first.digest)


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_what() -> None:
    append()

    entry = Entry.objects.get()
    assert (entry.actor_id, entry.actor_role, entry.action) == (7, "customer", "page.open")
    assert (entry.subject_type, entry.subject_key) == ("prescription", "RX7K9Q")
    assert entry.details == {"page": 1}
    assert chain.digest_of(entry) == entry.digest


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"]
)
def test_the_database_refuses_to_change_or_delete_an_entry(statement: str) -> None:
    append()

    with pytest.raises(DatabaseError, match=guards.REFUSAL), transaction.atomic():
        connection.cursor().execute(statement)

    assert Entry.objects.get().action == "page.open"


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_the_table() -> None:
    append()

    with pytest.raises(DatabaseError, match=guards.REFUSAL), transaction.atomic():
        connection.cursor().execute("TRUNCATE audit_entry")

    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_what_is_undone_leaves_no_entry_and_no_gap() -> None:
    append()
    with transaction.atomic():
        append()
        transaction.set_rollback(True)

    assert append().sequence == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_writers_at_once_leave_no_gap_and_no_fork() -> None:
    results = at_once(*[append] * WRITERS)

    assert sorted(entry.sequence for entry in results) == list(range(1, WRITERS + 1))
    assert list(Verification({}).findings()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite lets one writer in at a time")
def test_without_the_lock_writers_meet_at_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "lock_the_end", lambda: None)

    results = at_once(*[append] * WRITERS)

    assert any(isinstance(result, DatabaseError) for result in results)


@pytest.mark.parametrize(
    ("address", "kept"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", "")],
)
def test_of_a_customers_address_only_the_network_is_kept(address: str, kept: str) -> None:
    assert Origin(address).short_address == kept


@pytest.mark.django_db
def test_where_a_request_came_from_is_kept_whole_for_people_who_work_here() -> None:
    request = RequestFactory().get(
        "/", REMOTE_ADDR="203.0.113.77", headers={"user-agent": "Firefox"}
    )

    remember_origin(lambda _request: [append(CUSTOMER), append(PHARMACIST)])(request)  # type: ignore[arg-type, return-value]

    customer, pharmacist = Entry.objects.order_by("sequence")
    assert (customer.address, pharmacist.address) == ("203.0.113.0/24", "203.0.113.77")
    assert customer.agent == pharmacist.agent != ""
    assert "Firefox" not in customer.agent


@pytest.mark.django_db
def test_outside_a_request_there_is_no_address() -> None:
    entry = append(PHARMACIST)

    assert (entry.address, entry.agent) == ("", "")
    assert requests.current_origin() == Origin()


def test_a_server_that_tells_no_address_is_answered_all_the_same(rf: RequestFactory) -> None:
    request = rf.get("/", REMOTE_ADDR="")

    origins = remember_origin(lambda _request: [requests.current_origin()])(request)  # type: ignore[arg-type, return-value]

    assert origins == [Origin("", "")]
