"""The leaflet that people read, on paper: the parts its folder names, in columns, sources at its end."""

from __future__ import annotations

from typing import TypeVar, cast

from django.utils.translation import gettext as _
from fpdf.enums import MethodReturnValue

from catalogue.content.document import Content, ShortPart
from catalogue.content.makes import Make, by_make
from catalogue.content.rendering import cited
from catalogue.content.sections import Basis, Citation, Mark, Statement, basis
from catalogue.content.short import said_in
from catalogue.sheet import FONT, MM_PER_POINT, Edition, Print, Sheet
from shop.help_lines.printing import printed_lines

T = TypeVar("T")
GUTTER_MM = 6.0
COLUMNS = {Print.NORMAL: 2, Print.LARGE: 1}
# A leaflet that is longer is not read; and its print in points, of which the largest that fits is taken.
MOST_PAGES = {Print.NORMAL: 2, Print.LARGE: 6}
POINTS = {Print.NORMAL: (9.5, 9), Print.LARGE: (16,)}
# The bar beside what must not be overlooked: its colour in red, green and blue.
BARS = {"now": (140, 22, 22), "soon": (184, 120, 0), "warn": (140, 22, 22)}
# What rests on general knowledge, wholly or partly; the foot of each page says so.
DAGGERS = {Basis.READ: "", Basis.PARTLY: "\u00a0(†)", Basis.UNREAD: "\u00a0†"}
# Behind the number of a source that was seen on a third-party copy.
COPY = "c"
# Publishers in one paragraph of the list.
TOGETHER = 6
BAR_MM = 1.1
BESIDE_BAR_MM = 2.6


