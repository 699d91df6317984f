"""Prices and stock in a browser: two editors, a pack that is scanned at receipt, a batch that is called back."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions.models import Prescription
from shop.stock.models import Batch
from tests.browser import Visitor
from tests.conftest import pack_of
from tests.dispensed import dispatch
from tests.journeys import story
from tests.journeys.dispensing import Presses, scan
from tests.standing.paid import place

pytestmark = pytest.mark.journey
LINE = "]d201093123450025661728073110F1260<GS>217XK29QD4"


def grid_of(visitor: Visitor, user: User) -> Page:
    return story.come_in(visitor, user, "/dashboard/prices/")


def type_price(page: Page, pack: str, price: str) -> None:
    page.get_by_label(re.compile(f"Price of {pack}, USD")).fill(price)
    page.keyboard.press("Enter")


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Save")).click()


def test_the_price_of_one_pack_takes_three_presses(
    visitor_with: Visitor, medicine: Product, staff: User
) -> None:
    presses = Presses()
    page = story.come_in(visitor_with, staff, "/dashboard/")
    page.get_by_role("main").get_by_role("link", name="Prices and stock").click()
    presses.count += 1
    story.arrive_at(page, "Baclofen tablets: prices", "price-grid")
    type_price(page, "10 mg, 60 tablets", "37.20")
    presses.count += 1
    story.arrive_at(page, "Review 1 price", "price-review")
    presses.press(page, "button", "Save 1 price")
    expect(page.get_by_role("status")).to_contain_text("1 price is saved.")

    assert presses.count <= 3
    page.get_by_role("link", name="History of 10 mg, 60 tablets").click()
    story.arrive_at(page, "price over time", "price-history")
    expect(page.get_by_role("img", name=re.compile("Price of 10 mg"))).to_be_visible()


def test_of_two_editors_the_second_is_shown_what_the_first_did(
    visitor_with: Visitor,
    another_visitor: Callable[[], Visitor],
    medicine: Product,
    staff: User,
    superintendent: User,
) -> None:
    mine, theirs = grid_of(visitor_with, staff), grid_of(another_visitor(), superintendent)
    type_price(theirs, "10 mg, 60 tablets", "37.20")
    save(theirs)
    expect(theirs.get_by_role("status")).to_contain_text("1 price is saved.")

    type_price(mine, "10 mg, 60 tablets", "38.40")
    story.arrive_at(mine, "Review 1 price", "price-conflict")
    save(mine)
    expect(mine.get_by_role("alert")).to_contain_text("Nothing was saved")
    mine.get_by_label("Use mine, $38.40").check()
    save(mine)

    expect(mine.get_by_role("status")).to_contain_text("1 price is saved.")
    record = pack_of(medicine, 10, 60).stockrecords.get()
    assert record.price == Decimal("38.40")


def test_a_batch_is_received_sold_and_called_back(
    visitor_with: Visitor,
    medicine: Product,
    approved: Prescription,
    staff: User,
) -> None:
    pack = pack_of(medicine, 10, 60)
    page = grid_of(visitor_with, staff)
    page.get_by_role("link", name="Batches").click()
    story.arrive_at(page, "Baclofen tablets: batches", "batches")
    scan(page, LINE)
    page.get_by_label("Pack", exact=True).select_option(label="10 mg, 60 tablets")
    page.get_by_label("Packs", exact=True).first.fill("48")
    page.get_by_label("From, and delivery note").fill("DN 55120")
    page.get_by_role("button", name="Receive").click()
    expect(page.get_by_role("status")).to_contain_text("48 packs of batch F1260")
    story.held_to_the_rules(page, "batches-received")

    Batch.objects.exclude(number="F1260").update(on_shelf=0)
    pack.stockrecords.update(num_in_stock=48)
    order = place(approved.user, pack)
    dispatch(order, by=staff)

    page.get_by_role("link", name="Recalls").click()
    story.arrive_at(page, "Baclofen tablets: recalls", "recalls")
    page.get_by_label("Batch").select_option(str(Batch.objects.get(number="F1260").pk))
    page.get_by_label("Why").fill("Some blisters hold a cracked tablet.")
    page.get_by_role("button", name="Recall this batch").click()
    story.arrive_at(page, "Recall of batch F1260", "recall")
    expect(page.get_by_role("row", name=re.compile(str(order.number)))).to_contain_text(
        "Robin Example"
    )
    page.get_by_role("link", name="Letters to print").click()
    story.arrive_at(page, "Letters about batch F1260", "letters")
