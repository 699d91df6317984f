"""What is held against a prescription because of a medicine: the file `screening.yaml` in its folder."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from catalogue.amounts import Strength
from catalogue.content import files
from shop.datafiles import FilesInvalid, Positive, Problem, Row, Text, held_to, place_of, read_file
from shop.jurisdictions import loading
from shop.jurisdictions.profile import CountryCode, Mark, Source, Sources, Value, cited
from shop.review.rules.alert import Lifter, Severity
from shop.review.rules.facts import SPOKEN

# Read by others; the rest of the file is read here.
NOT_READ_HERE = {"questions"}
EVERYWHERE = "everywhere"
UNANSWERED = "unanswered"


def number(value: Any) -> Fraction:
    """A number of the file, exactly as it is written. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"“{value}” is no number")  # noqa: TRY004 pydantic reads a ValueError
    return Fraction(str(value))


def _bound(value: Any) -> Fraction | str:
    return value if isinstance(value, str) else number(value)


Number = Annotated[Fraction, BeforeValidator(number)]
# A number, or the name of one among the doses.
Bound = Annotated[Fraction | str | None, BeforeValidator(_bound)]
AStrength = Annotated[str, AfterValidator(Strength)]


@dataclass(frozen=True)
class Between:
    """A number within bounds; ``unknown`` says that a number that is not known counts as one."""

    above: Bound = None
    at_least: Annotated[Bound, Field(alias="from")] = None
    below: Bound = None
    at_most: Annotated[Bound, Field(alias="to")] = None
    unknown: str = ""

    @property
    def names(self) -> set[str]:
        """The doses that it names."""
        bounds = (self.above, self.at_least, self.below, self.at_most)
        return {each for each in bounds if isinstance(each, str)}


# Codes of which the answer is one, or bounds of a number.
Condition = tuple[Text, ...] | Between
Conditions = dict[str, Condition]


@dataclass(frozen=True, kw_only=True)
class Graded:
    """When something is how serious, who may lift it, and where that is from."""

    when: Conditions
    severity: Severity
    by: Lifter
    sources: Sources
    mark: Mark

    @property
    def cited(self) -> str:
        return cited(self.sources, self.mark)

    @property
    def rank(self) -> tuple[int, int]:
        """The strictest comes first."""
        return list(Severity).index(self.severity), list(Lifter).index(self.by)

    def __post_init__(self) -> None:
        if self.by == Lifter.COLLEAGUE:
            raise ValueError("a second look is at two prescriptions, not at a medicine")
        if self.severity == Severity.NOTE and self.by != Lifter.PHARMACIST:
            raise ValueError("a note is for a pharmacist to see")
        if self.severity == Severity.BLOCK and self.by == Lifter.PHARMACIST:
            raise ValueError("a block is for the prescriber to lift, or for nobody")
        if self.severity == Severity.QUERY and self.by == Lifter.NOBODY:
            raise ValueError("what nobody may settle is a block")


@dataclass(frozen=True, kw_only=True)
class Line(Graded):
    """One finding; in all countries, or in these, and not beside those of ``unless``."""

    finding: Text
    says: Text
    countries: tuple[CountryCode, ...] = ()
    unless: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DoseNote:
    """What the desk says beside the dose."""

    when: Conditions
    says: Text
    sources: Sources
    mark: Mark

    @property
    def cited(self) -> str:
        return cited(self.sources, self.mark)


@dataclass(frozen=True)
class Measure:
    """A value of a test: the answer that says when it was made, and how many months it counts."""

    on: Text
    months: Positive
    sources: Sources
    mark: Mark


@dataclass(frozen=True)
class Interactions:
    """What a row of the interaction list is called as a finding, and how serious a row is."""

    named: dict[str, Text]
    lines: tuple[Graded, ...]


Doses = dict[str, Value[Number]]


