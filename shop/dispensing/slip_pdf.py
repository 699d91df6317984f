"""Prints the packing slip that goes into the parcel, as PDF on A5; the outside says nothing of medicine."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from catalogue.sheet import FONT, FONTS, MM_PER_POINT
from shop import days
from shop.dispensing.contents import Item, kept
from shop.dispensing.models import Dispensing

A5_MM = (148, 210)
MARGIN_MM = 12.0
POINTS, LINE_HEIGHT = 10.0, 1.35


def pdf_of(order: Any, made: Dispensing) -> bytes:
    """What is inside, for whom, who made it up and checked it. Raises `VaultError`."""
    slip = _Slip()
    pharmacy = settings.DEMO_PHARMACY if settings.IS_DEMO else settings.PHARMACY
    slip.say(str(pharmacy["name"]), bold=True, points=14)
    for part in ("address", "phone", "email"):
        slip.say(str(pharmacy[part]))
    day = date_format(days.at_pharmacy(made.at), "j F Y")
    slip.gap()
    slip.say(_("Order %(number)s, %(day)s") % {"number": order.number, "day": day}, bold=True)
    for line in order.shipping_address.active_address_fields() if order.shipping_address else ():
        slip.say(str(line))
    slip.gap()
    slip.say(_("Inside"), bold=True)
    for item in kept(made.contents).items:
        slip.say(_said(item))
    slip.gap()
    slip.say(_people(made))
    slip.say(
        _(
            "A question about what is inside? A pharmacist answers: %(phone)s. What comes back cannot "
            "be used again."
        )
        % {"phone": pharmacy["phone"]}
    )
    return bytes(slip.output())


def _said(item: Item) -> str:
    said = f"• {item.packs} × {item.medicine}" + (f", {item.pack}" if item.strength else "")
    if item.leaflet:
        said += ", " + _("with our leaflet, version %(number)s, and the maker’s") % {
            "number": item.leaflet
        }
    return said


def _people(made: Dispensing) -> str:
    checked = made.checked
    words = _("Dispensed by %(name)s.") % {"name": made.by.name}
    if checked is None:
        return words
    return words + " " + _("Checked by %(name)s.") % {"name": checked.by.name}


class _Slip(FPDF):
    def __init__(self) -> None:
        super().__init__(format=A5_MM)
        package = files("fontpkg_atkinson_hyperlegible") / "files"
        for style, name in FONTS.items():
            with as_file(package / name) as path:
                self.add_font(FONT, style, path)
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM)
        self.add_page()

    def say(self, text: str, *, bold: bool = False, points: float = POINTS) -> None:
        self.set_font(FONT, "B" if bold else "", points)
        self.multi_cell(
            w=self.epw,
            h=points * LINE_HEIGHT * MM_PER_POINT,
            text=text,
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def gap(self) -> None:
        self.ln(POINTS * MM_PER_POINT)
