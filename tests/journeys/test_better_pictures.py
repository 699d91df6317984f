"""A blurred photo: the pharmacist asks, the customer sends better ones, and both see which are which."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from shop.accounts.models import User
from shop.prescriptions import services
from shop.prescriptions.models import Document, Prescription
from shop.prescriptions.statuses import STANDARD_QUESTIONS, AskReason, Status
from tests.browser import Visitor
from tests.journeys.story import arrive_at, come_in, held_to_the_rules
from tests.journeys.test_upload import chosen
from tests.prescriptions import hostile, samples

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asked(prescription: Prescription, pharmacist: User) -> Prescription:
    services.claim(prescription, by=pharmacist)
    question = str(STANDARD_QUESTIONS[AskReason.UNREADABLE])
    services.ask(prescription, by=pharmacist, question=question, reason=AskReason.UNREADABLE)
    return prescription


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = {"flat.jpg": samples.jpeg("better"), "back.heic": hostile.picture("HEIF")}
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in made]


def test_better_pictures_go_to_the_same_prescription(
    visitor_with: Visitor, asked: Prescription, pharmacist: User, files: list[Path]
) -> None:
    page = come_in(visitor_with, asked.user, f"/prescriptions/{asked.reference}/")
    arrive_at(page, "Your prescription", "asked")
    send = page.get_by_role("button", name="Send to the pharmacist")
    send.click()
    expect(page.locator(".errsum:not([data-lost])")).to_be_focused()
    held_to_the_rules(page, "answer-missing")
    page.get_by_label("New pictures of the prescription").set_input_files(files)
    assert chosen(page) == ["flat.jpg", "back.heic"]
    page.get_by_label("Anything to add").fill("The light was bad")
    held_to_the_rules(page, "answer-chosen")
    send.click()

    expect(page.locator("main")).to_contain_text("Waiting for the pharmacist")
    arrive_at(page, "Your prescription", "answered")
    asked.refresh_from_db()
    assert (asked.status, asked.new_pictures) == (Status.SUBMITTED, 2)

    page.context.clear_cookies()
    page = come_in(visitor_with, pharmacist, "/admin/prescriptions/prescription/")
    expect(page.get_by_text("2 new pictures")).to_be_visible()
    held_to_the_rules(page, "queue-answered")
    page.get_by_role("link", name=f"Review {asked.reference}").click()
    page.get_by_role("button", name="Take for review").click()
    arrive_at(page, asked.reference, "desk-new-pictures")
    expect(page.get_by_text("Answered, 2 new pictures.")).to_be_visible()
    expect(page.get_by_text("The light was bad").first).to_be_visible()


def test_it_works_without_javascript(
    visitor: Visitor, asked: Prescription, files: list[Path]
) -> None:
    come_in(visitor, asked.user, "/")
    browser = visitor.page.context.browser
    assert browser
    state = visitor.page.context.storage_state()
    with browser.new_context(java_script_enabled=False, storage_state=state) as plain:
        page = Visitor(plain, visitor.origin).open(f"/prescriptions/{asked.reference}/")
        page.get_by_label("New pictures of the prescription").set_input_files(files)
        page.get_by_role("button", name="Send to the pharmacist").click()

        expect(page.locator("main")).to_contain_text("Waiting for the pharmacist")
        assert Document.objects.count() == 3
