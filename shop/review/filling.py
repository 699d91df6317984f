"""Points of the checklist that answers and alerts settle by themselves, and from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from shop.patients.wording import in_words, short_of
from shop.review.checklist import CLINICAL, Point
from shop.review.rules.alert import Alert
from shop.review.rules.case import Case
from shop.review.rules.outcomes import BY_CODE
from shop.review.said import NOT_ASKED
from shop.review.work import SETTLED, WAITS, AlertAnswer

UNSURE = "unsure"


@dataclass(frozen=True)
class Filled:
    """How a point stands without the pharmacist's own answer, and from what, in words."""

    answer: str
    sources: tuple[str, ...]

    @property
    def given(self) -> tuple[str, str]:
        return self.answer, "; ".join(self.sources)

    @property
    def is_settled(self) -> bool:
        return self.answer == SETTLED


def fill(
    case: Case, alerts: tuple[Alert, ...], answers: Mapping[str, AlertAnswer]
) -> dict[str, Filled]:
    """What settles itself or waits, by the point's name; the other points are the pharmacist's to answer."""
    found = ((point.name, _filled(point, case, alerts, answers)) for point in CLINICAL)
    return {name: filled for name, filled in found if filled}


def _filled(
    point: Point, case: Case, alerts: tuple[Alert, ...], answers: Mapping[str, AlertAnswer]
) -> Filled | None:
    if point.is_on_paper and not case.transcription.prescribed:
        return Filled(WAITS, (_("Waits for what you read on the prescription."),))
    about = [alert for alert in alerts if point.is_about(alert.rule)]
    if about:
        return _from_alerts(about, answers)
    if not point.questions and not point.is_on_paper:
        return None
    said = [_from_answer(names, case) for names in point.questions]
    read = list(_from_paper(case)) if point.is_on_paper else []
    return Filled(SETTLED, (*read, *map(str, said))) if all(said) else None


def _from_alerts(about: list[Alert], answers: Mapping[str, AlertAnswer]) -> Filled:
    given = {alert.title: answers.get(alert.key, AlertAnswer()).outcome for alert in about}
    if not all(given.values()):
        open_ones = [title for title, code in given.items() if not code]
        return Filled(WAITS, (_("Waits for your answer to: %s") % " ".join(open_ones),))
    return Filled(SETTLED, tuple(f"{title} {BY_CODE[code].label}" for title, code in given.items()))


def _from_answer(names: str, case: Case) -> str | None:
    """The first of these that was answered for certain, in words."""
    for name in names.split("|"):
        value = case.said.get(name)
        if value == NOT_ASKED:
            return _("%(what)s: not asked, it cannot apply") % {"what": short_of(name)}
        if not (value is None or value is False or value in {"", UNSURE}):
            return f"{short_of(name)}: {in_words(name, value)}"
    return None


def _from_paper(case: Case) -> Iterator[str]:
    """What was read of the dose."""
    for item in case.transcription.prescribed:
        yield f"{item.title} {item.strength.words}: {item.directions}"
