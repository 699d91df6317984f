"""After a question the customer sends better pictures to the same prescription, and nothing is lost."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.mailing.models import Email
from shop.pages.own_data import data_of
from shop.prescriptions import answering, duplicates, opening, services
from shop.prescriptions.answering import Answer, NotAsked
from shop.prescriptions.files import quota
from shop.prescriptions.files.intake import Picture
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Document, Event, Prescription
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.papers import papers_of
from shop.prescriptions.services import NotAllowed
from shop.prescriptions.statuses import (
    STANDARD_QUESTIONS,
    UNDER_REVIEW,
    Action,
    AskReason,
    DocumentKind,
    Status,
)
from shop.prescriptions.upkeep.sweep import sweep
from tests import killing
from tests.conftest import make_user, send_prescription, signed_in
from tests.prescriptions import samples
from tests.prescriptions.test_rotation import make_old
from tests.settling.test_races import at_once

GIVES_PICTURES = (AskReason.UNREADABLE, AskReason.PART_MISSING, AskReason.EVIDENCE)


def upload(data: bytes = b"a better one", pages: int = 1) -> Upload:
    return Upload(data=data, pictures=(Picture(b"a better picture", 10, 10),) * pages)


def ask(prescription: Prescription, by: User, reason: AskReason = AskReason.UNREADABLE) -> None:
    """Take it, and ask."""
    prescription.refresh_from_db()
    services.claim(prescription, by=by)
    services.ask(prescription, by=by, question="Can you send it again?", reason=reason)


@pytest.fixture(autouse=True)
def _vault(settings: Any, tmp_path: Path) -> None:
    """A vault of this test's own."""
    killing.begin_a_vault(settings, tmp_path)


@pytest.fixture
def asked(prescription: Prescription, pharmacist: User) -> Prescription:
    """A prescription of which the picture cannot be read, and the customer was asked for another."""
    ask(prescription, pharmacist)
    return prescription


def page_of(prescription: Prescription) -> str:
    """The page that its owner sees, in one line."""
    address = reverse("prescriptions:detail", args=[prescription.reference])
    return " ".join(signed_in(prescription.user).get(address).content.decode().split())


def send(client: Client, prescription: Prescription, **typed: Any) -> Any:
    return client.post(reverse("prescriptions:answer", args=[prescription.reference]), typed)


def photo(name: str = "again.jpg", text: str = "again") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.jpeg(text), content_type="image/jpeg")


@pytest.mark.parametrize("reason", AskReason)
def test_each_reason_offers_to_send_pictures_with_the_answer(
    reason: AskReason, prescription: Prescription, pharmacist: User
) -> None:
    ask(prescription, pharmacist, reason)

    page = page_of(prescription)

    assert 'enctype="multipart/form-data"' in page
    assert 'name="documents"' in page
    assert ('name="kind"' in page) == (reason == AskReason.OTHER)
    assert "prescription.js" in page


def test_every_reason_but_words_has_a_question_of_its_own() -> None:
    assert set(STANDARD_QUESTIONS) == set(AskReason) - {AskReason.OTHER}


def test_a_new_picture_goes_to_the_same_prescription_and_the_old_one_stays(
    asked: Prescription,
) -> None:
    since, client = asked.submitted_at, signed_in(asked.user)

    response = send(client, asked, documents=photo(), asked="1")

    asked.refresh_from_db()
    old, new = asked.documents.order_by("pk")
    assert response["Location"] == reverse("prescriptions:detail", args=[asked.reference])
    assert (asked.status, asked.submitted_at, asked.new_pictures) == (Status.SUBMITTED, since, 1)
    assert (new.kind, new.sent_for) == (DocumentKind.PRESCRIPTION, AskReason.UNREADABLE)
    first, last = papers_of(asked)
    assert (first.document, first.is_new, first.numbers) == (new, True, "page 2")
    assert (last.document, last.is_replaced, last.numbers) == (old, True, "page 1")
    assert opening.open_page_as_owner(new.pages.get(), by=asked.user).startswith(b"\xff\xd8\xff")
    assert asked.events.get(action=Action.ANSWER).note == "1 new picture"
    assert "We have your answer with 1 new picture. A pharmacist reads it" in page_of(asked)


def test_it_keeps_its_place_in_the_queue(
    asked: Prescription, medicine: Product, other_customer: User
) -> None:
    later = send_prescription(other_customer, medicine)

    answering.answer(asked, by=asked.user, said=Answer(uploads=[upload()]))

    assert list(Prescription.objects.waiting()) == [asked, later]


