"""Where the tablets may end, the medicine's own words say that it must not be stopped suddenly."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from catalogue.content.document import Content
from catalogue.models import ContentVersion, Product
from shop.accounts.models import User
from shop.patients import questions
from shop.payments.models import PaymentAttempt
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from tests.conftest import approve, basket_with, pack_of, send_prescription, signed_in
from tests.review.desk import address_of

OWN = "Do not stop taking baclofen suddenly"
GENERAL = "Do not stop taking your medicine suddenly"


def page_of(prescription: Prescription) -> str:
    address = reverse("prescriptions:detail", args=[prescription.reference])
    return " ".join(signed_in(prescription.user).get(address).content.decode().split())


@pytest.fixture(params=["baclofen", "medicine"])
def wanted(request: pytest.FixtureRequest, countries: Any) -> tuple[Product, str]:
    """A medicine, and what it says: one with content, and one without."""
    product: Product = request.getfixturevalue(request.param)
    return product, {"baclofen": OWN, "medicine": GENERAL}[request.param]


def test_who_is_refused_is_told(
    wanted: tuple[Product, str], customer: User, pharmacist: User
) -> None:
    medicine, said = wanted
    prescription = send_prescription(customer, medicine)
    services.claim(prescription, by=pharmacist)
    services.refuse(prescription, by=pharmacist, reason="R02", message="Not signed")  # type: ignore[arg-type]

    assert (
        f"You were not charged. {said}: if you are running out, call us or your doctor today."
        in page_of(prescription)
    )


def test_who_loses_the_approval_is_told(
    wanted: tuple[Product, str], customer: User, pharmacist: User
) -> None:
    medicine, said = wanted
    prescription = send_prescription(customer, medicine)
    approve(prescription, medicine, by=pharmacist)
    services.withdraw(prescription, by=pharmacist, message="Call us")

    assert (
        f"Nothing more can be ordered on it. {said}: if you are running out, call us or your "
        "doctor today." in page_of(prescription)
    )


def test_who_has_used_it_up_is_told(
    wanted: tuple[Product, str], customer: User, pharmacist: User
) -> None:
    medicine, said = wanted
    prescription = send_prescription(customer, medicine)
    approve(prescription, medicine, by=pharmacist)
    Prescription.objects.update(status=Status.USED_UP)

    assert f"with your next order. {said}." in page_of(prescription)


def test_who_was_not_charged_is_told(wanted: tuple[Product, str], customer: User) -> None:
    medicine, said = wanted
    prescription = send_prescription(customer, medicine)
    basket = basket_with(customer, pack_of(medicine, 10, 60))
    attempt = PaymentAttempt.objects.create(
        user=customer,
        basket=basket,
        prescription=prescription,
        status="expired",
        amount_minor=100,
        currency="USD",
        quote={},
        quote_hash="x",
    )

    address = reverse("checkout:return", args=[attempt.reference])
    page = signed_in(customer).get(address).content.decode()

    assert f"{said}. If you are running out, call" in page


def test_the_pharmacist_is_told_where_the_tablets_end(
    wanted: tuple[Product, str], customer: User, pharmacist: User
) -> None:
    medicine, said = wanted
    prescription = send_prescription(customer, medicine)
    Prescription.objects.update(days_left=1)
    services.claim(prescription, by=pharmacist)

    page = signed_in(pharmacist).get(address_of(prescription)).content.decode()

    name = "Stopping baclofen suddenly" if said == OWN else "Stopping suddenly"
    assert f"{name} is dangerous." in page.split('class="notice notice--stop"')[1].split("</p>")[0]


def test_the_form_says_why_it_asks_about_the_kidneys(
    customer: User, baclofen: Product, countries: Any
) -> None:
    page = signed_in(customer).get(reverse("patients:add")).content.decode()

    assert "Baclofen leaves the body through the kidneys and can build up." in page


def test_without_content_the_form_says_why_in_general(customer: User, countries: Any) -> None:
    page = signed_in(customer).get(reverse("patients:add")).content.decode()

    assert "Some medicines leave the body through the kidneys and can build up." in page


def test_what_the_contents_give_reasons_for_is_asked(baclofen: Product) -> None:
    contents: list[Content] = [version.content for version in ContentVersion.objects.all()]

    assert {each.question for content in contents for each in content.asked} <= set(
        questions.table().names
    )
    assert all(each.why.citations for content in contents for each in content.asked)


def test_what_is_said_of_stopping_has_its_sources(baclofen: Product) -> None:
    said = ContentVersion.objects.get().content.stopping

    assert {each.source for each in said.told.citations} == {"S7", "S8", "U3"}
    assert {each.source for each in said.warned.citations} == {"S7", "S8", "U3", "P9"}


def test_the_customer_is_told_how_long_a_review_usually_takes(
    prescription: Prescription, settings: Any
) -> None:
    settings.REVIEW_WORKING_HOURS = 6

    assert "usually within 6 working hours" in page_of(prescription)
