"""The register to look through: who may, what is found, who notes, and what is recorded of it."""

from __future__ import annotations

import datetime
import io
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.models import Order
from pytest_django import DjangoAssertNumQueries

from catalogue.models import Product
from shop.accounts import desk_pages, roles
from shop.accounts.models import User
from shop.audit.models import Entry as AuditEntry
from shop.audit.verification import Verification
from shop.demo.stripe.server import Emulator
from shop.prescriptions.models import Prescription
from shop.register import services
from shop.register.models import Annotation, Entry
from tests.conftest import make_user, pack_of, signed_in
from tests.register.conftest import move, ordered, reviewed_prescription

URL = "/admin/register/entry/"
ENTRY = f"{URL}1/"


@pytest.fixture
def auditor(db: None) -> User:
    roles.create_groups()
    user = make_user("auditor@example.com")
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name=roles.AUDITOR))
    return user


@pytest.fixture
def desk(pharmacist: User) -> Client:
    return signed_in(pharmacist)


@pytest.fixture
def three(medicine: Product, pharmacist: User, stripe: Emulator) -> datetime.date:
    """Three supplies to three customers on three days, of which this is the first."""
    first = timezone.localdate()
    for number in range(3):
        user = make_user(f"buyer{number}@example.com")
        reviewed_prescription(user, medicine, by=pharmacist, name=f"Buyer {number}")
        order = ordered(user, pack_of(medicine, 10, 60))
        with time_machine.travel(timezone.now() + datetime.timedelta(days=number)):
            move(order, "Dispatched")
    return first


def numbers(client: Client, query: str = "") -> list[int]:
    html = client.get(f"{URL}?{query}").content.decode()
    return [int(number) for number in re.findall(r'href="/admin/register/entry/(\d+)/"', html)]


def note(client: Client, **changes: Any) -> Any:
    return client.post(ENTRY, {"text": "The address is wrong.", "key": uuid.uuid4(), **changes})


def opened() -> list[Any]:
    """Which entries were read, each time somebody did."""
    rows = AuditEntry.objects.filter(action="register.open").order_by("sequence")
    return [row.details["entries"] for row in rows]


def test_the_address_is_the_one_the_admin_links_to() -> None:
    assert reverse("admin:register_entry_changelist") == URL


@pytest.mark.parametrize("person", ["pharmacist", "superintendent", "auditor"])
def test_pharmacists_the_superintendent_and_auditors_read_it(
    person: str, sent: Order, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))

    for url in (URL, ENTRY):
        html = client.get(url).content.decode()
        for word in ("Robin Example", "4 Placeholder Lane", "Dr M. Sample", "12 Example Street"):
            assert word in html
        assert "60 tablets of 10 mg" in html
        assert sent.number in html
        assert URL in html
    assert opened() == [[1], [1]]


@pytest.mark.parametrize("url", [URL, ENTRY])
@pytest.mark.parametrize("person", ["staff", "superuser"])
def test_for_others_who_work_here_it_is_not_there(
    person: str, url: str, sent: Order, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))

    assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)
    assert opened() == []


def test_a_pharmacist_whose_registration_has_ended_does_not_read_it(
    sent: Order, pharmacist: User, desk: Client
) -> None:
    pharmacist.pharmacist_registrations.update(valid_until=datetime.date(2020, 1, 1))

    assert desk.get(URL).status_code == 404


def test_newest_first_and_by_day(three: datetime.date, desk: Client) -> None:
    day = [three + datetime.timedelta(days=number) for number in range(3)]

    assert numbers(desk) == [3, 2, 1]
    assert numbers(desk, f"first={day[1]}") == [3, 2]
    assert numbers(desk, f"last={day[1]}") == [2, 1]
    assert numbers(desk, f"first={day[1]}&last={day[1]}") == [2]
    assert numbers(desk, f"first={day[0]}&before=2") == [1]
    assert numbers(desk, f"last={day[0] - datetime.timedelta(days=1)}") == []


def test_what_was_read_is_what_is_recorded(three: datetime.date, desk: Client) -> None:
    numbers(desk, "before=3")
    numbers(desk, "before=1")

    assert opened() == [[2, 1]]


