"""Labels and leaflets, read back from the PDF: every field that a layout has to have, in real millimetres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.apps.order.models import Order

from catalogue.models import Product
from shop.accounts.models import User
from shop.dispensing import label_pdf, labels
from shop.dispensing.models import Dispensing
from shop.jurisdictions import loading
from shop.jurisdictions.profile import LabelField
from shop.prescriptions.models import Authorisation, Prescription
from tests.conftest import approve, let_the_log_know, pack_of, send_prescription, signed_in
from tests.dispensed import check, dispense
from tests.standing.paid import place

pytestmark = pytest.mark.django_db
POINTS_PER_MM = 72 / 25.4
STOCK = {"US": (102, 51), "GB": (70, 35), "demo": (102, 51)}
TODAY = timezone.localdate()
DAY = f"{TODAY.day} {TODAY:%b %Y}"

# What is read on the label of Robin Example's tablets, of the shipped medicine.
READ = {
    LabelField.PHARMACY: ("Alder Pharmacy", "1 Example Quay, Sampletown"),
    LabelField.PHONE: ("+1 555 0100",),
    LabelField.SERIAL: ("Rx ",),
    LabelField.DATE: (DAY,),
    LabelField.PRESCRIBER: ("Prescriber: Dr M. Sample",),
    LabelField.PATIENT: ("Robin Example",),
    LabelField.DIRECTIONS: ("One three times a day",),
    LabelField.MEDICINE: ("Baclofen tablets 10 mg",),
    LabelField.QUANTITY: ("60 tablets",),
    LabelField.REFILLS: ("Refills: 1, until",),
    LabelField.PHARMACIST: ("Pharmacist: Nia Okafor",),
    LabelField.DISCARD: (
        f"Discard after {TODAY.day} {TODAY:%b} {TODAY.year + 1}",
        "if that is earlier",
    ),
    LabelField.CHILDREN: ("Keep out of the reach and sight of children",),
}
CAUTIONS = {
    "US": ("Do not stop taking this medicine suddenly", "do not drive", "Alcohol"),
    "GB": ("This medicine may make you sleepy", "Do not stop taking this medicine unless"),
}


@pytest.fixture
def order(
    baclofen: Product, customer: User, pharmacist: User, staff: User, countries: Any
) -> Order:
    """Of the shipped medicine, whose label has words of warning; one supply of two."""
    sent = send_prescription(customer, baclofen)
    approve(sent, baclofen, by=pharmacist, supplies=2)
    return place(customer, pack_of(baclofen, 10, 60))


def use(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "current", lambda: loading.load(profile))


def pages_of(data: bytes) -> Iterator[tuple[tuple[float, float], str]]:
    """The size in mm and the words of each page."""
    document = pypdfium2.PdfDocument(data)
    try:
        for page in document:
            width, height = page.get_size()
            text = page.get_textpage()
            words = " ".join(text.get_text_range().split())
            text.close()
            yield (round(width / POINTS_PER_MM, 1), round(height / POINTS_PER_MM, 1)), words
    finally:
        document.close()


@pytest.mark.parametrize("profile", ["US", "GB", "demo"])
def test_every_field_is_read_back_from_a_label_of_the_right_size(
    profile: str, order: Order, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(profile, monkeypatch)
    made = dispense(order, by=staff)
    rule = loading.load(profile).label.value

    [(size, words)] = pages_of(label_pdf.pdf_of(labels.labels_of(made)))

    assert size == STOCK[profile]
    wanted = {**READ, LabelField.CAUTIONS: CAUTIONS[rule.layout]}
    missing = [text for field in rule.fields for text in wanted[field] if text not in words]
    assert missing == []
    assert f"{order.number}-1" in words


def test_whatever_a_profile_asks_for_has_its_place_in_the_layout() -> None:
    for name in loading.profile_names():
        rule = loading.load(name).label.value
        rows = label_pdf.LAYOUTS[rule.layout].rows
        assert set(rule.fields) <= {field for row in rows for field in row.fields}, name


def test_every_pack_has_its_own(
    baclofen: Product, customer: User, pharmacist: User, staff: User, countries: Any
) -> None:
    approve(send_prescription(customer, baclofen), baclofen, by=pharmacist)
    order = place(customer, pack_of(baclofen, 10, 30), quantity=2)
    made = dispense(order, by=staff)

    found = [words for _size, words in pages_of(label_pdf.pdf_of(labels.labels_of(made)))]

    assert len(found) == 2
    assert all("30 tablets" in words for words in found)


@pytest.mark.parametrize("stock", ["60x25", "40x30"])
def test_what_does_not_fit_stops_the_printing_and_the_dispensing(
    stock: str, order: Order, staff: User, settings: Any
) -> None:
    settings.LABEL_STOCK = stock

    with pytest.raises(InvalidOrderStatus, match=r"does not fit on a label of .* mm"):
        dispense(order, by=staff)

    assert not Dispensing.objects.exists()


def test_the_size_of_the_stock_is_a_setting(order: Order, staff: User, settings: Any) -> None:
    settings.LABEL_STOCK = "120x80"
    made = dispense(order, by=staff)

    [(size, _words)] = pages_of(label_pdf.pdf_of(labels.labels_of(made)))

    assert size == (120, 80)


def test_the_longest_directions_are_printed_whole_or_not_at_all(
    order: Order, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("GB", monkeypatch)
    said = " ".join(f"{number} at noon," for number in range(1, 26))
    Authorisation.objects.update(directions=said)
    let_the_log_know(Authorisation.objects.get())

    with pytest.raises(InvalidOrderStatus, match="does not fit"):
        dispense(order, by=staff)


def test_a_sign_that_the_typeface_lacks_is_not_printed_as_a_box(order: Order, staff: User) -> None:
    Authorisation.objects.update(directions="一日三回")
    let_the_log_know(Authorisation.objects.get())

    with pytest.raises(InvalidOrderStatus, match="typeface has no 一 日"):
        dispense(order, by=staff)


def test_what_the_superintendent_has_not_signed_is_not_printed(
    order: Order, staff: User, pharmacist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order goes on with the pharmacy's own label, and no label of ours is asked for."""
    use("AU", monkeypatch)
    made = dispense(order, by=staff)

    with pytest.raises(labels.NoLabel, match="has not signed"):
        labels.labels_of(made)
    page = signed_in(staff).get(reverse("dispensing:labels", args=[order.number]))
    assert page.status_code == 409
    check(order, by=pharmacist)


