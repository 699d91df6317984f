"""A customer's own prescriptions: seen, answered, taken back; for anybody else not there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalogue.models import Product
from shop.prescriptions.models import Page, Prescription
from shop.prescriptions.statuses import Action, Status
from tests.conftest import send_prescription, signed_in


class TestOwnPrescriptions:
    def test_a_customer_sees_their_own(self, prescription: Prescription) -> None:
        client = signed_in(prescription.user)
        page = Page.objects.get()

        own_list = client.get(reverse("prescriptions:list")).content.decode()
        picture = client.get(
            reverse("prescriptions:page", args=[prescription.reference, page.uuid])
        )

        assert "Robin Example" in own_list
        assert picture.content == b"a picture"

    def test_what_is_left_is_said_in_the_words_of_its_form(self, approved: Prescription) -> None:
        address = reverse("prescriptions:detail", args=[approved.reference])

        page = " ".join(signed_in(approved.user).get(address).content.decode().split())

        assert '<dt>Left</dt><dd class="num">60 tablets</dd>' in page

    @pytest.mark.parametrize(
        "person", ["other_customer", "staff", "superuser", "pharmacist", "superintendent"]
    )
    def test_for_anybody_else_it_does_not_exist(
        self, person: str, prescription: Prescription, request: pytest.FixtureRequest
    ) -> None:
        client = signed_in(request.getfixturevalue(person))
        page = Page.objects.get()
        own = [prescription.reference]

        answers = [
            client.get(reverse("prescriptions:detail", args=own)),
            client.post(reverse("prescriptions:answer", args=own), {"answer": "x"}),
            client.post(reverse("prescriptions:cancel", args=own)),
            client.get(reverse("prescriptions:page", args=[*own, page.uuid])),
        ]

        assert [answer.status_code for answer in answers] == [404] * 4
        assert "Robin" not in client.get(reverse("prescriptions:list")).content.decode()

    def test_a_page_opens_only_under_its_own_prescription(
        self, prescription: Prescription, medicine: Product
    ) -> None:
        other = send_prescription(prescription.user, medicine)
        page = Page.objects.get(document__prescription=other)

        response = signed_in(prescription.user).get(
            reverse("prescriptions:page", args=[prescription.reference, page.uuid])
        )

        assert response.status_code == 404

    def test_it_can_be_taken_back_before_the_decision(self, prescription: Prescription) -> None:
        client = signed_in(prescription.user)

        client.post(reverse("prescriptions:cancel", args=[prescription.reference]))

        assert Prescription.objects.get().status == Status.CANCELLED

    def test_an_answer_nobody_asked_for_changes_nothing(self, approved: Prescription) -> None:
        client = signed_in(approved.user)

        client.post(reverse("prescriptions:answer", args=[approved.reference]), {"answer": "x"})

        assert Prescription.objects.get().status == Status.APPROVED

    def test_every_opening_is_recorded(self, prescription: Prescription) -> None:
        client = signed_in(prescription.user)
        page = Page.objects.get()

        for _ in range(2):
            client.get(reverse("prescriptions:page", args=[prescription.reference, page.uuid]))

        assert prescription.events.filter(action=Action.OPEN_PAGE).count() == 2
