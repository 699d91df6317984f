"""One leaflet on paper: the content from top to bottom, one column, in the print that is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import cast

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from catalogue.content.document import Content
from catalogue.content.makes import by_make
from catalogue.content.rendering import (
    by_frequency,
    by_severity,
    by_urgency,
    cited,
    entries_of,
    numbered_sources,
    source_numbers,
)
from catalogue.content.sections import Block, Citation, Statement, basis, cells_of
from shop.help_lines.printing import Ticked, printed_lines

FONT = "Atkinson"
FONTS = {"": "AtkinsonHyperlegible-Regular.ttf", "B": "AtkinsonHyperlegible-Bold.ttf"}
MARGIN_MM = 18.0
MM_PER_POINT = 25.4 / 72
LINE_HEIGHT = 1.4
INDENT_MM = 5.0
HALVES = {"do": gettext_lazy("Do"), "dont": gettext_lazy("Don’t")}


class Paper(models.TextChoices):
    A4 = "a4", "A4"
    LETTER = "letter", "Letter"


class Print(models.TextChoices):
    NORMAL = "normal", gettext_lazy("normal print")
    LARGE = "large", gettext_lazy("large print")


# Body text in points; 18 is what sight charities call large print.
BODY_POINTS = {Print.NORMAL: 11, Print.LARGE: 18}


@dataclass(frozen=True)
class Edition:
    """What one leaflet is made for; head and foot are plain text, a line each."""

    paper: Paper
    size: Print
    head: str
    foot: str
    language: str
    country: str
    # Help lines that a pharmacist has read since they were written down.
    ticked: Ticked = frozenset()


class Sheet(FPDF):
    """Writes the content from top to bottom: one column, headings as bookmarks."""

    def __init__(self, content: Content, edition: Edition) -> None:
        super().__init__(format=edition.paper.value)
        self.content = content
        self.edition = edition
        self.points = BODY_POINTS[edition.size]
        self.numbers = source_numbers(content)
        package = files("fontpkg_atkinson_hyperlegible") / "files"
        for style, name in FONTS.items():
            with as_file(package / name) as path:
                self.add_font(FONT, style, path)
        self.set_margin(MARGIN_MM)
        self.set_title(content.title)
        self.set_lang(edition.language)
        self.set_author(edition.head.splitlines()[0])
        # Lines are measured on a page.
        self.add_page()
        own_lines = sum(self.lines_of(line) for line in edition.foot.splitlines())
        self.foot_lines = own_lines + 1
        self.set_auto_page_break(auto=True, margin=self.foot_height() + MARGIN_MM)

    @property
    def foot_points(self) -> float:
        return max(8.0, self.points * 0.7)

    def foot_height(self) -> float:
        return self.foot_lines * self.foot_points * LINE_HEIGHT * MM_PER_POINT

    def footer(self) -> None:
        """Version, date and publisher in the same place on each page."""
        self.set_y(-self.foot_height() - MARGIN_MM / 2)
        page = _("Page %(page)s of %(pages)s") % {"page": self.page_no(), "pages": "{nb}"}
        self.line_of("\n".join([*self.edition.foot.splitlines(), page]), points=self.foot_points)

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
        self.set_x(self.l_margin + indent)
        self.multi_cell(
            w=self.epw - indent,
            h=size * LINE_HEIGHT * MM_PER_POINT,
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
        rests = basis(citations)
        return (f" [{numbers}]" if numbers else "") + (f" ({rests})" if rests else "")

    def say(self, statement: Statement, *, bullet: bool = False, indent: float = 0) -> None:
        text = self.marked(statement.text) + self.cites(statement.citations)
        self.line_of(f"• {text}" if bullet else text, indent=indent)

    def bullet(self, text: str, citations: tuple[Citation, ...]) -> None:
        self.say(Statement(text, citations), bullet=True)

    def write_all(self) -> None:
        self.line_of(self.edition.head.splitlines()[0], points=self.points * 0.9)
        self.line_of(self.content.title, points=self.points * 2, bold=True)
        self.line_of("\n".join(self.edition.head.splitlines()[1:]))
        self.gap()
        self.say(self.content.lead)
        self.heading(self.content.warning.title, 0)
        self.write_blocks(self.content.warning.blocks)
        self.heading(_("In short"), 0)
        for fact in self.content.facts:
            text = f"**{fact.name}:** {fact.statement.text}"
            self.say(Statement(text, fact.statement.citations))
        for section in self.content.sections:
            self.heading(section.title, 0)
            self.write_blocks(section.blocks)
            if section.slug == "side" and self.content.side_effects:
                self.write_side_effects()
            if section.slug == "store" and self.content.packs:
                self.write_makes()
            if section.slug == "overdose":
                self.write_help_lines()
            if section.slug == "mix" and self.content.interactions:
                self.write_interactions()
        self.write_comparison()
        self.write_questions()
        self.write_claims()
        self.write_sources()

    def write_blocks(self, blocks: Iterable[Block], indent: float = 0) -> None:
        for block in blocks:
            if block.kind == "table":
                self.write_rows(block)
                continue
            title = str(HALVES.get(block.kind, block.title))
            if block.kind == "list" and title:
                self.line_of(self.marked(title), indent=indent)
            elif title:
                self.heading(title, 1)
            for statement in block.statements:
                self.say(statement, bullet=block.kind in ("list", "do", "dont"), indent=indent)
            self.write_blocks(block.blocks, indent=min(indent + INDENT_MM, 2 * INDENT_MM))
            self.gap(0.3)

    def write_rows(self, table: Block) -> None:
        """A table as a list: on a narrow sheet in large print its columns would not fit."""
        for row in table.statements:
            cells = zip(cells_of(table.title), cells_of(row.text), strict=True)
            self.bullet("; ".join(f"{heading}: {cell}" for heading, cell in cells), row.citations)
        self.gap(0.3)

    def write_help_lines(self) -> None:
        for title, lines in printed_lines(self.edition.country, self.edition.ticked):
            self.heading(title, 1)
            for line in lines:
                self.bullet(line.text, ())

    def write_makes(self) -> None:
        self.heading(_("Our packs"), 1)
        for of, sizes, make in by_make(self.content.packs):
            known = " ".join(f"{name}: {text}." for name, text in make.parts)
            self.bullet(f"**{of}: {', '.join(sizes)}.** {known}", make.citations)

    def write_side_effects(self) -> None:
        for urgency, advice in by_urgency(self.content):
            self.heading(str(urgency.label), 1)
            for each in advice:
                self.say(each.statement, bullet=True)
        for frequency, systems in by_frequency(self.content):
            self.heading(f"{frequency.label} ({frequency.meaning})", 1)
            for system, effects in systems:
                for effect in effects:
                    self.bullet(f"{effect.name} ({system})", effect.citations)

    def write_interactions(self) -> None:
        for severity, rules in by_severity(self.content):
            self.heading(str(severity.label), 1)
            for rule in rules:
                text = f"**{rule.label}:** {rule.what_can_happen} {rule.customer_text}"
                self.bullet(text, rule.citations)
        self.line_of(
            _(
                "This list does not hold every interaction. A medicine that is not here has not"
                " been checked: ask a pharmacist."
            )
        )

    def title_of(self, slug: str) -> str:
        """The heading that the page gives a part that is no section."""
        return str(dict(entries_of(self.content))[slug])

    def write_comparison(self) -> None:
        comparison = self.content.comparison
        if not comparison.rows:
            return
        self.heading(self.title_of("compare"), 0)
        self.line_of(
            _(
                "These are facts, not advice. No order is meant: which medicine suits you is for"
                " your prescriber to decide."
            )
        )
        for row in comparison.rows:
            self.heading(row.name, 1)
            for medicine, cell in comparison.cells(row):
                text = cell.text or _("Nothing found in the texts we read")
                self.bullet(f"**{medicine}:** {text}", cell.citations)

    def write_questions(self) -> None:
        if self.content.questions:
            self.heading(self.title_of("questions"), 0)
        for each in self.content.questions:
            self.heading(each.question, 1)
            self.say(each.answer)

    def write_claims(self) -> None:
        if not self.content.claims:
            return
        self.heading(self.title_of("claims"), 0)
        self.line_of(
            _("These claims can be found on the internet. We held each one against the sources.")
        )
        for each in self.content.claims:
            text = f"**{each.claim}:** {each.verdict.label}. {each.correction.text}"
            self.bullet(text, each.correction.citations)

    def write_sources(self) -> None:
        self.heading(_("Sources"), 0)
        small = self.points * 0.85
        for each in numbered_sources(self.content):
            marks = "; ".join(str(mark.label) for mark in each.marks)
            read = "" if each.source.is_unread else _("Read %(date)s") % {"date": each.source.read}
            notes = f"{read}; {marks}" if read else marks.capitalize()
            text = f"{each.number}. {each.source.publisher}: {each.source.title}. {notes}."
            self.line_of(self.marked(text), points=small)
        self.gap()
        self.line_of(
            _(
                "This leaflet helps you ask good questions. It does not replace the leaflet in the"
                " pack or your doctor’s advice."
            )
        )
