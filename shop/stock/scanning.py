"""Reads the line that a hand scanner types: GTIN, batch, expiry and serial number as GS1 writes them."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import biip
from biip import ParseError
from django.utils.translation import gettext as _

# Between elements of no fixed length; scanners that cannot type it send one of these instead.
SEPARATOR = "\x1d"
TYPED_FOR_IT = ("<GS>", "<FNC1>", "␝", "\\x1d", "\\u001d", "^]", "~")
GTIN, BATCH, EXPIRES, SERIAL = "01", "10", "17", "21"
# The bars on a box hold a GTIN alone, of so many digits; a shorter number is an order's.
BARS = re.compile(r"(?:][a-zA-Z]\d)?(?:\d{8}|\d{12,14})", re.ASCII)
# No code of a pack is longer.
MOST = 120


class Unreadable(ValueError):
    """The line is no code of a pack; says why."""


@dataclass(frozen=True)
class Scan:
    """What stands on a pack. Only the GTIN is always there."""

    gtin: str
    batch: str = ""
    expires: datetime.date | None = None
    serial: str = ""


def read(line: str) -> Scan:
    """What a scanned line says. Raises Unreadable.

    The check digit of the GTIN has to be right, a date has to be one (day 00 is the last of its month), and
    nothing may stand in the line that is not understood.
    """
    text = line.strip()[:MOST]
    for typed in TYPED_FOR_IT:
        text = text.replace(typed, SEPARATOR)
    try:
        found = biip.parse(text)
    except ParseError as error:
        raise Unreadable(_("This line could not be read. Scan it again.")) from error
    if found.gs1_message is not None and found.gs1_message.element_strings.get(ai=GTIN):
        return _of_elements(found.gs1_message)
    if found.gtin is not None and BARS.fullmatch(text):
        return Scan(found.gtin.as_gtin_14())
    raise Unreadable(_("This is not the code of a pack. Scan the square code on the pack."))


def _of_elements(message: biip.gs1_messages.GS1Message) -> Scan:
    by_name = {element.ai.ai: element for element in message.element_strings}
    number = by_name[GTIN]
    if number.gtin is None:
        raise Unreadable(_("The number of the pack has a wrong check digit. Scan it again."))
    date = by_name[EXPIRES].date if EXPIRES in by_name else None
    texts = {name: by_name[name].value if name in by_name else "" for name in (BATCH, SERIAL)}
    return Scan(number.gtin.as_gtin_14(), texts[BATCH], date, texts[SERIAL])
