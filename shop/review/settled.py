"""What was settled before the patient's answers changed, and is open again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shop.patients.answers import Answers
from shop.patients.wording import in_words, label_of
from shop.prescriptions.models import Prescription
from shop.review.models import (
    AddedMedicine,
    AnswersChange,
    Decision,
    DecisionKind,
    PrescriberQuery,
    StruckMedicine,
    Worksheet,
)
from shop.review.rules.case import ChangedAnswer
from shop.review.rules.resting import answers_under, fields_over

# An answer that took the place of another, or a medicine that a pharmacist added or struck out.
Change = AnswersChange | AddedMedicine | StruckMedicine


class Changes:
    """Every change of what a prescription's findings rest on; of each answer the newest one."""

    def __init__(self, prescription: Prescription) -> None:
        changes: list[Change] = list(AnswersChange.objects.filter(prescription=prescription))
        changes += AddedMedicine.objects.filter(prescription=prescription)
        changes += StruckMedicine.objects.filter(prescription=prescription)
        in_order = sorted(changes, key=lambda change: change.changed_at)
        self._newest: dict[str, Change] = {
            name: change for change in in_order for name in change.names
        }

    def under(self, key: str) -> Change | None:
        """The newest change of an answer that the finding with this key rests on."""
        found = [self._newest[name] for name in answers_under(key) if name in self._newest]
        return max(found, key=lambda change: change.changed_at, default=None)

    def reopening(self, query: PrescriberQuery) -> Change | None:
        """The change after which the query settles nothing any more."""
        change = self.under(query.content["about"])
        return change if change and change.changed_at >= query.asked_at else None


@dataclass(frozen=True)
class ShownQuery:
    """A query to the prescriber, and whether it still counts.

    ``is_listed`` tells whether what it is about is among the findings of today.
    """

    query: PrescriberQuery
    reopened_by: Change | None
    is_listed: bool


def queries_of(
    prescription: Prescription, changes: Changes, *, listed: Collection[str]
) -> list[ShownQuery]:
    """The queries on a prescription; ``listed`` are the keys of today's findings."""
    rows = prescription.prescriber_queries.select_related("asked_by")
    return [
        ShownQuery(query, changes.reopening(query), query.content["about"] in listed)
        for query in rows
    ]


def confirmed_alerts(prescription: Prescription, changes: Changes | None = None) -> frozenset[str]:
    """The alerts that the prescriber has confirmed, by key, and nothing has opened again."""
    changes = changes or Changes(prescription)
    queries = PrescriberQuery.objects.filter(prescription=prescription, is_confirmed=True)
    return frozenset(
        query.content["about"] for query in queries if changes.reopening(query) is None
    )


def open_fields(prescription: Prescription, names: tuple[str, ...]) -> None:
    """Empty what was filled in on the sheet from these answers without an alert."""
    sheet = Worksheet.objects.filter(prescription=prescription).first()
    if sheet is not None:
        again = fields_over(names)
        sheet.typed = {name: each for name, each in sheet.typed.items() if name not in again}
        sheet.save(update_fields=("typed",))


def changed_answers(prescription: Prescription) -> tuple[ChangedAnswer, ...]:
    """What changed since the prescription was sent, or was last approved."""
    approvals = Decision.objects.filter(prescription=prescription, kind=DecisionKind.APPROVED)
    last = approvals.values_list("decided_at", flat=True).last()
    changes = AnswersChange.objects.filter(prescription=prescription)
    if last is not None:
        changes = changes.filter(changed_at__gt=last)
    return tuple(_in_words(change, name) for change in changes for name in change.names)


def _in_words(change: AnswersChange, name: str) -> ChangedAnswer:
    before, now = Answers.from_json(change.before), Answers.from_json(change.now)
    return ChangedAnswer(
        name=name,
        label=label_of(name),
        before=in_words(name, before.values.get(name, "")),
        now=in_words(name, now.values.get(name, "")),
        at=change.changed_at,
        change=change.uuid.hex[:8],
    )
