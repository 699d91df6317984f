"""The review desk: who sees it, what is recorded, what is refused."""

from __future__ import annotations

import datetime
import io
import re

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from catalogue.models import Medicine, Product
from shop.accounts.models import PharmacistRegistration, User
from shop.prescriptions import services
from shop.prescriptions.models import Page, Prescription
from shop.prescriptions.statuses import Action, Status
from tests.conftest import send_prescription, signed_in

QUEUE = "admin:prescription-queue"


def address_of(prescription: Prescription, name: str = "review") -> str:
    return reverse(f"admin:prescription-{name}", args=[prescription.reference])


def page_address(prescription: Prescription) -> str:
    page = Page.objects.get(document__prescription=prescription)
    return reverse("admin:prescription-page", args=[prescription.reference, page.uuid])


@pytest.fixture
def desk(pharmacist: User) -> Client:
    return signed_in(pharmacist)


def approval(prescription: Prescription, medicine: Product, **changes: str) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "version": str(prescription.version),
        "prescriber": "Dr M. Sample",
        "issued_on": str(today - datetime.timedelta(days=3)),
        "valid_until": str(today + datetime.timedelta(days=60)),
        "authenticity": "original_received",
        f"m{medicine.pk}-10-tablets_per_supply": "60",
        f"m{medicine.pk}-10-supplies": "2",
        f"m{medicine.pk}-10-directions": "One tablet three times a day",
        "decision": "approve",
        **changes,
    }


def decide(
    desk: Client, prescription: Prescription, medicine: Product, **changes: str
) -> HttpResponse:
    return desk.post(address_of(prescription), approval(prescription, medicine, **changes))


def test_the_queue_shows_the_longest_wait_first_and_no_query_a_row(
    desk: Client,
    customer: User,
    medicine: Product,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second, third = (send_prescription(customer, medicine) for _ in range(3))
    Prescription.objects.filter(pk=third.pk).update(
        submitted_at=timezone.now() - datetime.timedelta(hours=5)
    )

    with django_assert_max_num_queries(8):
        page = desk.get(reverse(QUEUE)).content.decode()

    places = [page.index(p.reference) for p in (third, first, second)]
    assert places == sorted(places)


def test_the_queue_costs_the_same_for_many(
    desk: Client,
    customer: User,
    medicine: Product,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(30):
        send_prescription(customer, medicine)

    with django_assert_max_num_queries(8):
        assert desk.get(reverse(QUEUE)).status_code == 200


def test_few_days_of_tablets_stand_out(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    Prescription.objects.update(days_left=2)

    assert (
        '<span class="tag tag--stop">2 days of tablets left'
        in desk.get(reverse(QUEUE)).content.decode()
    )


def test_a_pharmacist_signing_in_lands_on_the_queue(desk: Client) -> None:
    assert desk.get(reverse("admin:index"))["Location"] == reverse(QUEUE)


def test_the_review_page_shows_the_pages_beside_the_order(
    desk: Client, prescription: Prescription
) -> None:
    page = desk.get(address_of(prescription)).content.decode()

    assert page_address(prescription) in page
    for text in ("Robin Example", "14 March 1968", "60 tablets", "Allow Baclofen tablets 25 mg"):
        assert text in page


def test_a_page_is_a_picture_that_no_cache_keeps(desk: Client, prescription: Prescription) -> None:
    response = desk.get(page_address(prescription))

    assert (response.content, response["Content-Type"]) == (b"a picture", "image/jpeg")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_no_decision_is_chosen_beforehand(desk: Client, prescription: Prescription) -> None:
    page = desk.get(address_of(prescription)).content.decode()

    assert 'name="decision"' in page
    assert not re.search(r"<input[^>]* checked", page)


def test_an_approval_is_recorded(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    response = decide(desk, prescription, medicine)

    prescription.refresh_from_db()
    authorisation = prescription.authorisations.get()
    assert response["Location"] == reverse(QUEUE)
    assert prescription.status == Status.APPROVED
    assert (authorisation.strength_mg, authorisation.tablets_authorised) == (10, 120)
    assert prescription.decided_registration == "Test register 12345"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decision": ""}, "Choose a decision."),
        ({"prescriber": ""}, "Enter who wrote the prescription."),
        ({"issued_on": ""}, "Enter the date on the prescription."),
        ({"issued_on": "2999-01-01"}, "in the future"),
        ({"issued_on": "2020-01-01"}, "ended on"),
        ({"valid_until": "2999-01-01"}, "Choose a day from today"),
        ({"valid_until": "2020-01-01"}, "Choose a day from today"),
        ({"authenticity": ""}, "Choose how you made sure"),
        ({"authenticity": "copy_received"}, "not one of the available choices"),
        ({"authenticity": "transfer_confirmed"}, "not one of the available choices"),
        ({"decision": "ask"}, "Write your question"),
        ({"decision": "refuse"}, "Choose why you refuse."),
        ({"decision": "refuse", "refusal_reason": "R02"}, "Tell the customer why"),
        ({"version": "x"}, "Enter a whole number."),
    ],
)
def test_an_incomplete_decision_is_refused_and_nothing_typed_is_lost(
    changes: dict[str, str],
    words: str,
    desk: Client,
    prescription: Prescription,
    medicine: Product,
) -> None:
    response = decide(desk, prescription, medicine, **changes)

    prescription.refresh_from_db()
    assert prescription.status == Status.SUBMITTED
    assert words in response.content.decode()
    assert "One tablet three times a day" in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tablets_per_supply", "0"),
        ("tablets_per_supply", "-60"),
        ("tablets_per_supply", "100000"),
        ("tablets_per_supply", "many"),
        ("supplies", ""),
        ("supplies", "99"),
        ("directions", ""),
    ],
)
def test_a_strength_is_allowed_whole_or_not_at_all(
    field: str, value: str, desk: Client, prescription: Prescription, medicine: Product
) -> None:
    decide(desk, prescription, medicine, **{f"m{medicine.pk}-10-{field}": value})

    prescription.refresh_from_db()
    assert prescription.status == Status.SUBMITTED
    assert not prescription.authorisations.exists()


