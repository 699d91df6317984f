"""At the desk: better pictures open again what was signed from the old ones; evidence answers a query."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.prescriptions import answering
from shop.prescriptions import services as prescriptions
from shop.prescriptions.answering import Answer
from shop.prescriptions.files.intake import Picture
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Page, Prescription
from shop.prescriptions.statuses import STANDARD_QUESTIONS, AskReason, DocumentKind, Status
from shop.review import services as reviews
from shop.review.forms.sheet import Sheet, kept_sheet
from shop.review.models import CheckKind, Decision
from tests.review.desk import WORDS, address_of, complete, decide_reviewed, post, take
from tests.settling.test_races import at_once

PICTURES = (Picture(b"a better picture", 10, 10),) * 2
LABEL = Answer(uploads=[Upload(b"the label", PICTURES)])


def ask_for(reason: AskReason, desk: Client, prescription: Prescription, **typed: Any) -> None:
    post(desk, prescription, "record", {"decision": "ask", "ask_reason": reason, **typed})
    prescription.refresh_from_db()


def answer(prescription: Prescription, said: Answer = LABEL) -> None:
    answering.answer(prescription, by=prescription.user, said=said)


def in_one_line(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_a_coded_reason_asks_in_words_of_its_own(desk: Client, held: Prescription) -> None:
    ask_for(AskReason.UNREADABLE, desk, held)

    assert (held.status, held.ask_reason) == (Status.QUESTION, AskReason.UNREADABLE)
    assert held.question == str(STANDARD_QUESTIONS[AskReason.UNREADABLE])
    assert Decision.objects.get().frozen["decided"] == {
        "question": held.question,
        "reason": "unreadable",
    }


def test_who_only_asks_has_read_nothing_yet(desk: Client, held: Prescription) -> None:
    """What is missing on a paper that nobody could read is not held against it one by one."""
    ask_for(AskReason.UNREADABLE, desk, held)

    sheet = kept_sheet(held)

    assert not sheet.is_begun
    assert [alert for alert in sheet.shown_alerts if alert.is_legal] == []
    assert any(alert.is_legal for alert in sheet.work.alerts)


def test_the_desk_says_what_came_and_shows_the_new_ones_first(
    desk: Client, held: Prescription
) -> None:
    ask_for(AskReason.UNREADABLE, desk, held)
    answer(held)

    page = in_one_line(desk.get(address_of(held)))
    queue = in_one_line(desk.get(reverse("admin:prescription-queue")))

    assert "Answered, 2 new pictures." in page
    assert page.index('id="page-2"') < page.index('id="page-3"') < page.index('id="page-1"')
    assert "Earlier: a better picture came later" in page
    assert "2 new pictures" in queue
    assert "Question answered" in queue


def test_what_was_signed_from_the_old_pictures_is_open_again(
    desk: Client, held: Prescription, medicine: Product
) -> None:
    typed = complete(held, medicine)
    for kind in CheckKind:
        post(desk, held, f"sign-{kind.value}", typed)
    assert len(reviews.signatures_on(held, kept_sheet(held).work)) == 2
    ask_for(AskReason.UNREADABLE, desk, held, **{**typed, "decision": "ask"})

    answer(held)
    take(desk, held)

    held.refresh_from_db()
    sheet = kept_sheet(held)
    assert reviews.signatures_on(held, sheet.work) == {}
    assert "new-pictures" in {alert.rule for alert in sheet.notes.alerts}
    assert sheet.notes.answers() == {}
    post(desk, held, "record", {**typed, "decision": "approve"})
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


@pytest.mark.parametrize("kind", CheckKind)
def test_a_signature_covers_every_file(
    kind: CheckKind, held: Prescription, medicine: Product
) -> None:
    work = Sheet(held, complete(held, medicine)).work

    without = replace(work, case=replace(work.case, papers=()))

    assert len(work.case.papers) == 1
    assert work.covers(kind) != without.covers(kind)


def test_the_decision_holds_which_pictures_were_seen_and_by_whom(
    desk: Client, held: Prescription, medicine: Product, pharmacist: User
) -> None:
    ask_for(AskReason.UNREADABLE, desk, held)
    answer(held)
    prescriptions.claim(held, by=pharmacist)
    page = Page.objects.filter(document__prescription=held).order_by("pk")[1]
    desk.get(reverse("admin:prescription-page", args=[held.reference, page.uuid]))

    decide_reviewed(held, medicine, by=pharmacist)

    new, old = Decision.objects.last().frozen["documents"]
    assert (new["pages"], new["seen"], new["is_replaced"]) == ([2, 3], [2], False)
    assert (old["pages"], old["seen"], old["is_replaced"]) == ([1], [], True)
    assert (new["sent_for"], old["sent_for"]) == ("unreadable", "")
    held.refresh_from_db()
    assert held.new_pictures == 0


def test_evidence_is_shown_beside_the_paper_and_named_in_the_answer(
    desk: Client, held: Prescription, medicine: Product, pharmacist: User
) -> None:
    ask_for(AskReason.EVIDENCE, desk, held)
    answer(held)
    take(desk, held)
    held.refresh_from_db()
    typed = complete(held, medicine)
    form = next(
        each
        for each in Sheet(held, typed).alerts
        if each.alert.rule == "continuing-elsewhere-evidence"
    )
    (paper,) = Sheet(held, typed).case.evidence
    shown = {"outcome": "evidence", "file": paper.name, "note": WORDS}
    typed |= {form.add_prefix(name): value for name, value in shown.items()}

    page = in_one_line(desk.get(address_of(held)))
    for do in ("sign-legal", "sign-clinical", "record"):
        post(desk, held, do, typed)

    held.refresh_from_db()
    assert paper.words.startswith("Evidence of present treatment, page 2, 3, sent ")
    assert f">{paper.words}</option>" in page
    assert held.status == Status.APPROVED
    frozen = Decision.objects.last().frozen
    (alert,) = [each for each in frozen["alerts"] if each["answer"]["file"]]
    assert alert["answer"]["shown"] == paper.words
    assert paper.words in in_one_line(desk.get(address_of(held)))
    assert [each["kind"] for each in frozen["documents"]] == [
        DocumentKind.EVIDENCE,
        DocumentKind.PRESCRIPTION,
    ]


def test_no_file_is_offered_where_none_was_sent(held: Prescription, medicine: Product) -> None:
    forms = Sheet(held, complete(held, medicine)).alerts

    assert forms
    assert not any("file" in form.fields for form in forms)


@pytest.mark.django_db(transaction=True)
def test_sent_while_it_is_decided_only_one_of_both_counts(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    prescriptions.claim(prescription, by=pharmacist)
    prescriptions.ask(prescription, by=pharmacist, question="Again?", reason=AskReason.UNREADABLE)
    prescriptions.claim(prescription, by=pharmacist)
    sheet = Sheet(prescription, complete(prescription, medicine))
    for kind in CheckKind:
        reviews.sign(prescription, by=pharmacist, kind=kind, work=sheet.work)
    for form in sheet.allowances:
        form.is_valid()
    first, second = (Prescription.objects.get(pk=prescription.pk) for _ in range(2))

    results = at_once(
        lambda: reviews.approve(first, by=pharmacist, work=sheet.work, approval=sheet.approval()),
        lambda: answer(second),
    )

    prescription.refresh_from_db()
    assert isinstance(results[1], Exception)
    assert (prescription.status, prescription.documents.count()) == (Status.APPROVED, 1)
