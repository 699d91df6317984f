"""Messages between a customer and the pharmacists: theirs alone, unread until somebody says so."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.models import Entry
from shop.prescriptions import answering, services
from shop.prescriptions.answering import Answer
from shop.prescriptions.messages import thread
from shop.prescriptions.models import Message, Prescription
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.services import NotAllowed
from shop.prescriptions.statuses import MAY_WRITE, RefusalReason, Status
from tests.conftest import approve, decide_to_approve, send_prescription, signed_in
from tests.prescriptions.test_services import WAY_TO, act

SECRET = "I also take lithium"


def write(prescription: Prescription, text: str = SECRET) -> Message:
    return thread.write_as_owner(prescription, by=prescription.user, text=text)


def address(prescription: Prescription, name: str = "prescriptions:thread") -> str:
    return reverse(name, args=[prescription.reference])


@pytest.mark.parametrize("status", WAY_TO)
def test_who_may_write_in_which_status(
    status: Status, prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    for step in WAY_TO[status]:
        act(step, prescription, medicine, pharmacist)
    before = Message.objects.count()

    if status in MAY_WRITE:
        write(prescription)
        thread.write_as_pharmacist(prescription, by=pharmacist, text="Thank you")
        assert Message.objects.count() == before + 2
    else:
        with pytest.raises(thread.Closed):
            write(prescription)
        with pytest.raises(thread.Closed):
            thread.write_as_pharmacist(prescription, by=pharmacist, text="Thank you")
        assert Message.objects.count() == before


@pytest.mark.parametrize("person", ["other_customer", "staff", "superuser", "pharmacist"])
def test_nobody_else_writes_as_the_customer(
    person: str, prescription: Prescription, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        thread.write_as_owner(prescription, by=request.getfixturevalue(person), text="x")


@pytest.mark.parametrize("person", ["customer", "other_customer", "staff", "superuser"])
def test_nobody_else_writes_or_reads_as_the_pharmacist(
    person: str, prescription: Prescription, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(person)
    message = write(prescription)

    with pytest.raises(NotAllowed):
        thread.write_as_pharmacist(prescription, by=user, text="x")
    with pytest.raises(NotAllowed):
        thread.mark_read_by_pharmacist(prescription, by=user, up_to=message.pk)


def test_a_stranger_finds_no_thread(prescription: Prescription, other_customer: User) -> None:
    stranger = signed_in(other_customer)

    assert stranger.get(address(prescription)).status_code == 404
    assert stranger.post(address(prescription), {"text": "x"}).status_code == 404
    assert not Message.objects.exists()


def test_nothing_written_can_be_read_in_the_database(prescription: Prescription) -> None:
    write(prescription)

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM prescriptions_message")
        assert b"lithium" not in bytes(cursor.fetchone()[0])
    assert Message.objects.get().text == SECRET


def test_the_audit_says_that_something_was_written_and_not_what(
    prescription: Prescription,
) -> None:
    message = write(prescription)

    entry = Entry.objects.get(action="prescription.message")
    assert (entry.actor_id, entry.details) == (prescription.user_id, {"message": str(message.uuid)})


def test_question_and_answer_are_part_of_the_thread(
    prescription: Prescription, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)
    services.ask(prescription, by=pharmacist, question="Which dose?")
    answering.answer(prescription, by=prescription.user, said=Answer("Three a day"))

    texts = [(message.text, message.is_from_pharmacy) for message in Message.objects.all()]
    assert texts == [("Which dose?", True), ("Three a day", False)]


def test_a_decision_from_a_page_opened_before_the_message_is_refused(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)
    seen_before = Prescription.objects.get()

    write(prescription)

    with pytest.raises(TransitionRefused):
        decide_to_approve(seen_before, medicine, by=pharmacist)
    decide_to_approve(Prescription.objects.get(), medicine, by=pharmacist)
    assert not Message.objects.unread_by_pharmacy().exists()


def test_a_message_after_the_approval_changes_nothing_and_waits_to_be_read(
    approved: Prescription,
) -> None:
    write(approved, "I feel dizzy")

    approved.refresh_from_db()
    assert approved.status == Status.APPROVED
    assert Message.objects.unread_by_pharmacy().count() == 1


def test_marking_as_read_leaves_what_was_written_after_the_page_was_opened(
    approved: Prescription, pharmacist: User
) -> None:
    shown, later = write(approved, "I feel dizzy"), write(approved, "And now I fall")
    desk = signed_in(pharmacist)

    desk.post(address(approved, "admin:prescription-thread-read"), {"up_to": shown.pk})

    assert list(Message.objects.unread_by_pharmacy()) == [later]


def test_a_word_instead_of_a_number_marks_nothing(approved: Prescription, pharmacist: User) -> None:
    write(approved)

    url = address(approved, "admin:prescription-thread-read")
    assert signed_in(pharmacist).post(url, {"up_to": "all"}).status_code == 302
    assert Message.objects.unread_by_pharmacy().exists()


def test_looking_at_a_thread_marks_nothing_as_read(
    approved: Prescription, pharmacist: User
) -> None:
    write(approved)
    desk = signed_in(pharmacist)

    page = desk.get(address(approved, "admin:prescription-thread")).content.decode()
    desk.get(address(approved, "admin:prescription-review"))

    assert SECRET in page
    assert "1 message not read yet" in page
    assert Message.objects.unread_by_pharmacy().exists()


@pytest.mark.django_db(transaction=True)
def test_the_customer_is_told_that_there_is_something_and_not_what(
    approved: Prescription, pharmacist: User
) -> None:
    mail.outbox.clear()

    thread.write_as_pharmacist(approved, by=pharmacist, text="Take it with food")

    (message,) = mail.outbox
    assert message.to == ["anna@example.com"]
    assert "food" not in message.body + message.alternatives[0].content
    assert approved.reference in message.body


def test_the_customer_sees_in_the_list_that_there_is_something_new_until_it_is_opened(
    approved: Prescription, pharmacist: User
) -> None:
    thread.write_as_pharmacist(approved, by=pharmacist, text="Take it with food")
    customer = signed_in(approved.user)
    overview = reverse("prescriptions:list")

    assert "New message" in customer.get(overview).content.decode()
    assert (
        "Take it with food"
        in customer.get(address(approved, "prescriptions:detail")).content.decode()
    )
    assert "New message" not in customer.get(overview).content.decode()


def test_the_queue_and_the_list_of_messages_show_what_is_not_read(
    prescription: Prescription, pharmacist: User
) -> None:
    write(prescription)
    desk = signed_in(pharmacist)

    assert "Message not read" in desk.get(reverse("admin:prescription-queue")).content.decode()
    assert SECRET in desk.get(reverse("admin:prescription-messages")).content.decode()
    thread.write_as_pharmacist(prescription, by=pharmacist, text="Thank you")
    assert "Message not read" not in desk.get(reverse("admin:prescription-queue")).content.decode()
    assert SECRET not in desk.get(reverse("admin:prescription-messages")).content.decode()


def test_a_pharmacist_does_not_answer_themselves(medicine: Product, pharmacist: User) -> None:
    own = send_prescription(pharmacist, medicine)

    page = signed_in(pharmacist).post(
        address(own, "admin:prescription-thread"), {"text": "To myself"}
    )

    assert "This is your own prescription." in page.content.decode()
    assert not Message.objects.exists()


# Limits


@pytest.mark.parametrize("text", ["", "   ", "x" * (thread.LONGEST_TEXT + 1)])
def test_an_empty_or_too_long_message_is_refused_beside_the_field(
    text: str, approved: Prescription
) -> None:
    page = signed_in(approved.user).post(address(approved), {"text": text}).content.decode()

    assert 'aria-invalid="true"' in page
    assert not Message.objects.exists()


def test_a_customer_cannot_flood_the_desk(approved: Prescription, pharmacist: User) -> None:
    for _ in range(thread.MOST_UNREAD):
        write(approved)

    page = signed_in(approved.user).post(address(approved), {"text": "One more"}).content.decode()

    assert "until a pharmacist has read your messages" in page
    thread.write_as_pharmacist(approved, by=pharmacist, text="Please call us")
    write(approved)


def test_a_thread_does_not_grow_without_end(
    approved: Prescription, pharmacist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread, "MOST_MESSAGES", 2)
    write(approved)
    write(approved)

    with pytest.raises(thread.Closed):
        thread.write_as_pharmacist(approved, by=pharmacist, text="x")


def test_a_closed_thread_can_still_be_read(prescription: Prescription, pharmacist: User) -> None:
    write(prescription)
    services.claim(Prescription.objects.get(), by=pharmacist)
    services.refuse(
        Prescription.objects.get(), by=pharmacist, reason=RefusalReason.DOSE, message="Call us"
    )

    page = signed_in(prescription.user).get(address(prescription)).content.decode()

    assert SECRET in page
    assert "Send the message" not in page


def test_the_list_of_messages_asks_the_database_as_often_for_one_as_for_many(
    customer: User,
    medicine: Product,
    pharmacist: User,
    django_assert_max_num_queries: object,
) -> None:
    for _ in range(5):
        write(send_prescription(customer, medicine))
    desk: Client = signed_in(pharmacist)

    with django_assert_max_num_queries(8):  # type: ignore[operator]
        desk.get(reverse("admin:prescription-messages"))


def test_an_approval_in_between_is_not_undone_by_a_message(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    seen_before = Prescription.objects.get()
    approve(prescription, medicine, by=pharmacist)
    version = Prescription.objects.get().version

    write(seen_before)

    assert Prescription.objects.get().version == version
