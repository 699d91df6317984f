"""The Markdown of a section: every paragraph and list item is a statement with its citations.

    It is taken by mouth. [U2, S7 VM]
    The US label does not recommend it. [S3] {US}

A citation is a source's key; V, VM or OK behind it says how far this use is verified, otherwise
the source's own mark counts. Countries in braces limit the statement to their readers. In a table,
whose first line holds the headings, each further line is a row and a statement. Lists start with "-" after a paragraph that ends in ":", boxes are
fenced with ":::warn Title" (or now, soon, plain) and ":::", and ":::dodont" holds "+" and "-"
items. A paragraph that leads into a list needs no citation.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Annotated, Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from catalogue.content.inline import is_one_paragraph
from shop.datafiles import Faults

T = TypeVar("T")
BOXES = ("warn", "now", "soon", "plain", "dodont")
CITED = re.compile(
    r"^(?P<text>.*?)\s*\[(?P<keys>[A-Z][A-Za-z0-9 ,]*)\]\s*(?:\{(?P<countries>[^{}]*)\})?$",
    re.DOTALL,
)


class Mark(models.TextChoices):
    """How far one use of a source has been verified."""

    VERIFIED = "V", _("verified")
    THIRD_PARTY = "VM", _("seen on a third-party copy")
    UNCHECKED = "OK", _("needs checking")


class Country(models.TextChoices):
    """The countries whose texts differ, and a reader may choose from."""

    US = "US", _("United States")
    GB = "GB", _("United Kingdom")
    AU = "AU", _("Australia")
    DE = "DE", _("Germany")
    AT = "AT", _("Austria")
    CH = "CH", _("Switzerland")


# Stands in a text for the emergency number of the reader's country.
EMERGENCY = "{emergency}"


@dataclass(frozen=True)
class Citation:
    source: str
    mark: Mark


class Basis(models.TextChoices):
    """What a statement rests on, in words that stand beside it where that is not only what was read."""

    READ = "read", ""
    PARTLY = "partly", _("partly general knowledge")
    UNREAD = "unread", _("general knowledge")


def basis(citations: tuple[Citation, ...]) -> Basis:
    """What a statement with these sources rests on."""
    unread = [each for each in citations if each.mark == Mark.UNCHECKED]
    if not unread:
        return Basis.READ
    return Basis.UNREAD if len(unread) == len(citations) else Basis.PARTLY


@dataclass(frozen=True)
class Statement:
    """One thing said, with its sources; limited to some countries when any is named."""

    text: str
    citations: tuple[Citation, ...] = ()
    countries: tuple[str, ...] = ()

    def is_for(self, country: str) -> bool:
        return not self.countries or country in self.countries


@dataclass(frozen=True)
class Block:
    """A heading, a text, a list with its lead-in, or a box (its urgency is the kind) of blocks.

    In a table the title holds the headings and each statement a row, with "|" between cells.
    """

    kind: str
    title: str = ""
    statements: tuple[Statement, ...] = ()
    blocks: "tuple[Block, ...]" = ()


def cells_of(line: str) -> list[str]:
    """The cells of a line of a table."""
    return [cell.strip() for cell in line.split("|")]


def statements_of(blocks: tuple[Block, ...]) -> Iterator[Statement]:
    for block in blocks:
        yield from block.statements
        yield from statements_of(block.blocks)


@dataclass(frozen=True)
class Group:
    """Names of an interaction that play one part; the unclear ones may play it."""

    names: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


@dataclass
class Known:
    """What has been read of a medicine's files, for the entries that name it."""

    marks: dict[str, Mark] = field(default_factory=dict)
    cited: set[str] = field(default_factory=set)
    groups: dict[str, Group] = field(default_factory=dict)


def known_in(info: ValidationInfo) -> Known:
    """What was read so far; a version that was kept names nothing."""
    return info.context or Known()


@dataclass(frozen=True)
class Line:
    number: int
    text: str


def _cited(text: str, known: Known) -> tuple[Statement, list[str]]:
    """A text that must be one paragraph and end in its citations, and what is wrong with it."""
    text, faults = text.strip(), []
    if text and not is_one_paragraph(text):
        faults.append(f"more than one plain paragraph: “{text[:60]}”")
    found = CITED.match(text)
    if found is None:
        return Statement(text), [*faults, f"statement without a source: “{text[:60]}”"]
    codes = found["countries"]
    countries = tuple(code.strip() for code in codes.split(",")) if codes is not None else ()
    faults += [f"unknown country “{code}”" for code in countries if code not in Country.values]
    if len(set(countries)) < len(countries):
        faults.append("one country stands here twice")
    citations, wrong = _citations(found["keys"].split(","), known)
    return Statement(found["text"].strip(), citations, countries), faults + wrong


def _citations(texts: list[str], known: Known) -> tuple[tuple[Citation, ...], list[str]]:
    found, faults = [], [] if texts else ["no source is named"]
    for text in texts:
        key, _space, mark = text.strip().partition(" ")
        known.cited.add(key)
        if key not in known.marks:
            faults.append(f"unknown source “{key}”")
        if mark and mark not in Mark.values:
            faults.append(f"unknown mark “{mark}”")
        own = mark if mark in Mark.values else known.marks.get(key, Mark.UNCHECKED)
        found.append(Citation(key, Mark(own)))
    if len({each.source for each in found}) < len(found):
        faults.append("one source is cited twice")
    return tuple(found), faults


