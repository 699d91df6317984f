"""Reads a medicine's folder and finds everything that is wrong with it, all at once."""

from dataclasses import replace
from pathlib import Path

from catalogue.content.combinations import read_combinations
from catalogue.content.document import Content, Source
from catalogue.content.folder import Folder
from catalogue.content.interactions import read_interactions
from catalogue.content.located import Problem
from catalogue.content.tables import (
    read_advice,
    read_claims,
    read_comparison,
    read_questions,
    read_side_effects,
    read_sources,
)
from catalogue.content.texts import read_medicine_file, read_sections

MEDICINES = Path(__file__).resolve().parent.parent / "medicines"


class ContentInvalid(Exception):
    """The files of a medicine cannot be loaded; says every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def medicine_names() -> list[str]:
    """The folders there are."""
    return sorted(path.name for path in MEDICINES.iterdir() if (path / "medicine.yaml").exists())


def read_medicine(path: Path) -> Content:
    """The content of a folder. Raises ContentInvalid."""
    folder = Folder(path)
    content = read_content(folder)
    if folder.problems:
        raise ContentInvalid(folder.problems)
    return content


def read_medicines(paths: list[Path]) -> dict[Path, Content]:
    """The content of every folder. Raises ContentInvalid with the problems of all of them."""
    contents, problems = {}, []
    for path in paths:
        try:
            contents[path] = read_medicine(path)
        except ContentInvalid as invalid:
            problems += invalid.problems
    if problems:
        raise ContentInvalid(problems)
    return contents


def read_content(folder: Folder) -> Content:
    sources = read_sources(folder)
    interactions = read_interactions(folder)
    content = replace(
        read_medicine_file(folder),
        sections=read_sections(folder),
        side_effects=read_side_effects(folder),
        advice=read_advice(folder),
        interactions=interactions,
        combinations=read_combinations(folder, interactions),
        comparison=read_comparison(folder),
        questions=read_questions(folder),
        claims=read_claims(folder),
        sources=tuple(source for source, _line in sources),
    )
    check_every_source_is_cited(folder, content, sources)
    return content


def check_every_source_is_cited(
    folder: Folder, content: Content, sources: list[tuple[Source, int]]
) -> None:
    cited = {citation.source for citation in content.citations()}
    for source, line in sources:
        if source.key not in cited:
            folder.notes("sources.yaml").add(line, f"nothing cites source “{source.key}”")
