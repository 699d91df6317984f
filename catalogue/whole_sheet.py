"""The whole text on paper: the content from top to bottom, one column."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.content.document import Content
from catalogue.content.makes import by_make
from catalogue.content.rendering import (
    by_frequency,
    by_severity,
    by_urgency,
    entries_of,
)
from catalogue.content.sections import Block, Statement, cells_of
from catalogue.sheet import Edition, Print, Sheet
from shop.help_lines.printing import printed_lines

INDENT_MM = 5.0
# Body text in points; sight charities call 16 and more large print.
POINTS = {Print.NORMAL: 11, Print.LARGE: 18}
HALVES = {"do": gettext_lazy("Do"), "dont": gettext_lazy("Don’t")}


class WholeSheet(Sheet):
    """Writes the content from top to bottom: headings are bookmarks."""

    def __init__(self, content: Content, edition: Edition) -> None:
        super().__init__(content, edition, POINTS[edition.size])

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
        for each in self.sources:
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


def whole_text_of(content: Content, edition: Edition) -> WholeSheet:
    """All of the text, on as many pages as it takes."""
    sheet = WholeSheet(content, edition)
    sheet.write_all()
    return sheet
