"""The price grid as people use it: typed, reviewed, saved; nobody's change is lost unseen."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.prices.models import PlannedPrice
from shop.accounts.models import User
from tests.conftest import pack_of, signed_in

D = Decimal
pytestmark = pytest.mark.usefixtures("whatever_a_page_changes_is_in_the_log")


@pytest.fixture
def desk(staff: User) -> Client:
    return signed_in(staff)


def record_of(medicine: Product, strength: int, units: int) -> StockRecord:
    return pack_of(medicine, strength, units).stockrecords.get()


def fields_of(html: str) -> dict[str, str]:
    """What a browser would post: every box and every hidden field that has a value."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        kind = re.search(r'type="(\w+)"', tag)
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and (not kind or kind[1] not in {"radio", "checkbox"}):
            found[name[1]] = value[1]
    return found


def grid(medicine: Product) -> str:
    return reverse("dashboard:price-grid", args=[medicine.pk])


def typed(desk: Client, medicine: Product, **prices: str) -> dict[str, str]:
    """The grid as it is shown now, with other prices typed into it: p10_60="37.20"."""
    said = fields_of(desk.get(grid(medicine)).content.decode())
    for name, price in prices.items():
        strength, units = name[1:].split("_")
        said[f"{record_of(medicine, int(strength), int(units)).pk}-price"] = price
    return said


SAVE = {"save": "1", "when": "now", "reason": "cost-up", "note": "DN 1"}


def test_what_is_typed_is_reviewed_first_and_saved_then(desk: Client, medicine: Product) -> None:
    review = desk.post(grid(medicine), typed(desk, medicine, p10_60="37.20", p25_30="18.60"))
    html = review.content.decode()
    assert "Review 2 prices" in html
    assert "+3.3 %" in html
    assert record_of(medicine, 10, 60).price == D("36.00")

    saved = desk.post(grid(medicine), fields_of(html) | SAVE, follow=True)

    assert "2 prices are saved." in saved.content.decode()
    assert record_of(medicine, 10, 60).price == D("37.20")
    assert record_of(medicine, 25, 30).price == D("18.60")


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("90.00", "More than 30 % up."),
        ("20.00", "More than 30 % down."),
        ("0", "The price must be more than nothing."),
        ("37.205", "The smallest coin is $0.01."),
    ],
)
def test_what_needs_an_answer_is_not_saved_without(
    price: str, words: str, desk: Client, medicine: Product
) -> None:
    html = desk.post(grid(medicine), typed(desk, medicine, p10_60=price)).content.decode()
    assert words in html

    again = desk.post(grid(medicine), fields_of(html) | SAVE)

    assert "Nothing was saved" in again.content.decode()
    assert record_of(medicine, 10, 60).price == D("36.00")


def test_a_third_more_is_saved_once_it_is_confirmed(desk: Client, medicine: Product) -> None:
    html = desk.post(grid(medicine), typed(desk, medicine, p10_60="60.00")).content.decode()
    key = record_of(medicine, 10, 60).pk

    desk.post(grid(medicine), fields_of(html) | SAVE | {f"{key}-sure": "on"})

    assert record_of(medicine, 10, 60).price == D("60.00")


@pytest.mark.parametrize("what", ["", "free", "1e9999", "NaN"])
def test_what_is_no_price_goes_back_to_the_grid_as_typed(
    what: str, desk: Client, medicine: Product
) -> None:
    page = desk.post(grid(medicine), typed(desk, medicine, p10_60=what, p10_30="18.60"))

    html = page.content.decode()
    assert "There is a problem" in html
    assert f'value="{what}"' in html
    assert 'value="18.60"' in html


def test_a_typed_grid_comes_back_as_it_was_typed(desk: Client, medicine: Product) -> None:
    html = desk.post(grid(medicine), typed(desk, medicine, p10_60="37.20")).content.decode()

    back = desk.post(grid(medicine), fields_of(html) | {"back": "1"}).content.decode()

    assert 'value="37.20"' in back
    assert record_of(medicine, 10, 60).price == D("36.00")