@pytest.mark.parametrize(
    ("reason", "kind", "is_replaced"),
    [
        (AskReason.UNREADABLE, DocumentKind.PRESCRIPTION, True),
        (AskReason.PART_MISSING, DocumentKind.PRESCRIPTION, False),
        (AskReason.EVIDENCE, DocumentKind.EVIDENCE, False),
        (AskReason.OTHER, DocumentKind.EVIDENCE, False),
    ],
)
def test_what_was_asked_for_says_what_the_file_is(
    reason: AskReason,
    kind: DocumentKind,
    is_replaced: bool,  # noqa: FBT001
    prescription: Prescription,
    pharmacist: User,
) -> None:
    ask(prescription, pharmacist, reason)

    said = Answer(uploads=[upload()], kind=DocumentKind.EVIDENCE)
    answering.answer(prescription, by=prescription.user, said=said)

    new, old = papers_of(prescription)
    assert (new.document.kind, new.is_evidence) == (kind, kind == DocumentKind.EVIDENCE)
    assert old.is_replaced == is_replaced


@pytest.mark.parametrize(
    ("reason", "typed", "words"),
    [
        (AskReason.UNREADABLE, {}, "Choose a picture or PDF, or write why you cannot send one."),
        (AskReason.OTHER, {}, "Write your answer to the pharmacist’s question."),
        (AskReason.OTHER, {"documents": "photo"}, "Choose what is on the pictures."),
        (AskReason.UNREADABLE, {"documents": "text", "answer": "Here"}, "This is not a JPEG"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    reason: AskReason,
    typed: dict[str, str],
    words: str,
    prescription: Prescription,
    pharmacist: User,
) -> None:
    ask(prescription, pharmacist, reason)
    files = {"photo": photo(), "text": SimpleUploadedFile("a.txt", b"no picture")}
    sent = {**typed, **({"documents": files[typed["documents"]]} if "documents" in typed else {})}

    page = send(signed_in(prescription.user), prescription, **sent).content.decode()

    prescription.refresh_from_db()
    assert words in page
    assert typed.get("answer", "") in page
    assert (prescription.status, prescription.documents.count()) == (Status.QUESTION, 1)


def test_files_count_for_the_day_as_everywhere(
    asked: Prescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "MAX_FILES_A_DAY", 1)
    client = signed_in(asked.user)

    page = send(client, asked, documents=[photo(), photo("b.jpg")]).content.decode()

    assert "You have sent very many files today" in page
    assert asked.documents.count() == 1


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.QUESTION, Status.DRAFT}))
def test_nothing_is_kept_where_nobody_asked(status: Status, asked: Prescription) -> None:
    decided = {
        "decided_at": asked.submitted_at,
        "decided_by": asked.events.first().by,
        "decided_registration": "x",
        "valid_until": asked.submitted_at.date(),
        "issued_on": asked.submitted_at.date(),
        "authenticity": "original_received",
        "prescriber": "x",
        "refusal_reason": "R01",
        "claimed_by": asked.user,
        "claim_until": asked.submitted_at,
    }
    Prescription.objects.filter(pk=asked.pk).update(status=status, **decided)
    files = killing.stored_files()

    with pytest.raises(TransitionRefused):
        answering.answer(asked, by=asked.user, said=Answer("Here", [upload()]))

    assert Document.objects.count() == 1
    assert killing.stored_files() == files


