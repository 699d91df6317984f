"""The Markdown of a section: every paragraph and list item is a statement with its citations.

    Baclofen is taken by mouth. [U2, S7 VM]
    The US label does not recommend it. [S3] {US}

A citation is a source's key; V, VM or OK behind it says how far this use is verified, otherwise
the source's own mark counts. Countries in braces limit the statement to their readers. In a table,
whose first line holds the headings, each further line is a row and a statement. Lists start with "-" after a paragraph that ends in ":", boxes are
fenced with ":::warn Title" (or now, soon, plain) and ":::", and ":::dodont" holds "+" and "-"
items. A paragraph that leads into a list needs no citation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalogue.content.document import Block, Citation, Country, Mark, Statement
from catalogue.content.located import Notes
from catalogue.content.rendering import is_one_paragraph

BOXES = ("warn", "now", "soon", "plain", "dodont")
CITED = re.compile(
    r"^(?P<text>.*?)\s*\[(?P<keys>[A-Z][A-Za-z0-9 ,]*)\]\s*(?:\{(?P<countries>[^{}]*)\})?$",
    re.DOTALL,
)


@dataclass(frozen=True)
class Line:
    number: int
    text: str


@dataclass(frozen=True)
class Citer:
    """Reads citations against the marks of the known sources."""

    marks: dict[str, str]
    notes: Notes

    def statement(self, text: str, line: int) -> Statement:
        """A text that must be one paragraph and end in its citations."""
        if text.strip() and not is_one_paragraph(text):
            self.notes.add(line, f"more than one plain paragraph: “{text.strip()[:60]}”")
        found = CITED.match(text.strip())
        if found is None:
            self.notes.add(line, f"statement without a source: “{text.strip()[:60]}”")
            return Statement(text.strip())
        keys = [key.strip() for key in found["keys"].split(",")]
        countries = self.countries(found["countries"], line)
        return Statement(found["text"].strip(), self.citations(keys, line), countries)

    def countries(self, text: str | None, line: int) -> tuple[str, ...]:
        codes = tuple(code.strip() for code in (text or "").split(",")) if text is not None else ()
        for code in codes:
            if code not in Country.values:
                self.notes.add(line, f"unknown country “{code}”")
        if len(set(codes)) < len(codes):
            self.notes.add(line, "one country stands here twice")
        return codes

    def citations(self, keys: list[str] | tuple[str, ...], line: int) -> tuple[Citation, ...]:
        if not keys:
            self.notes.add(line, "no source is named")
        found = tuple(self.citation(key, line) for key in keys)
        if len({each.source for each in found}) < len(found):
            self.notes.add(line, "one source is cited twice")
        return found

    def citation(self, text: str, line: int) -> Citation:
        key, _, mark = text.partition(" ")
        if key not in self.marks:
            self.notes.add(line, f"unknown source “{key}”")
        if mark and mark not in Mark.values:
            self.notes.add(line, f"unknown mark “{mark}”")
        return Citation(key, mark or self.marks.get(key, Mark.UNCHECKED))


def read_blocks(text: str, first_line: int, citer: Citer) -> tuple[Block, ...]:
    """The blocks of a section's Markdown; problems go to the citer's notes."""
    lines = [Line(first_line + n, line.rstrip()) for n, line in enumerate(text.splitlines())]
    return tuple(_Reader(lines, citer).blocks())


class _Reader:
    def __init__(self, lines: list[Line], citer: Citer) -> None:
        self.lines = lines
        self.citer = citer
        self.at = 0

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.text:
                self.at += 1
            elif line.text.startswith(":::"):
                yield self.box(line)
            elif line.text.startswith("### "):
                self.at += 1
                yield Block("heading", title=line.text[4:].strip())
            elif line.text.startswith(("- ", "+ ")):
                yield self.list_of("")
            elif line.text.startswith("| "):
                yield self.table()
            else:
                yield self.paragraph()

    def box(self, opening: Line) -> Block:
        kind, _, title = opening.text[3:].partition(" ")
        self.at += 1
        start = self.at
        while self.at < len(self.lines) and self.lines[self.at].text != ":::":
            self.at += 1
        inner = self.lines[start : self.at]
        if self.at == len(self.lines):
            self.citer.notes.add(opening.number, "this box is not closed with “:::”")
        self.at += 1
        if kind not in BOXES:
            self.citer.notes.add(opening.number, f"unknown box “{kind}”")
        if kind == "dodont":
            return Block("dodont", blocks=self.do_and_dont(inner))
        if not title:
            self.citer.notes.add(opening.number, "a box needs a title")
        return Block(kind, title=title.strip(), blocks=tuple(_Reader(inner, self.citer).blocks()))

    def do_and_dont(self, lines: list[Line]) -> tuple[Block, ...]:
        found = []
        for kind, sign in (("do", "+ "), ("dont", "- ")):
            items = [line for line in lines if line.text.startswith(sign)]
            found.append(Block(kind, statements=tuple(self.item(line) for line in items)))
        for line in lines:
            if line.text and not line.text.startswith(("+ ", "- ")):
                self.citer.notes.add(line.number, "here stands neither “+” nor “-”")
        return tuple(found)

    def item(self, line: Line) -> Statement:
        return self.citer.statement(line.text[2:], line.number)

    def list_of(self, lead: str) -> Block:
        items = []
        while self.at < len(self.lines) and self.lines[self.at].text.startswith("- "):
            items.append(self.item(self.lines[self.at]))
            self.at += 1
        if not items:
            self.citer.notes.add(self.lines[self.at].number, "“+” stands only in a “dodont” box")
            self.at += 1
        return Block("list", title=lead, statements=tuple(items))

    def table(self) -> Block:
        rows = []
        while self.at < len(self.lines) and self.lines[self.at].text.startswith("| "):
            rows.append(self.lines[self.at])
            self.at += 1
        title = rows[0].text.strip("| ")
        statements = tuple(self.row(line, title.count("|")) for line in rows[1:])
        if not statements:
            self.citer.notes.add(rows[0].number, "this table has no rows")
        return Block("table", title=title, statements=statements)

    def row(self, line: Line, bars: int) -> Statement:
        statement = self.citer.statement(line.text.removeprefix("| "), line.number)
        if statement.text.count("|") != bars:
            self.citer.notes.add(line.number, f"this row has not {bars + 1} cells")
        return statement

    def paragraph(self) -> Block:
        start = self.lines[self.at]
        words = []
        while self.at < len(self.lines) and self.is_running_text(self.lines[self.at].text):
            words.append(self.lines[self.at].text.strip())
            self.at += 1
        text = " ".join(words)
        if text.endswith(":") and self.list_follows():
            return self.list_of(text)
        return Block("text", statements=(self.citer.statement(text, start.number),))

    def is_running_text(self, text: str) -> bool:
        return bool(text) and not text.startswith((":::", "### ", "- ", "+ ", "| "))

    def list_follows(self) -> bool:
        while self.at < len(self.lines) and not self.lines[self.at].text:
            self.at += 1
        return self.at < len(self.lines) and self.lines[self.at].text.startswith("- ")