@pytest.mark.parametrize(
    ("answer", "price"), [("theirs", "37.20"), ("mine", "38.40"), ("", "37.20")]
)
def test_what_somebody_else_changed_meanwhile_is_answered_for(
    answer: str, price: str, desk: Client, medicine: Product, superintendent: User
) -> None:
    old = typed(desk, medicine, p10_60="38.40")
    other = signed_in(superintendent)
    html = other.post(grid(medicine), typed(other, medicine, p10_60="37.20")).content.decode()
    other.post(grid(medicine), fields_of(html) | SAVE)

    html = desk.post(grid(medicine), old).content.decode()
    assert f"{superintendent.email} changed it while you had the grid open" in html
    assert not re.search(r'type="radio"[^>]*answer[^>]*checked', html)
    key = record_of(medicine, 10, 60).pk
    said = {f"{key}-answer": answer} if answer else {}
    desk.post(grid(medicine), fields_of(html) | SAVE | said)

    assert record_of(medicine, 10, 60).price == D(price)


def test_mine_does_not_overwrite_a_third_change_unseen(
    desk: Client, medicine: Product, superintendent: User
) -> None:
    old = typed(desk, medicine, p10_60="38.40")
    other = signed_in(superintendent)
    key = record_of(medicine, 10, 60).pk
    for price in ("37.20", "37.80"):
        html = other.post(grid(medicine), typed(other, medicine, p10_60=price)).content.decode()
        if price == "37.80":
            mine = desk.post(grid(medicine), old).content.decode()
        other.post(grid(medicine), fields_of(html) | SAVE)

    again = desk.post(grid(medicine), fields_of(mine) | SAVE | {f"{key}-answer": "mine"})

    assert "Nothing was saved" in again.content.decode()
    assert record_of(medicine, 10, 60).price == D("37.80")


def test_a_price_from_a_date_and_hour_is_planned_by_the_pharmacys_clock(
    desk: Client, medicine: Product, settings: Any
) -> None:
    settings.TIME_ZONE = "Australia/Adelaide"
    html = desk.post(grid(medicine), typed(desk, medicine, p10_60="37.20")).content.decode()
    day = timezone.localdate() + datetime.timedelta(days=3)
    later = {"when": "later", "day": day.isoformat(), "hour": "00:00"}

    desk.post(grid(medicine), fields_of(html) | SAVE | later)

    plan = PlannedPrice.objects.get()
    assert timezone.localtime(plan.starts_at).isoformat()[:16] == f"{day}T00:00"
    page = reverse("dashboard:price-history", args=[plan.stockrecord_id])
    html = desk.get(page).content.decode()
    assert "Take back" in html
    assert "<svg" in html
    assert not re.search(r"<svg.*(<style|<script| style=|<defs)", html, re.DOTALL)
    desk.post(reverse("dashboard:price-take-back", args=[plan.pk]))
    assert "Take back" not in desk.get(page).content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"when": "later"},
        {"when": "later", "day": "2020-01-01", "hour": "00:00"},
        {"reason": "other", "note": ""},
        {"reason": "none"},
    ],
)
def test_when_and_why_are_asked_for(said: dict[str, str], desk: Client, medicine: Product) -> None:
    html = desk.post(grid(medicine), typed(desk, medicine, p10_60="37.20")).content.decode()

    again = desk.post(grid(medicine), fields_of(html) | SAVE | said)

    assert "There is a problem" in again.content.decode()
    assert record_of(medicine, 10, 60).price == D("36.00")


def test_costs_and_low_marks_stand_in_the_grid(desk: Client, medicine: Product) -> None:
    page = reverse("dashboard:price-marks", args=[medicine.pk])
    key = record_of(medicine, 10, 60).pk
    said = fields_of(desk.get(page).content.decode())

    desk.post(page, said | {f"{key}-cost": "11.10", f"{key}-low_mark": "20"})

    html = desk.get(grid(medicine)).content.decode()
    assert "$24.90, 69 %" in re.sub(r"\s+", " ", html)
    stale = desk.post(page, said | {f"{key}-cost": "9.00"})
    assert "Somebody changed these meanwhile" in stale.content.decode()


def test_a_pack_is_retired_and_put_back(desk: Client, medicine: Product) -> None:
    page = reverse("dashboard:price-packs", args=[medicine.pk])
    pack = pack_of(medicine, 10, 60)

    desk.post(page, {"pack": pack.pk, "retire": "1"})
    assert "Retired" in desk.get(page).content.decode()
    assert not Product.objects.get(pk=pack.pk).is_public

    desk.post(page, {"pack": pack.pk, "back": "1"})
    assert Product.objects.get(pk=pack.pk).is_public


def test_one_medicine_is_there_at_once(desk: Client, medicine: Product) -> None:
    assert desk.get(reverse("dashboard:price-list")).url == grid(medicine)
