"""Every page that opens: nothing from another host, no inline code, one heading, safe headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from tests.site.addresses import VISITORS, expected

# What a browser fetches, or sends to, without being asked.
LOADS = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "object": "data",
    "embed": "src",
    "form": "action",
    "input": "src",
}
DATA_SCRIPTS = ("application/ld+json", "application/json")


class Reader(HTMLParser):
    """Collects what a page loads, its inline code, its headings and the names it gives twice."""

    def __init__(self) -> None:
        super().__init__()
        self.hosts: list[str] = []
        self.inline: list[str] = []
        self.headings = 0
        self.language = ""
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.headings += tag == "h1"
        if tag == "html":
            self.language = given.get("lang") or ""
        if given.get("id"):
            self.ids.append(given["id"] or "")
        host = urlsplit(given.get(LOADS.get(tag, ""), "") or "").hostname
        if host and given.get("rel") != "canonical":
            self.hosts.append(f"{tag}: {host}")
        self.inline += [
            f"{tag} {name}" for name in given if name.startswith("on") or name == "style"
        ]
        if tag == "style" or (
            tag == "script" and "src" not in given and given.get("type") not in DATA_SCRIPTS
        ):
            self.inline.append(tag)


def read(response: HttpResponse) -> Reader:
    reader = Reader()
    reader.feed(response.content.decode())
    return reader


def pages(answers: dict[str, HttpResponse], visitor: str) -> Iterator[tuple[str, HttpResponse]]:
    place = VISITORS.index(visitor)
    for name, words in expected().items():
        if words[place] in ("200", "403", "404"):
            yield name, answers[name]


def is_html(response: HttpResponse) -> bool:
    return response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("visitor", VISITORS, scope="session")
def test_no_page_asks_another_host_or_holds_inline_code(
    visitor: str, answers: dict[str, Any]
) -> None:
    found = {}
    for name, response in pages(answers, visitor):
        if is_html(response):
            page = read(response)
            problems = page.hosts + page.inline
            if problems:
                found[name] = problems

    assert found == {}


@pytest.mark.parametrize("visitor", ["anonymous", "owner", "pharmacist"], scope="session")
def test_every_page_has_one_heading_a_language_and_no_id_twice(
    visitor: str, answers: dict[str, Any]
) -> None:
    found = {}
    for name, response in pages(answers, visitor):
        if not is_html(response):
            continue
        page = read(response)
        twice = sorted({id_ for id_ in page.ids if page.ids.count(id_) > 1})
        if page.headings != 1 or not page.language or twice:
            found[name] = (page.headings, page.language, twice)

    assert found == {}


@pytest.mark.parametrize("visitor", ["anonymous", "owner"], scope="session")
def test_customers_read_cart_never_basket(visitor: str, answers: dict[str, Any]) -> None:
    found = [
        name
        for name, response in pages(answers, visitor)
        if is_html(response)
        and re.search(r"\bbaskets?\b", strip_tags(response.content.decode()), re.IGNORECASE)
    ]

    assert found == []


# Pages about money, about messages and about who did what: they need no patient, so they name none.
NAMES_NOBODY = {"dashboard:payments", "admin:audit", "admin:emails", "admin:email-decide"}


@pytest.mark.parametrize("visitor", ["owner", "staff", "pharmacist"], scope="session")
def test_a_page_that_names_an_order_or_a_prescription_names_the_patient(
    visitor: str, answers: dict[str, Any]
) -> None:
    names = {argument_of(answers[name]) for name in ("customer:order", "prescriptions:detail")}
    # In a list the first name may be a letter.
    patient = re.compile(r"(Robin|R\.) Example")
    found = [
        name
        for name, response in pages(answers, visitor)
        if response.status_code == 200 and is_html(response) and name not in NAMES_NOBODY
        if any(each in response.content.decode() for each in names)
        and not patient.search(strip_tags(response.content.decode()))
    ]

    assert found == []


def argument_of(response: HttpResponse) -> str:
    """The last part of the address that was asked for."""
    path: str = response.wsgi_request.path
    return path.rstrip("/").rsplit("/", 1)[-1]


@pytest.mark.parametrize("visitor", VISITORS, scope="session")
def test_every_answer_carries_the_safe_headers(visitor: str, answers: dict[str, Any]) -> None:
    for name, response in pages(answers, visitor):
        policy = response.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, name
        assert "unsafe" not in policy, name
        assert response["X-Content-Type-Options"] == "nosniff", name
        assert response["X-Frame-Options"] == "DENY", name
        if visitor != "anonymous":
            assert re.search("no-store|no-cache|private", response["Cache-Control"]), name


def test_a_missing_page_is_ours_too(db: None) -> None:
    response = Client().get("/no-such-page/")

    assert response.status_code == 404
    assert "default-src 'none'" in response["Content-Security-Policy"]
    page = read(response)
    assert (page.headings, page.hosts, page.inline) == (1, [], [])


ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(target: str, customer: Any) -> None:
    from tests.conftest import PASSWORD

    response = Client().post(
        reverse("account_login"),
        {"login": customer.email, "password": PASSWORD, "next": target},
    )

    assert response.status_code == 302
    assert urlsplit(response["Location"]).hostname is None
    assert response["Location"].startswith("/")
    assert "evil" not in response["Location"]
