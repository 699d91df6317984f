"""Reads a medicine's folder and finds everything that is wrong with it, all at once."""

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils import timezone

from catalogue.content.document import (
    Advice,
    Claim,
    Comparison,
    ComparisonRow,
    Content,
    Fact,
    Frequency,
    Interaction,
    Mark,
    Question,
    Section,
    SeeAlso,
    Severity,
    SideEffect,
    Source,
    Statement,
    Urgency,
    Verdict,
    statements_of,
)
from catalogue.content.located import Notes, Problem, Row
from catalogue.content.rendering import is_one_paragraph
from catalogue.content.sections import Citer, read_blocks

MEDICINES = Path(__file__).resolve().parent.parent / "medicines"

# Every section a page may have, in its order; the link list of the page follows it.
SECTIONS = (
    "start",
    "for",
    "before",
    "how",
    "stop",
    "side",
    "mix",
    "family",
    "overdose",
    "store",
    "works",
    "opinions",
)
# What a medicine in the shop must have, and one that the shop only informs about.
REQUIRED_IF_SOLD = SECTIONS
REQUIRED_AS_INFORMATION = ("for", "before", "side", "mix")
REVIEW_ACTIONS = [
    "block-until-prescriber",
    "query-prescriber",
    "query-prescriber-if-new",
    "query-prescriber-if-epilepsy",
    "renal-check",
    "renal-check+counsel",
    "counsel+document",
    "counsel",
    "info",
]
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


