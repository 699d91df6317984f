"""A medicine of any shape goes the whole way: page, cart, prescription, approval, order, register."""

from __future__ import annotations

import datetime
import io
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from oscar.apps.basket.models import Line
from oscar.apps.order.models import Order

from catalogue.amounts import Strength
from catalogue.content import files
from catalogue.models import Product
from shop.accounts.models import User
from shop.continuity.repeats import next_supply_on
from shop.demo.stripe.server import Emulator
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.statuses import Status
from shop.register.models import Entry
from shop.settling.settle import settle
from tests.catalogue.conftest import SEE_ALSO
from tests.catalogue.folders import SHIPPED, edit, run
from tests.checkout.walking import ANSWERS, fill_in_delivery, press_pay, step
from tests.conftest import PASSWORD, signed_in
from tests.prescriptions import samples
from tests.register.conftest import move
from tests.review.desk import address_of, approve_at_the_desk, post, take
from tests.settling.paying import pay_by_card
from tests.signed import load_medicines

PACKS = """form: {form}
strengths:
  - strength: {strength}
    countries: [AU, US]
    packs:
      - {{sku: SAMPLE, units: {units}, price: "{price}", stock: 20}}
"""
# Words of the forms, none of which may stand where another form is sold.
FORMS = re.compile(r"\b(tablet|capsule|patch|mL|mg)", re.ASCII)


@dataclass(frozen=True)
class Shape:
    """A medicine as its file describes it, and how people read it."""

    form: str
    strength: str
    units: int
    price: str
    a_day: str
    directions: str
    lasts: int
    kept: str
    slug: str
    size: str
    named: str
    supplied: str
    from_price: str
    heading: str
    doses: str
    foreign: tuple[str, ...]


SHAPES = [
    Shape(
        form="tablet",
        strength="2.5 mg",
        units=30,
        price="9.00",
        a_day="1.5",
        directions="One in the morning and half a tablet at night",
        lasts=20,
        kept="2.5 mg/{tablet}",
        slug="2.5mg",
        size="30 tablets",
        named="2.5 mg tablets",
        supplied="30 tablets of 2.5 mg",
        from_price="from $0.30 per tablet",
        heading="Tablets",
        doses="tablets",
        foreign=("mL", "capsule", "patch"),
    ),
    Shape(
        form="capsule",
        strength="0.25 mg",
        units=28,
        price="14.00",
        a_day="2",
        directions="One twice a day",
        lasts=14,
        kept="250 ug/{capsule}",
        slug="250ug",
        size="28 capsules",
        named="250 microgram capsules",
        supplied="28 capsules of 250 micrograms",
        from_price="from $0.50 per capsule",
        heading="Capsules",
        doses="capsules",
        foreign=("mL", "tablet", "patch", "mg"),
    ),
    Shape(
        form="oral-solution",
        strength="5 mg/5 mL",
        units=300,
        price="36.00",
        a_day="15",
        directions="5 mL three times a day",
        lasts=20,
        kept="5 mg/5 mL",
        slug="5mg-5mL",
        size="300 mL",
        named="5 mg/5 mL oral solution",
        supplied="300 mL of 5 mg/5 mL oral solution",
        from_price="from $1.20 per 10 mL",
        heading="mL",
        doses="doses",
        foreign=("tablet", "capsule", "patch"),
    ),
    Shape(
        form="patch",
        strength="12 micrograms/hour",
        units=5,
        price="20.00",
        a_day="1/3",
        directions="One every 3 days",
        lasts=15,
        kept="12 ug/h",
        slug="12ug-h",
        size="5 patches",
        named="12 micrograms/hour patches",
        supplied="5 patches of 12 micrograms/hour",
        from_price="from $4.00 per patch",
        heading="Patches",
        doses="patches",
        foreign=("tablet", "capsule", "mL", "mg"),
    ),
]


@pytest.fixture(params=SHAPES, ids=[shape.form for shape in SHAPES])
def shape(request: pytest.FixtureRequest) -> Shape:
    found: Shape = request.param
    return found


def one_strength(path: Path, country: str, strength: str) -> None:
    """Let a country have this strength alone."""
    text = path.read_text()
    start = text.index(f"  {country}: {{value: [", text.index("strengths:"))
    end = text.index("]", start)
    path.write_text(f'{text[:start]}  {country}: {{value: ["{strength}"{text[end:]}')


