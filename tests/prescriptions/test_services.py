"""What may be done to a prescription, by whom, and what stays behind."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from catalogue.models import Medicine, Product
from shop.accounts.models import PharmacistRegistration, User
from shop.jurisdictions.profile import Authenticity
from shop.mailing import outbox
from shop.mailing.models import Email
from shop.patients.answers import Answers
from shop.prescriptions import answering, opening, sending, services
from shop.prescriptions.answering import Answer
from shop.prescriptions.files.intake import Picture
from shop.prescriptions.files.receiving import Upload
from shop.prescriptions.models import Authorisation, Page, Prescription
from shop.prescriptions.moving import TransitionRefused
from shop.prescriptions.sending import Wish
from shop.prescriptions.services import HeldByAnother, NotAllowed
from shop.prescriptions.statuses import TRANSITIONS, Action, RefusalReason, Status
from tests.conftest import approve, decide_to_approve, make_pharmacist, mg, send_prescription
from tests.signed import load_medicines

DECISIONS = (Action.ASK, Action.APPROVE, Action.REFUSE, Action.WITHDRAW)


def act(action: Action, prescription: Prescription, medicine: Product, pharmacist: User) -> None:
    """Do one action as the person it belongs to."""
    owner = prescription.user
    steps = {
        Action.CLAIM: lambda: services.claim(prescription, by=pharmacist),
        Action.RELEASE: lambda: services.release(prescription, by=pharmacist),
        Action.REOPEN: lambda: services.reopen(prescription, by=owner, reason="New medicine"),
        Action.USE_UP: lambda: services.use_up(prescription),
        Action.GIVE_BACK: lambda: services.give_back(prescription),
        Action.EXPIRE: lambda: services.expire(prescription),
        Action.ASK: lambda: services.ask(prescription, by=pharmacist, question="Which dose?"),
        Action.ANSWER: lambda: answering.answer(prescription, by=owner, said=Answer("Three a day")),
        Action.APPROVE: lambda: decide_to_approve(prescription, medicine, by=pharmacist),
        Action.REFUSE: lambda: services.refuse(
            prescription, by=pharmacist, reason=RefusalReason.NOT_SIGNED, message="Sign it"
        ),
        Action.WITHDRAW: lambda: services.withdraw(prescription, by=pharmacist, message="Call us"),
        Action.CANCEL: lambda: services.cancel(prescription, by=owner),
    }
    steps[action]()


# How to get a prescription into each status.
WAY_TO = {
    Status.SUBMITTED: (),
    Status.IN_REVIEW: (Action.CLAIM,),
    Status.QUESTION: (Action.CLAIM, Action.ASK),
    Status.APPROVED: (Action.CLAIM, Action.APPROVE),
    Status.REFUSED: (Action.CLAIM, Action.REFUSE),
    Status.USED_UP: (Action.CLAIM, Action.APPROVE, Action.USE_UP),
    Status.EXPIRED: (Action.CLAIM, Action.APPROVE, Action.EXPIRE),
    Status.WITHDRAWN: (Action.CLAIM, Action.APPROVE, Action.WITHDRAW),
    Status.CANCELLED: (Action.CANCEL,),
}
# What moves a prescription. A draft has its own tests: nothing can be done to it but send it.
ACTIONS = tuple(sorted({action for _status, action in TRANSITIONS} - {Action.SUBMIT}))


def test_every_status_can_be_reached() -> None:
    assert set(WAY_TO) == set(Status) - {Status.DRAFT}


@pytest.mark.parametrize("status", WAY_TO)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_leads_where_the_table_says_or_is_refused(
    status: Status,
    action: Action,
    prescription: Prescription,
    medicine: Product,
    pharmacist: User,
) -> None:
    for step in WAY_TO[status]:
        act(step, prescription, medicine, pharmacist)
    events = prescription.events.count()
    leads_to = TRANSITIONS.get((status, action))

    if leads_to is None:
        with pytest.raises(TransitionRefused):
            act(action, prescription, medicine, pharmacist)
        prescription.refresh_from_db()
        assert (prescription.status, prescription.events.count()) == (status, events)
    else:
        act(action, prescription, medicine, pharmacist)
        prescription.refresh_from_db()
        assert (prescription.status, prescription.events.count()) == (leads_to, events + 1)


@pytest.mark.parametrize("action", DECISIONS)
@pytest.mark.parametrize("person", ["staff", "superuser", "other_customer", "superintendent"])
def test_only_a_pharmacist_decides(
    action: Action,
    person: str,
    prescription: Prescription,
    medicine: Product,
    pharmacist: User,
    request: pytest.FixtureRequest,
) -> None:
    for step in (Action.CLAIM, Action.APPROVE) if action == Action.WITHDRAW else (Action.CLAIM,):
        act(step, prescription, medicine, pharmacist)
    before = prescription.status

    with pytest.raises(NotAllowed):
        act(action, prescription, medicine, request.getfixturevalue(person))

    prescription.refresh_from_db()
    assert prescription.status == before


def test_a_pharmacist_whose_registration_has_ended_cannot_decide(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    PharmacistRegistration.objects.update(valid_until=yesterday)

    with pytest.raises(NotAllowed):
        approve(prescription, medicine, by=pharmacist)


def test_a_registration_holds_on_its_last_day(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    PharmacistRegistration.objects.update(valid_until=timezone.localdate())

    approve(prescription, medicine, by=pharmacist)

    assert prescription.status == Status.APPROVED


def test_a_pharmacist_whose_account_is_closed_cannot_decide(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    pharmacist.is_active = False

    with pytest.raises(NotAllowed):
        approve(prescription, medicine, by=pharmacist)


def test_nobody_decides_on_their_own_prescription(medicine: Product, pharmacist: User) -> None:
    own = send_prescription(pharmacist, medicine)

    with pytest.raises(NotAllowed):
        approve(own, medicine, by=pharmacist)


def test_the_second_of_two_pharmacists_is_told_who_decided(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    seen_by_second = Prescription.objects.get(pk=prescription.pk)
    approve(prescription, medicine, by=pharmacist)

    with pytest.raises(TransitionRefused) as refused:
        services.refuse(
            seen_by_second,
            by=make_pharmacist("second@example.com", number="2"),
            reason=RefusalReason.EXPIRED,
            message="Too old",
        )

    assert "Nia Okafor" in str(refused.value.message)
    assert Prescription.objects.get().status == Status.APPROVED


def test_a_decision_from_a_page_opened_before_the_answer_is_refused(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)
    seen_early = Prescription.objects.get(pk=prescription.pk)
    services.ask(prescription, by=pharmacist, question="Which dose?")
    answering.answer(prescription, by=prescription.user, said=Answer("My doctor changed it"))

    with pytest.raises(TransitionRefused):
        decide_to_approve(seen_early, medicine, by=pharmacist)


def test_an_approval_keeps_who_when_and_with_which_registration(approved: Prescription) -> None:
    event = approved.events.get(action=Action.APPROVE)

    assert (event.registration, event.by.email) == (
        "Test register 12345",
        "pharmacist@example.com",
    )
    assert approved.decided_registration == "Test register 12345"


def test_an_approval_refers_to_the_content_the_pharmacist_could_read(
    customer: User, pharmacist: User
) -> None:
    load_medicines("baclofen", packs=True)
    baclofen = Medicine.objects.get(slug="baclofen")

    approve(send_prescription(customer, baclofen.product), baclofen.product, by=pharmacist)

    assert Authorisation.objects.get().content_version == baclofen.version


def test_a_second_approval_refers_to_the_content_as_it_is_then(
    approved: Prescription, medicine: Product, pharmacist: User
) -> None:
    assert approved.authorisations.get().content_version.number == 1
    load_medicines("baclofen")
    services.reopen(approved, by=approved.user, reason="answers changed")

    approve(approved, medicine, by=pharmacist)

    assert approved.authorisations.get().content_version.number == 2


def test_a_prescription_that_another_pharmacist_holds_cannot_be_taken_or_decided(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)
    second = make_pharmacist("second@example.com", number="2")

    for step in (Action.CLAIM, Action.RELEASE, *DECISIONS[:3]):
        with pytest.raises(HeldByAnother) as refused:
            act(step, prescription, medicine, second)
        assert "Nia Okafor" in refused.value.message


def test_a_claim_that_ran_out_can_be_taken_over(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)
    ago = timezone.now() - datetime.timedelta(minutes=1)
    Prescription.objects.update(claim_until=ago)
    prescription.refresh_from_db()
    second = make_pharmacist("second@example.com", number="2")
    seen_by_first = Prescription.objects.get()

    services.claim(prescription, by=second)

    with pytest.raises(TransitionRefused):
        decide_to_approve(seen_by_first, medicine, by=pharmacist)
    approve(prescription, medicine, by=second)


def test_a_draft_is_kept_and_goes_with_what_is_sent(customer: User, medicine: Product) -> None:
    sending.save_draft(by=customer, typed={"patient_name": "Rob"})
    draft = sending.save_draft(by=customer, typed={"patient_name": "Robin"})
    assert draft.typed == {"patient_name": "Robin"}
    assert not Prescription.objects.of(customer).exists()

    sent = send_prescription(customer, medicine)

    assert (sent.pk, sent.typed, sent.status) == (draft.pk, None, Status.SUBMITTED)
    assert Prescription.objects.draft_of(customer) is None


def test_a_stranger_cannot_answer_or_cancel(
    prescription: Prescription, other_customer: User
) -> None:
    with pytest.raises(NotAllowed):
        services.cancel(prescription, by=other_customer)
    with pytest.raises(NotAllowed):
        answering.answer(prescription, by=other_customer, said=Answer("I am somebody else"))


def test_the_database_refuses_an_approval_without_a_pharmacist(prescription: Prescription) -> None:
    today = timezone.localdate()
    all_else = {
        "valid_until": today,
        "issued_on": today,
        "authenticity": Authenticity.PRESCRIBER_CONFIRMED,
        "prescriber": "Dr M. Sample",
    }

    with pytest.raises(IntegrityError, match="a_decision_has_a_pharmacist"), transaction.atomic():
        Prescription.objects.update(status=Status.APPROVED, **all_else)


def test_the_database_refuses_a_refusal_without_a_coded_reason(
    prescription: Prescription, pharmacist: User
) -> None:
    services.claim(prescription, by=pharmacist)

    with pytest.raises(IntegrityError), transaction.atomic():
        services.refuse(prescription, by=pharmacist, reason="", message="Call us")  # type: ignore[arg-type]

    assert Prescription.objects.get().status == Status.IN_REVIEW


def test_what_is_stored_is_not_readable(prescription: Prescription) -> None:
    page = Page.objects.get()

    with storages["prescriptions"].open(page.sealed_name) as file:
        assert b"a picture" not in file.read()


def test_nothing_stays_behind_when_a_prescription_cannot_be_stored(
    customer: User, medicine: Product
) -> None:
    _, before = everything_stored()

    with pytest.raises(IntegrityError), transaction.atomic():
        sending.submit(
            by=customer,
            answers=Answers(patient_name="Robin"),
            wishes=[Wish(medicine_id=medicine.pk, strength=mg(10), units=0)],
            uploads=[Upload(data=b"x", pictures=(Picture(b"y", 1, 1),))],
        )

    assert everything_stored() == (0, before)


def everything_stored() -> tuple[int, set[str]]:
    storage = storages["prescriptions"]
    names: set[str] = set()
    folders = [""]
    while folders:
        folder = folders.pop()
        inside, files = storage.listdir(folder)
        folders += [f"{folder}/{name}".lstrip("/") for name in inside]
        names |= {f"{folder}/{name}" for name in files}
    return Prescription.objects.count(), names


def test_opening_a_page_is_recorded(prescription: Prescription, pharmacist: User) -> None:
    page = Page.objects.select_related("document__prescription").get()

    picture = opening.open_page_as_pharmacist(page, by=pharmacist)

    opened = prescription.events.get(action=Action.OPEN_PAGE)
    assert picture == b"a picture"
    assert (opened.by, opened.registration) == (pharmacist, "Test register 12345")


@pytest.mark.django_db(transaction=True)
def test_the_customer_is_told_once_and_without_a_medicine_name(
    approved: Prescription, medicine: Product
) -> None:
    outbox.send_waiting()

    assert [message.to for message in mail.outbox] == [["anna@example.com"]] * 2
    for message in mail.outbox:
        html = message.alternatives[0].content
        for text in (message.subject, message.body, html):
            assert "baclofen" not in text.lower()
            assert "Robin" not in text
        assert approved.reference in message.body
        assert approved.reference in html


@pytest.mark.django_db(transaction=True)
def test_a_message_that_could_not_be_sent_is_sent_later(
    customer: User, medicine: Product, settings: Settings
) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    send_prescription(customer, medicine)
    assert Email.objects.get().sending_at is None

    settings.EMAIL_BACKEND = working
    outbox.send_waiting()

    assert len(mail.outbox) == 1
