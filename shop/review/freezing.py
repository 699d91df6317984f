"""What was known when a decision was taken, in JSON's own types, to be kept with it (CLN-4)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shop.accounts.models import User
from shop.patients.wording import described
from shop.prescriptions.history import opening_note
from shop.prescriptions.models import Prescription
from shop.prescriptions.papers import papers_of
from shop.prescriptions.statuses import Action
from shop.review.both_checks import between, is_one_person
from shop.review.care import Letter, letter_for, may_write
from shop.review.models import Check
from shop.review.rules.case import Case
from shop.review.rules.outcomes import BY_CODE
from shop.review.settled import Changes
from shop.review.work import AlertAnswer, Work

FORMAT = 4
OF_A_DOCUMENT = ("sha256", "size", "scan", "kind", "sent_at", "sent_for")


def frozen(
    prescription: Prescription,
    work: Work,
    *,
    by: User,
    decided: dict[str, Any],
    checks: list[Check],
) -> dict[str, Any]:
    """Documents and who saw them, content, interactions, alerts with answers, transcription, profile, signatures."""
    case = work.case
    return {
        "format": FORMAT,
        "documents": _documents(prescription, by=by),
        "profile": {"name": case.profile.name, "digest": case.profile.digest},
        "screening": {name: each.digest for name, each in case.screenings.items()},
        "country": case.country,
        "ordered": [asdict(each) for each in case.ordered],
        "patient": {
            each.name: each.as_json() for each in described(case.answers, medicines=case.medicines)
        },
        "relation": prescription.patient.relation if prescription.patient else "",
        "changed_answers": [asdict(each) for each in case.changed_answers],
        "added_medicines": [asdict(each) for each in case.added_medicines],
        "run_out": asdict(case.run_out) if case.run_out else None,
        "earliest_arrival": case.earliest_arrival,
        "question": prescription.question,
        "answer": prescription.answer,
        "transcription": case.transcription.as_json(),
        "comparison": [
            {"name": row.name, "said": row.said, "read": row.read, "mark": str(row.mark)}
            for row in case.rows
        ],
        "interactions": list(case.interactions),
        "alerts": [
            {**alert.as_json(), "answer": _answer(work.answer_to(alert), case)}
            for alert in work.alerts
        ],
        "legal": asdict(work.legal),
        "checklist": {name: list(given) for name, given in work.clinical.items()},
        "queries": _queries(prescription),
        "second_looks": _second_looks(prescription),
        "checks": [_signature(check) for check in checks],
        "between_checks": _between(checks),
        "care": _care(work, checks),
        "decided": decided,
    }


def _documents(prescription: Prescription, *, by: User) -> list[dict[str, Any]]:
    """Every file, what it was sent as, and which of its pages whoever decides has opened."""
    opened = prescription.events.filter(action=Action.OPEN_PAGE, by=by)
    notes = {event.note for event in opened}
    return [
        {
            **{name: getattr(paper.document, name) for name in OF_A_DOCUMENT},
            "is_replaced": paper.is_replaced,
            "pages": [number for number, _page in paper.pages],
            "seen": [number for number, page in paper.pages if opening_note(page) in notes],
        }
        for paper in papers_of(prescription)
    ]


def _care(work: Work, checks: list[Check]) -> dict[str, str]:
    """What went with a first supply, and the letter as it was written."""
    is_written = work.care.letter == Letter.WRITTEN and may_write(work.case)
    if not (checks and is_written):
        return {**asdict(work.care), "letter_text": ""}
    by = f"{checks[-1].signed_by.name}, {checks[-1].registration}"
    return {**asdict(work.care), "letter_text": letter_for(work.case, by=by)}


def _answer(answer: AlertAnswer, case: Case) -> dict[str, str]:
    """The code, how it was worded, the words with it, and which file was seen."""
    known = BY_CODE.get(answer.outcome)
    shown = [each.words for each in case.evidence if each.name == answer.file]
    label = str(known.label) if known else ""
    return {**asdict(answer), "label": label, "shown": "".join(shown)}


def _queries(prescription: Prescription) -> list[dict[str, Any]]:
    changes = Changes(prescription)
    return [
        {
            "channel": query.channel,
            "is_confirmed": query.is_confirmed,
            "is_open_again": changes.reopening(query) is not None,
            "asked_at": query.asked_at,
            "registration": query.registration,
            **query.content,
        }
        for query in prescription.prescriber_queries.all()
    ]


def _second_looks(prescription: Prescription) -> list[dict[str, Any]]:
    return [
        {
            "other": look.other.reference,
            "registration": look.registration,
            "looked_at": look.looked_at,
            **look.content,
        }
        for look in prescription.second_looks.select_related("other")
    ]


def _between(checks: list[Check]) -> dict[str, Any] | None:
    """How many seconds lay between both signatures, and whether one person gave them."""
    apart = between(checks)
    if apart is None:
        return None
    return {"seconds": int(apart.total_seconds()), "is_one_person": is_one_person(checks)}


def _signature(check: Check) -> dict[str, Any]:
    return {
        "kind": check.kind,
        "covers": check.covers,
        "registration": check.registration,
        "signed_by": check.signed_by.name,
        "signed_at": check.signed_at,
    }