def test_an_approval_of_nothing_is_refused(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    empty = {
        f"m{medicine.pk}-10-{field}": ""
        for field in ("tablets_per_supply", "supplies", "directions")
    }

    response = decide(desk, prescription, medicine, **empty)

    assert "at least one strength" in response.content.decode()
    assert Prescription.objects.get().status == Status.SUBMITTED


def test_a_question_and_its_answer_come_back_to_the_queue(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    decide(desk, prescription, medicine, decision="ask", message="Which dose do you take?")
    owner = signed_in(prescription.user)
    own_page = reverse("prescriptions:detail", args=[prescription.reference])
    assert "Which dose do you take?" in owner.get(own_page).content.decode()

    owner.post(own_page, {"answer": "Three a day"})

    assert "Three a day" in desk.get(address_of(prescription)).content.decode()
    assert Prescription.objects.get().status == Status.SUBMITTED


def test_a_refusal_tells_the_customer_why_and_what_next(
    desk: Client, prescription: Prescription, medicine: Product
) -> None:
    decide(
        desk,
        prescription,
        medicine,
        decision="refuse",
        refusal_reason="R02",
        message="Ask your doctor to sign it, then send it again.",
    )

    owner = signed_in(prescription.user)
    own = owner.get(reverse("prescriptions:detail", args=[prescription.reference])).content.decode()
    assert "It is not signed" in own
    assert "Ask your doctor to sign it" in own
    assert "not charged" in own


def test_a_decision_from_a_stale_page_names_who_decided(
    desk: Client, prescription: Prescription, medicine: Product, approved: Prescription
) -> None:
    response = desk.post(
        address_of(approved), {**approval(approved, medicine), "version": "1"}, follow=True
    )

    assert "decided by Nia Okafor" in response.content.decode()
    assert approved.authorisations.count() == 1


def test_an_approval_can_be_withdrawn(desk: Client, approved: Prescription) -> None:
    data = {"version": str(approved.version), "message": "The prescriber withdrew it. Call us."}

    desk.post(address_of(approved, "withdraw"), data)

    approved.refresh_from_db()
    assert approved.status == Status.WITHDRAWN


def test_a_withdrawal_needs_a_message(desk: Client, approved: Prescription) -> None:
    response = desk.post(
        address_of(approved, "withdraw"), {"version": str(approved.version), "message": ""}
    )

    assert "Tell the customer why" in response.content.decode()
    assert Prescription.objects.get().status == Status.APPROVED


@pytest.mark.parametrize("person", ["staff", "superuser", "superintendent"])
def test_for_staff_without_the_role_the_desk_is_not_there(
    person: str, prescription: Prescription, medicine: Product, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))

    answers = [
        client.get(reverse(QUEUE)),
        client.get(address_of(prescription)),
        client.get(page_address(prescription)),
        client.post(address_of(prescription), approval(prescription, medicine)),
        client.post(address_of(prescription, "withdraw"), {"version": "1", "message": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert Prescription.objects.get().status == Status.SUBMITTED


@pytest.mark.parametrize("person", ["customer", "other_customer"])
def test_a_customer_is_not_let_into_the_admin(
    person: str, prescription: Prescription, medicine: Product, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))

    response = client.post(address_of(prescription), approval(prescription, medicine), follow=True)

    assert response.status_code == 403
    assert Prescription.objects.get().status == Status.SUBMITTED


def test_a_lapsed_registration_closes_the_desk(desk: Client, prescription: Prescription) -> None:
    PharmacistRegistration.objects.update(
        valid_until=timezone.localdate() - datetime.timedelta(days=1)
    )

    assert desk.get(reverse(QUEUE)).status_code == 404


def test_a_pharmacist_cannot_open_or_decide_their_own(
    desk: Client, pharmacist: User, medicine: Product
) -> None:
    own = send_prescription(pharmacist, medicine)

    response = desk.post(address_of(own), approval(own, medicine), follow=True)

    assert "cannot decide on your own" in response.content.decode()
    assert desk.get(page_address(own)).status_code == 404
    assert Prescription.objects.get().status == Status.SUBMITTED


def test_the_superintendent_but_no_superuser_makes_a_pharmacist(
    superintendent: User, superuser: User, customer: User
) -> None:
    add = reverse("admin:accounts_pharmacistregistration_add")
    data = {
        "user": customer.pk,
        "register": "Test register",
        "number": "777",
        "valid_until": str(timezone.localdate() + datetime.timedelta(days=30)),
    }

    refused = signed_in(superuser).post(add, data)
    assert (refused.status_code, PharmacistRegistration.objects.count()) == (403, 0)

    signed_in(superintendent).post(add, data)
    assert PharmacistRegistration.objects.get().number == "777"


class TestOwnPrescriptions:
    def test_a_customer_sees_their_own(self, prescription: Prescription) -> None:
        client = signed_in(prescription.user)
        page = Page.objects.get()

        own_list = client.get(reverse("prescriptions:list")).content.decode()
        picture = client.get(
            reverse("prescriptions:page", args=[prescription.reference, page.uuid])
        )

        assert "Robin Example" in own_list
        assert picture.content == b"a picture"

    @pytest.mark.parametrize(
        "person", ["other_customer", "staff", "superuser", "pharmacist", "superintendent"]
    )
    def test_for_anybody_else_it_does_not_exist(
        self, person: str, prescription: Prescription, request: pytest.FixtureRequest
    ) -> None:
        client = signed_in(request.getfixturevalue(person))
        page = Page.objects.get()
        own = [prescription.reference]

        answers = [
            client.get(reverse("prescriptions:detail", args=own)),
            client.post(reverse("prescriptions:detail", args=own), {"answer": "x"}),
            client.post(reverse("prescriptions:cancel", args=own)),
            client.get(reverse("prescriptions:page", args=[*own, page.uuid])),
        ]

        assert [answer.status_code for answer in answers] == [404] * 4
        assert "Robin" not in client.get(reverse("prescriptions:list")).content.decode()

    def test_a_page_opens_only_under_its_own_prescription(
        self, prescription: Prescription, medicine: Product
    ) -> None:
        other = send_prescription(prescription.user, medicine)
        page = Page.objects.get(document__prescription=other)

        response = signed_in(prescription.user).get(
            reverse("prescriptions:page", args=[prescription.reference, page.uuid])
        )

        assert response.status_code == 404

    def test_it_can_be_taken_back_before_the_decision(self, prescription: Prescription) -> None:
        client = signed_in(prescription.user)

        client.post(reverse("prescriptions:cancel", args=[prescription.reference]))

        assert Prescription.objects.get().status == Status.CANCELLED

    def test_an_answer_nobody_asked_for_changes_nothing(self, approved: Prescription) -> None:
        client = signed_in(approved.user)

        client.post(reverse("prescriptions:detail", args=[approved.reference]), {"answer": "x"})

        assert Prescription.objects.get().status == Status.APPROVED

    def test_every_opening_is_recorded(self, prescription: Prescription) -> None:
        client = signed_in(prescription.user)
        page = Page.objects.get()

        for _ in range(2):
            client.get(reverse("prescriptions:page", args=[prescription.reference, page.uuid]))

        assert prescription.events.filter(action=Action.OPEN_PAGE).count() == 2


def test_which_proof_counts_is_the_jurisdictions(
    desk: Client, prescription: Prescription, medicine: Product, settings: Settings
) -> None:
    decide(desk, prescription, medicine, authenticity="prescriber_confirmed")
    assert Prescription.objects.get().status == Status.SUBMITTED

    settings.JURISDICTION = "US"
    decide(desk, prescription, medicine, authenticity="prescriber_confirmed")

    assert Prescription.objects.get().status == Status.APPROVED


def test_asking_twice_keeps_the_last_answer(prescription: Prescription, pharmacist: User) -> None:
    for number in ("first", "second"):
        services.claim(prescription, by=pharmacist)
        services.ask(prescription, by=pharmacist, question=number)
        services.answer(prescription, by=prescription.user, text=f"answer to the {number}")

    assert prescription.answer == "answer to the second"
    assert prescription.events.filter(action=Action.ANSWER).count() == 2


@pytest.fixture
def content(medicine: Product) -> None:
    Medicine.objects.create(slug="baclofen", name="Baclofen", product=medicine)
    call_command("load_medicines", "baclofen", stdout=io.StringIO())


@pytest.mark.parametrize(
    ("other_medicines", "shown"),
    [
        ("OxyContin 10 mg", "query-prescriber</strong>"),
        ("OxyContin 10 mg", "content version 1"),
        ("zebrafort", "Not recognized, so not checked"),
        ("lithiumm", "did they mean lithium (moderate)?"),
        ("Tylenol Sinus", "(holds the name tylenol, but more as well)"),
        ("", "Left empty: ask what else the patient takes."),
        ("none", "The patient says they take nothing else."),
        ("ramipril, lasix, furosemide, advil", "(acei-diuretic-nsaid, moderate)"),
        ("valium, codeine", "Depends on: age 65 or over. Not known: ask."),
        ("zestril, furosemide, advil", "The list cannot tell what part this plays: zestril."),
    ],
)
def test_the_pharmacist_sees_what_the_other_medicines_do(
    other_medicines: str, shown: str, desk: Client, prescription: Prescription, content: None
) -> None:
    prescription.answers_json = {**prescription.answers_json, "other_medicines": other_medicines}
    prescription.save()

    assert shown in " ".join(desk.get(address_of(prescription)).content.decode().split())
