"""The audit log to look through: who may, what is found, and that nothing is counted for it."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from shop.accounts import roles
from shop.accounts.desk_pages import PAGE_SIZE
from shop.accounts.models import User
from shop.audit import chain, log
from shop.prescriptions.models import Prescription
from tests.conftest import make_user, signed_in

URL = "/admin/audit/entry/"


@pytest.fixture
def page(superintendent: User) -> Client:
    return signed_in(superintendent)


@pytest.fixture
def auditor(db: None) -> User:
    roles.create_groups()
    user = make_user("auditor@example.com")
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.get(name=roles.AUDITOR))
    return user


def numbers(client: Client, query: str = "") -> list[int]:
    """The numbers of the entries that are shown."""
    html = client.get(f"{URL}?{query}").content.decode()
    return [int(number) for number in re.findall(r'<th scope="row" class="n">(\d+)</th>', html)]


@pytest.fixture
def entries(superintendent: User, page: Client, customer: User) -> int:
    """Three and one; the number of the entry before them, of accounts made and signed in."""
    before, _digest = chain.current_head()
    for number in range(3):
        subject = log.Subject("prescription", f"REF{number}")
        log.append("prescription.submit", actor=log.Actor(customer.pk, "customer"), subject=subject)
    log.append("audit.verify", actor=log.SYSTEM, subject=log.Subject("audit", "4"))
    return before


def test_the_address_is_the_one_the_admin_links_to() -> None:
    assert reverse("admin:audit_entry_changelist") == URL


@pytest.mark.parametrize("person", ["superintendent", "auditor"])
def test_the_superintendent_and_auditors_see_it(
    person: str, entries: int, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))

    assert entries + 4 in numbers(client)
    assert URL in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("person", ["staff", "pharmacist", "superuser"])
def test_for_others_who_work_here_it_is_not_there(
    person: str, request: pytest.FixtureRequest
) -> None:
    assert signed_in(request.getfixturevalue(person)).get(URL).status_code == 404


@pytest.mark.parametrize("person", ["superintendent", "auditor", "superuser"])
@pytest.mark.parametrize("path", ["add/", "1/", "1/change/", "1/delete/"])
def test_there_is_no_page_that_changes_an_entry(
    person: str, path: str, entries: int, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))

    assert client.post(f"{URL}{path}").status_code == 404


def test_newest_first(entries: int, page: Client) -> None:
    assert numbers(page) == list(range(entries + 4, 0, -1))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("subject=REF1", [2]),
        ("email=ANNA@example.com", [3, 2, 1]),
        ("email=nobody@example.com", []),
        ("action=audit.verify", [4]),
        ("action=prescription.submit&subject=REF2", [3]),
        ("action=prescription.submit&before={third}", [2, 1]),
    ],
)
def test_what_was_asked_for_is_found(
    query: str, found: list[int], entries: int, page: Client
) -> None:
    asked = query.format(third=entries + 3)

    assert numbers(page, asked) == [entries + number for number in found]


def test_a_day_is_from_midnight_to_midnight_utc(page: Client) -> None:
    subject = log.Subject("audit", "1")
    before, _digest = chain.current_head()
    for second in (-1, 0, 24 * 60 * 60 - 1, 24 * 60 * 60):
        start = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
        with time_machine.travel(start + datetime.timedelta(seconds=second), tick=False):
            log.append("audit.verify", actor=log.SYSTEM, subject=subject)

    assert numbers(page, "day=2026-03-01") == [before + 3, before + 2]


def test_a_day_that_is_none_is_said_beside_the_field(page: Client) -> None:
    html = page.get(f"{URL}?day=yesterday").content.decode()

    assert 'aria-invalid="true"' in html


def test_older_entries_are_a_link_away_with_the_same_filter(entries: int, page: Client) -> None:
    for _ in range(PAGE_SIZE):
        log.append("audit.verify", actor=log.SYSTEM, subject=log.Subject("audit", "1"))

    html = page.get(f"{URL}?action=audit.verify").content.decode()
    older = re.search(r'rel="next" href="\?([^"]+)"', html)

    assert older
    assert numbers(page, older[1].replace("&amp;", "&")) == [entries + 4]


def test_a_page_asks_little_and_counts_nothing(
    entries: int, page: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Two of them are for the menu.
    with django_assert_num_queries(8) as asked:
        page.get(URL)

    assert not any("COUNT(" in query["sql"].upper() for query in asked.captured_queries)


def test_no_word_about_health_is_shown(
    page: Client, prescription: Prescription, pharmacist: User
) -> None:
    html = page.get(URL).content.decode().lower()
    # Whose text was loaded or signed: that is about nobody's health.
    html = html.replace("content baclofen", "")

    assert prescription.reference.lower() in html
    for word in ("baclofen", "robin", "kidney", " mg"):
        assert word not in html