@pytest.fixture
def sold(shape: Shape, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product:
    """The medicine with its content and one pack, as the commands load them from its folder."""
    folder = tmp_path / "sample"
    shutil.copytree(SHIPPED / "baclofen", folder)
    edit(folder / "medicine.yaml", "title: Baclofen tablets", "title: Samplofen")
    for country in ("AT", "AU", "CH", "DE", "ES", "GB", "US", "ZA"):
        one_strength(folder / "screening.yaml", country, shape.kept)
    (folder / "packs.yaml").write_text(PACKS.format(**vars(shape)))
    edit(folder / "medicine.yaml", SEE_ALSO, "")
    monkeypatch.setattr(files, "MEDICINES", tmp_path)
    load_medicines(packs=True)
    return Product.objects.get(title="Samplofen")


def words_of(html: str) -> str:
    """What a reader sees of it."""
    seen = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", seen).split())


def words_at(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return words_of(page.content.decode())


def pack_form(pack: Product, **changes: Any) -> dict[str, Any]:
    """What the browser posts for a pack in the dashboard."""
    record = pack.stockrecords.get()
    empty = {
        f"{prefix}-{count}_FORMS": "0"
        for prefix in ("productcategory_set", "images")
        for count in ("TOTAL", "INITIAL")
    }
    return {
        "title": pack.title,
        "upc": pack.upc,
        "structure": "child",
        "is_public": "on",
        "strength": pack.strength.words,
        "units": pack.units,
        "supply_countries": ["AU"],
        **empty,
        "stockrecords-TOTAL_FORMS": "1",
        "stockrecords-INITIAL_FORMS": "1",
        "stockrecords-0-id": record.pk,
        "stockrecords-0-partner": record.partner_id,
        "stockrecords-0-partner_sku": record.partner_sku,
        "stockrecords-0-price": record.price,
        "stockrecords-0-num_in_stock": record.num_in_stock,
        "stockrecords-0-price_currency": "USD",
        "action": "save",
        **changes,
    }


def put_into_the_cart(client: Client, sold: Product, shape: Shape) -> None:
    client.post(
        reverse("catalogue:add-pack", args=[sold.slug, sold.pk]),
        {"strength": shape.slug, f"pack-{shape.slug}": "SAMPLE"},
    )


def send(client: Client, **changes: str) -> Prescription:
    scan = SimpleUploadedFile("scan.jpg", samples.jpeg())
    client.post(step("prescription"), {**ANSWERS, **changes, "patient": "new", "documents": scan})
    return Prescription.objects.exclude(status=Status.DRAFT).get()


def as_read(sold: Product, shape: Shape) -> dict[str, str]:
    """What the pharmacist types for one strength: read, and allowed twice."""
    item, allowed = f"i{sold.pk}-{shape.slug}", f"m{sold.pk}-{shape.slug}"
    return {
        "medicine": f"Samplofen {shape.strength}",
        "form": str(sold.form.label),
        f"{item}-quantity": str(shape.units),
        f"{item}-units_a_day": shape.a_day,
        f"{item}-repeats": "1",
        f"{item}-directions": shape.directions,
        f"{allowed}-units_per_supply": str(shape.units),
        f"{allowed}-supplies": "2",
        f"{allowed}-directions": "As the label says",
    }


def ordered(client: Client) -> Order:
    fill_in_delivery(client)
    pay_by_card(press_pay(client)["Location"])
    settle(PaymentAttempt.objects.get())
    return Order.objects.get()


def read_at_the_desk(desk: Client, prescription: Prescription, sold: Product, shape: Shape) -> None:
    """The queue and the sheet, once what was prescribed is typed in."""
    name = f"Samplofen {Strength(shape.kept).words}"
    queue = words_at(desk, "/admin/prescriptions/prescription/")
    assert shape.size in queue
    assert shape.named in queue
    take(desk, prescription)
    post(desk, prescription, "save", as_read(sold, shape))
    sheet = words_at(desk, address_of(prescription))
    for words in (
        f"{name}, {shape.size}",
        f"Allow {name}",
        f"{shape.heading} prescribed",
        f"{shape.heading} a day",
        f"{shape.heading} in one supply",
        f"2 days of {shape.doses} left",
    ):
        assert words in sheet
    assert ("A daily dose cannot be told from a rate" in sheet) is (shape.form == "patch")


def test_it_is_shown_in_the_words_of_its_form_and_of_no_other(
    shape: Shape, sold: Product, client: Client
) -> None:
    html = client.get(sold.get_absolute_url()).content.decode()
    seen = words_of(html)
    buy = words_of(html[html.index('<aside class="buy"') : html.index("</aside>")])

    for words in (shape.heading, f"Pack of {shape.named}", f"The {shape.named} may be supplied"):
        assert words in buy
    assert f"Choose your {sold.form.label}" in buy
    assert shape.from_price in seen
    assert [word for word in FORMS.findall(buy) if word in shape.foreign] == []

    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    drug = json.loads(block)["@graph"][1]
    (strength,) = drug["availableStrength"]
    told = f"{strength['strengthValue']} {strength['strengthUnit']}"
    assert told == Strength(shape.kept).words
    assert told in seen
    assert drug["dosageForm"] == sold.form.label

    answer = client.get(reverse("catalogue:leaflet", args=[sold.slug, sold.pk]))
    leaflet = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    assert "Samplofen" in leaflet[0].get_textpage().get_text_range()


def test_staff_read_and_write_the_strength_as_the_label_has_it(
    shape: Shape, sold: Product, staff: User
) -> None:
    pack = sold.children.get()
    client = signed_in(staff)
    address = reverse("dashboard:catalogue-product", args=[pack.pk])

    html = client.get(address).content.decode()
    assert f'value="{pack.strength.words}"' in html
    assert f"{shape.heading} in the pack" in words_of(html)

    assert client.post(address, pack_form(pack, strength=shape.strength)).status_code == 302
    pack.refresh_from_db()
    assert pack.strength == shape.kept

    wrong = client.post(address, pack_form(pack, strength="7 mg/7 kg"))
    assert "make a new pack" in words_of(wrong.content.decode())


def test_it_goes_the_whole_way(
    shape: Shape,
    sold: Product,
    customer: User,
    pharmacist: User,
    staff: User,
    stripe: Emulator,
) -> None:
    call_command("createcachetable", verbosity=0)
    client, desk = signed_in(customer), signed_in(pharmacist)
    name = f"Samplofen {Strength(shape.kept).words}"

    # The cart, and the prescription sent with it.
    put_into_the_cart(client, sold, shape)
    assert f"{name}, {shape.size}" in words_at(client, "/basket/")
    assert f"How many days of {shape.doses} are left?" in words_at(client, step("prescription"))
    unknown = {"present_mg_a_day": "", "present_mg_unknown": "on"}
    prescription = send(client, days_left="2", **unknown)
    place = reverse("prescriptions:detail", args=[prescription.reference])
    page = words_at(client, place)
    assert shape.size in page
    assert f"Your {shape.doses} may run out before more arrive" in page

    read_at_the_desk(desk, prescription, sold, shape)

    # The approval, and no more than it allows.
    answer = approve_at_the_desk(desk, prescription, sold, **as_read(sold, shape))
    prescription.refresh_from_db()
    assert prescription.status == Status.APPROVED, words_of(answer.content.decode())
    assert f"2 × {shape.size}" in words_at(client, place)
    authorisation = Authorisation.objects.get()
    assert authorisation.strength == shape.kept
    assert authorisation.units_a_day * shape.lasts == shape.units
    put_into_the_cart(client, sold, shape)
    refused = client.get(step("index"), follow=True).content.decode()
    twice = sold.form.counted_of(2 * shape.units, Strength(shape.kept))
    assert f"Your cart holds {twice};" in words_of(refused)
    Line.objects.update(quantity=1)

    # The order, and when the next one may be.
    order = ordered(client)
    supply = Supply.objects.select_related("authorisation").get()
    due = next_supply_on(supply.authorisation)
    assert supply.units == shape.units
    assert due is not None
    assert due < timezone.localdate() + datetime.timedelta(days=shape.lasts)
    page = words_at(client, place)
    assert shape.supplied in page
    assert f"You can order the next {shape.doses} from" in page
    bought = words_at(client, reverse("customer:order", args=[order.number]))
    assert f"{name}, {shape.size}" in bought

    # The register, the customer's own data, and letters that name none of it.
    move(order, "Dispensing")
    move(order, "Dispatched", by=staff)
    held = Entry.objects.get().particulars
    assert (held["form"], held["strength"], held["units"]) == (
        shape.form,
        shape.kept,
        shape.units,
    )
    assert shape.supplied in words_at(desk, "/admin/register/entry/")
    own = client.post(reverse("own-data"), {"password": PASSWORD}).json()["prescriptions"]
    (allowed,) = [allowed for each in own for allowed in each["authorised"]]
    assert allowed["strength"] == Strength(shape.kept).words
    assert allowed["counted_in"] == str(sold.form.kind.units)
    run("send_messages")
    assert len(mail.outbox) > 2
    for message in mail.outbox:
        assert FORMS.findall(str(message.message())) == []