class ShortSheet(Sheet):
    """Fills columns from left to right; a paragraph is never torn between two of them."""

    margin_mm = 10.0
    line_height = 1.18
    least_points = 7.5
    of_foot = 0.65

    def __init__(self, content: Content, edition: Edition, points: float) -> None:
        self.parts = [(part, tuple(said_in(part, content))) for part in content.short]
        self.column: int | None = None
        self.top = self.margin_mm
        self.by_key = {each.key: each for each in content.sources}
        self.cited: set[str] = set()
        super().__init__(content, edition, points)
        self.set_auto_page_break(auto=False)

    @property
    def columns(self) -> int:
        return COLUMNS[self.edition.size]

    @property
    def is_across(self) -> bool:
        """Whether lines run over all columns."""
        return self.column is None or self.in_footer

    @property
    def width(self) -> float:
        if self.is_across:
            return super().width
        return (float(self.epw) - GUTTER_MM * (self.columns - 1)) / self.columns

    @property
    def left(self) -> float:
        if self.is_across:
            return super().left
        return super().left + cast("int", self.column) * (self.width + GUTTER_MM)

    @property
    def bottom(self) -> float:
        return float(self.h) - self.foot_height() - self.margin_mm

    def height_of(self, text: str, *, points: float, bold: bool, indent: float) -> float:
        self.set_font(FONT, "B" if bold else "", points)
        height = self.multi_cell(
            w=self.width - indent,
            h=points * self.line_height * MM_PER_POINT,
            text=text,
            markdown=not bold,
            align="L",
            dry_run=True,
            output=MethodReturnValue.HEIGHT,
        )
        return cast("float", height)

    def next_column(self) -> None:
        self.column = cast("int", self.column) + 1
        if self.column == self.columns:
            self.column, self.top = 0, self.margin_mm
            self.add_page()
        self.set_y(self.top)

    def place(
        self,
        text: str,
        *,
        kind: str = "plain",
        points: float = 0,
        bold: bool = False,
        and_mm: float = 0,
    ) -> None:
        """A paragraph in this column, or in the next when it and so much more do not fit."""
        points = points or self.points
        indent = BESIDE_BAR_MM if kind in BARS else 0
        room = self.bottom - self.y - and_mm
        # Measuring is slow, and only needed near the end of a column: no sign is as wide as high.
        line = points * self.line_height * MM_PER_POINT
        at_most = line * (2 + len(text) * points * MM_PER_POINT / (self.width - indent))
        if at_most > room and room < self.height_of(text, points=points, bold=bold, indent=indent):
            self.next_column()
        begins = self.y
        self.line_of(text, points=points, bold=bold, indent=indent)
        if kind in BARS:
            self.set_fill_color(*BARS[kind])
            self.rect(self.left, begins, BAR_MM, self.y - begins, style="F")

    def write_all(self) -> None:
        own, *rest = self.edition.head.splitlines()
        self.line_of(own, points=self.foot_points)
        self.line_of(self.content.title, points=self.points * 1.9, bold=True)
        self.say(self.content.lead)
        self.line_of(" ".join(rest), points=self.foot_points)
        self.gap(0.4)
        self.column, self.top = 0, float(self.y)
        for part, said in self.parts:
            self.write_part(part, said)
        self.write_sources()

    def write_part(self, part: ShortPart, said: tuple[Statement, ...]) -> None:
        lines = [*self.texts(part, said), *self.others(part)]
        if lines:
            self.title_of(part.title, kind=part.kind)
        for text in lines:
            self.place(text, kind=part.kind)

    def title_of(self, text: str, *, kind: str = "plain") -> None:
        self.gap(0.25)
        # A title does not stand alone at the foot of a column.
        below = 2 * self.points * self.line_height * MM_PER_POINT
        self.place(self.marked(text), kind=kind, points=self.points * 1.1, bold=True, and_mm=below)

    def texts(self, part: ShortPart, said: tuple[Statement, ...]) -> list[str]:
        return [f"• {self.marked(each.text)}{self.cites(each.citations)}" for each in said]

    def others(self, part: ShortPart) -> list[str]:
        """What is no statement of the content: numbers to call, and the makes of our packs."""
        found = []
        if "help lines" in part.also:
            for title, lines in printed_lines(self.edition.country, self.edition.ticked):
                found.append(f"**{title}:** {'; '.join(line.text for line in lines)}")
        if "packs" in part.also:
            found += self.makes()
        return found

    def makes(self) -> list[str]:
        """What is known of our packs, and in one line those of which nothing is."""
        makes = by_make(self.content.packs)
        known = [self.make_of(*each) for each in makes if each[2].is_known]
        unknown = dict.fromkeys(of for of, _sizes, make in makes if not make.is_known)
        if not unknown:
            return known
        parts = "; ".join(f"{name.lower()}: {text}" for name, text in Make().parts)
        return [*known, f"• **{', '.join(unknown)}:** {parts}"]

    def make_of(self, of: str, sizes: list[str], make: Make) -> str:
        parts = "; ".join(f"{name.lower()}: {text}" for name, text in make.parts)
        return f"• **{of}, {', '.join(sizes)}:** {parts}{self.cites(make.citations)}"

    def cites(self, citations: tuple[Citation, ...]) -> str:
        """The page's numbers of what was read, and a dagger for what was not."""
        read = [each for each in citations if not self.by_key[each.source].is_unread]
        self.cited |= {each.source for each in read}
        numbers = cited(tuple(read), self.numbers)
        listed = f" [{', '.join(map(str, numbers))}]" if numbers else ""
        return listed + DAGGERS[basis(citations)]

    @property
    def foot(self) -> list[str]:
        dagger = _(
            "† General knowledge: no source has been read for it yet, and a pharmacist must check it;"
            " (†) only partly so."
        )
        return [dagger, " ".join(super().foot)]

    def write_sources(self) -> None:
        self.title_of(_("Sources"))
        self.place(
            _(
                "The numbers are those of our page about this medicine, with titles and links; c: seen on a"
                " third-party copy."
            ),
            points=self.foot_points,
        )
        for several in batched(list(self.publishers().items()), TOGETHER):
            each = (f"{name} {', '.join(numbers)}" for name, numbers in several)
            self.place("; ".join(each), points=self.foot_points)
        self.gap(0.25)
        self.place(
            _(
                "This leaflet helps you ask good questions. It does not replace the leaflet in the"
                " pack or your doctor’s advice."
            ),
            points=self.foot_points,
        )

    def publishers(self) -> dict[str, list[str]]:
        """Whom the leaflet cites, each with the numbers of its texts."""
        found: dict[str, list[str]] = {}
        for key in sorted(self.cited, key=self.numbers.__getitem__):
            source = self.by_key[key]
            mark = COPY if source.mark == Mark.THIRD_PARTY else ""
            numbers = found.setdefault(self.marked(source.publisher), [])
            numbers.append(f"{self.numbers[key]}{mark}")
        return found


def leaflet_of(content: Content, edition: Edition) -> ShortSheet:
    """The leaflet in the largest print that keeps it short; else in the smallest there is."""
    *larger, smallest = POINTS[edition.size]
    for points in larger:
        sheet = _written(content, edition, points)
        if sheet.page_no() <= MOST_PAGES[edition.size]:
            return sheet
        sheet.close_fonts()
    return _written(content, edition, smallest)


def _written(content: Content, edition: Edition, points: float) -> ShortSheet:
    sheet = ShortSheet(content, edition, points)
    sheet.write_all()
    return sheet


def batched(things: list[T], size: int) -> list[list[T]]:
    """The things, so many at a time."""
    return [things[n : n + size] for n in range(0, len(things), size)]