@dataclass(frozen=True)
class _File:
    sources: dict[str, Source]
    stopping_suddenly: Value[Text]
    follow_up_days: Value[Positive]
    strengths: dict[CountryCode, Value[Annotated[tuple[AStrength, ...], Field(min_length=1)]]]
    doses: dict[str, Doses]
    measures: dict[str, Measure]
    dose_notes: tuple[DoseNote, ...]
    interactions: Interactions
    flags: dict[str, tuple[Text, ...]]
    lasting: dict[str, tuple[Text, ...]]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Screening:
    """The file as it is read for one country; ``digest`` is the SHA-256 of the file.

    ``strengths`` is none where the country has no data: then nothing is supplied, and the lines for
    all countries still speak.
    """

    medicine: str
    country: str
    stopping_suddenly: Value[str]
    follow_up_days: Value[int]
    strengths: Value[tuple[str, ...]] | None
    doses: Mapping[str, Value[Fraction]]
    measures: Mapping[str, Measure]
    dose_notes: tuple[DoseNote, ...]
    interactions: Interactions
    flags: Mapping[str, tuple[str, ...]]
    lasting: Mapping[str, tuple[str, ...]]
    lines: tuple[Line, ...]
    digest: str = field(default="", compare=False)

    def supplies(self, strength: Strength) -> bool:
        """Whether this strength may go to the country."""
        return self.strengths is not None and strength in self.strengths.value

    def dose(self, bound: Fraction | str) -> Fraction:
        """A bound as a number."""
        return self.doses[bound].value if isinstance(bound, str) else bound

    @property
    def findings(self) -> frozenset[str]:
        """All that it may find, by name."""
        return frozenset(line.finding for line in self.lines) | {*self.interactions.named.values()}

    @property
    def conditions(self) -> Iterator[tuple[str, Conditions]]:
        """Each finding with what it hangs on."""
        for line in self.lines:
            yield line.finding, line.when
        for graded in self.interactions.lines:
            for name in ("interaction", *self.interactions.named.values()):
                yield name, graded.when


def screenings(country: str) -> dict[str, Screening]:
    """What is held against each medicine that has such a file, for tablets that go to this country.

    By the folder's name. Raises FilesInvalid.
    """
    folders = sorted(path.parent for path in files.MEDICINES.glob(f"*/{files.SCREENING}"))
    return {folder.name: _read(folder, country) for folder in folders}


def screenings_of_all_countries(medicines: Path) -> Iterator[Screening]:
    """The same, for each country that there are data for."""
    for folder in sorted(path.parent for path in medicines.glob(f"*/{files.SCREENING}")):
        for country in _file(folder).strengths:
            yield _read(folder, country)


@cache
def _read(folder: Path, country: str) -> Screening:
    return for_country(_file(folder), folder, country)


@cache
def _file(folder: Path) -> _File:
    return read(folder)


def read(folder: Path) -> _File:
    """The file in a medicine's folder. Raises FilesInvalid."""
    row = rows_of(folder)
    own = held_to(_Sources, _only(row, {"sources"})).sources
    known = loading.sources() | sources_of(folder) | own
    found = held_to(_File, row, context=known)
    problems = [Problem(*place_of(row, path), reason) for path, reason in contradictions(found)]
    if problems:
        raise FilesInvalid(problems)
    return found


def rows_of(folder: Path) -> Row:
    """What of the file is read here, as it is written. Raises FilesInvalid."""
    row = read_file(folder / files.SCREENING, name=f"{folder.name}/{files.SCREENING}")
    return _only(row, row.keys() - NOT_READ_HERE)


@dataclass(frozen=True)
class _Sources:
    sources: dict[str, Source]


def _only(row: Row, keys: Any) -> Row:
    kept = Row(row.place)
    for key in (key for key in row if key in keys):
        kept.put(key, row[key], row.places[key])
    return kept


