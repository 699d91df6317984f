"""Reads a medicine's folder and finds everything that is wrong with it, all at once."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalogue.content.contradictions import contradictions
from catalogue.content.document import SECTIONS, Content, Source
from catalogue.content.sections import Known
from shop.datafiles import FilesInvalid, Problem, Row, held_to, place_of, read_file, read_text

MEDICINES = Path(__file__).resolve().parent.parent / "medicines"
# What the review holds a prescription against; read there.
SCREENING = "screening.yaml"
# Which entries stand in which file; all others stand in medicine.yaml.
ENTRIES = {
    "sources.yaml": {"sources"},
    "side_effects.yaml": {"effects"},
    "advice.yaml": {"advice"},
    "interactions.yaml": {"interactions"},
    "combinations.yaml": {"combinations", "split"},
    "words.yaml": {"words", "classes", "silent"},
    "questions.yaml": {"questions"},
    "claims.yaml": {"claims"},
    "leaflet.yaml": {"short"},
    "label.yaml": {"cautions"},
}
ELSEWHERE = {"comparison", "sections", "packs"}.union(*ENTRIES.values())
# What packs.yaml says of a pack that belongs to the text; its price and stock are the shop's.
OF_A_PACK = ("sku", "units", "maker", "excipients", "score_line", "sources")
# Read when the product is made.
ON_THE_SHELF = {"category", "tags"}
# What no medicine need have; what is not sold needs but its sources.
OPTIONAL = {"questions.yaml", "claims.yaml", "words.yaml", "label.yaml"}
REQUIRED_IF_SOLD = SECTIONS
REQUIRED_AS_INFORMATION = ("for", "before", "side", "mix")
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
# By which entry no two rows of a list may be alike.
DISTINCT = {
    "facts": "name",
    "asked": "question",
    "see_also": "medicine",
    "effects": "name",
    "advice": "text",
    "interactions": "id",
    "combinations": "id",
    "words": "row",
    "classes": "id",
    "silent": "id",
    "questions": "question",
    "claims": "claim",
    "short": "title",
    "cautions": "text",
}


def medicine_names() -> list[str]:
    """The folders there are."""
    return sorted(path.name for path in MEDICINES.iterdir() if (path / "medicine.yaml").exists())


def read_medicine(path: Path) -> Content:
    """The content of a folder. Raises FilesInvalid."""
    folder, known = _Folder(path), Known()
    data = folder.rows()
    folder.problems += [*_alike(data), *folder.problems_of_sections(data["sections"])]
    content: Content | None = folder.tried(lambda: held_to(Content, data, context=known))
    folder.problems += _uncited(data, known)
    for fault, reason in contradictions(content, medicine=path) if content else ():
        folder.problems.append(Problem(*place_of(data, fault), reason))
    if folder.problems or content is None:
        raise FilesInvalid(folder.problems)
    return content


def read_sources(path: Path) -> tuple[Source, ...]:
    """The sources of a folder. Raises FilesInvalid."""
    row = read_file(path / "sources.yaml", name=f"{path.name}/sources.yaml")
    return held_to(_Sources, row).sources


def read_medicines(paths: list[Path]) -> dict[Path, Content]:
    """The content of every folder. Raises FilesInvalid with the problems of all of them."""
    contents, problems = {}, []
    for path in paths:
        try:
            contents[path] = read_medicine(path)
        except FilesInvalid as invalid:
            problems += invalid.problems
    if problems:
        raise FilesInvalid(problems)
    return contents


@dataclass(frozen=True)
class _Sources:
    sources: tuple[Source, ...]


@dataclass
class _Folder:
    """The rows of a medicine's files, and the problems met while they are read."""

    path: Path
    problems: list[Problem] = field(default_factory=list)

    def tried(self, read: Callable[[], Any]) -> Any:
        """What was read; nothing, and a problem more, when it cannot be."""
        try:
            return read()
        except FilesInvalid as invalid:
            self.problems += invalid.problems
            return None

    @property
    def is_sold(self) -> bool:
        return (self.path / "packs.yaml").exists()

    def place(self, name: str) -> str:
        return f"{self.path.name}/{name}"

    def row(self, name: str) -> Row:
        read = self.tried(lambda: read_file(self.path / name, name=self.place(name)))
        return read or Row((self.place(name), 1))

    def must_have(self, name: str) -> bool:
        return name == "sources.yaml" or (self.is_sold and name not in OPTIONAL)

    def rows(self) -> Row:
        """Everything the folder holds, as one mapping."""
        medicine = self.row("medicine.yaml")
        data = Row(medicine.place)
        self.put(data, medicine, medicine.keys() - ELSEWHERE)
        for name, entries in ENTRIES.items():
            if self.must_have(name) or (self.path / name).exists():
                self.put(data, self.row(name), entries)
        if (self.path / "comparison.yaml").exists():
            row = self.row("comparison.yaml")
            data.put("comparison", row, row.place)
        sections = [self.section(path) for path in sorted(self.path.glob("sections/*.md"))]
        order = {slug: n for n, slug in enumerate(SECTIONS)}
        sections.sort(key=lambda row: order.get(str(row.get("section")), 0))
        data.put("sections", sections, (self.place("sections"), 1))
        if self.is_sold:
            data.put("packs", list(self.packs()), (self.place("packs.yaml"), 1))
        return data

    def packs(self) -> Iterator[Row]:
        """What is known of each pack, with its form and its strength."""
        file = self.row("packs.yaml")
        for strength in _rows(file.get("strengths")):
            for pack in _rows(strength.get("packs")):
                known = Row(pack.place)
                for row, keys in ((file, ("form",)), (strength, ("strength",)), (pack, OF_A_PACK)):
                    for key in row.keys() & keys:
                        known.put(key, row[key], row.places[key])
                yield known

    def put(self, data: Row, row: Row, entries: AbstractSet[str]) -> None:
        for key, value in row.items():
            if key not in entries:
                self.problems.append(Problem(*row.places[key], f"“{key}” is not a known entry"))
            elif key not in ON_THE_SHELF:
                data.put(key, value, row.places[key])

    def section(self, path: Path) -> Row:
        name, text = self.place(f"sections/{path.name}"), path.read_text(encoding="utf-8")
        front = FRONT_MATTER.match(text)
        if front is None:
            self.problems.append(
                Problem(name, 1, "starts without front matter between “---” lines")
            )
            return Row((name, 1))
        read = self.tried(lambda: read_text(front[1], name=name, first_line=2))
        row: Row = read or Row((name, 2))
        row.put("text", text[front.end() :], (name, front[0].count("\n")))
        return row

    def problems_of_sections(self, rows: list[Row]) -> Iterator[Problem]:
        """Sections that are missing, or stand in two files."""
        found = Counter(str(row.get("section")) for row in rows)
        for row in rows:
            if found[str(row.get("section"))] > 1:
                yield Problem(*row.place, f"section “{row.get('section')}” stands in two files")
        for slug in REQUIRED_IF_SOLD if self.is_sold else REQUIRED_AS_INFORMATION:
            if slug not in found:
                yield Problem(self.place("sections"), 1, f"section “{slug}” is missing")


def _rows(value: Any) -> list[Row]:
    return [row for row in value if isinstance(row, Row)] if isinstance(value, list) else []


def _alike(data: Row) -> Iterator[Problem]:
    comparison = data.get("comparison", {})
    lists = [(data.get(entry), key) for entry, key in DISTINCT.items()]
    for rows, key in [*lists, (comparison.get("rows"), "name")]:
        given = _rows(rows)
        counted = Counter(str(row.get(key)) for row in given)
        for row in given:
            if counted[str(row.get(key))] > 1:
                yield Problem(*row.place, f"“{row.get(key)}” stands here more than once")


def _uncited(data: Row, known: Known) -> Iterator[Problem]:
    for row in data.get("sources", []):
        if isinstance(row, Row) and row.get("key") in known.marks.keys() - known.cited:
            yield Problem(*row.place, f"nothing cites source “{row['key']}”")
