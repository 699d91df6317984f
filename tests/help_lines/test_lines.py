"""Whoever reads in a country is told the numbers of that country, on every page and on paper."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterable

import pypdfium2
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from catalogue.content.sections import Country
from catalogue.models import Product
from shop import days
from shop.accounts.models import User
from shop.datafiles import FilesInvalid
from shop.help_lines import checks
from shop.help_lines.printing import printed_lines
from shop.help_lines.table import TABLE, HelpLine, emergency_number, lines_of, read
from shop.prescriptions.models import Prescription
from tests.conftest import patient_answers, send_prescription, signed_in

EVERYBODYS = ("front", "help-now", "complaints", "delivery", "about", "how-prescriptions-work")
CALLED = re.compile(r"\b[Cc]all (\d{3,5})\b")
DIALLED = re.compile(r'href="(?:tel|sms):([^"]+)"')


def numbers_in(html: str) -> set[str]:
    ours = re.sub(r"[^+\d]", "", "+1 555 0100")
    return {*CALLED.findall(html), *DIALLED.findall(html)} - {ours}


def numbers_of(country: str) -> set[str]:
    return digits_of(lines_of(country) or ())


def digits_of(lines: Iterable[HelpLine]) -> set[str]:
    return {line.link.partition(":")[2] for line in lines if line.number}


def addresses(baclofen: Product) -> list[str]:
    pages = [reverse(name) for name in EVERYBODYS if name != "front"]
    return ["/", *pages, baclofen.get_absolute_url()]


@pytest.mark.parametrize("country", Country.values)
def test_no_page_names_another_countrys_number(client, baclofen, country: str) -> None:
    client.cookies["reader_country"] = country

    for address in addresses(baclofen):
        found = numbers_in(client.get(address).content.decode())
        assert found <= numbers_of(country), address
    assert emergency_number(country) in found


@pytest.mark.parametrize("country", TABLE.countries)
def test_the_page_of_a_country_has_all_its_lines_in_their_order(
    client: Client, country: str
) -> None:
    html = client.get(reverse("help-now"), {"country": country}).content.decode()

    wanted = [line.link for line in lines_of(country) or () if line.number]
    assert [
        f"{way}:{n}" for way, n in re.findall(r'href="(tel|sms):([^"]+)"', html) if n != "+15550100"
    ] == wanted
    assert f'value="{country}" selected' in html


def test_the_name_of_a_country_needs_no_article(client: Client) -> None:
    page = client.get(reverse("help-now"), {"country": "US"}).content.decode()

    assert "United States: in an emergency, call 911" in page
    assert "in United States" not in page


@pytest.mark.parametrize("country", ["US", "GB", "AT"])
def test_paper_has_only_what_was_read_at_its_source(client, baclofen, country: str) -> None:
    client.cookies["reader_country"] = country
    address = reverse("catalogue:leaflet", args=[baclofen.slug, baclofen.pk])
    pages = pypdfium2.PdfDocument(io.BytesIO(client.get(address).content))
    words = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)

    printed = {
        line.number for _title, lines in printed_lines(country, frozenset()) for line in lines
    }
    for line in lines_of(country) or ():
        if line.number and len(line.number) > 5:
            assert (line.number in words) == (line.number in printed), line
    assert set(CALLED.findall(words)) <= {n for n in printed if n}
    assert "call the emergency number now" in words or emergency_number(country) in printed


@pytest.mark.parametrize("country", ["AU", "NZ", "ZW"])
def test_behind_the_sign_in_it_is_the_patients_country(
    customer: User, medicine: Product, country: str
) -> None:
    prescription = send_prescription(customer, medicine, answers=patient_answers(country=country))
    Prescription.objects.update(days_left=1)
    address = reverse("prescriptions:detail", args=[prescription.reference])

    html = signed_in(customer).get(address).content.decode()

    own = lines_of(country)
    # Who is called today sees the two kinds that they may need meanwhile.
    needed = [*own.emergency, *own.out_of_hours] if own and "calls you today" in html else own or []
    assert "Do not stop suddenly" in html
    assert numbers_in(html) == digits_of(needed)
    assert f"call {emergency_number(country)}" in html


def test_a_line_not_read_again_in_time_is_warned_of_and_stops_nothing(monkeypatch) -> None:
    monkeypatch.setattr(days, "at_pharmacy", lambda: datetime.date(2027, 1, 31))
    assert checks.check_lines_are_read_again() == []
    monkeypatch.setattr(days, "at_pharmacy", lambda: datetime.date(2027, 2, 1))

    warned = checks.check_lines_are_read_again()

    yearly = sum(line.years == 1 for lines in TABLE.countries.values() for line in lines)
    assert len(warned) == yearly
    assert not any(each.is_serious() for each in warned)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('number: "911", mark: V', "mark: V", "either a number or words"),
        ('number: "911", mark: V', 'number: "nine", mark: V', "no telephone number"),
        ("  IE:\n", "  XX:\n", "unknown country"),
        ("mark: V,", "mark: S,", "not one of V, VM, OK"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(
    tmp_path, was: str, becomes: str, said: str
) -> None:
    text = (settings.BASE_DIR / "shop/help_lines/lines.yaml").read_text()
    path = tmp_path / "lines.yaml"
    path.write_text(text.replace(was, becomes, 1))
    assert path.read_text() != text

    with pytest.raises(FilesInvalid, match=said):
        read(path)