@pytest.mark.parametrize("person", ["other_customer", "pharmacist", "superuser"])
def test_nobody_else_sends_to_it(
    person: str, asked: Prescription, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        answering.answer(asked, by=request.getfixturevalue(person), said=Answer(uploads=[upload()]))

    assert (Document.objects.count(), Prescription.objects.get().status) == (1, Status.QUESTION)


def test_an_answer_to_an_earlier_question_is_not_one_to_the_next(
    asked: Prescription, pharmacist: User
) -> None:
    answering.answer(asked, by=asked.user, said=Answer("First", asked="1"))
    ask(asked, pharmacist, AskReason.EVIDENCE)

    with pytest.raises(NotAsked):
        answering.answer(asked, by=asked.user, said=Answer(uploads=[upload()], asked="1"))
    page = send(
        signed_in(asked.user), asked, answer="Too late", documents=photo(), asked="1"
    ).content.decode()

    assert "the pharmacist has asked something else" in page
    assert "Too late" in page
    assert 'name="asked" value="2"' in page
    assert Document.objects.count() == 1


def test_the_same_sent_twice_is_one_and_another_is_told(asked: Prescription) -> None:
    client = signed_in(asked.user)
    own = reverse("prescriptions:detail", args=[asked.reference])

    first = send(client, asked, documents=photo(), answer="Here", asked="1")
    second = send(client, asked, documents=photo(), answer="Here", asked="1")
    other = send(client, asked, documents=photo("b.jpg", "b"), answer="Here", asked="1")

    assert [first["Location"], second["Location"]] == [own, own]
    assert "This was not sent: the question is answered already" in other.content.decode()
    assert (Document.objects.count(), asked.events.filter(action=Action.ANSWER).count()) == (2, 1)


def test_evidence_may_be_shown_again_and_a_prescription_may_not(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    other = send_prescription(prescription.user, medicine, paper=b"another paper")
    for each in (prescription, other):
        ask(each, pharmacist, AskReason.EVIDENCE)
        answering.answer(each, by=each.user, said=Answer(uploads=[upload(b"the label")]))
    assert duplicates.flags_of(prescription) == []

    third = send_prescription(prescription.user, medicine, paper=b"the label")

    assert {flag.other for flag in duplicates.flags_of(third)} == {prescription, other}


def test_the_mail_and_the_download_know_of_it(asked: Prescription) -> None:
    answering.answer(asked, by=asked.user, said=Answer(uploads=[upload(pages=2)]))

    assert Email.objects.filter(code="prescription_ask").exists()
    (own,) = data_of(asked.user)["prescriptions"]
    assert own["ask_reason"] == AskReason.UNREADABLE
    new, old = own["files"]
    assert (new["sent_for"], new["pages"], old["pages"]) == ("unreadable", [2, 3], [1])


RACES = {
    "taken back": lambda it, _by: services.cancel(it, by=it.user),
    "withdrawn": lambda it, by: services.claim(it, by=by),
    "sent by another window": lambda it, _by: answering.answer(
        it, by=it.user, said=Answer("Otherwise", [upload(b"another")], asked="1")
    ),
    "clicked twice": lambda it, _by: answering.answer(
        it, by=it.user, said=Answer("Here", [upload()], asked="1")
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", RACES)
def test_at_the_same_moment_one_of_the_two_counts(
    other: str, prescription: Prescription, pharmacist: User
) -> None:
    ask(prescription, pharmacist)
    files = killing.stored_files()
    first, second = (Prescription.objects.get(pk=prescription.pk) for _ in range(2))

    results = at_once(
        lambda: answering.answer(first, by=first.user, said=Answer("Here", [upload()], asked="1")),
        lambda: RACES[other](second, pharmacist),
    )

    refused = [isinstance(each, TransitionRefused) for each in results]
    prescription.refresh_from_db()
    answers = prescription.events.filter(action=Action.ANSWER).count()
    sent = Document.objects.exclude(sent_for="").count()
    # Taken up after it was answered, both count.
    assert refused.count(True) == (0 if (other, answers) == ("withdrawn", 1) else 1), results
    assert answers == sent == prescription.new_pictures <= 1
    assert len(killing.stored_files() - files) == 2 * sent
    assert prescription.status in {*UNDER_REVIEW, Status.CANCELLED}


ANSWER = """
from shop.prescriptions import answering
from shop.prescriptions.answering import Answer
from shop.prescriptions.files.intake import Picture
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Prescription
sent = Upload(data=b"better, as sent", pictures=(Picture(b"a better picture", 10, 10),) * 2)
it = Prescription.objects.get()
answering.answer(it, by=it.user, said=Answer("Here", [sent]))
"""
KILLED_AT = {
    "half way through a file": "from shop.vault import storage; storage.os.link = die\n",
    "before the rows": "from shop.prescriptions.models import Document; Document.save = die\n",
    "between the rows": "from shop.prescriptions.models import Page; Page.save = die\n",
    "before the move": "from shop.prescriptions import answering; answering.move = die\n",
    "before the commit": "from shop.prescriptions import history; history.post = die\n",
}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", KILLED_AT.values(), ids=KILLED_AT)
def test_an_answer_that_is_killed_leaves_the_question_open_and_can_be_sent_again(
    moment: str, prescription: Prescription, pharmacist: User
) -> None:
    ask(prescription, pharmacist)
    files = killing.stored_files()
    events = Event.objects.count()

    status, said = killing.run(moment + ANSWER)

    prescription.refresh_from_db()
    assert status == -signal.SIGKILL, said
    assert (prescription.status, prescription.answer) == (Status.QUESTION, "")
    assert (Document.objects.count(), Event.objects.count()) == (1, events)

    answering.answer(prescription, by=prescription.user, said=Answer("Here", [upload(pages=2)]))
    make_old()
    sweep(most_allowed=True)
    assert prescription.new_pictures == 2
    assert len(killing.stored_files() - files) == 3


def test_a_stranger_who_sends_is_told_that_it_is_not_there(asked: Prescription) -> None:
    stranger = signed_in(make_user("stranger@example.com"))

    assert send(stranger, asked, documents=photo()).status_code == 404
    assert Document.objects.count() == 1
