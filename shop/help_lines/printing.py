"""Which lines may stand on paper: a wrong number there cannot be put right any more."""

from __future__ import annotations

import datetime

from shop.help_lines.models import Reading
from shop.help_lines.table import HelpLine, lines_of, read_again_by

Ticked = frozenset[tuple[str, str]]


def ticked_in(country: str, *, today: datetime.date) -> Ticked:
    """The kind and number of each line of a country that a pharmacist has read, not too long ago."""
    read = Reading.objects.filter(country=country).values_list("kind", "number", "read_on")
    newest = {(kind, number): day for kind, number, day in read.order_by("read_on")}
    lines = lines_of(country)
    return frozenset(
        (kind, line.number)
        for kind, _title, _when, each in (lines.by_kind if lines else ())
        for line in each
        if (day := newest.get((kind, line.number))) and read_again_by(day, line) >= today
    )


def printed_lines(country: str, ticked: Ticked) -> list[tuple[str, list[HelpLine]]]:
    """The lines that were read on the page of whoever answers, in the file or since, by their title."""
    lines = lines_of(country)
    printed = [
        (title, [line for line in each if line.is_verified or (kind, line.number) in ticked])
        for kind, title, _when, each in (lines.by_kind if lines else ())
    ]
    return [(title, each) for title, each in printed if each]


def printed_number(country: str, ticked: Ticked) -> str:
    """The emergency number for a leaflet; empty when none may stand there."""
    lines = lines_of(country)
    for line in lines.emergency if lines else ():
        if line.is_verified or ("emergency", line.number) in ticked:
            return line.number
    return ""
