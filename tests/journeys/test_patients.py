"""Patients in a browser: kept once, asked again when old, chosen at the checkout, ordered for again."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from oscar.apps.order.models import Order
from playwright.sync_api import Browser, FilePayload, expect

from catalogue.models import Product
from shop.accounts.models import User
from shop.demo.example_patients import create_patients
from shop.demo.stripe.server import Emulator
from shop.patients.models import Patient
from shop.prescriptions.models import Prescription
from tests.browser import PHONE, Visitor
from tests.conftest import approve, send_prescription
from tests.journeys import story
from tests.prescriptions import samples
from tests.settling.paying import PAYS
from tests.signed import load_medicines

pytestmark = pytest.mark.journey


@pytest.fixture
def anna(live_shop: str, customer: User) -> User:
    """A customer with two patients, one of whom has old answers."""
    load_medicines(packs=True)
    create_patients()
    return customer


def test_a_patient_is_kept_and_old_answers_are_looked_at_again(
    visitor_with: Visitor, anna: User
) -> None:
    page = story.come_in(visitor_with, anna, "/patients/")
    story.arrive_at(page, "Your patients", "patients")
    expect(page.locator("main")).to_contain_text("5 answers to look at again")

    page.get_by_role("link", name="Add a patient").click()
    story.arrive_at(page, "Add a patient", "patient-add")
    page.get_by_label("Name on the prescription").fill("Robin Example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("questions to look at")
    story.held_to_the_rules(page, "patient-error")
    story.answer_questions(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("saved")

    page.get_by_role("link", name="Arthur Archer").click()
    story.arrive_at(page, "Arthur Archer", "patient-old")
    page.get_by_label("All of these are still right today.").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("saved")
    expect(page.locator("main")).not_to_contain_text("to look at again")


def test_a_prescription_for_someone_cared_for_and_the_choice_at_the_checkout(
    visitor_with: Visitor, anna: User, pharmacist: User, stripe: Emulator
) -> None:
    page = story.come_in(visitor_with, anna, "/accounts/")
    story.choose_pack(visitor_with, strength=10, units=60)
    send_for_arthur(visitor_with)

    arthurs = Prescription.objects.of(anna).get()
    medicine = Product.objects.get(title="Baclofen tablets")
    approve(arthurs, medicine, by=pharmacist, supplies=3, units_a_day=Fraction(3))
    herself = Patient.objects.of(anna).exclude(pk=arthurs.patient_id).get()
    annas = send_prescription(anna, medicine, patient=herself)
    approve(annas, medicine, by=pharmacist)
    change_whom_it_is_for(visitor_with, name=herself.answers.patient_name)

    visitor_with.open(f"/prescriptions/{arthurs.reference}/")
    story.held_to_the_rules(page, "reorder")
    page.get_by_role("button", name="Put them into the cart").click()
    story.choose_delivery(page)
    story.held_to_the_rules(page, "preview-for-someone")
    expect(page.locator("main")).to_contain_text("Arthur Archer")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    story.pay(page, PAYS)
    expect(page.locator("h1")).to_contain_text("Thank you")
    assert Order.objects.get().lines.get().supply.authorisation.prescription == arthurs

    visitor_with.open(f"/prescriptions/{arthurs.reference}/")
    expect(page.locator("main")).to_contain_text("You can order the next tablets from")
    story.held_to_the_rules(page, "next-supply")


def send_for_arthur(visitor: Visitor) -> None:
    page = visitor.page
    scan: FilePayload = {"name": "scan.jpg", "mimeType": "image/jpeg", "buffer": samples.jpeg()}
    visitor.open("/checkout/")
    story.arrive_at(page, "Whom do you order for?", "whom-for")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main .err")).to_contain_text("Choose whom you order for.")
    story.held_to_the_rules(page, "whom-for-error")
    page.get_by_label("Arthur Archer").check()
    page.get_by_role("button", name="Continue").click()
    story.arrive_at(page, "Your prescription", "prescription-known-patient")
    expect(page.get_by_label("Name on the prescription")).to_have_value("Arthur Archer")
    page.get_by_label("Your prescription").set_input_files(scan)
    story.tell_of_the_medicine(page)
    page.get_by_role("button", name="Send to the pharmacist").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick this if all of it is still right")
    story.held_to_the_rules(page, "prescription-old-answers")
    page.get_by_label("All of these are still right today.").check()
    page.get_by_label(re.compile("The prescription is mine")).check()
    page.get_by_label("Your prescription").set_input_files(scan)
    page.get_by_role("button", name="Send to the pharmacist").click()
    expect(page.locator("main")).to_contain_text("waits for the next free pharmacist")
    story.held_to_the_rules(page, "waiting-for-someone")


def change_whom_it_is_for(visitor: Visitor, *, name: str) -> None:
    """The cart is Arthur's, for whom it was sent in, until somebody else is chosen."""
    page = visitor.page
    visitor.open("/checkout/")
    expect(page.locator("main")).to_contain_text("For Arthur Archer.")
    page.get_by_role("link", name="For someone else").click()
    story.arrive_at(page, "Whom do you order for?", "whom-for-again")
    page.get_by_label(re.compile(name)).check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text(f"For {name}.")


def test_a_patient_and_a_prescription_without_javascript(
    chromium: Browser, live_shop: str, anna: User
) -> None:
    with chromium.new_context(viewport=PHONE, java_script_enabled=False) as context:  # type: ignore[arg-type]
        visitor = Visitor(context, live_shop)
        page = story.sign_in(visitor, anna.email, "/patients/add/")
        page.get_by_label("Name on the prescription").fill("Robin Example")
        story.answer_questions(page)
        page.get_by_role("button", name="Save").click()

        expect(page.locator("main")).to_contain_text("Robin Example")
