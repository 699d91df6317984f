"""Turns content into HTML, once per version, country and process.

A version never changes, so what was made from it never goes stale: price and stock are not in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalogue.content.document import (
    Advice,
    Content,
    Frequency,
    Rule,
    Severity,
    SideEffect,
    Source,
    Urgency,
    grouped,
)
from catalogue.content.inline import inline_html
from catalogue.content.makes import by_make
from catalogue.content.models import ContentVersion
from catalogue.content.sections import Citation, Country, Mark, Statement, basis
from shop.help_lines.table import emergency_number

INDENT = re.compile(r"\s*\n\s*")
# A line between these says nothing: no words run across them.
BETWEEN_BLOCKS = re.compile(
    r">\n<(?=/?(?:li|ul|ol|t[rdh]|tbody|thead|table|d[tld]|div|section|h\d|p|details)\b)"
)


@dataclass(frozen=True)
class NumberedSource:
    number: int
    source: Source
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Monograph:
    """The parts of the page that come from the content alone; entries lead to its sections."""

    lead: SafeString
    strip: SafeString
    facts: SafeString
    entries: tuple[tuple[str, str], ...]
    html: SafeString
    content: Content


def source_numbers(content: Content) -> dict[str, int]:
    """The number of each source: the order in which the page first cites it."""
    return {each.source.key: each.number for each in numbered_sources(content)}


def numbered_sources(content: Content) -> list[NumberedSource]:
    """The sources of the page by number, each with every mark its uses carry."""
    marks: dict[str, set[str]] = {}
    for citation in content.citations():
        marks.setdefault(citation.source, set()).add(citation.mark)
    by_key = {source.key: source for source in content.sources}
    return [
        NumberedSource(number, by_key[key], tuple(m for m in Mark if m in found))
        for number, (key, found) in enumerate(marks.items(), 1)
    ]


def cites_html(
    citations: tuple[Citation, ...], numbers: dict[str, int], *, page: str = ""
) -> SafeString:
    """Small links to the numbered sources, with a word before them for who hears it.

    What rests on general knowledge says so beside them.

    ``page`` is the address of the page they stand on, when that is another one.
    """
    if not citations:
        return SafeString("")
    links = format_html_join(
        " ",
        '<a href="{}#s-{}">{}</a>',
        ((page, number, number) for number in cited(citations, numbers)),
    )
    unread = format_html(" <b>({})</b>", rests) if (rests := basis(citations).label) else ""
    return format_html('<span class="cites"><i>{} </i>{}{}</span>', _("Sources"), links, unread)


def statement_html(statement: Statement, numbers: dict[str, int], *, page: str = "") -> SafeString:
    return format_html(
        "{} {}", inline_html(statement.text), cites_html(statement.citations, numbers, page=page)
    )


def cited(citations: tuple[Citation, ...], numbers: dict[str, int]) -> list[int]:
    return sorted(numbers[citation.source] for citation in citations)


def entries_of(content: Content) -> tuple[tuple[str, str], ...]:
    """The sections of the page and their titles, for its list of links."""
    ends = (
        ("compare", _("Muscle relaxants compared"), content.comparison.rows),
        ("questions", _("Common questions"), content.questions),
        ("claims", _("Claims we checked"), content.claims),
        ("see", _("See also"), content.see_also),
        ("leaflet", _("Leaflet"), True),
        ("src", _("Sources, versions and review"), True),
    )
    return (
        *((section.slug, section.title) for section in content.sections),
        *((slug, title) for slug, title, is_there in ends if is_there),
    )


def by_frequency(
    content: Content,
) -> list[tuple[Frequency, list[tuple[str, list[SideEffect]]]]]:
    """The side effects, the most frequent first, and each frequency by the part of the body."""
    effects = sorted(content.side_effects, key=attrgetter("system"))
    return [
        (frequency, [(system, list(some)) for system, some in groupby(group, attrgetter("system"))])
        for frequency, group in grouped(Frequency, effects, by=attrgetter("frequency"))
    ]


def by_urgency(content: Content) -> list[tuple[Urgency, list[Advice]]]:
    return grouped(Urgency, content.advice, by=attrgetter("urgency"))


def by_severity(content: Content) -> list[tuple[Severity, list[Rule]]]:
    return grouped(Severity, content.warnings, by=attrgetter("severity"))


def monograph_of(version: ContentVersion, *, country: str) -> Monograph:
    """A version as readers in a country see it; one query the first time in a process."""
    kept_as = f"{version.digest} {version.loaded_at}"
    about = (version.pk, kept_as, get_language() or "")
    answered_for = f"{version.signature_id} {version.withdrawn_at} {settings.IS_DEMO}"
    return _rendered(*about, version.review_is_overdue(), answered_for, country)


@lru_cache(maxsize=256)
def _rendered(
    version_pk: int,
    _kept_as: str,
    _language: str,
    review_is_overdue: bool,  # noqa: FBT001
    _answered_for: str,
    country: str,
) -> Monograph:
    versions = ContentVersion.objects.select_related("medicine__product", "signature")
    version = versions.get(pk=version_pk)
    content = version.content.for_country(country)
    numbers = source_numbers(content)
    context = {
        "content": content,
        "country": Country(country),
        "version": version,
        "review_is_overdue": review_is_overdue,
        "numbers": numbers,
        "sources": numbered_sources(content),
        "frequencies": by_frequency(content),
        "advice": by_urgency(content),
        "severities": by_severity(content),
        "makes": by_make(content.packs),
        "emergency_number": emergency_number(country),
        "is_demo": settings.IS_DEMO,
    }
    return Monograph(
        lead=statement_html(content.lead, numbers),
        strip=_part("strip", context),
        facts=_part("facts", context),
        entries=entries_of(content),
        html=_part("monograph", context),
        content=content,
    )


def _part(name: str, context: dict[str, Any]) -> SafeString:
    html = render_to_string(f"oscar/catalogue/partials/{name}.html", context)
    short = BETWEEN_BLOCKS.sub("><", INDENT.sub("\n", html))
    return mark_safe(short)  # noqa: S308 (a rendered template)
