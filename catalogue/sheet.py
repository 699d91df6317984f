"""A sheet of paper: its sizes, its print, and how a line, a heading and a source stand on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import cast

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
from fpdf.fonts import TTFFont

from catalogue.content.document import Content
from catalogue.content.rendering import cited, numbered_sources
from catalogue.content.sections import Citation, Statement, basis
from shop.help_lines.printing import Ticked

FONT = "Atkinson"
FONTS = {"": "AtkinsonHyperlegible-Regular.ttf", "B": "AtkinsonHyperlegible-Bold.ttf"}
MM_PER_POINT = 25.4 / 72


class Paper(models.TextChoices):
    A4 = "a4", "A4"
    LETTER = "letter", "Letter"


class Print(models.TextChoices):
    NORMAL = "normal", gettext_lazy("normal print")
    LARGE = "large", gettext_lazy("large print")


class Length(models.TextChoices):
    """How much of the text: what people read before they take it, or all of it."""

    SHORT = "short", gettext_lazy("leaflet")
    WHOLE = "whole", gettext_lazy("whole text")


@dataclass(frozen=True)
class Edition:
    """What one leaflet is made for; head and foot are plain text, a line each."""

    paper: Paper
    size: Print
    length: Length
    head: str
    foot: str
    language: str
    country: str
    # Help lines that a pharmacist has read since they were written down.
    ticked: Ticked = frozenset()


class Sheet(FPDF):
    """A document whose every page has the same foot; what stands on it is written by its kinds."""

    margin_mm = 18.0
    line_height = 1.4
    # The smallest print, in points, and how much smaller than the text the foot is.
    least_points = 8.0
    of_foot = 0.7

    def __init__(self, content: Content, edition: Edition, points: float) -> None:
        super().__init__(format=edition.paper.value)
        self.content = content
        self.edition = edition
        self.points = points
        self.sources = numbered_sources(content)
        self.numbers = {each.source.key: each.number for each in self.sources}
        package = files("fontpkg_atkinson_hyperlegible") / "files"
        for style, name in FONTS.items():
            with as_file(package / name) as path:
                self.add_font(FONT, style, path)
        self.set_margin(self.margin_mm)
        self.set_title(content.title)
        self.set_lang(edition.language)
        self.set_author(edition.head.splitlines()[0])
        # Lines are measured on a page.
        self.add_page()
        self.foot_lines = 1 + sum(self.lines_of(line) for line in self.foot)
        self.set_auto_page_break(auto=True, margin=self.foot_height() + self.margin_mm)

    def close_fonts(self) -> None:
        """Give up the files of a sheet that is not put out, which would close them."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    @property
    def left(self) -> float:
        """Where lines begin, in mm from the edge."""
        return float(self.l_margin)

    @property
    def width(self) -> float:
        """How long lines may be, in mm."""
        return float(self.epw)

    @property
    def foot_points(self) -> float:
        return max(self.least_points, self.points * self.of_foot)

    @property
    def foot(self) -> list[str]:
        """The lines at the foot of each page, above its number."""
        return self.edition.foot.splitlines()

    def foot_height(self) -> float:
        return self.foot_lines * self.foot_points * self.line_height * MM_PER_POINT

    def footer(self) -> None:
        """Version, date and publisher in the same place on each page."""
        self.set_y(-self.foot_height() - self.margin_mm / 2)
        page = _("Page %(page)s of %(pages)s") % {"page": self.page_no(), "pages": "{nb}"}
        self.line_of("\n".join([*self.foot, page]), points=self.foot_points)

    def lines_of(self, text: str) -> int:
        """How many lines of the foot a text takes."""
        self.set_font(FONT, "", self.foot_points)
        lines = self.multi_cell(
            w=self.epw, text=text, align="L", dry_run=True, output=MethodReturnValue.LINES
        )
        return len(cast("list[str]", lines))

    def line_of(
        self, text: str, *, points: float | None = None, bold: bool = False, indent: float = 0
    ) -> None:
        """A paragraph over the whole width."""
        size = points or self.points
        self.set_font(FONT, "B" if bold else "", size)
        self.set_x(self.left + indent)
        self.multi_cell(
            w=self.width - indent,
            h=size * self.line_height * MM_PER_POINT,
            text=text,
            markdown=not bold,
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def gap(self, lines: float = 0.5) -> None:
        self.ln(self.points * lines * MM_PER_POINT)

    def heading(self, text: str, level: int) -> None:
        self.gap(1 if level == 0 else 0.5)
        # A heading does not stand alone at the foot of a page.
        if self.will_page_break(self.points * 4 * MM_PER_POINT):
            self.add_page()
        words = self.marked(text).replace("**", "")
        self.start_section(words, level=level)
        self.line_of(words, points=self.points * (1.4 if level == 0 else 1.15), bold=True)

    def marked(self, text: str) -> str:
        """Text of the content files with bold as the only mark."""
        text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
        text = re.sub(r"(?<!\*)\*(?!\*)([^*]+)\*(?!\*)", r"\1", text)
        return text.replace("__", "_").replace("--", "–").replace("~~", "~")

    def cites(self, citations: tuple[Citation, ...]) -> str:
        numbers = ", ".join(map(str, cited(citations, self.numbers)))
        rests = basis(citations).label
        return (f" [{numbers}]" if numbers else "") + (f" ({rests})" if rests else "")

    def say(self, statement: Statement, *, bullet: bool = False, indent: float = 0) -> None:
        text = self.marked(statement.text) + self.cites(statement.citations)
        self.line_of(f"• {text}" if bullet else text, indent=indent)

    def bullet(self, text: str, citations: tuple[Citation, ...]) -> None:
        self.say(Statement(text, citations), bullet=True)
