"""A customer answers what a pharmacist asked, in words, with better pictures or with evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from shop.accounts.models import User
from shop.prescriptions import history, supply_ledger
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Prescription
from shop.prescriptions.moving import TransitionRefused, move
from shop.prescriptions.papers import papers_of
from shop.prescriptions.sending import sealed, write_documents
from shop.prescriptions.services import check_owner
from shop.prescriptions.statuses import (
    KIND_FOR,
    UNDER_REVIEW,
    Action,
    AskReason,
    DocumentKind,
    Status,
)


@dataclass(frozen=True)
class Answer:
    """What the customer sends back: words, files, or both.

    ``kind`` is what they say that the files are, where the question does not say it; ``asked`` is the
    number of the question that they read, empty for the one that is open.
    """

    text: str = ""
    uploads: Sequence[Upload] = ()
    kind: DocumentKind = DocumentKind.PRESCRIPTION
    asked: str = ""


class NotAsked(TransitionRefused):
    """Nobody waits for this answer, for the reason that ``words`` tell the customer."""

    def __init__(self, prescription: Prescription, words: str) -> None:
        self.words = words
        super().__init__(prescription, Action.ANSWER)

    @property
    def message(self) -> str:
        return self.words


def number_of_question(prescription: Prescription) -> str:
    """Which of the questions about it is the last one, counted from 1."""
    return str(prescription.events.filter(action=Action.ASK).count())


def answer(prescription: Prescription, *, by: User, said: Answer) -> None:
    """Send the answer to the pharmacist's question; the prescription is back at its place in the queue.

    What was sent before stays. The same answer sent twice is one. Raises NotAllowed, NotAsked when the
    question was taken back, was another one, or is answered otherwise, and keeps nothing then.
    """
    check_owner(prescription, by)
    with sealed(said.uploads) as documents, transaction.atomic():
        held = supply_ledger.lock(prescription)
        _check_asked(held, said)
        pictures = sum(len(pages) for _document, pages in documents)
        write_documents(
            held,
            documents,
            kind=KIND_FOR.get(AskReason(held.ask_reason or AskReason.OTHER), said.kind),
            sent_at=timezone.now(),
            sent_for=held.ask_reason or AskReason.OTHER,
        )
        move(
            held,
            Action.ANSWER,
            by=by,
            note="\n".join(filter(None, [said.text, _counted(pictures)])),
            answer=said.text,
            new_pictures=pictures,
        )
        if said.text:
            history.post(held, by=by, registration="", text=said.text)
    prescription.refresh_from_db()


def is_answered_by(prescription: Prescription, said: Answer) -> bool:
    """Whether just this answer was sent already: a second click, or another window."""
    files = [paper.document.sha256 for paper in papers_of(prescription) if paper.is_new]
    same = sorted(files) == sorted(hashlib.sha256(each.data).hexdigest() for each in said.uploads)
    was_asked = said.asked in {"", number_of_question(prescription)}
    return same and was_asked and prescription.answer == said.text


def _check_asked(prescription: Prescription, said: Answer) -> None:
    """Raises NotAsked, and TransitionRefused where nothing can be answered any more."""
    if prescription.status not in UNDER_REVIEW:
        raise TransitionRefused(prescription, Action.ANSWER)
    if prescription.status != Status.QUESTION:
        text = gettext(
            "This was not sent: the question is answered already, or a pharmacist has taken it back. "
            "Write a message below if there is more to say."
        )
        raise NotAsked(prescription, text)
    if said.asked not in {"", number_of_question(prescription)}:
        text = gettext(
            "This was not sent: the pharmacist has asked something else since you opened the page. "
            "Read the question, and send your answer to it."
        )
        raise NotAsked(prescription, text)


def _counted(pictures: int) -> str:
    """How many pictures came with it, in words; empty for none."""
    text = ngettext("%(count)d new picture", "%(count)d new pictures", pictures)
    return text % {"count": pictures} if pictures else ""
