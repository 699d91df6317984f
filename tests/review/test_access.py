"""Who sees the desk, and for whom it is not there."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import Product
from shop.accounts.models import PharmacistRegistration, User
from shop.prescriptions import sending
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Action, Status
from tests.conftest import signed_in
from tests.review.desk import (
    address_of,
    page_address,
)


class TestWhoSeesIt:
    @pytest.mark.parametrize("person", ["staff", "superuser", "superintendent"])
    def test_for_staff_without_the_role_it_is_not_there(
        self,
        person: str,
        held: Prescription,
        medicine: Product,
        request: pytest.FixtureRequest,
    ) -> None:
        client = signed_in(request.getfixturevalue(person))
        version = {"version": str(held.version)}

        answers = [
            client.get(address_of(held)),
            client.get(page_address(held)),
            client.post(address_of(held), {**version, "do": "record"}),
            *(
                client.post(address_of(held, name), {**version, "message": "x"})
                for name in ("claim", "release", "withdraw")
            ),
        ]

        assert [answer.status_code for answer in answers] == [404] * 6
        assert Prescription.objects.get().status == Status.IN_REVIEW

    @pytest.mark.parametrize("person", ["customer", "other_customer"])
    def test_a_customer_is_not_let_into_the_admin(
        self, person: str, held: Prescription, request: pytest.FixtureRequest
    ) -> None:
        client = signed_in(request.getfixturevalue(person))

        response = client.post(address_of(held), {"do": "record"}, follow=True)

        assert response.status_code == 403

    def test_a_draft_is_not_there(self, desk: Client, customer: User) -> None:
        draft = sending.save_draft(by=customer, typed={"patient_name": "Rob"})

        assert desk.get(address_of(draft)).status_code == 404

    def test_a_page_is_a_picture_that_no_cache_keeps(
        self, desk: Client, prescription: Prescription
    ) -> None:
        response = desk.get(page_address(prescription))

        assert (response.content, response["Content-Type"]) == (b"a picture", "image/jpeg")
        assert "no-store" in response["Cache-Control"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert prescription.events.filter(action=Action.OPEN_PAGE).count() == 1

    def test_the_superintendent_but_no_superuser_makes_a_pharmacist(
        self, superintendent: User, superuser: User, customer: User
    ) -> None:
        add = "/admin/accounts/pharmacistregistration/add/"
        data = {
            "user": customer.pk,
            "register": "Test register",
            "number": "777",
            "valid_until": str(timezone.localdate() + datetime.timedelta(days=30)),
        }

        refused = signed_in(superuser).post(add, data)
        assert (refused.status_code, PharmacistRegistration.objects.count()) == (403, 0)

        signed_in(superintendent).post(add, data)
        assert PharmacistRegistration.objects.get().number == "777"