def _is_running_text(text: str) -> bool:
    return bool(text) and not text.startswith((":::", "### ", "- ", "+ ", "| "))


@dataclass
class _Reader:
    lines: list[Line]
    known: Known
    faults: list[tuple[int, str]] = field(default_factory=list)
    at: int = 0

    def taken(self, is_wanted: Callable[[str], bool]) -> list[Line]:
        """The lines from here on, as long as they are wanted."""
        found = list(takewhile(lambda line: is_wanted(line.text), self.lines[self.at :]))
        self.at += len(found)
        return found

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
        inner = self.taken(lambda text: text != ":::")
        if self.at == len(self.lines):
            self.faults.append((opening.number, "this box is not closed with “:::”"))
        self.at += 1
        if kind not in BOXES:
            self.faults.append((opening.number, f"unknown box “{kind}”"))
        if kind == "dodont":
            return Block("dodont", blocks=self.do_and_dont(inner))
        if not title:
            self.faults.append((opening.number, "a box needs a title"))
        blocks = tuple(_Reader(inner, self.known, self.faults).blocks())
        return Block(kind, title=title.strip(), blocks=blocks)

    def do_and_dont(self, lines: list[Line]) -> tuple[Block, ...]:
        found = []
        for kind, sign in (("do", "+ "), ("dont", "- ")):
            items = [line for line in lines if line.text.startswith(sign)]
            found.append(Block(kind, statements=tuple(self.item(line) for line in items)))
        for line in lines:
            if line.text and not line.text.startswith(("+ ", "- ")):
                self.faults.append((line.number, "here stands neither “+” nor “-”"))
        return tuple(found)

    def item(self, line: Line) -> Statement:
        return self.statement(line.text[2:], line)

    def statement(self, text: str, line: Line) -> Statement:
        statement, faults = _cited(text, self.known)
        self.faults += [(line.number, reason) for reason in faults]
        return statement

    def list_of(self, lead: str) -> Block:
        items = self.taken(lambda text: text.startswith("- "))
        if not items:
            self.faults.append((self.lines[self.at].number, "“+” stands only in a “dodont” box"))
            self.at += 1
        return Block("list", title=lead, statements=tuple(map(self.item, items)))

    def table(self) -> Block:
        first, *rows = self.taken(lambda text: text.startswith("| "))
        title = first.text.strip("| ")
        statements = tuple(self.row(line, title.count("|")) for line in rows)
        if not statements:
            self.faults.append((first.number, "this table has no rows"))
        return Block("table", title=title, statements=statements)

    def row(self, line: Line, bars: int) -> Statement:
        statement = self.statement(line.text.removeprefix("| "), line)
        if statement.text.count("|") != bars:
            self.faults.append((line.number, f"this row has not {bars + 1} cells"))
        return statement

    def paragraph(self) -> Block:
        lines = self.taken(_is_running_text)
        text = " ".join(line.text.strip() for line in lines)
        if text.endswith(":") and self.list_follows():
            return self.list_of(text)
        return Block("text", statements=(self.statement(text, lines[0]),))

    def list_follows(self) -> bool:
        self.taken(lambda text: not text)
        return self.at < len(self.lines) and self.lines[self.at].text.startswith("- ")


def _checked(read: tuple[T, list[str]]) -> T:
    """What was read, when nothing is wrong with it."""
    found, faults = read
    if faults:
        raise Faults([(0, reason) for reason in faults])
    return found


def _read_statement(value: Any, info: ValidationInfo) -> Any:
    return _checked(_cited(value, known_in(info))) if isinstance(value, str) else value


def _read_citations(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return value
    return _checked(_citations(value, known_in(info)))


def _read_blocks(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    lines = [Line(n, line.rstrip()) for n, line in enumerate(value.splitlines(), 1)]
    reader = _Reader(lines, known_in(info))
    blocks = tuple(reader.blocks())
    if reader.faults or not blocks:
        raise Faults(reader.faults or [(0, "this text is empty")])
    return blocks


def refuse_countries(statement: Statement) -> Statement:
    if statement.countries:
        raise ValueError("this is for everybody and cannot be limited to countries")
    return statement


# What files hold as text, and kept versions as what was read.
Cited = Annotated[Statement, BeforeValidator(_read_statement)]
# A statement that no reader may miss, whatever their country.
ForEverybody = Annotated[Cited, AfterValidator(refuse_countries)]
Citations = Annotated[tuple[Citation, ...], BeforeValidator(_read_citations)]
Blocks = Annotated[tuple[Block, ...], BeforeValidator(_read_blocks)]


def blocks_for(blocks: tuple[Block, ...], country: str, number: str) -> tuple[Block, ...]:
    """What a reader in a country sees, with the number to call there."""
    kept = []
    for block in blocks:
        said = tuple(_filled(each, number) for each in block.statements if each.is_for(country))
        inner = blocks_for(block.blocks, country, number)
        if said or inner or block.kind == "heading":
            title = block.title.replace(EMERGENCY, number)
            kept.append(replace(block, title=title, statements=said, blocks=inner))
    return tuple(kept)


def _filled(statement: Statement, number: str) -> Statement:
    if EMERGENCY not in statement.text:
        return statement
    return replace(statement, text=statement.text.replace(EMERGENCY, number))
