"""A reader of the medicine page, in Chromium."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from catalogue.models import Medicine, Product
from tests.browser import Visitor, accessibility_faults, sideways_scroll

pytestmark = pytest.mark.journey


@pytest.fixture
def baclofen(medicine: Product) -> Product:
    Medicine.objects.create(slug="baclofen", name="Baclofen", product=medicine)
    call_command("load_medicines", "baclofen", stdout=io.StringIO())
    return medicine


def test_a_reader_checks_their_medicines(visitor_with: Visitor, baclofen: Product) -> None:
    page = visitor_with.open(baclofen.get_absolute_url())

    page.get_by_label("Your other medicines").fill("oxycodonne, Valium 5 mg; Adderall\nzebrafort")
    page.get_by_role("button", name="Check", exact=True).click()

    assert "Valium" not in page.url
    assert page.get_by_text("Not checked: tell the pharmacist").is_visible()
    assert page.get_by_text("Did you mean one of these?").is_visible()
    assert page.get_by_text("None found in the texts we checked").first.is_visible()
    assert accessibility_faults(page) == []
    assert sideways_scroll(page) <= 0


def test_the_medicine_page_has_no_fault_and_fits(visitor_with: Visitor, baclofen: Product) -> None:
    page = visitor_with.open(baclofen.get_absolute_url())

    assert accessibility_faults(page) == []
    assert sideways_scroll(page) <= 0


def test_the_data_block_offends_no_policy(visitor: Visitor, baclofen: Product) -> None:
    page = visitor.open(baclofen.get_absolute_url())

    assert page.locator('script[type="application/ld+json"]').count() == 1
    assert visitor.complaints == []
