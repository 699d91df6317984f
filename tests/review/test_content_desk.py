"""Signing content: who may, what is recorded, what readers see."""

from __future__ import annotations

import datetime
import io

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue import signing
from catalogue.models import ContentVersion, Medicine, Signature
from shop.accounts import roles
from shop.accounts.actors import actor_of
from shop.accounts.models import PharmacistRegistration, User
from tests.conftest import signed_in

YEAR = datetime.timedelta(days=365)
LIST = "admin:content-versions"


@pytest.fixture
def version(db: None) -> ContentVersion:
    """As a new shop has it: loaded, and signed by nobody."""
    call_command("load_medicines", "baclofen", stdout=io.StringIO())
    return ContentVersion.objects.get()


@pytest.fixture
def signer(pharmacist: User) -> User:
    """A superintendent who is a registered pharmacist too."""
    roles.create_groups()
    pharmacist.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))
    return pharmacist


def post_signature(user: User, version: ContentVersion, **changes: str) -> HttpResponse:
    data = {"review_by": str(timezone.localdate() + YEAR), "has_read": "on"} | changes
    return signed_in(user).post(reverse("admin:content-sign", args=[version.pk]), data, follow=True)


def sign(version: ContentVersion, user: User) -> Signature:
    return signing.sign(
        version,
        by=user,
        actor=actor_of(user),
        registration=PharmacistRegistration.objects.get(user=user),
        review_by=timezone.localdate() + YEAR,
    )


def page_of(version: ContentVersion) -> str:
    address = version.medicine.product.get_absolute_url()
    return " ".join(Client().get(address).content.decode().split())


def test_the_superintendent_pharmacist_signs_and_the_page_says_so(
    signer: User, version: ContentVersion
) -> None:
    assert "Not yet signed by a pharmacist" in page_of(version)

    post_signature(signer, version)

    signature = Signature.objects.get()
    assert (signature.name, signature.number) == ("Nia Okafor", "12345")
    assert signature.signed_on == timezone.localdate()
    page = page_of(version)
    assert "Signed by Nia Okafor, superintendent pharmacist, on" in page
    assert "Test register 12345" in page
    assert "Not yet signed" not in page
    assert '"reviewedBy": {"@type": "Person", "name": "Nia Okafor"}' in page


def test_neither_role_alone_is_enough(
    pharmacist: User, superintendent: User, superuser: User, version: ContentVersion
) -> None:
    for user in (pharmacist, superintendent, superuser):
        assert signed_in(user).get(reverse(LIST)).status_code == 404
        assert post_signature(user, version).status_code == 404

    assert not Signature.objects.exists()


def test_a_registration_that_has_ended_signs_nothing(signer: User, version: ContentVersion) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    registration = PharmacistRegistration.objects.get()
    PharmacistRegistration.objects.update(valid_until=yesterday)

    assert post_signature(signer, version).status_code == 404
    registration.refresh_from_db()
    with pytest.raises(signing.NotSigned):
        sign(version, signer)


def test_nobody_signs_with_the_registration_of_another(
    signer: User, customer: User, version: ContentVersion
) -> None:
    with pytest.raises(signing.NotSigned):
        signing.sign(
            version,
            by=customer,
            actor=actor_of(customer),
            registration=PharmacistRegistration.objects.get(),
            review_by=timezone.localdate() + YEAR,
        )


@pytest.mark.parametrize(
    "changes",
    [{"has_read": ""}, {"review_by": ""}, {"review_by": "2020-01-01"}, {"review_by": "2099-01-01"}],
)
def test_a_form_that_is_not_complete_signs_nothing(
    changes: dict[str, str], signer: User, version: ContentVersion
) -> None:
    response = post_signature(signer, version, **changes)

    assert "There is a problem" in response.content.decode()
    assert not Signature.objects.exists()


def test_a_version_that_was_replaced_cannot_be_signed(
    signer: User, version: ContentVersion
) -> None:
    newer = ContentVersion.objects.create(
        medicine=version.medicine,
        number=2,
        digest="2",
        document=version.document,
        review_by=version.review_by,
    )
    Medicine.objects.update(version=newer)

    assert post_signature(signer, version).status_code == 404
    with pytest.raises(signing.NotSigned):
        sign(version, signer)
    assert "Not yet signed by a pharmacist" in page_of(version)


def test_signing_twice_on_one_day_is_refused(signer: User, version: ContentVersion) -> None:
    post_signature(signer, version)

    page = post_signature(signer, version).content.decode()

    assert "was already signed today" in page
    assert Signature.objects.count() == 1


def test_the_loser_of_a_race_is_refused(signer: User, version: ContentVersion) -> None:
    stale = ContentVersion.objects.get(pk=version.pk)
    sign(version, signer)
    Signature.objects.update(signed_on=timezone.localdate() - datetime.timedelta(days=1))

    with pytest.raises(signing.NotSigned):
        sign(stale, signer)


def test_an_overdue_review_shows_on_the_page_and_on_the_desk(
    signer: User, version: ContentVersion
) -> None:
    sign(version, signer)
    Signature.objects.update(
        signed_on=timezone.localdate() - YEAR,
        review_by=timezone.localdate() - datetime.timedelta(days=1),
    )

    assert page_of(version).count("Review overdue") == 2
    assert "Overdue" in signed_in(signer).get(reverse(LIST)).content.decode()


def test_a_review_is_a_second_signature_and_the_first_is_kept(
    signer: User, version: ContentVersion
) -> None:
    sign(version, signer)
    Signature.objects.update(signed_on=timezone.localdate() - YEAR)

    post_signature(signer, version)

    assert Signature.objects.count() == 2
    version.refresh_from_db()
    assert version.signature is not None
    assert version.signature.signed_on == timezone.localdate()


def test_somebody_without_a_name_is_asked_for_it(signer: User, version: ContentVersion) -> None:
    User.objects.filter(pk=signer.pk).update(first_name="", last_name="")

    page = post_signature(signer, version).content.decode()

    assert "Put your full name into your account first" in page
    assert not Signature.objects.exists()


@pytest.mark.parametrize("field", ["name", "register", "number"])
def test_the_database_refuses_a_signature_without_a_name_or_number(
    field: str, signer: User, version: ContentVersion
) -> None:
    sign(version, signer)

    with pytest.raises(IntegrityError):
        Signature.objects.update(**{field: ""})


def test_the_queue_links_to_it_for_the_superintendent_only(
    pharmacist: User, version: ContentVersion
) -> None:
    queue = reverse("admin:prescription-queue")
    assert reverse(LIST) not in signed_in(pharmacist).get(queue).content.decode()

    roles.create_groups()
    pharmacist.groups.add(Group.objects.get(name=roles.SUPERINTENDENT))

    assert reverse(LIST) in signed_in(pharmacist).get(queue).content.decode()


def test_the_leaflet_says_who_signed(signer: User, version: ContentVersion) -> None:
    import pypdfium2

    sign(version, signer)
    product = version.medicine.product

    response = Client().get(reverse("catalogue:leaflet", args=[product.slug, product.pk]))

    text = pypdfium2.PdfDocument(response.content)[0].get_textpage().get_text_range()
    assert "Signed by Nia Okafor" in " ".join(text.split())