class ContentInvalid(Exception):
    """The files of a medicine cannot be loaded; says every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def medicine_names() -> list[str]:
    """The folders there are."""
    return sorted(path.name for path in MEDICINES.iterdir() if (path / "medicine.yaml").exists())


def read_medicine(folder: Path) -> Content:
    """The content of a folder. Raises ContentInvalid."""
    reader = _Folder(folder)
    content = reader.content()
    if reader.problems:
        raise ContentInvalid(reader.problems)
    return content


def problems_of(folder: Path) -> list[Problem]:
    """Everything that is wrong with a folder's content."""
    try:
        read_medicine(folder)
    except ContentInvalid as invalid:
        return invalid.problems
    return []


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.marks: dict[str, str] = {}

    @property
    def is_sold(self) -> bool:
        return (self.folder / "packs.yaml").exists()

    def notes(self, name: str) -> Notes:
        return Notes(f"{self.folder.name}/{name}", self.problems)

    def content(self) -> Content:
        sources = self.sources()
        content = self.medicine()
        content = replace(
            content,
            sections=self.sections(),
            side_effects=self.side_effects(),
            advice=self.advice(),
            interactions=self.interactions(),
            comparison=self.comparison(),
            questions=self.questions(),
            claims=self.claims(),
            sources=tuple(source for source, _line in sources),
        )
        self.check_every_source_is_cited(content, sources)
        self.check_texts(content)
        return content

    def rows(self, name: str, key: str) -> tuple[Notes, list[Row]]:
        """The rows under one key of a file that has only this key."""
        notes = self.notes(name)
        found = notes.read(self.folder / name)
        if not isinstance(found, Row):
            notes.add(1, f"must hold “{key}:”")
            return notes, []
        return notes, notes.rows(found.get(key, []), found.line_of(key), key)

    def optional_rows(self, name: str, key: str) -> tuple[Notes, list[Row]]:
        """The rows of a file that a medicine need not have."""
        if not (self.folder / name).exists():
            return self.notes(name), []
        return self.rows(name, key)

    def rows_if_sold(self, name: str, key: str) -> tuple[Notes, list[Row]]:
        """The rows of a file that only a medicine in the shop must have."""
        return self.rows(name, key) if self.is_sold else self.optional_rows(name, key)

    def sources(self) -> list[tuple[Source, int]]:
        notes, rows = self.rows("sources.yaml", "sources")
        found = []
        for row in rows:
            notes.only(row, {"key", "publisher", "title", "address", "read", "mark"})
            source = Source(
                key=notes.text(row, "key"),
                publisher=notes.text(row, "publisher"),
                title=notes.text(row, "title"),
                address=notes.text(row, "address", default=""),
                read=notes.text(row, "read"),
                mark=notes.choice(row, "mark", Mark.values),
            )
            if source.key in self.marks:
                notes.add(row.line, f"source “{source.key}” stands here twice")
            self.marks[source.key] = source.mark
            found.append((source, row.line))
        return found

    def medicine(self) -> Content:
        notes = self.notes("medicine.yaml")
        row = notes.read(self.folder / "medicine.yaml")
        citer = Citer(self.marks, notes)
        if not isinstance(row, Row):
            notes.add(1, "must hold the medicine’s name and texts")
            row = Row()
        known = {"name", "title", "description", "codes", "brands", "search_words", "review_by"}
        notes.only(row, known | {"lead", "warning", "facts", "category", "tags", "see_also"})
        return Content(
            name=notes.text(row, "name"),
            title=notes.text(row, "title"),
            description=notes.text(row, "description"),
            codes=self.codes(notes, row),
            brands=notes.texts(row, "brands"),
            search_words=notes.texts(row, "search_words"),
            review_by=self.review_date(notes, row),
            lead=self.for_everybody(notes, citer, row, "lead"),
            warning=self.warning(notes, citer, row),
            facts=self.facts(notes, citer, row),
            see_also=self.see_also(notes, row),
            sections=(),
            side_effects=(),
            advice=(),
            interactions=(),
        )

    def statement(self, notes: Notes, citer: Citer, row: Row, key: str) -> Statement:
        text = notes.text(row, key)
        return citer.statement(text, row.line_of(key)) if text else Statement("")

    def for_everybody(self, notes: Notes, citer: Citer, row: Row, key: str) -> Statement:
        """A statement that no reader may miss, whatever their country."""
        statement = self.statement(notes, citer, row, key)
        if statement.countries:
            notes.add(row.line_of(key), "this is for everybody and cannot be limited to countries")
        return statement

    def codes(self, notes: Notes, row: Row) -> dict[str, str]:
        codes = row.get("codes", Row())
        if not isinstance(codes, Row):
            notes.add(row.line_of("codes"), "“codes” must be a mapping")
            return {}
        return {key: notes.text(codes, key) for key in codes}

    def review_date(self, notes: Notes, row: Row) -> str:
        text = notes.text(row, "review_by")
        try:
            review_by = dt.date.fromisoformat(text)
        except ValueError:
            notes.add(row.line_of("review_by"), f"“{text}” is not a date (YYYY-MM-DD)")
            return text
        if review_by < timezone.localdate():
            notes.add(row.line_of("review_by"), f"review date {text} is in the past")
        return text

    def warning(self, notes: Notes, citer: Citer, row: Row) -> Section:
        warning = row.get("warning")
        if not isinstance(warning, Row):
            notes.add(row.line_of("warning"), "“warning” is missing or not a mapping")
            return Section("warning", "")
        text = notes.text(warning, "text")
        blocks = read_blocks(text, warning.line_of("text") + 1, citer)
        if any(statement.countries for statement in statements_of(blocks)):
            notes.add(
                warning.line_of("text"), "this is for everybody and cannot be limited to countries"
            )
        return Section("warning", notes.text(warning, "title"), blocks)

    def facts(self, notes: Notes, citer: Citer, row: Row) -> tuple[Fact, ...]:
        rows = notes.rows(row.get("facts", []), row.line_of("facts"), "facts")
        self.refuse_duplicates(notes, rows, "name")
        return tuple(
            Fact(notes.text(fact, "name"), self.statement(notes, citer, fact, "text"))
            for fact in rows
        )

    def see_also(self, notes: Notes, row: Row) -> tuple[SeeAlso, ...]:
        rows = notes.rows(row.get("see_also", []), row.line_of("see_also"), "see_also")
        self.refuse_duplicates(notes, rows, "medicine")
        found = []
        for each in rows:
            notes.only(each, {"medicine", "label"})
            name = notes.text(each, "medicine")
            if name == self.folder.name:
                notes.add(each.line, "a medicine cannot point to itself")
            elif name and not (self.folder.parent / name / "medicine.yaml").exists():
                notes.add(each.line, f"there is no medicine “{name}”")
            found.append(SeeAlso(name, notes.text(each, "label")))
        return tuple(found)

    def sections(self) -> tuple[Section, ...]:
        found: dict[str, Section] = {}
        for path in sorted((self.folder / "sections").glob("*.md")):
            notes = self.notes(f"sections/{path.name}")
            section = self.section(notes, path)
            if section.slug in found:
                notes.add(1, f"section “{section.slug}” stands in two files")
            found[section.slug] = section
        for slug in REQUIRED_IF_SOLD if self.is_sold else REQUIRED_AS_INFORMATION:
            if slug not in found:
                self.notes("sections").add(1, f"section “{slug}” is missing")
        return tuple(found[slug] for slug in SECTIONS if slug in found)

    def section(self, notes: Notes, path: Path) -> Section:
        text = path.read_text(encoding="utf-8")
        front = FRONT_MATTER.match(text)
        if front is None:
            notes.add(1, "starts without front matter between “---” lines")
            return Section(path.stem, "")
        row = notes.parse(front[1], first_line=2)
        if not isinstance(row, Row):
            notes.add(2, "front matter must be a mapping")
            return Section(path.stem, "")
        notes.only(row, {"section", "title"})
        slug = notes.choice(row, "section", list(SECTIONS))
        body = text[front.end() :]
        blocks = read_blocks(body, front[0].count("\n") + 1, Citer(self.marks, notes))
        if not blocks:
            notes.add(1, "this section is empty")
        return Section(slug, notes.text(row, "title"), blocks)

    def side_effects(self) -> tuple[SideEffect, ...]:
        notes, rows = self.rows_if_sold("side_effects.yaml", "effects")
        citer = Citer(self.marks, notes)
        self.refuse_duplicates(notes, rows, "name")
        for row in rows:
            notes.only(row, {"name", "frequency", "system", "sources"})
        return tuple(
            SideEffect(
                name=notes.text(row, "name"),
                frequency=notes.choice(row, "frequency", Frequency.values),
                system=notes.text(row, "system"),
                citations=citer.citations(notes.texts(row, "sources"), row.line),
            )
            for row in rows
        )

    def advice(self) -> tuple[Advice, ...]:
        notes, rows = self.rows_if_sold("advice.yaml", "advice")
        citer = Citer(self.marks, notes)
        self.refuse_duplicates(notes, rows, "text")
        for row in rows:
            notes.only(row, {"urgency", "text"})
        return tuple(
            Advice(
                notes.choice(row, "urgency", Urgency.values),
                self.statement(notes, citer, row, "text"),
            )
            for row in rows
        )

    def interactions(self) -> tuple[Interaction, ...]:
        notes, rows = self.rows_if_sold("interactions.yaml", "interactions")
        self.refuse_duplicates(notes, rows, "id")
        found = [(self.interaction(notes, row), row) for row in rows]
        owners: dict[str, str] = {}
        for interaction, row in found:
            for name in interaction.names:
                if name in owners:
                    reason = f"“{name}” is claimed by {owners[name]} and {interaction.id}"
                    notes.add(row.line_of("names"), reason)
                owners.setdefault(name, interaction.id)
        for interaction, row in found:
            for name in interaction.also_names:
                if owners.get(name) in (None, interaction.id):
                    notes.add(row.line_of("also_names"), f"no other interaction names “{name}”")
        return tuple(interaction for interaction, _row in found)

    def interaction(self, notes: Notes, row: Row) -> Interaction:
        notes.only(row, {*Interaction.__dataclass_fields__, "sources"} - {"citations"})
        texts: dict[str, Any] = {
            key: notes.text(row, key)
            for key in ("id", "label", "what_can_happen", "customer_text", "effect")
        }
        names = notes.texts(row, "names")
        if any(name != name.strip().lower() for name in names):
            notes.add(row.line_of("names"), "names are written in lower case")
        return Interaction(
            **texts,
            severity=notes.choice(row, "severity", Severity.values),
            mechanism=notes.text(row, "mechanism"),
            management=notes.text(row, "management"),
            review_action=notes.choice(row, "review_action", REVIEW_ACTIONS),
            names=names,
            also_names=notes.texts(row, "also_names"),
            atc=notes.texts(row, "atc"),
            note=notes.text(row, "note", default=""),
            citations=Citer(self.marks, notes).citations(notes.texts(row, "sources"), row.line),
        )

    def comparison(self) -> Comparison:
        path = self.folder / "comparison.yaml"
        if not path.exists():
            return Comparison()
        notes, rows = self.rows("comparison.yaml", "rows")
        root = notes.read(path)
        root = root if isinstance(root, Row) else Row()
        notes.only(root, {"medicines", "rows"})
        medicines = notes.texts(root, "medicines")
        self.refuse_duplicates(notes, rows, "name")
        citer = Citer(self.marks, notes)
        return Comparison(
            medicines, tuple(self.comparison_row(notes, citer, row, medicines) for row in rows)
        )

    def comparison_row(
        self, notes: Notes, citer: Citer, row: Row, medicines: tuple[str, ...]
    ) -> ComparisonRow:
        """A row says something of each medicine, or "-" where nothing was found."""
        notes.only(row, {"name", "cells"})
        cells = row.get("cells")
        cells = cells if isinstance(cells, Row) else Row()
        notes.only(cells, set(medicines))
        return ComparisonRow(
            notes.text(row, "name"),
            tuple(
                Statement("")
                if cells.get(medicine) == "-"
                else self.for_everybody(notes, citer, cells, medicine)
                for medicine in medicines
            ),
        )

    def questions(self) -> tuple[Question, ...]:
        notes, rows = self.optional_rows("questions.yaml", "questions")
        citer = Citer(self.marks, notes)
        self.refuse_duplicates(notes, rows, "question")
        for row in rows:
            notes.only(row, {"question", "answer"})
        return tuple(
            Question(notes.text(row, "question"), self.statement(notes, citer, row, "answer"))
            for row in rows
        )

    def claims(self) -> tuple[Claim, ...]:
        notes, rows = self.optional_rows("claims.yaml", "claims")
        citer = Citer(self.marks, notes)
        self.refuse_duplicates(notes, rows, "claim")
        for row in rows:
            notes.only(row, {"claim", "verdict", "correction"})
        return tuple(
            Claim(
                notes.text(row, "claim"),
                notes.choice(row, "verdict", Verdict.values),
                self.for_everybody(notes, citer, row, "correction"),
            )
            for row in rows
        )

    def refuse_duplicates(self, notes: Notes, rows: list[Row], key: str) -> None:
        counted = Counter(str(row.get(key)) for row in rows)
        for row in rows:
            if counted[str(row.get(key))] > 1:
                notes.add(row.line, f"“{row.get(key)}” stands here more than once")

    def check_every_source_is_cited(
        self, content: Content, sources: list[tuple[Source, int]]
    ) -> None:
        cited = {citation.source for citation in content.citations()}
        for source, line in sources:
            if source.key not in cited:
                self.notes("sources.yaml").add(line, f"nothing cites source “{source.key}”")

    def check_texts(self, content: Content) -> None:
        for statement in content.statements():
            if statement.text and not is_one_paragraph(statement.text):
                reason = f"more than one plain paragraph: “{statement.text[:60]}”"
                self.notes("sections").add(1, reason)
