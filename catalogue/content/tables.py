"""Reads the lists of a medicine: sources, side effects, advice, comparison, questions, claims."""

from catalogue.content.document import (
    Advice,
    Claim,
    Comparison,
    ComparisonRow,
    Frequency,
    Mark,
    Question,
    SideEffect,
    Source,
    Statement,
    Urgency,
    Verdict,
)
from catalogue.content.folder import Folder, for_everybody, refuse_duplicates, statement
from catalogue.content.located import Notes, Row
from catalogue.content.sections import Citer


def read_sources(folder: Folder) -> list[tuple[Source, int]]:
    notes, rows = folder.rows("sources.yaml", "sources")
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
        if source.key in folder.marks:
            notes.add(row.line, f"source “{source.key}” stands here twice")
        folder.marks[source.key] = source.mark
        found.append((source, row.line))
    return found


def read_side_effects(folder: Folder) -> tuple[SideEffect, ...]:
    notes, rows = folder.rows_if_sold("side_effects.yaml", "effects")
    citer = Citer(folder.marks, notes)
    refuse_duplicates(notes, rows, "name")
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


def read_advice(folder: Folder) -> tuple[Advice, ...]:
    notes, rows = folder.rows_if_sold("advice.yaml", "advice")
    citer = Citer(folder.marks, notes)
    refuse_duplicates(notes, rows, "text")
    for row in rows:
        notes.only(row, {"urgency", "text"})
    return tuple(
        Advice(
            notes.choice(row, "urgency", Urgency.values),
            statement(notes, citer, row, "text"),
        )
        for row in rows
    )


def read_comparison(folder: Folder) -> Comparison:
    path = folder.path / "comparison.yaml"
    if not path.exists():
        return Comparison()
    notes, rows = folder.rows("comparison.yaml", "rows")
    root = notes.read(path)
    root = root if isinstance(root, Row) else Row()
    notes.only(root, {"medicines", "rows"})
    medicines = notes.texts(root, "medicines")
    refuse_duplicates(notes, rows, "name")
    citer = Citer(folder.marks, notes)
    return Comparison(
        medicines, tuple(read_comparison_row(notes, citer, row, medicines) for row in rows)
    )


def read_comparison_row(
    notes: Notes, citer: Citer, row: Row, medicines: tuple[str, ...]
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
            else for_everybody(notes, citer, cells, medicine)
            for medicine in medicines
        ),
    )


def read_questions(folder: Folder) -> tuple[Question, ...]:
    notes, rows = folder.optional_rows("questions.yaml", "questions")
    citer = Citer(folder.marks, notes)
    refuse_duplicates(notes, rows, "question")
    for row in rows:
        notes.only(row, {"question", "answer"})
    return tuple(
        Question(notes.text(row, "question"), statement(notes, citer, row, "answer"))
        for row in rows
    )


def read_claims(folder: Folder) -> tuple[Claim, ...]:
    notes, rows = folder.optional_rows("claims.yaml", "claims")
    citer = Citer(folder.marks, notes)
    refuse_duplicates(notes, rows, "claim")
    for row in rows:
        notes.only(row, {"claim", "verdict", "correction"})
    return tuple(
        Claim(
            notes.text(row, "claim"),
            notes.choice(row, "verdict", Verdict.values),
            for_everybody(notes, citer, row, "correction"),
        )
        for row in rows
    )
