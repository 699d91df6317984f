"""What people do in the shop, as sentences; every page they come to is held to the rules."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import FilePayload, Page, expect

from shop.accounts.models import User
from tests.authenticator import code_now
from tests.browser import LONGEST_MILLISECONDS, Visitor, accessibility_faults, sideways_scroll
from tests.conftest import PASSWORD, signed_in
from tests.prescriptions import samples

expect.set_options(timeout=LONGEST_MILLISECONDS)

# What is asked with buttons; the mind and daily life one by one, health with “None of these”.
CHOICES = {
    "relation": "self",
    "sex_at_birth": "female",
    "indication": "multiple_sclerosis",
    "mental_illness": "no",
    "self_harm": "no",
    "alcohol": "never",
    "other_drugs": "no",
    "driving": "no",
    "may_write_to_doctor": "yes",
}
# Set it to a folder, and every page of a journey is kept there as a picture.
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")


class Seen:
    """Steps by name and width of the window, in which axe has found nothing; in all processes."""

    folder: Path


def held_to_the_rules(page: Page, name: str) -> None:
    """The page has no fault that axe knows, and is not wider than its window.

    Journeys share their steps; axe, which takes seconds for a long page, looks once at each.
    """
    page.wait_for_load_state()
    width = (page.viewport_size or {"width": 0})["width"]
    seen = Seen.folder / f"{name}-{width}"
    if not seen.exists():
        faults = accessibility_faults(page)
        assert not faults, f"{name}: {faults}"
        seen.touch()
    assert sideways_scroll(page) <= 0, name
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{width}.png", full_page=True)


def arrive_at(page: Page, heading: str | re.Pattern[str], name: str) -> None:
    """Wait for the page with this heading, and hold it to the rules."""
    expect(page.locator("h1")).to_contain_text(heading)
    held_to_the_rules(page, name)


def choose_pack(visitor: Visitor, *, strength: int, units: int) -> None:
    """From the front page to a pack in the basket."""
    page = visitor.open("/")
    arrive_at(page, "Your prescription", "front")
    page.get_by_role("link", name="Baclofen tablets").first.click()
    arrive_at(page, "Baclofen tablets", "product")
    page.get_by_label(f"{strength} mg", exact=True).check()
    page.locator(f'input[name="pack-{strength}mg"][data-count="{units}"]').check()
    page.get_by_role("button", name=re.compile("Add to")).click()
    arrive_at(page, "Cart", "basket")


def register(visitor: Visitor, email: str) -> None:
    """From the basket through the sign-in to a new account."""
    page = visitor.page
    page.get_by_role("link", name="Continue").click()
    arrive_at(page, "Sign in", "sign-in")
    page.locator("main").get_by_role(
        "link", name=re.compile("account|register|sign up", re.IGNORECASE)
    ).first.click()
    arrive_at(page, "Create an account", "sign-up")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button").click()


def sign_in(visitor: Visitor, email: str, path: str) -> Page:
    """Open a page that needs an account, and sign in on the way."""
    page = visitor.open(path)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button").first.click()
    expect(page.locator("h1")).not_to_have_text("Sign in")
    if page.get_by_role("heading", name="Your code").is_visible():
        held_to_the_rules(page, "sign-in-code")
        page.get_by_label("Code").fill(code_now())
        page.get_by_role("button", name="Sign in").click()
    return page


def come_in(visitor: Visitor, user: User, path: str) -> Page:
    """Open a page as somebody who signed in before."""
    name = settings.SESSION_COOKIE_NAME
    session = signed_in(user).cookies[name].value
    visitor.page.context.add_cookies([{"name": name, "value": session, "url": visitor.origin}])
    return visitor.open(path)


def send_prescription(visitor: Visitor) -> None:
    """Fill in the prescription step; first with a mistake, then rightly."""
    page = visitor.page
    arrive_at(page, "Your prescription", "prescription")
    page.get_by_label("Name on the prescription").fill("Robin Example")
    page.get_by_role("button", name="Send to the pharmacist").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a photo or PDF")
    held_to_the_rules(page, "prescription-error")
    expect(page.get_by_label("Name on the prescription")).to_have_value("Robin Example")
    scan: FilePayload = {
        "name": "prescription.pdf",
        "mimeType": "application/octet-stream",
        "buffer": samples.pdf(),
    }
    page.get_by_label("Your prescription").set_input_files(scan)
    answer_questions(page)
    tell_of_the_medicine(page)
    page.get_by_role("button", name="Send to the pharmacist").click()
    expect(page.locator("main")).to_contain_text("Waiting for the pharmacist")
    warned_of_running_out(page)
    expect(page.get_by_role("link", name="How to cancel")).to_have_attribute("href", "#take-back")
    held_to_the_rules(page, "waiting")


def warned_of_running_out(page: Page) -> None:
    """The page says that the tablets end first, what to do, and whom to call."""
    warning = page.get_by_role("region", name="Your tablets may run out before more arrive")
    expect(warning).to_contain_text("Do not stop suddenly, and do not wait for the parcel.")
    expect(warning).to_contain_text("ask your prescriber, or a pharmacy near you")
    expect(warning).to_contain_text("Call 000 if, after missed doses, you have")


def in_australia(page: Page) -> None:
    """Ask for the fields of an address there, where it is not Australia already."""
    page.get_by_label("Country where the patient lives").select_option("AU")
    if page.get_by_label("ZIP code").count():
        page.get_by_role("button", name="Ask for an address there").click()
        # The form is drawn anew, folded.
        expect(page.get_by_label("State or territory")).to_be_attached()


def open_folds(page: Page) -> None:
    """Every topic of the questions."""
    closed = page.locator("details.fold:not([open]) > summary")
    while closed.count():
        closed.first.click()


def answer_questions(page: Page) -> None:
    """Answer what is asked about a patient who is not known yet."""
    open_folds(page)
    for part, value in (("day", "14"), ("month", "3"), ("year", "1968")):
        page.locator(f'[name="date_of_birth_{part}"]').fill(value)
    for name, value in CHOICES.items():
        for choice in page.locator(f'[name="{name}"][value="{value}"]').all():
            choice.check()
    answer_about_health(page)
    page.get_by_label("Patient’s address").fill("3 Sample Lane, Sydney")
    in_australia(page)
    open_folds(page)
    page.get_by_label("State or territory").select_option("NSW")
    page.get_by_label("Postcode").fill("2000")
    page.get_by_label("Allergies").fill("none")
    page.get_by_label("Other illnesses").fill("none")
    page.get_by_label("The patient takes nothing else").check()
    page.get_by_label("Who is the patient’s own doctor?").fill("Dr M. Sample")


def answer_about_health(page: Page) -> None:
    """One button for all of it; without a script the form comes back with the answers."""
    page.get_by_role("button", name=re.compile("^None of these")).click()
    open_folds(page)
    expect(page.locator('[name="kidney_problems"][value="no"]')).to_be_checked()


def tell_of_the_medicine(page: Page) -> None:
    """What is asked with each prescription, and consent; fewer tablets are left than a delivery takes."""
    open_folds(page)
    page.locator('[name="taking"][value="here"]').check()
    page.get_by_label("How many mg does the patient take in a day?").fill("30")
    page.get_by_label(re.compile("How many days of tablets")).fill("2")
    page.locator('[name="how_it_went"][value="fine"]').check()
    page.get_by_label("Nothing is new").check()
    page.get_by_label(re.compile("The prescription is mine")).check()


def open_review(page: Page) -> Page:
    """The pharmacist takes the first prescription of the queue."""
    arrive_at(page, "Prescriptions", "queue")
    page.get_by_role("link", name=re.compile("^Review")).first.click()
    picture = page.locator("figure img").first
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    held_to_the_rules(page, "review-free")
    page.get_by_role("button", name="Take for review").click()
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    held_to_the_rules(page, "review")
    return page


def approve(page: Page, *, strength: int, units: int, today: Any, until: Any) -> None:
    """Transcribe, answer the alerts, sign both checks, and approve what is prescribed."""
    transcribe(page, strength=strength, units=units, today=today)
    answer_alerts(page)
    page.get_by_label("How you know that it is genuine", exact=True).select_option(
        "original_received"
    )
    page.get_by_label("Received or confirmed on", exact=True).fill(str(today))
    page.get_by_label("How you checked who the patient is", exact=True).select_option("match")
    page.get_by_label("Identity confirmed", exact=True).select_option("yes")
    page.get_by_role("button", name="Sign the legal check").click()
    expect(page.get_by_role("status").first).to_contain_text("Signed: Legal check")
    page.wait_for_load_state()
    for yes in page.locator('.point input[value="yes"]').all():
        yes.check(force=True)
    page.get_by_role("button", name="Sign the clinical check").click()
    expect(page.get_by_role("status").first).to_contain_text("Signed: Clinical check")
    held_to_the_rules(page, "review-signed")
    page.get_by_role("button", name="Take over what is prescribed").click()
    card = page.get_by_role("group", name=f"Allow Baclofen tablets {strength} mg")
    expect(card.get_by_label("Tablets in one supply")).to_have_value(str(units))
    page.get_by_label("Valid until", exact=True).fill(str(until))
    page.get_by_label("Approve", exact=True).check()
    page.get_by_role("button", name="Record decision").click()
    expect(page.get_by_role("status").first).to_contain_text("Approved")


def transcribe(page: Page, *, strength: int, units: int, today: Any) -> None:
    """Type what the prescription says, and have it checked."""
    for label, value in (
        ("Patient’s name", "Robin Example"),
        ("Date of birth", "1968-03-14"),
        ("Patient’s address", "4 Placeholder Lane, Sampletown"),
        ("Prescriber’s name", "Dr M. Sample"),
        ("Prescriber’s registration number", "48213"),
        ("Prescriber’s address", "12 Example Street, Sampletown"),
        ("Date on the prescription", str(today)),
        ("Medicine as written", "Baclofen"),
        ("Form as written", "tablets"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Kind of prescriber", exact=True).select_option("doctor")
    page.get_by_label("Signature", exact=True).select_option("ink")
    page.get_by_label("Written indelibly", exact=True).select_option("yes")
    read = page.get_by_role("group", name=re.compile(f"^Baclofen tablets {strength} mg"))
    read.get_by_label("Tablets prescribed").fill(str(units))
    read.get_by_label("Tablets a day").fill("3")
    read.get_by_label("Repeats", exact=True).fill("0")
    read.get_by_label("Directions as written").fill("One tablet three times a day with food")
    page.get_by_label("Country it goes to", exact=True).select_option("AU")
    page.get_by_role("button", name="Save and check").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    held_to_the_rules(page, "review-alerts")


def answer_alerts(page: Page) -> None:
    """Every alert by the pharmacist's own reason, else by the first answer that fits; the rest is seen."""
    page.wait_for_load_state()
    for reply in page.locator(".finding .reply").all():
        answer = reply.get_by_label("Answer", exact=True)
        own = answer.locator("option[value=accepted]").count()
        answer.select_option(value="accepted" if own else None, index=None if own else 1)
        for words in reply.get_by_label("In words", exact=True).all():
            words.fill("They moved last month and told us the new address on the telephone.")
    for notes in page.locator('[name="notes_seen"]').all():
        notes.check()


def choose_delivery(page: Page) -> None:
    """Address and delivery, up to the preview."""
    arrive_at(page, "Where should we send it?", "address")
    fill = {
        "First name": "Anna",
        "Last name": "Example",
        "Street and number": "1 Sample Street",
        "Suburb or town": "Sydney",
        "Postcode": "2000",
    }
    page.get_by_label(re.compile("Country")).select_option("AU")
    for label, value in fill.items():
        page.get_by_label(re.compile(label)).first.fill(value)
    page.get_by_label(re.compile("State or territory")).select_option("NSW")
    page.get_by_role("button", name="Continue").click()
    arrive_at(page, "How should it travel?", "delivery")
    page.get_by_label(re.compile("Express")).check()
    page.get_by_role("button", name="Continue").click()
    arrive_at(page, "Check your order", "preview")


def pay(page: Page, number: str) -> None:
    """Fill in the hosted card page."""
    page.get_by_label("Card number").fill(number)
    page.get_by_label(re.compile("Expir")).fill("12/40")
    page.get_by_label("CVC").fill("123")
    page.get_by_label("Name on the card").fill("Anna Example")
    page.get_by_role("button", name=re.compile("^Pay")).click()
