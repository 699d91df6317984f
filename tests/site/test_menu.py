"""The menu of the desk: whoever works here finds there what opens for them, and nothing else."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from shop.accounts import roles
from shop.accounts.desk_pages import DeskPages
from shop.accounts.models import User
from tests.conftest import let_the_log_know, signed_in


def pages() -> list[DeskPages]:
    every = admin.site._registry.values()  # noqa: SLF001
    return [page for page in every if isinstance(page, DeskPages) and page.in_menu_of]


@pytest.fixture
def auditor(staff: User) -> User:
    staff.groups.set(Group.objects.filter(name=roles.AUDITOR))
    let_the_log_know(staff)
    return staff


@pytest.fixture
def signatory(pharmacist: User) -> User:
    """A superintendent who is a pharmacist today."""
    roles.create_groups()
    pharmacist.groups.set(Group.objects.filter(name=roles.SUPERINTENDENT))
    let_the_log_know(pharmacist)
    return pharmacist


WHO = ["staff", "pharmacist", "superintendent", "signatory", "auditor", "superuser"]


@pytest.mark.parametrize("who", WHO)
def test_the_menu_leads_to_every_page_that_opens_and_to_no_other(
    who: str, request: pytest.FixtureRequest
) -> None:
    client: Client = signed_in(request.getfixturevalue(who))
    shown = client.get(reverse("admin:components")).context["menu"]

    opening = [page.address for page in pages() if client.get(page.address).status_code == 200]

    assert sorted(line.address for line in shown) == sorted(opening)


@pytest.mark.parametrize("who", WHO)
def test_every_other_room_that_the_menu_names_opens(
    who: str, request: pytest.FixtureRequest
) -> None:
    client: Client = signed_in(request.getfixturevalue(who))
    rooms = {line.address for line in client.get(reverse("admin:components")).context["rooms"]}

    assert all(client.get(address).status_code == 200 for address in rooms)
    assert (reverse("dashboard:price-list") in rooms) == (who not in {"pharmacist", "auditor"})
    assert (reverse("dispensing:lists") in rooms) == (who in {"pharmacist", "signatory"})


def test_every_page_of_the_desk_has_the_menu(signatory: User) -> None:
    client = signed_in(signatory)
    lines = client.get(reverse("admin:components")).context["menu"]

    for line in lines:
        html = client.get(line.address).content.decode()
        assert f'href="{line.address}" aria-current="page"' in html
        assert all(f'href="{other.address}"' in html for other in lines)
