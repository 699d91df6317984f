"""The review desk in a browser, on a phone and on a desk: every state of it, and its keys."""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from catalogue.models import Product
from shop.accounts.models import User
from shop.patients.answers import Answers
from shop.prescriptions import sending, services
from shop.prescriptions.files.intake import Picture
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Prescription
from shop.prescriptions.sending import Wish
from shop.review.models import Worksheet
from tests.browser import Visitor
from tests.conftest import make_pharmacist, mg, patient_answers
from tests.journeys import story
from tests.prescriptions import samples
from tests.review.desk import approve_reviewed
from tests.signed import load_medicines

pytestmark = pytest.mark.journey


@pytest.fixture
def baclofen(live_shop: str) -> Product:
    load_medicines(packs=True)
    return Product.objects.get(title="Baclofen tablets")


def send(user: User, medicine: Product) -> Prescription:
    """A prescription of somebody older who takes other medicines and is nearly out of tablets."""
    return sending.submit(
        by=user,
        answers=Answers(
            patient_name="Robin Example",
            date_of_birth=datetime.date(1950, 3, 14),
            address="4 Placeholder Lane",
            country="AU",
            kidney_problems="unsure",
            epilepsy="yes",
            other_medicines="codeine, zebrafort",
            days_left=2,
        ),
        wishes=[Wish(medicine_id=medicine.pk, strength=mg(10), units=60)],
        uploads=[Upload(samples.jpeg(), (Picture(samples.jpeg(), 640, 480),) * 2)],
    )


def open_desk(visitor: Visitor, pharmacist: User, prescription: Prescription) -> Page:
    page = story.come_in(visitor, pharmacist, "/admin/")
    story.arrive_at(page, "Prescriptions", "desk-queue")
    page.goto(f"{visitor.origin}/admin/prescriptions/prescription/{prescription.reference}/")
    return page


def test_every_state_of_a_review_can_be_read_by_everybody(
    visitor_with: Visitor, customer: User, pharmacist: User, baclofen: Product
) -> None:
    second = make_pharmacist("second@example.com", number="2")
    prescription = send(customer, baclofen)
    page = open_desk(visitor_with, pharmacist, prescription)
    expect(page.locator("main")).to_contain_text("2 days of tablets left")
    story.held_to_the_rules(page, "desk-free")

    page.get_by_role("button", name="Take for review").click()
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    story.held_to_the_rules(page, "desk-mine")
    page.get_by_role("button", name="Sign the legal check").click()
    expect(page.get_by_role("alert").first).to_contain_text("There is a problem")
    story.held_to_the_rules(page, "desk-error")

    prescription.refresh_from_db()
    services.release(prescription, by=pharmacist)
    services.claim(prescription, by=second)
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_role("alert").first).to_contain_text("is reviewing this prescription")
    story.held_to_the_rules(page, "desk-held-by-another")

    Prescription.objects.update(claim_until=timezone.now())
    page.reload()
    expect(page.get_by_role("button", name="Take over")).to_be_visible()
    story.held_to_the_rules(page, "desk-ran-out")


def test_what_is_decided_can_be_read_by_everybody(
    visitor_with: Visitor, customer: User, pharmacist: User, baclofen: Product
) -> None:
    prescription = sending.submit(
        by=customer,
        answers=patient_answers(taking="elsewhere"),
        wishes=[Wish(medicine_id=baclofen.pk, strength=mg(10), units=60)],
        uploads=[Upload(samples.jpeg(), (Picture(samples.jpeg(), 640, 480),))],
    )
    page = open_desk(visitor_with, pharmacist, prescription)
    page.get_by_role("button", name="Take for review").click()
    prescription.refresh_from_db()
    services.release(prescription, by=pharmacist)
    approve_reviewed(prescription, baclofen, by=pharmacist)

    page.get_by_role("button", name="Put back").click()

    expect(page.get_by_role("alert").first).to_contain_text("was decided by Nia Okafor at")
    story.held_to_the_rules(page, "desk-decided")


def test_the_picture_is_turned_and_made_larger_with_keys_and_buttons(
    visitor: Visitor, customer: User, pharmacist: User, baclofen: Product
) -> None:
    page = open_desk(visitor, pharmacist, send(customer, baclofen))
    figure = page.locator("figure")

    page.get_by_role("button", name="Larger").click()
    page.get_by_role("button", name="Turn").click()
    expect(figure).to_have_class("size-1 turn-1")
    story.held_to_the_rules(page, "desk-turned")
    page.locator("h1").click()
    page.keyboard.press("r")
    page.keyboard.press("-")
    expect(figure).to_have_class("size-0 turn-2")

    page.locator("[data-keys] summary").click()
    page.get_by_role("button", name="Turn shortcuts off").click()
    page.locator("h1").click()
    page.keyboard.press("r")
    expect(figure).to_have_class("size-0 turn-2")


def test_what_is_typed_is_kept_without_a_click(
    visitor: Visitor, customer: User, pharmacist: User, baclofen: Product
) -> None:
    page = open_desk(visitor, pharmacist, send(customer, baclofen))
    page.get_by_role("button", name="Take for review").click()

    page.get_by_label("Patient’s name", exact=True).fill("Robin R")

    expect(page.locator("[data-sheet-said]")).to_contain_text("Saved at")
    assert Worksheet.objects.get().typed["patient_name"] == "Robin R"
    Prescription.objects.update(version=99)
    page.get_by_label("Patient’s name", exact=True).fill("Robin Rex")
    expect(page.locator("[data-sheet-said]")).to_contain_text("has changed since you opened it")
    visitor.complaints.clear()


def test_the_queue_is_walked_with_keys(
    visitor: Visitor, customer: User, pharmacist: User, baclofen: Product
) -> None:
    first, second = send(customer, baclofen), send(customer, baclofen)
    page = story.come_in(visitor, pharmacist, "/admin/")
    expect(page.locator("h1")).to_contain_text("Prescriptions")
    page.wait_for_load_state()

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.at")).to_contain_text(second.reference)
    page.keyboard.press("k")
    expect(page.locator("tr.at")).to_contain_text(first.reference)
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_contain_text(re.compile(first.reference))
    page.keyboard.press("q")
    expect(page.locator("h1")).to_contain_text("Prescriptions")