def for_country(found: _File, folder: Path, country: str) -> Screening:
    """What of it holds for tablets that go to this country; empty is not known."""
    return Screening(
        medicine=folder.name,
        country=country,
        stopping_suddenly=found.stopping_suddenly,
        follow_up_days=found.follow_up_days,
        strengths=found.strengths.get(country),
        doses={**found.doses[EVERYWHERE], **found.doses.get(country, {})},
        measures=found.measures,
        dose_notes=found.dose_notes,
        interactions=found.interactions,
        flags=found.flags,
        lasting=found.lasting,
        lines=tuple(
            line for line in found.lines if not line.countries or country in line.countries
        ),
        digest=hashlib.sha256((folder / files.SCREENING).read_bytes()).hexdigest(),
    )


def sources_of(folder: Path) -> dict[str, Source]:
    """The sources of a medicine's content, as its screening cites them."""
    return {
        each.key: Source(f"{each.publisher}: {each.title}", each.address)
        for each in files.read_sources(folder)
    }


Fault = tuple[tuple[Any, ...], str]


def contradictions(found: _File) -> Iterator[Fault]:
    """What cannot be meant: the way to it in the file, and why."""
    if EVERYWHERE not in found.doses:
        yield ("doses",), f"“{EVERYWHERE}” is missing"
        return
    yield from _in_doses(found)
    yield from _in_countries(found)
    yield from _in_names(found)
    yield from _in_findings(found)


def _in_doses(found: _File) -> Iterator[Fault]:
    everywhere = found.doses[EVERYWHERE]
    for country, doses in found.doses.items():
        for name in doses.keys() - everywhere.keys():
            yield ("doses", country, name), f"“{name}” has no value everywhere"
        yield from _disorder(country, {**everywhere, **doses})


def _in_countries(found: _File) -> Iterator[Fault]:
    named: list[tuple[tuple[Any, ...], str]] = [
        (("doses", country), country) for country in found.doses if country != EVERYWHERE
    ]
    for index, line in enumerate(found.lines):
        named += [(("lines", index, "countries"), country) for country in line.countries]
    for path, country in named:
        if country not in found.strengths:
            yield path, f"“{country}” has no strengths"


def _in_names(found: _File) -> Iterator[Fault]:
    """Doses and words that a line or a note names."""
    doses = found.doses[EVERYWHERE].keys()
    said = [(("lines", n), line.when, line.says) for n, line in enumerate(found.lines)]
    said += [(("dose_notes", n), each.when, each.says) for n, each in enumerate(found.dose_notes)]
    for path, when, says in said:
        for name in _doses_named(when) - doses:
            yield (*path, "when"), f"there is no dose “{name}”"
        for name in placeholders(says) - doses - when.keys() - SPOKEN:
            yield (*path, "says"), f"“{name}” is nothing that can be said"


def _in_findings(found: _File) -> Iterator[Fault]:
    if all(graded.when for graded in found.interactions.lines):
        yield ("interactions", "lines"), "no line says how serious any other row is (when: {})"
    names = {line.finding for line in found.lines} | {*found.interactions.named.values()}
    named: list[tuple[tuple[Any, ...], set[str]]] = [
        *((("lines", n, "unless"), set(line.unless)) for n, line in enumerate(found.lines)),
        *((("flags", kind), set(listed)) for kind, listed in found.flags.items()),
    ]
    for path, listed in named:
        for name in listed - names:
            yield path, f"there is no finding “{name}”"


def _disorder(country: str, doses: Doses) -> Iterator[Fault]:
    order = [doses[name].value for name in ("start", "maximum", "most") if name in doses]
    if order != sorted(order):
        yield ("doses", country), "the doses are not in order: start, maximum, most"


def _doses_named(when: Conditions) -> set[str]:
    bounds = (each.names for each in when.values() if isinstance(each, Between))
    return set().union(*bounds)


def placeholders(says: str) -> set[str]:
    """What is put into a sentence."""
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(says) if name}
