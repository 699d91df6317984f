"""Turns content into HTML, once per version, country and process.

A version never changes, so what was made from it never goes stale: price and stock are not in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalogue.content.document import (
    FREQUENCY_MEANING,
    Advice,
    Claim,
    Content,
    Frequency,
    Rule,
    Severity,
    SideEffect,
    Source,
    Urgency,
    Verdict,
)
from catalogue.content.inline import inline_html
from catalogue.content.sections import Block, Citation, Country, Mark, Statement

if TYPE_CHECKING:
    from catalogue.content.models import ContentVersion

INDENT = re.compile(r"\s*\n\s*")
TAG_OF_SEVERITY = {
    Severity.CONTRAINDICATED: "tag--stop",
    Severity.MAJOR: "tag--stop",
    Severity.MODERATE: "tag--wait",
}


@dataclass(frozen=True)
class NumberedSource:
    number: int
    source: Source
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class SystemGroup:
    """The side effects of one frequency in one part of the body."""

    system: str
    effects: tuple[SideEffect, ...]


@dataclass(frozen=True)
class FrequencyGroup:
    label: str
    meaning: str
    is_shown_first: bool
    systems: tuple[SystemGroup, ...]


@dataclass(frozen=True)
class AdviceGroup:
    urgency: str
    label: str
    advice: tuple[Advice, ...]


@dataclass(frozen=True)
class SeverityGroup:
    severity: Severity
    tag: str
    is_shown_first: bool
    interactions: tuple[Rule, ...]


@dataclass(frozen=True)
class TableRow:
    name: str
    cells: tuple[str, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class JudgedClaim:
    claim: Claim
    verdict: str
    is_wrong: bool


@dataclass(frozen=True)
class Monograph:
    """The parts of the page that come from the content alone; entries lead to its sections."""

    name: str
    description: str
    lead: SafeString
    strip: SafeString
    facts: SafeString
    entries: tuple[tuple[str, str], ...]
    html: SafeString
    content: Content


def source_numbers(content: Content) -> dict[str, int]:
    """The number of each source: the order in which the page first cites it."""
    numbers: dict[str, int] = {}
    for citation in content.citations():
        numbers.setdefault(citation.source, len(numbers) + 1)
    return numbers


def numbered_sources(content: Content) -> list[NumberedSource]:
    """The cited sources by number, each with every mark its uses carry."""
    marks: dict[str, set[str]] = defaultdict(set)
    for citation in content.citations():
        marks[citation.source].add(citation.mark)
    by_key = {source.key: source for source in content.sources}
    return [
        NumberedSource(number, by_key[key], tuple(m for m in Mark if m in marks[key]))
        for key, number in source_numbers(content).items()
    ]


def cites_html(
    citations: tuple[Citation, ...], numbers: dict[str, int], *, page: str = ""
) -> SafeString:
    """Small links to the numbered sources, with a word before them for who hears it.

    ``page`` is the address of the page they stand on, when that is another one.
    """
    if not citations:
        return SafeString("")
    links = format_html_join(
        " ",
        '<a href="{}#source-{}">{}</a>',
        ((page, number, number) for number in cited(citations, numbers)),
    )
    return format_html('<span class="cites"><i>{} </i>{}</span>', _("Sources"), links)


def statement_html(statement: Statement, numbers: dict[str, int], *, page: str = "") -> SafeString:
    return format_html(
        "{} {}", inline_html(statement.text), cites_html(statement.citations, numbers, page=page)
    )


def cited(citations: tuple[Citation, ...], numbers: dict[str, int]) -> list[int]:
    return sorted(numbers[citation.source] for citation in citations)


def table_rows(block: Block) -> list[TableRow]:
    """The rows of a table, their cells apart."""
    return [
        TableRow(name.strip(), tuple(cell.strip() for cell in cells), statement.citations)
        for statement in block.statements
        for name, *cells in [statement.text.split("|")]
    ]


def judged_claims(content: Content) -> list[JudgedClaim]:
    return [
        JudgedClaim(claim, str(Verdict(claim.verdict).label), claim.verdict == Verdict.WRONG)
        for claim in content.claims
    ]


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


def frequency_groups(content: Content) -> list[FrequencyGroup]:
    order = list(Frequency)
    effects = sorted(
        content.side_effects,
        key=lambda each: (order.index(Frequency(each.frequency)), each.system),
    )
    return [
        FrequencyGroup(
            label=str(Frequency(value).label),
            meaning=str(FREQUENCY_MEANING[Frequency(value)]),
            is_shown_first=value in (Frequency.VERY_COMMON, Frequency.COMMON),
            systems=tuple(
                SystemGroup(system, tuple(inside))
                for system, inside in groupby(group, key=lambda each: each.system)
            ),
        )
        for value, group in groupby(effects, key=lambda each: each.frequency)
    ]


def advice_groups(content: Content) -> list[AdviceGroup]:
    return [
        AdviceGroup(
            urgency.value,
            str(urgency.label),
            tuple(each for each in content.advice if each.urgency == urgency),
        )
        for urgency in Urgency
        if any(each.urgency == urgency for each in content.advice)
    ]


def severity_groups(content: Content) -> list[SeverityGroup]:
    return [
        SeverityGroup(
            severity=severity,
            tag=TAG_OF_SEVERITY.get(severity, ""),
            is_shown_first=severity in TAG_OF_SEVERITY,
            interactions=tuple(each for each in content.warnings if each.severity == severity),
        )
        for severity in Severity
        if any(each.severity == severity for each in content.warnings)
    ]


def monograph_of(version: ContentVersion, *, country: str) -> Monograph:
    """A version as readers in a country see it; one query the first time in a process."""
    kept_as = f"{version.digest} {version.loaded_at}"
    about = (version.pk, kept_as, get_language() or "", settings.EMERGENCY_NUMBER)
    return _rendered(*about, version.review_is_overdue(), version.signature_id, country)


@lru_cache(maxsize=256)
def _rendered(
    version_pk: int,
    _kept_as: str,
    _language: str,
    emergency: str,
    review_is_overdue: bool,  # noqa: FBT001
    _signature_pk: int | None,
    country: str,
) -> Monograph:
    model = apps.get_model("catalogue", "ContentVersion")
    version = model.objects.select_related("medicine__product", "signature").get(pk=version_pk)
    content = version.content.for_country(country)
    numbers = source_numbers(content)
    context = {
        "content": content,
        "country": Country(country),
        "version": version,
        "review_is_overdue": review_is_overdue,
        "numbers": numbers,
        "sources": numbered_sources(content),
        "frequencies": frequency_groups(content),
        "advice": advice_groups(content),
        "severities": severity_groups(content),
        "claims": judged_claims(content),
        "emergency_number": emergency,
    }
    return Monograph(
        name=content.name,
        description=content.description,
        lead=statement_html(content.lead, numbers),
        strip=_part("strip", context),
        facts=_part("facts", context),
        entries=entries_of(content),
        html=_part("monograph", context),
        content=content,
    )


def _part(name: str, context: dict[str, Any]) -> SafeString:
    html = render_to_string(f"oscar/catalogue/partials/{name}.html", context)
    return mark_safe(INDENT.sub("\n", html))  # noqa: S308 (a rendered template)
