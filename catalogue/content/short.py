"""The leaflet that people read: which of the page's statements stand on it, word for word.

A file picks a statement by its first words, so the leaflet can say nothing else than the page, softer
or harder, and has its sources and its countries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalogue.content.document import Content, Frequency, Severity, ShortPart, grouped
from catalogue.content.sections import Citation, Mark, Statement

# How far two uses of one source are verified together: as far as the weaker one.
WEAKEST = (Mark.UNCHECKED, Mark.THIRD_PARTY, Mark.VERIFIED)


def begun_by(words: str, content: Content) -> tuple[Statement, ...]:
    """The statements of the page that begin with these words, each text once."""
    found = {each.text: each for each in content.statements() if each.text.startswith(words)}
    return tuple(found.values())


def said_in(part: ShortPart, content: Content) -> Iterator[Statement]:
    """What a part says to the reader in whose country the content is."""
    for words in part.says:
        yield from begun_by(words, content)
    for advice in content.advice:
        if advice.urgency in part.urgencies:
            yield advice.statement
    for severity, rules in grouped(Severity, content.warnings, by=lambda rule: rule.severity):
        if severity in part.severities:
            yield _together(severity.label, ((rule.label, rule.citations) for rule in rules))
    for often, effects in grouped(Frequency, content.side_effects, by=lambda each: each.frequency):
        if often in part.frequencies:
            title = f"{often.label} ({often.meaning})"
            yield _together(title, ((each.name, each.citations) for each in effects))


def _together(title: object, named: Iterable[tuple[str, tuple[Citation, ...]]]) -> Statement:
    """Several names as one statement, with all their sources."""
    names, cited = zip(*named, strict=True)
    marks: dict[str, Mark] = {}
    for citation in (each for citations in cited for each in citations):
        known = marks.get(citation.source, citation.mark)
        marks[citation.source] = min(known, citation.mark, key=WEAKEST.index)
    citations = tuple(Citation(source, mark) for source, mark in marks.items())
    return Statement(f"**{title}:** {'; '.join(names)}", citations)
