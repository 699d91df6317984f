"""A medicine's folder: its files, their rows, and the problems found while they are read."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from catalogue.content.document import Statement
from catalogue.content.located import Notes, Problem, Row
from catalogue.content.sections import Citer


@dataclass
class Folder:
    """Marks are those of the sources by key; `sources.yaml` is read first and fills them."""

    path: Path
    problems: list[Problem] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def is_sold(self) -> bool:
        return (self.path / "packs.yaml").exists()

    def notes(self, name: str) -> Notes:
        return Notes(f"{self.path.name}/{name}", self.problems)

    def rows(self, name: str, key: str) -> tuple[Notes, list[Row]]:
        """The rows under one key of a file that has only this key."""
        notes = self.notes(name)
        found = notes.read(self.path / name)
        if not isinstance(found, Row):
            notes.add(1, f"must hold “{key}:”")
            return notes, []
        return notes, notes.rows(found.get(key, []), found.line_of(key), key)

    def optional_rows(self, name: str, key: str) -> tuple[Notes, list[Row]]:
        """The rows of a file that a medicine need not have."""
        if not (self.path / name).exists():
            return self.notes(name), []
        return self.rows(name, key)

    def rows_if_sold(self, name: str, key: str) -> tuple[Notes, list[Row]]:
        """The rows of a file that only a medicine in the shop must have."""
        return self.rows(name, key) if self.is_sold else self.optional_rows(name, key)


def statement(notes: Notes, citer: Citer, row: Row, key: str) -> Statement:
    """The text of a key with the sources it ends in."""
    text = notes.text(row, key)
    return citer.statement(text, row.line_of(key)) if text else Statement("")


def for_everybody(notes: Notes, citer: Citer, row: Row, key: str) -> Statement:
    """A statement that no reader may miss, whatever their country."""
    found = statement(notes, citer, row, key)
    if found.countries:
        notes.add(row.line_of(key), "this is for everybody and cannot be limited to countries")
    return found


def refuse_duplicates(notes: Notes, rows: list[Row], key: str) -> None:
    """Note each row whose value of a key another row has too."""
    counted = Counter(str(row.get(key)) for row in rows)
    for row in rows:
        if counted[str(row.get(key))] > 1:
            notes.add(row.line, f"“{row.get(key)}” stands here more than once")
