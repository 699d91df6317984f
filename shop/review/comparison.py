"""Whether what was read agrees with what the patient said and ordered; it decides nothing."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.patients.answers import Answers
from shop.review.transcription import Item, Transcription

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
FORMS = frozenset({"tablet", "tablets", "tab", "tabs"})
STRENGTH = re.compile(r"\b\d+(?:[.,]\d+)?\s*mg\b")


class Mark(TextChoices):
    SAME = "same", gettext_lazy("Same")
    DIFFERENT = "different", gettext_lazy("Different")
    NOT_COMPARABLE = "not_comparable", gettext_lazy("Not comparable")


@dataclass(frozen=True)
class Ordered:
    """Tablets of one strength that the customer would like."""

    medicine_id: int
    title: str
    strength_mg: int
    tablets: int


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
    """The words without case, accents, punctuation and spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", kept))


def plain_name(text: str) -> str:
    """The same, without titles."""
    return " ".join(word for word in plain(text).split() if word not in TITLES)


def plain_medicine(text: str) -> str:
    """The same, without a strength and the word for tablets."""
    words = plain(STRENGTH.sub(" ", text.casefold())).split()
    return " ".join(word for word in words if word not in FORMS)


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
        _mark(plain_name(answers.patient_name), plain_name(read.patient_name)),
    )
    said, seen = _day(answers.date_of_birth), _day(read.date_of_birth)
    yield Row("date_of_birth", _("Born"), said, seen, _mark(said, seen))
    where = ", ".join(part for part in (answers.address, answers.postcode) if part)
    seen = plain(read.address)
    alike = seen in {plain(answers.address), plain(where)}
    mark = Mark.SAME if alike and seen else _mark(plain(where), seen)
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
    form = plain(read.form)
    same_form = set(form.split()) & FORMS
    mark = Mark.NOT_COMPARABLE if not form else Mark.SAME if same_form else Mark.DIFFERENT
    yield Row("form", _("Form"), _("tablets"), read.form, mark)


def _strength_rows(read: Transcription, ordered: tuple[Ordered, ...]) -> Iterator[Row]:
    wanted = {(each.medicine_id, each.strength_mg): each for each in ordered}
    prescribed = {(item.medicine_id, item.strength_mg): item for item in read.prescribed}
    for key in sorted({*wanted, *prescribed}, key=lambda key: key[1]):
        yield _strength_row(key[1], wanted.get(key), prescribed.get(key), read)


def _strength_row(
    strength: int, wanted: Ordered | None, item: Item | None, read: Transcription
) -> Row:
    said = _tablets(wanted.tablets) if wanted else _("Not ordered")
    seen = _tablets(item.quantity) if item and item.quantity else ""
    if not read.prescribed or (item and not item.quantity):
        mark = Mark.NOT_COMPARABLE
    elif wanted and item:
        mark = Mark.SAME if wanted.tablets == item.quantity else Mark.DIFFERENT
    else:
        mark = Mark.DIFFERENT
        seen = seen or _("Not prescribed")
    return Row(f"strength_{strength}", _("%(mg)s mg") % {"mg": strength}, said, seen, mark)


def _mark(said: str, read: str) -> Mark:
    if not said or not read:
        return Mark.NOT_COMPARABLE
    return Mark.SAME if said == read else Mark.DIFFERENT


def _day(day: datetime.date | None) -> str:
    return date_format(day, "j F Y") if day else ""


def _tablets(count: int) -> str:
    return ngettext("%(count)s tablet", "%(count)s tablets", count) % {"count": count}