@pytest.mark.parametrize("query", ["first=yesterday", "first=2026-03-02&last=2026-03-01"])
def test_days_that_cannot_be_are_said_beside_the_field(query: str, desk: Client) -> None:
    assert 'aria-invalid="true"' in desk.get(f"{URL}?{query}").content.decode()


def test_older_entries_are_a_link_away_in_the_same_days(
    three: datetime.date, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_pages, "PAGE_SIZE", 2)

    html = desk.get(f"{URL}?first={three}").content.decode()
    older = re.search(r'rel="next" href="\?([^"]+)"', html)

    assert older
    assert numbers(desk, older[1].replace("&amp;", "&")) == [1]
    assert 'rel="next"' not in desk.get(f"{URL}?before=2").content.decode()


def test_three_entries_ask_no_more_than_one_and_nothing_is_counted(
    three: datetime.date,
    desk: Client,
    pharmacist: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for entry in Entry.objects.all():
        services.annotate(entry, by=pharmacist, text="Checked", key=uuid.uuid4())
    with CaptureQueriesContext(connection) as one:
        numbers(desk, f"last={three}")

    with django_assert_num_queries(len(one)) as asked:
        numbers(desk)

    assert not any("COUNT(" in query["sql"].upper() for query in asked.captured_queries)


def test_a_pharmacist_adds_a_note_that_is_signed(
    sent: Order, desk: Client, pharmacist: User
) -> None:
    assert note(desk).status_code == 302

    html = desk.get(URL).content.decode()
    assert "The address is wrong." in html
    assert f"{pharmacist.name}, Test register 12345" in html


@pytest.mark.parametrize("person", ["superintendent", "auditor", "staff", "superuser"])
def test_nobody_else_adds_one(person: str, sent: Order, request: pytest.FixtureRequest) -> None:
    client = signed_in(request.getfixturevalue(person))

    assert note(client).status_code == 404
    assert "<textarea" not in client.get(ENTRY).content.decode()
    assert not Annotation.objects.exists()


def test_nobody_notes_on_their_own_supply(sent: Order, desk: Client, pharmacist: User) -> None:
    Prescription.objects.update(user=pharmacist)

    answer = note(desk)

    assert "This is your own prescription" in answer.content.decode()
    assert not Annotation.objects.exists()


def test_a_note_sent_twice_is_one_and_an_empty_one_is_none(sent: Order, desk: Client) -> None:
    key = uuid.uuid4()
    note(desk, key=key)
    note(desk, key=key)

    answer = note(desk, text="  ")

    assert 'aria-invalid="true"' in answer.content.decode()
    assert Annotation.objects.count() == 1


def test_an_entry_that_is_not_there(sent: Order, desk: Client) -> None:
    assert desk.get(f"{URL}2/").status_code == 404


@pytest.mark.parametrize("path", ["add/", "1/change/", "1/delete/"])
def test_there_is_no_page_that_changes_an_entry(path: str, sent: Order, desk: Client) -> None:
    assert desk.post(f"{URL}{path}").status_code == 404


def test_one_entry_that_cannot_be_opened_hides_no_other(three: datetime.date, desk: Client) -> None:
    swapped = Entry.objects.filter(number=1).values_list("particulars", flat=True).get()
    Entry.objects.filter(number=2).update(particulars=swapped)

    html = desk.get(URL).content.decode()

    assert numbers(desk) == [3, 2, 1]
    assert html.count("This entry cannot be opened") == 1


def test_a_new_key_reaches_entries_and_notes(sent: Order, pharmacist: User, settings: Any) -> None:
    services.annotate(Entry.objects.get(), by=pharmacist, text="Checked", key=uuid.uuid4())
    before = Entry.objects.get().particulars
    old = settings.DOCUMENT_KEYS
    settings.DOCUMENT_KEYS = {"new": b"2" * 32, **old}

    call_command("rotate_keys", stdout=io.StringIO())

    settings.DOCUMENT_KEYS = {"new": b"2" * 32}
    assert Entry.objects.get().particulars == before
    assert Annotation.objects.get().text == "Checked"
    assert list(Verification({}).findings()) == []