def test_label_and_leaflet_come_from_their_pages(order: Order, staff: User) -> None:
    made = dispense(order, by=staff)
    client, line = signed_in(staff), order.lines.get()

    page = client.get(reverse("dispensing:made", args=[order.number])).content.decode()
    printed = client.get(reverse("dispensing:labels", args=[order.number]))
    leaflet = client.get(reverse("dispensing:leaflet", args=[order.number, line.pk]))

    assert reverse("dispensing:labels", args=[order.number]) in page
    assert "Robin Example" in next(pages_of(printed.content))[1]
    number = made.contents[0]["leaflet"]
    assert number
    assert f"version {number}" in page
    assert f"-{number}-short-a4" in leaflet["Content-Disposition"]
    assert next(pages_of(leaflet.content))[0] == (210, 297)


def test_a_label_of_another_order_is_refused_at_the_check(
    order: Order, staff: User, pharmacist: User
) -> None:
    dispense(order, by=staff)
    client, url = signed_in(pharmacist), reverse("dispensing:check", args=[order.number])

    wrong = client.post(url, {"do": "scan", "scan": "999999-1"}).content.decode()
    right = client.post(url, {"do": "scan", "scan": f"{order.number}-1"}).content.decode()

    assert "Label 999999-1 belongs to another order" in wrong
    assert f'name="label" value="{order.number}-1"' in right


def test_without_its_label_nothing_is_checked(order: Order, staff: User, pharmacist: User) -> None:
    made = dispense(order, by=staff)
    client, url = signed_in(pharmacist), reverse("dispensing:check", args=[order.number])
    pick = f"scanned:{order.lines.get().partner_sku}"

    said = client.post(url, {"do": "sign", "seen": made.uuid, "pick": [pick]}).content.decode()

    assert f"Scan the label {order.number}-1" in said
    assert Prescription.objects.get().status == "approved"
