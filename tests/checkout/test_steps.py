"""The checkout by URL: what opens, what sends back, and what each says."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.address.models import Country, UserAddress
from oscar.apps.order.models import Order

from catalogue.models import Product, ProductClass
from shop.accounts.models import User
from shop.basket.models import Basket
from shop.demo.stripe.server import Emulator
from shop.patients.models import Patient
from shop.payments.models import PaymentAttempt
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from tests.checkout.conftest import approved_for
from tests.checkout.walking import ADDRESS, ANSWERS, fill_in_delivery, press_pay, said, step
from tests.conftest import (
    approve,
    basket_with,
    let_the_log_know,
    pack_of,
    send_prescription,
    signed_in,
)
from tests.prescriptions import samples

IN_BOSTON = {"line4": "Boston", "state": "MA", "postcode": "02108", "country": "US"}
STEPS = ("shipping-address", "shipping-method", "payment-method", "payment-details", "preview")


@pytest.mark.parametrize("name", ["index", *STEPS, "prescription"])
def test_a_visitor_is_asked_to_sign_in(name: str, medicine: Product) -> None:
    client = Client()
    client.post(
        reverse("catalogue:add-pack", args=[medicine.slug, medicine.pk]),
        {"strength": "10mg", "pack-10mg": "BAC10-60"},
    )

    response = client.get(step(name), follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", STEPS)
def test_no_step_opens_without_a_prescription(
    name: str, method: str, client: Client, db: None
) -> None:
    response = getattr(client, method)(step(name), ADDRESS, follow=True)

    assert response.redirect_chain[-1][0] == step("prescription")
    assert not PaymentAttempt.objects.exists()
    assert not Order.objects.exists()


@pytest.mark.parametrize("name", STEPS)
def test_no_step_opens_while_the_pharmacist_still_checks(
    name: str, client: Client, prescription: Prescription
) -> None:
    response = client.get(step(name), follow=True)

    assert response.redirect_chain[-1][0] == reverse(
        "prescriptions:detail", args=[prescription.reference]
    )


def test_a_filled_in_session_is_no_way_round(
    client: Client, approved: Prescription, pharmacist: User
) -> None:
    fill_in_delivery(client)
    services.withdraw(approved, by=pharmacist, message="Call us")

    for name in STEPS:
        response = client.get(step(name), follow=True)
        assert response.redirect_chain[-1][0] == step("prescription")
    assert "withdrawn" in client.get(step("prescription")).content.decode()


def test_an_empty_basket_goes_nowhere(customer: User) -> None:
    client = signed_in(customer)

    for name in (*STEPS, "prescription"):
        response = client.get(step(name), follow=True)
        assert response.redirect_chain[-1][0] == reverse("basket:summary")


@pytest.mark.parametrize("number", ["2", "5"])
def test_more_tablets_than_approved_come_back_to_the_prescription(
    number: str, client: Client, basket: Basket, approved: Prescription
) -> None:
    fill_in_delivery(client)
    basket.lines.update(quantity=int(number))

    response = client.get(step("preview"), follow=True)

    assert response.redirect_chain[-1][0] == step("prescription")
    assert f"{int(number) * 60} tablets of 10 mg" in response.content.decode()


def test_another_strength_comes_back_to_the_prescription(
    client: Client, basket: Basket, medicine: Product, approved: Prescription
) -> None:
    fill_in_delivery(client)
    other = pack_of(medicine, 25, 60)
    basket.lines.update(product=other, stockrecord=other.stockrecords.get())

    response = client.get(step("preview"), follow=True)

    assert response.redirect_chain[-1][0] == step("prescription")
    assert "does not cover Baclofen tablets 25 mg" in response.content.decode()


def test_an_expired_approval_comes_back_to_the_prescription(
    client: Client, approved: Prescription
) -> None:
    fill_in_delivery(client)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Prescription.objects.update(valid_until=yesterday)

    response = client.get(step("preview"), follow=True)

    assert response.redirect_chain[-1][0] == step("prescription")
    assert "out of date" in response.content.decode()


def test_another_customers_approval_opens_nothing(
    approved: Prescription, medicine: Product, other_customer: User
) -> None:
    basket_with(other_customer, pack_of(medicine, 10, 60))
    thief = signed_in(other_customer)

    fill_in_delivery(thief)
    response = thief.get(step("preview"), follow=True)

    assert response.redirect_chain[-1][0] == step("prescription")


@pytest.fixture
def client_with_25_mg(customer: User, medicine: Product, pharmacist: User) -> Client:
    basket_with(customer, pack_of(medicine, 25, 60))
    approve(
        send_prescription(customer, medicine, strength=25), medicine, by=pharmacist, strength=25
    )
    return signed_in(customer)


def test_nothing_hidden_parts_the_last_field_from_the_button(client_with_25_mg: Client) -> None:
    # The style sheet gives room to the button that comes right after a field.
    page = client_with_25_mg.get(step("shipping-address")).content.decode()
    form = page[page.index('name="first_name"') : page.index("Continue</button>")]

    assert 'type="hidden"' not in form


def test_25_mg_to_the_us_is_refused_beside_the_country(client_with_25_mg: Client) -> None:
    response = client_with_25_mg.post(step("shipping-address"), {**ADDRESS, **IN_BOSTON})

    assert response.status_code == 200
    assert "not authorised there" in str(response.context["form"].errors["country"])
    assert response.context["form"]["line1"].value() == "1 Sample Street"


def test_25_mg_to_a_us_address_from_the_address_book_is_refused(
    client_with_25_mg: Client, customer: User, countries: dict[str, Country]
) -> None:
    address = UserAddress.objects.create(
        user=customer, line1="1 Main Street", line4="Boston", country=countries["US"]
    )

    response = client_with_25_mg.post(
        step("shipping-address"), {"address_id": address.pk, "action": "ship_to"}
    )

    assert response["Location"] == step("shipping-address")
    assert "not authorised there" in said(response)


def test_25_mg_put_in_after_a_us_address_was_given_is_refused(
    client: Client, basket: Basket, robin: Patient, medicine: Product, pharmacist: User
) -> None:
    approved_for(robin, medicine, pharmacist, country="US")
    fill_in_delivery(client, **IN_BOSTON)
    approve(
        send_prescription(robin.user, medicine, strength=25, patient=robin),
        medicine,
        by=pharmacist,
        strength=25,
        country="US",
    )
    other = pack_of(medicine, 25, 60)
    basket.lines.update(product=other, stockrecord=other.stockrecords.get())

    response = client.get(step("preview"), follow=True)

    assert response.redirect_chain[-1][0] == step("shipping-address")
    assert "not authorised there" in response.content.decode()


@pytest.mark.parametrize("chosen", ["0", "x", "99999999999999999999", "-1"])
def test_an_address_that_is_not_ones_own_is_refused(
    chosen: str, client: Client, approved: Prescription
) -> None:
    response = client.post(step("shipping-address"), {"address_id": chosen, "action": "ship_to"})

    assert response["Location"] == step("shipping-address")


def test_another_customers_address_cannot_be_chosen(
    client: Client, approved: Prescription, other_customer: User, countries: dict[str, Country]
) -> None:
    theirs = UserAddress.objects.create(
        user=other_customer, line1="Secret", line4="Boston", country=countries["US"]
    )

    client.post(step("shipping-address"), {"address_id": theirs.pk, "action": "ship_to"})
    page = client.get(step("shipping-method"), follow=True)

    assert page.redirect_chain[-1][0] == step("shipping-address")
    assert "Secret" not in page.content.decode()


def test_an_unknown_delivery_is_refused(client: Client, approved: Prescription) -> None:
    client.post(step("shipping-address"), ADDRESS)
    client.post(step("shipping-method"), {"method_code": "free-shipping"})

    response = client.get(step("preview"), follow=True)

    assert response.redirect_chain[-1][0] == step("shipping-method")


def test_oscars_own_way_to_place_an_order_is_not_there(
    client: Client, approved: Prescription
) -> None:
    fill_in_delivery(client)

    for name in ("preview", "payment-details"):
        client.post(step(name), {"action": "place_order"}, follow=True)

    assert not Order.objects.exists()


def test_a_basket_without_prescription_medicines_needs_none(
    client: Client, stripe: Emulator
) -> None:
    ProductClass.objects.update(needs_prescription=False)
    let_the_log_know(ProductClass.objects.get())
    fill_in_delivery(client)

    assert press_pay(client).status_code == 303


def upload(client: Client, *files: Any, **changes: str) -> HttpResponse:
    return client.post(step("prescription"), {**ANSWERS, **changes, "documents": list(files)})


def file_of(data: bytes, name: str = "scan.jpg") -> Any:
    return SimpleUploadedFile(name, data)


def nothing_was_sent() -> bool:
    return not Prescription.objects.exclude(status="draft").exists()


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.pdf])
def test_a_picture_or_pdf_goes_to_the_pharmacist(make: Any, client: Client) -> None:
    response = upload(client, file_of(make()))

    prescription = Prescription.objects.get()
    assert response["Location"] == reverse("prescriptions:detail", args=[prescription.reference])
    assert prescription.documents.get().pages.count() == 1
    assert "Waiting for the pharmacist" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"just text", "not a JPEG, PNG, WebP, HEIC or PDF"),
        (samples.executable(), "not a JPEG, PNG, WebP, HEIC or PDF"),
        (samples.cut(samples.jpeg()), "damaged or incomplete"),
        (samples.encrypted_pdf(), "locked with a password"),
        (samples.pdf(11), "more than 10 pages"),
        (b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
    ids=["empty", "text", "program", "truncated", "locked", "long", "large"],
)
def test_a_file_we_cannot_use_is_refused_beside_the_field_and_nothing_is_lost(
    data: bytes, words: str, client: Client
) -> None:
    response = upload(client, file_of(data))

    form = response.context["form"]
    assert words in str(form.errors["documents"])
    assert list(form.errors) == ["documents"]
    assert form["patient_name"].value() == "Robin Example"
    assert 'value="1968"' in response.content.decode()
    assert nothing_was_sent()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"patient_name": ""}, "patient_name"),
        ({"date_of_birth_month": "13"}, "date_of_birth"),
        ({"date_of_birth_day": "31", "date_of_birth_month": "2"}, "date_of_birth"),
        ({"date_of_birth_year": ""}, "date_of_birth"),
        ({"date_of_birth_year": "2999"}, "date_of_birth"),
        ({"date_of_birth_year": "1800"}, "date_of_birth"),
        ({"date_of_birth_year": "９９９９"}, "date_of_birth"),
        ({"kidney_problems": ""}, "kidney_problems"),
        ({"kidney_problems": "perhaps"}, "kidney_problems"),
        ({"days_left": "-1"}, "days_left"),
        ({"days_left": "many"}, "days_left"),
        ({"consent": ""}, "consent"),
        ({"patient_name": "x" * 151}, "patient_name"),
        ({"other_medicines": "x\x00y"}, "other_medicines"),
    ],
)
def test_an_answer_that_is_wrong_is_said_beside_its_field(
    changes: dict[str, str], field: str, client: Client
) -> None:
    response = upload(client, file_of(samples.jpeg()), **changes)

    assert list(response.context["form"].errors) == [field]
    assert nothing_was_sent()


def test_the_same_basket_is_not_sent_twice(client: Client) -> None:
    first = upload(client, file_of(samples.jpeg()))
    again = upload(client, file_of(samples.jpeg()))

    assert again["Location"] == first["Location"]
    assert Prescription.objects.count() == 1


def test_extra_fields_change_nothing(client: Client, other_customer: User) -> None:
    upload(
        client,
        file_of(samples.jpeg()),
        status="approved",
        user=str(other_customer.pk),
        valid_until="2999-01-01",
        decided_by="1",
        version="9",
    )

    prescription = Prescription.objects.get()
    assert prescription.status == "submitted"
    assert prescription.user != other_customer
    assert (prescription.valid_until, prescription.version) == (None, 2)
