"""Whether what was read agrees with what the patient said and ordered; it decides nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.amounts import IN_TEXT, DoseForm, Strength
from shop.patients.answers import Answers
from shop.review.transcription import Item, Transcription
from shop.spelling import are_alike, spellings, words

TITLES = frozenset(
    [
        "dr",
        "doctor",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "herr",
        "frau",
        "sir",
        "dame",
        "rev",
        "reverend",
    ]
)
FORMS = frozenset.union(*(form.kind.written for form in DoseForm))


class Mark(TextChoices):
    SAME = "same", gettext_lazy("Same")
    DIFFERENT = "different", gettext_lazy("Different")
    NOT_COMPARABLE = "not_comparable", gettext_lazy("Not comparable")


@dataclass(frozen=True)
class Ordered:
    """Units of one strength that the customer would like."""

    medicine_id: int
    title: str
    form: DoseForm
    strength: Strength
    units: int

    @property
    def size(self) -> str:
        """In words: "60 tablets"."""
        return self.form.counted(self.units)


@dataclass(frozen=True)
class Row:
    """One thing as it was said or ordered, and as it was read."""

    name: str
    label: str
    said: str
    read: str
    mark: Mark

    @property
    def is_different(self) -> bool:
        return self.mark == Mark.DIFFERENT


def plain(text: str) -> str:
    """The words in small letters, each as it is spelt without marks, without punctuation."""
    return " ".join(min(spellings(word)) for word in words(text))


def name_of(text: str) -> list[str]:
    """The words of a name in the order in which it is spoken, without titles: "Archer, Dr Anna" too."""
    parts = [[word for word in words(part) if word not in TITLES] for part in text.split(",")]
    spoken = [part for part in parts if part]
    if len(spoken) == len(("family name", "given name")):
        spoken.reverse()
    return [word for part in spoken for word in part]


def plain_medicine(text: str) -> str:
    """The same, without a strength and the words for a dose form."""
    without = plain(IN_TEXT.sub(" ", text.casefold())).split()
    return " ".join(word for word in without if word not in FORMS)


def compare(
    transcription: Transcription, answers: Answers, ordered: tuple[Ordered, ...]
) -> list[Row]:
    """Every transcribed field beside what it can be compared with."""
    return [
        *_patient_rows(transcription, answers),
        *_paper_rows(transcription),
        *_medicine_rows(transcription, ordered),
        *_strength_rows(transcription, ordered),
    ]


def _patient_rows(read: Transcription, answers: Answers) -> Iterator[Row]:
    yield Row(
        "patient_name",
        _("Patient"),
        answers.patient_name,
        read.patient_name,
        _mark_words(name_of(answers.patient_name), name_of(read.patient_name)),
    )
    said, seen = _day(answers.date_of_birth), _day(read.date_of_birth)
    yield Row("date_of_birth", _("Born"), said, seen, _mark(said, seen))
    where = answers.where
    seen_words = words(read.address)
    mark = _mark_words(words(answers["address"]), seen_words)
    if mark != Mark.SAME:
        mark = _mark_words(words(where), seen_words)
    yield Row("address", _("Address"), where, read.address, mark)


def _paper_rows(read: Transcription) -> Iterator[Row]:
    nothing = Mark.NOT_COMPARABLE
    prescriber = ", ".join(
        part for part in (read.prescriber, read.prescriber_address, read.prescriber_number) if part
    )
    yield Row("prescriber", _("Prescriber"), "", prescriber, nothing)
    yield Row("issued_on", _("Date"), "", _day(read.issued_on), nothing)


def _medicine_rows(read: Transcription, ordered: tuple[Ordered, ...]) -> Iterator[Row]:
    titles = sorted({each.title for each in ordered})
    wanted = {plain_medicine(title) for title in titles}
    seen = plain_medicine(read.medicine)
    mark = Mark.NOT_COMPARABLE
    if seen and wanted:
        mark = Mark.SAME if wanted == {seen} else Mark.DIFFERENT
    yield Row("medicine", _("Medicine"), ", ".join(titles), read.medicine, mark)
    forms = sorted({each.form for each in ordered})
    form = set(plain(read.form).split()) - {"oral"}
    mark = Mark.NOT_COMPARABLE
    if form and forms:
        same = all(form & each.kind.written for each in forms)
        mark = Mark.SAME if same else Mark.DIFFERENT
    yield Row("form", _("Form"), ", ".join(str(each.label) for each in forms), read.form, mark)


def _strength_rows(read: Transcription, ordered: tuple[Ordered, ...]) -> Iterator[Row]:
    wanted = {(each.medicine_id, each.strength): each for each in ordered}
    prescribed = {(item.medicine_id, item.strength): item for item in read.prescribed}
    for key in sorted({*wanted, *prescribed}, key=lambda key: key[1].rank):
        yield _strength_row(key[1], wanted.get(key), prescribed.get(key), read)


def _strength_row(
    strength: Strength, wanted: Ordered | None, item: Item | None, read: Transcription
) -> Row:
    said = wanted.size if wanted else _("Not ordered")
    seen = item.form.counted(item.quantity) if item and item.quantity else ""
    if not read.prescribed or (item and not item.quantity):
        mark = Mark.NOT_COMPARABLE
    elif wanted and item:
        mark = Mark.SAME if wanted.units == item.quantity else Mark.DIFFERENT
    else:
        mark = Mark.DIFFERENT
        seen = seen or _("Not prescribed")
    return Row(f"strength_{strength.slug}", strength.words, said, seen, mark)


def _mark_words(said: list[str], read: list[str]) -> Mark:
    if not said or not read:
        return Mark.NOT_COMPARABLE
    return Mark.SAME if are_alike(said, read) else Mark.DIFFERENT


def _mark(said: str, read: str) -> Mark:
    if not said or not read:
        return Mark.NOT_COMPARABLE
    return Mark.SAME if said == read else Mark.DIFFERENT


def _day(day: datetime.date | None) -> str:
    return date_format(day, "j F Y") if day else ""
