"""The reader's country: what it changes on the page, and what it does not leave behind."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from catalogue.content import rendering
from catalogue.content.files import MEDICINES, read_medicine
from shop.pages.checks import check_country


@pytest.fixture
def chosen(client, baclofen):
    """The page after somebody has chosen a country."""

    def choose(country):
        url = reverse("catalogue:choose-country", args=[baclofen.slug, baclofen.pk])
        response = client.post(url, {"country": country})
        assert (response.status_code, response.url) == (
            302,
            f"{baclofen.get_absolute_url()}#country",
        )
        return client.get(response.url).content.decode()

    return choose


ONLY = [
    ("US", "The highest dose is 80 mg a day"),
    ("GB", "The highest dose is 100 mg a day"),
    ("DE", "The highest dose is 75 mg a day"),
    ("AU", "In Australia most people take between 30 and 75 mg a day"),
    ("AT", "In Singapore the maker’s text gives"),
    ("AT", "you have epilepsy: the leaflets in Germany and Austria say no"),
    ("CH", "The Swiss text: over about 3 weeks"),
]


@pytest.mark.parametrize(("country", "text"), ONLY)
def test_a_statement_limited_to_a_country_shows_there_only(chosen, country, text):
    away = "GB" if country == "US" else "US"

    assert text in chosen(country)
    assert text not in chosen(away)


@pytest.mark.parametrize("country", ["US", "GB", "AU", "DE", "AT", "CH"])
def test_every_reader_is_told_where_sources_disagree(chosen, country):
    html = chosen(country)

    assert html.count("Sources disagree") >= 6
    assert f'value="{country}" selected' in html


def test_who_has_not_chosen_sees_the_shops_country(client, baclofen, settings):
    settings.CONTENT_COUNTRY = "AT"

    html = client.get(baclofen.get_absolute_url()).content.decode()

    assert 'value="AT" selected' in html
    assert "say no" in html.split("Do not take it if")[1].split("</section>")[0]


@pytest.mark.parametrize("country", ["", "FR", "us", "<b>", "U" * 5000])
def test_an_unknown_country_changes_nothing(client, chosen, country):
    assert 'value="US" selected' in chosen(country)
    assert "reader_country" not in client.cookies


def test_a_broken_cookie_shows_the_shops_country(client, baclofen):
    client.cookies["reader_country"] = "XX"

    assert b'value="US" selected' in client.get(baclofen.get_absolute_url()).content


def test_the_choice_makes_no_session_and_stays_out_of_the_address(client, chosen):
    chosen("DE")

    assert not Session.objects.exists()
    cookie = client.cookies["reader_country"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("DE", True, "Lax")


def test_a_form_from_elsewhere_is_refused(baclofen):
    from django.test import Client

    url = reverse("catalogue:choose-country", args=[baclofen.slug, baclofen.pk])

    assert Client(enforce_csrf_checks=True).post(url, {"country": "DE"}).status_code == 403


def test_another_country_costs_one_query_once(client, baclofen, django_assert_num_queries):
    rendering._rendered.cache_clear()  # noqa: SLF001 (a new process)
    client.get(baclofen.get_absolute_url())
    client.cookies["reader_country"] = "CH"

    with django_assert_num_queries(3):
        client.get(baclofen.get_absolute_url())
    with django_assert_num_queries(2):
        client.get(baclofen.get_absolute_url())


def test_every_country_keeps_every_section_a_reader_must_have():
    content = read_medicine(MEDICINES / "baclofen")

    sections = [section.slug for section in content.sections]

    for country in ("US", "GB", "AU", "DE", "AT", "CH"):
        assert [each.slug for each in content.for_country(country).sections] == sections


def test_a_shop_with_an_unknown_country_does_not_start(settings):
    assert check_country() == []

    settings.CONTENT_COUNTRY = "XX"

    assert [error.id for error in check_country()] == ["pages.E005"]
