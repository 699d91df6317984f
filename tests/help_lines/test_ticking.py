"""What the superintendent has read at its source may stand on a leaflet, until it is due again."""

from __future__ import annotations

import datetime
import io

import pypdfium2
import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Product
from shop.accounts import roles
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.help_lines.models import Reading
from tests.conftest import signed_in

PAGE = "admin:help-lines"
LINE = "GB emergency 999"


@pytest.fixture
def signer(pharmacist: User) -> User:
    roles.create_groups()
    pharmacist.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    return pharmacist


def leaflet_of(medicine: Product) -> str:
    client = Client()
    client.cookies["reader_country"] = "GB"
    address = reverse("catalogue:leaflet", args=[medicine.slug, medicine.pk])
    pages = pypdfium2.PdfDocument(io.BytesIO(client.get(address).content))
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)


def test_a_line_is_printed_once_it_is_ticked_and_until_it_is_due(
    signer: User, baclofen: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "call the emergency number now" in leaflet_of(baclofen)

    signed_in(signer).post(reverse(PAGE), {"lines": [LINE]})

    assert "call 999 now" in leaflet_of(baclofen)
    assert Entry.objects.filter(action="help_line.read", subject_key=LINE).count() == 1
    today = timezone.localdate()
    due = datetime.date(today.year + 2, 2, 1)
    monkeypatch.setattr(timezone, "localdate", lambda *_: due)
    assert "call the emergency number now" in leaflet_of(baclofen)


def test_a_line_is_kept_once_a_day_and_leaves_the_list(signer: User) -> None:
    client = signed_in(signer)
    assert f'value="{LINE}"' in client.get(reverse(PAGE)).content.decode()

    for _time in range(2):
        client.post(reverse(PAGE), {"lines": [LINE]})

    assert Reading.objects.count() == 1
    assert f'value="{LINE}"' not in client.get(reverse(PAGE)).content.decode()


@pytest.mark.parametrize("lines", [[], ["GB emergency 000"], ["US emergency 911"]])
def test_what_is_not_on_the_list_cannot_be_ticked(signer: User, lines: list[str]) -> None:
    answer = signed_in(signer).post(reverse(PAGE), {"lines": lines})

    assert "There is a problem" in answer.content.decode()
    assert not Reading.objects.exists()


def test_a_pharmacist_alone_cannot_tick(pharmacist: User) -> None:
    assert signed_in(pharmacist).post(reverse(PAGE), {"lines": [LINE]}).status_code == 404
    assert not Reading.objects.exists()
