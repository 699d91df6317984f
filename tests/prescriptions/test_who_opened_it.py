"""Every opening of a page is in the audit log, and so is every attempt that was refused."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.prescriptions import opening
from shop.prescriptions.models import Page, Prescription
from shop.prescriptions.services import NotAllowed
from tests.conftest import send_prescription, signed_in

OPENED, REFUSED = "prescription.open_page", "prescription.open_page_refused"


def page_of(prescription: Prescription) -> Page:
    return Page.objects.select_related("document__prescription").get(
        document__prescription=prescription
    )


def visit(user: User, page: Page, name: str) -> int:
    address = reverse(name, args=[page.document.prescription.reference, page.uuid])
    return signed_in(user).get(address).status_code


def newest() -> tuple[str, int | None, str, dict[str, str]]:
    entry = Entry.objects.latest("sequence")
    return entry.action, entry.actor_id, entry.subject_key, entry.details


@pytest.mark.parametrize(
    ("person", "name"),
    [("customer", "prescriptions:page"), ("pharmacist", "admin:prescription-page")],
)
def test_who_opens_a_page_is_recorded(
    person: str, name: str, prescription: Prescription, request: pytest.FixtureRequest
) -> None:
    user, page = request.getfixturevalue(person), page_of(prescription)

    assert visit(user, page, name) == 200

    details = {"from": "submitted", "page": str(page.uuid), "to": "submitted"}
    assert newest() == (OPENED, user.pk, prescription.reference, details)


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("other_customer", "prescriptions:page"),
        ("pharmacist", "prescriptions:page"),
        ("superuser", "prescriptions:page"),
        ("staff", "admin:prescription-page"),
        ("superuser", "admin:prescription-page"),
    ],
)
def test_who_may_not_open_a_page_is_told_that_it_is_not_there_and_is_recorded(
    person: str, name: str, prescription: Prescription, request: pytest.FixtureRequest
) -> None:
    user, page = request.getfixturevalue(person), page_of(prescription)

    assert visit(user, page, name) == 404

    details = {"page": str(page.uuid)}
    assert newest() == (REFUSED, user.pk, prescription.reference, details)
    assert not Entry.objects.filter(action=OPENED).exists()


def test_a_pharmacists_own_prescription_is_refused_at_the_desk_and_recorded(
    medicine: Product, pharmacist: User
) -> None:
    page = page_of(send_prescription(pharmacist, medicine))

    with pytest.raises(NotAllowed):
        opening.open_page_as_pharmacist(page, by=pharmacist)

    assert newest()[:2] == (REFUSED, pharmacist.pk)


def test_a_page_that_does_not_exist_is_nobodys_and_not_recorded(
    prescription: Prescription, medicine: Product, other_customer: User
) -> None:
    other = page_of(send_prescription(other_customer, medicine))
    before = Entry.objects.count()

    address = reverse("prescriptions:page", args=[prescription.reference, other.uuid])
    assert signed_in(other_customer).get(address).status_code == 404

    assert Entry.objects.count() == before
