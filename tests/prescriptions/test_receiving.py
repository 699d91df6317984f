"""The files of one form: scanned, read within one time, and refused in words beside the field."""

from __future__ import annotations

import datetime
import re
import time
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions.files import intake, quota, receiving, uploads
from shop.prescriptions.files.quota import FilesOfADay
from shop.prescriptions.files.receiving import PrescriptionFilesField
from shop.prescriptions.files.scanner import Scan
from shop.prescriptions.models import Document
from tests.checkout.walking import ANSWERS
from tests.conftest import basket_with, pack_of, signed_in
from tests.prescriptions import clamd as fake
from tests.prescriptions import hostile
from tests.prescriptions.clamd import EICAR, clamd
from tests.prescriptions.test_intake import program
from tests.settling.test_races import at_once

ROOT = Path(settings.BASE_DIR)
URL = "/checkout/prescription/"


pytestmark = pytest.mark.django_db


def photo(data: bytes, name: str = "scan.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def refusals(*files: SimpleUploadedFile) -> list[str]:
    with pytest.raises(forms.ValidationError) as refused:
        PrescriptionFilesField().clean(files)
    return refused.value.messages


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_file_is_taken_for_what_it_holds(kind: str) -> None:
    [upload] = PrescriptionFilesField().clean([photo(hostile.picture(kind), "notes.txt")])

    assert len(upload.pictures) == 1
    assert upload.scan == Scan.NOT_CONFIGURED


def test_every_file_that_is_refused_is_named() -> None:
    good = photo(hostile.picture("JPEG"), "good.jpg")

    messages = refusals(photo(b"x", "one.jpg"), good, photo(b"MZ", "two.jpg"))

    assert [message.split(":")[0] for message in messages] == ["one.jpg", "two.jpg"]


def test_five_slow_files_do_not_hold_a_request_for_five_times_as_long(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(receiving, "FORM_SECONDS", 0.5)
    monkeypatch.setattr(intake, "RASTERISER", program(tmp_path, "time.sleep(60)"))
    began = time.monotonic()

    messages = refusals(*(photo(b"x", f"{number}.jpg") for number in range(5)))

    assert time.monotonic() - began < 30
    assert [message[:7] for message in messages] == [f"{number}.jpg: " for number in range(5)]
    assert all("took too long" in message for message in messages)


def test_an_infected_file_is_refused_beside_the_field_and_not_stored(
    settings: Any, customer: User, medicine: Product
) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))
    infected = photo(hostile.picture("JPEG") + EICAR)

    with clamd() as server:
        settings.CLAMD_ADDRESS, settings.SCANNER_DOWN = server.address, "flag"
        page = signed_in(customer).post(URL, {**ANSWERS, "documents": [infected]})

    assert "scan.jpg: Our virus scanner says" in page.context["form"].errors["documents"][0]
    assert page.context["form"]["patient_name"].value() == "Robin Example"
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("manner", "scan"), [(fake.honest, Scan.CLEAN), (fake.closed_at_once, Scan.UNSCANNED)]
)
def test_what_the_scanner_said_is_kept_with_the_file(
    settings: Any, customer: User, medicine: Product, manner: fake.Manner, scan: Scan
) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))

    with clamd(manner) as server:
        settings.CLAMD_ADDRESS, settings.SCANNER_DOWN = server.address, "flag"
        signed_in(customer).post(URL, {**ANSWERS, "documents": [photo(hostile.picture("HEIF"))]})

    assert Document.objects.get().scan == scan


def test_a_person_can_send_only_so_many_files_in_a_day(
    monkeypatch: pytest.MonkeyPatch, customer: User, other_customer: User, medicine: Product
) -> None:
    monkeypatch.setattr(quota, "MAX_FILES_A_DAY", 3)
    for person in (customer, other_customer):
        basket_with(person, pack_of(medicine, 10, 60))
    client = signed_in(customer)

    def errors(client: Client, files: int) -> str:
        sent = [photo(b"x", f"{number}.jpg") for number in range(files)]
        form = client.post(URL, {**ANSWERS, "documents": sent}).context["form"]
        return str(form.errors["documents"])

    assert "very many files today" not in errors(client, 3)
    assert "very many files today" in errors(client, 1)
    assert "very many files today" not in errors(signed_in(other_customer), 3)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=25)):
        assert "very many files today" not in errors(signed_in(customer), 3)


def test_the_files_of_the_morning_count_in_the_evening(
    monkeypatch: pytest.MonkeyPatch, customer: User
) -> None:
    monkeypatch.setattr(quota, "MAX_FILES_A_DAY", 3)
    sent = MultiValueDict({"documents": [photo(b"x"), photo(b"y")]})
    one_more = MultiValueDict({"documents": [photo(b"z")]})

    with time_machine.travel(datetime.datetime(2026, 11, 23, 8, tzinfo=datetime.UTC)) as clock:
        assert quota.within_quota(sent, by=customer) is sent
        clock.shift(60)
        assert quota.within_quota(one_more, by=customer) is one_more
        clock.shift(15 * 60 * 60)
        assert quota.within_quota(one_more, by=customer) is not one_more
        clock.shift(60 * 60)
        assert quota.within_quota(one_more, by=customer) is one_more

    assert FilesOfADay.objects.get().received == 1


@pytest.mark.django_db(transaction=True)
def test_of_files_sent_at_once_only_as_many_are_read_as_fit(
    monkeypatch: pytest.MonkeyPatch, customer: User
) -> None:
    monkeypatch.setattr(quota, "MAX_FILES_A_DAY", 3)
    sent = MultiValueDict({"documents": [photo(b"x"), photo(b"y")]})

    answers = at_once(*[lambda: quota.within_quota(sent, by=customer) is sent] * 3)

    assert sorted(answers) == [False, False, True]
    assert FilesOfADay.objects.get().received == 2


def test_every_text_names_the_limits_that_hold() -> None:
    places = [*ROOT.glob("shop/prescription*/**/*.py"), *ROOT.glob("templates/**/*.html")]
    words = " ".join(" ".join(path.read_text().split()) for path in places)

    bytes_named = {int(size) * 1024 * 1024 for size in re.findall(r"(\d+) MB", words)}
    assert bytes_named == {intake.MAX_FILE_BYTES, uploads.MAX_REQUEST_BYTES}
    assert set(re.findall(r"(\d+) files", words)) == {str(intake.MAX_FILES)}
    assert set(re.findall(r"(\d+) pages", words)) == {str(intake.MAX_PAGES)}
