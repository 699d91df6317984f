"""Readers of the medicine page, and who signs it, in Chromium."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import expect

from catalogue.models import Medicine, Product, Signature
from shop.accounts import roles
from shop.accounts.models import User
from shop.prescriptions.models import Prescription
from tests.browser import Visitor, accessibility_faults, sideways_scroll
from tests.conftest import signed_in
from tests.journeys import story
from tests.signed import load_medicines

pytestmark = pytest.mark.journey


@pytest.fixture
def baclofen(medicine: Product) -> Product:
    load_medicines("baclofen")
    return medicine


def test_a_reader_checks_their_medicines(visitor_with: Visitor, baclofen: Product) -> None:
    page = visitor_with.open(baclofen.get_absolute_url())

    page.get_by_label("Your other medicines").fill(
        "oxycodonne, Advl, Valium 5 mg; Adderall\nzebrafort"
    )
    page.get_by_role("button", name="Check", exact=True).click()

    assert "Valium" not in page.url
    expect(page.get_by_text("Not checked: tell the pharmacist")).to_be_visible()
    expect(page.get_by_text("We read “oxycodonne” as oxycodone.")).to_be_visible()
    expect(page.get_by_text("Did you mean one of these?").first).to_be_visible()
    expect(page.get_by_text("None found in the texts we checked").first).to_be_visible()
    assert accessibility_faults(page) == []
    assert sideways_scroll(page) <= 0


def test_a_reader_says_their_age_and_is_told_what_else_is_open(
    visitor_with: Visitor, baclofen: Product
) -> None:
    page = visitor_with.open(baclofen.get_absolute_url())

    page.get_by_label("Your other medicines").fill(
        "codeine, Valium\npregabalin\nblood pressure tablet, furosemide, advil"
    )
    page.get_by_label("Age 65 or over?").select_option("Yes")
    page.get_by_role("button", name="Check", exact=True).click()

    together = page.locator(
        "table", has=page.locator("caption", has_text="Several of these together")
    )
    expect(together.get_by_role("rowheader")).to_have_count(4)
    expect(together.get_by_text("we do not know: kidneys that do not work well")).to_be_visible()
    expect(
        together.get_by_text("we are not sure what this is: blood pressure tablet")
    ).to_be_visible()
    assert "age 65 or over. Answer below" not in page.content()
    expect(page.get_by_label("Age 65 or over?")).to_have_value("yes")
    assert "older" not in page.url
    assert accessibility_faults(page) == []
    assert sideways_scroll(page) <= 0


def test_an_overdue_review_shows_and_the_page_still_fits(
    visitor_with: Visitor, baclofen: Product
) -> None:
    Signature.objects.update(signed_on="2019-03-01", review_by="2020-02-29")

    page = visitor_with.open(baclofen.get_absolute_url())

    expect(page.get_by_text("Review overdue")).to_have_count(2)
    expect(page.get_by_text("It was to be reviewed by 29 February 2020.")).to_be_visible()
    # The rest is as it was, which a journey looks at; a page so long takes axe seconds.
    assert accessibility_faults(page, "#facts, .reviewed") == []
    assert sideways_scroll(page) <= 0


def test_the_medicine_page_has_no_fault_and_fits(visitor_with: Visitor, baclofen: Product) -> None:
    visitor_with.open(baclofen.get_absolute_url())

    story.arrive_at(visitor_with.page, "Baclofen tablets", "product")


def test_the_data_block_offends_no_policy(visitor: Visitor, baclofen: Product) -> None:
    page = visitor.open(baclofen.get_absolute_url())

    assert page.locator('script[type="application/ld+json"]').count() == 1
    assert visitor.complaints == []


def test_the_pages_of_the_desk_that_show_and_sign_content_have_no_fault(
    visitor_with: Visitor, baclofen: Product, pharmacist: User, prescription: Prescription
) -> None:
    roles.create_groups()
    pharmacist.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    told = "OxyContin, valium, lithiumm, zebrafort, Tylenol Sinus, zestril, furosemide, advil"
    prescription.answers_json = {**prescription.answers_json, "other_medicines": told}
    prescription.save()
    session = signed_in(pharmacist).cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": visitor_with.origin}
    visitor_with.page.context.add_cookies([cookie])  # type: ignore[list-item]
    version = Medicine.objects.get(product=baclofen).version
    assert version

    for address in (
        reverse("admin:prescription-review", args=[prescription.reference]),
        reverse("admin:content-versions"),
        reverse("admin:content-sign", args=[version.pk]),
    ):
        page = visitor_with.open(address)
        assert page.locator("h1").count() == 1
        assert accessibility_faults(page) == []
        assert sideways_scroll(page) <= 0
