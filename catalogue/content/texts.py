"""Reads what a medicine's page says in running text: `medicine.yaml` and the sections."""

import datetime as dt
import re
from pathlib import Path

from django.utils import timezone

from catalogue.content.document import Content, Fact, Section, SeeAlso, statements_of
from catalogue.content.folder import Folder, for_everybody, refuse_duplicates, statement
from catalogue.content.located import Notes, Row
from catalogue.content.sections import Citer, read_blocks

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
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def read_medicine_file(folder: Folder) -> Content:
    notes = folder.notes("medicine.yaml")
    row = notes.read(folder.path / "medicine.yaml")
    citer = Citer(folder.marks, notes)
    if not isinstance(row, Row):
        notes.add(1, "must hold the medicine’s name and texts")
        row = Row()
    known = {"name", "title", "description", "codes", "brands", "search_words", "review_by"}
    notes.only(row, known | {"lead", "warning", "facts", "category", "tags", "see_also"})
    return Content(
        name=notes.text(row, "name"),
        title=notes.text(row, "title"),
        description=notes.text(row, "description"),
        codes=read_codes(notes, row),
        brands=notes.texts(row, "brands"),
        search_words=notes.texts(row, "search_words"),
        review_by=read_review_date(notes, row),
        lead=for_everybody(notes, citer, row, "lead"),
        warning=read_warning(notes, citer, row),
        facts=read_facts(notes, citer, row),
        see_also=read_see_also(folder, notes, row),
        sections=(),
        side_effects=(),
        advice=(),
        interactions=(),
    )


def read_codes(notes: Notes, row: Row) -> dict[str, str]:
    codes = row.get("codes", Row())
    if not isinstance(codes, Row):
        notes.add(row.line_of("codes"), "“codes” must be a mapping")
        return {}
    return {key: notes.text(codes, key) for key in codes}


def read_review_date(notes: Notes, row: Row) -> str:
    text = notes.text(row, "review_by")
    try:
        review_by = dt.date.fromisoformat(text)
    except ValueError:
        notes.add(row.line_of("review_by"), f"“{text}” is not a date (YYYY-MM-DD)")
        return text
    if review_by < timezone.localdate():
        notes.add(row.line_of("review_by"), f"review date {text} is in the past")
    return text


def read_warning(notes: Notes, citer: Citer, row: Row) -> Section:
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


def read_facts(notes: Notes, citer: Citer, row: Row) -> tuple[Fact, ...]:
    rows = notes.rows(row.get("facts", []), row.line_of("facts"), "facts")
    refuse_duplicates(notes, rows, "name")
    return tuple(
        Fact(notes.text(fact, "name"), statement(notes, citer, fact, "text")) for fact in rows
    )


def read_see_also(folder: Folder, notes: Notes, row: Row) -> tuple[SeeAlso, ...]:
    rows = notes.rows(row.get("see_also", []), row.line_of("see_also"), "see_also")
    refuse_duplicates(notes, rows, "medicine")
    found = []
    for each in rows:
        notes.only(each, {"medicine", "label"})
        name = notes.text(each, "medicine")
        if name == folder.path.name:
            notes.add(each.line, "a medicine cannot point to itself")
        elif name and not (folder.path.parent / name / "medicine.yaml").exists():
            notes.add(each.line, f"there is no medicine “{name}”")
        found.append(SeeAlso(name, notes.text(each, "label")))
    return tuple(found)


def read_sections(folder: Folder) -> tuple[Section, ...]:
    found: dict[str, Section] = {}
    for path in sorted((folder.path / "sections").glob("*.md")):
        notes = folder.notes(f"sections/{path.name}")
        section = read_section(folder, notes, path)
        if section.slug in found:
            notes.add(1, f"section “{section.slug}” stands in two files")
        found[section.slug] = section
    for slug in REQUIRED_IF_SOLD if folder.is_sold else REQUIRED_AS_INFORMATION:
        if slug not in found:
            folder.notes("sections").add(1, f"section “{slug}” is missing")
    return tuple(found[slug] for slug in SECTIONS if slug in found)


def read_section(folder: Folder, notes: Notes, path: Path) -> Section:
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
    blocks = read_blocks(body, front[0].count("\n") + 1, Citer(folder.marks, notes))
    if not blocks:
        notes.add(1, "this section is empty")
    return Section(slug, notes.text(row, "title"), blocks)
