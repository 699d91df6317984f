"""The queue: the order, the flags, who holds what, the filters, and what it costs."""

from __future__ import annotations

import datetime
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalogue.models import Product
from shop.accounts.models import PharmacistRegistration, User
from shop.audit.models import Entry
from shop.prescriptions import services
from shop.prescriptions.models import Prescription
from shop.review.models import Flag, FlagKind
from tests.conftest import make_pharmacist, mg, patient_answers, send_prescription, signed_in
from tests.review.desk import take

QUEUE = "admin:prescription-queue"
# Who asks: session, account, second factor, registration twice, groups. Tasks, strengths, counts, how
# many pages. The page: keys, rows, packs, products, flags.
MOST_QUERIES = 15
# And what it is recorded with.
MOST_QUERIES_OF_A_SEARCH = 24


def queue(desk: Client, **asked: Any) -> str:
    return desk.get(reverse(QUEUE), asked).content.decode()


def test_the_longest_wait_comes_first(desk: Client, customer: User, medicine: Product) -> None:
    first, second, third = (send_prescription(customer, medicine) for _ in range(3))
    Prescription.objects.filter(pk=third.pk).update(
        submitted_at=timezone.now() - datetime.timedelta(hours=5)
    )

    page = queue(desk)

    places = [page.index(p.reference) for p in (third, first, second)]
    assert places == sorted(places)
    assert "5 hours" in page.replace("\xa0", " ")


def test_it_costs_the_same_for_many(
    desk: Client,
    customer: User,
    medicine: Product,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(60):
        send_prescription(customer, medicine)
    Prescription.objects.update(days_left=4)
    # Once a minute the session notes that its owner is still there.
    queue(desk)

    with django_assert_max_num_queries(MOST_QUERIES):
        page = queue(desk)

    assert " ".join(page.split()).count("Review <span") == 50
    assert "Page 1 of 2" in page


def test_the_urgent_come_before_the_longest_wait(
    desk: Client, customer: User, medicine: Product
) -> None:
    first, urgent, last = (send_prescription(customer, medicine) for _ in range(3))
    Prescription.objects.update(days_left=30)
    Prescription.objects.filter(pk=urgent.pk).update(days_left=1)
    Prescription.objects.filter(pk=last.pk).update(days_left=20)

    for sort, expected in (
        ("urgent", [urgent, first, last]),
        ("waiting", [first, urgent, last]),
        ("left", [urgent, last, first]),
        ("nonsense", [urgent, first, last]),
    ):
        rows = desk.get(reverse(QUEUE), {"sort": sort}).context["rows"]
        assert [row.prescription for row in rows] == expected


def test_each_list_says_how_many_it_holds(
    desk: Client, pharmacist: User, customer: User, medicine: Product
) -> None:
    first, second, third = (send_prescription(customer, medicine) for _ in range(3))
    Prescription.objects.update(days_left=30)
    Prescription.objects.filter(pk=first.pk).update(days_left=0)
    services.claim(second, by=pharmacist)
    services.claim(third, by=pharmacist)
    services.ask(third, by=pharmacist, question="Which one?")

    counts = desk.get(reverse(QUEUE)).context["counts"]

    assert counts == {"waiting": 2, "urgent": 1, "mine": 1, "questions": 1}


def test_the_next_one_is_one_that_nobody_holds(
    desk: Client, customer: User, medicine: Product
) -> None:
    first, second = (send_prescription(customer, medicine) for _ in range(2))
    services.claim(first, by=make_pharmacist("second@example.com", number="2"))

    page = desk.get(reverse(QUEUE))

    assert page.context["next"].prescription == second
    services.claim(second, by=User.objects.get(email="second@example.com"))
    assert desk.get(reverse(QUEUE)).context["next"] is None


def test_a_search_finds_also_what_is_decided(
    desk: Client, approved: Prescription, other_customer: User, medicine: Product
) -> None:
    answers = patient_answers(patient_name="Uma Underwood")
    other = send_prescription(other_customer, medicine, answers=answers)

    for text in ("Example, Robin", approved.reference.lower(), "anna@example.com"):
        page = searched(desk, text).content.decode()
        assert approved.reference in page
        assert other.reference not in page


def searched(desk: Client, text: str) -> Any:
    return desk.post(reverse(QUEUE), {"find": text}, follow=True)


def test_a_search_says_its_words_in_no_address(desk: Client, prescription: Prescription) -> None:
    response = searched(desk, "Robin Example")

    [(address, _status)] = response.redirect_chain
    sealed = parse_qs(urlsplit(address).query)["found"][0]
    assert prescription.reference in response.content.decode()
    assert b"Robin" not in urlsafe_b64decode(sealed)


def test_a_search_is_for_whoever_made_it(
    desk: Client, prescription: Prescription, pharmacist: User
) -> None:
    [(address, _status)] = searched(desk, "Robin Example").redirect_chain
    other = signed_in(make_pharmacist("second@example.com", number="2"))

    assert desk.get(address).status_code == 200
    for path in (address, f"{reverse(QUEUE)}?found=bm9uc2Vuc2U", f"{reverse(QUEUE)}?found=é"):
        assert other.get(path).status_code == 404


def test_what_a_search_showed_is_recorded_and_not_its_words(
    desk: Client, prescription: Prescription, pharmacist: User
) -> None:
    searched(desk, "Robin Example")
    searched(desk, "Nobody Known")

    nobody, found = Entry.objects.filter(action="prescription.search").order_by("-sequence")
    assert found.actor_id == nobody.actor_id == pharmacist.pk
    assert found.details == {"shown": [prescription.reference]}
    assert nobody.details == {"shown": []}


def test_an_empty_search_shows_the_queue(desk: Client, prescription: Prescription) -> None:
    assert searched(desk, " ").context["shown"] == "waiting"


@pytest.mark.parametrize("who", ["staff", "superuser"])
def test_nobody_without_clinical_rights_searches(
    who: str, prescription: Prescription, request: pytest.FixtureRequest
) -> None:
    response = signed_in(request.getfixturevalue(who)).post(reverse(QUEUE), {"find": "Robin"})

    assert response.status_code == 404
    assert not Entry.objects.filter(action="prescription.search").exists()


def test_a_search_costs_the_same_for_many(
    desk: Client,
    customer: User,
    medicine: Product,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(4):
        send_prescription(customer, medicine)
    [(address, _status)] = searched(desk, "Robin Example").redirect_chain

    with django_assert_max_num_queries(MOST_QUERIES_OF_A_SEARCH):
        assert len(desk.get(address).context["rows"]) == 4


# A Monday at noon, in UTC, which is the time zone of the tests.
MONDAY = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("today", "days", "red", "shown"),
    [
        (0, 0, "yes", "0 days"),
        (0, 3, "yes", "3 days"),
        # With the review on Tuesday, a parcel of Wednesday is expected by Friday.
        (0, 4, "yes", "4 days"),
        (0, 5, "no", "5 days"),
        # On Wednesday by Tuesday of the next week: the weekend counts.
        (2, 8, "yes", "6 days"),
        (2, 9, "no", "7 days"),
        (9, 5, "yes", "0 days"),
        (9, 3, "yes", "0 days"),
    ],
)
def test_whose_tablets_end_before_a_delivery_is_red(
    today: int, days: int, red: str, shown: str, pharmacist: User, prescription: Prescription
) -> None:
    Prescription.objects.update(days_left=days, submitted_at=MONDAY)

    with time_machine.travel(MONDAY + datetime.timedelta(days=today)):
        desk = signed_in(pharmacist)
        page, urgent = queue(desk), queue(desk, urgent="on")

    assert ("tag tag--stop" in page) == (red == "yes")
    assert f"> {shown} </span>" in " ".join(page.split())
    assert (prescription.reference in urgent) == (red == "yes")


@pytest.mark.parametrize(("days", "red"), [(3, "yes"), (4, "no")])
def test_of_what_is_decided_only_three_days_or_fewer_are_red(
    days: int, red: str, desk: Client, approved: Prescription
) -> None:
    Prescription.objects.update(days_left=days)

    shown = queue(desk, show="decided")
    asked = queue(desk, show="decided", urgent="on")

    assert ("tag tag--stop" in shown) == (red == "yes")
    assert (approved.reference in asked) == (red == "yes")


def test_days_that_nobody_said_are_named(desk: Client, prescription: Prescription) -> None:
    assert "Not said" in queue(desk)


def test_a_pharmacist_signing_in_lands_on_it(desk: Client) -> None:
    assert desk.get(reverse("admin:index"))["Location"] == reverse(QUEUE)


@pytest.mark.parametrize("kind", FlagKind)
def test_each_flag_is_shown_and_can_be_asked_for(
    kind: FlagKind, desk: Client, customer: User, medicine: Product
) -> None:
    flagged, other = (send_prescription(customer, medicine) for _ in range(2))
    Flag.objects.all().delete()
    Flag.objects.create(prescription=flagged, kind=kind)

    page = queue(desk, flag=kind)

    assert f'<span class="tag tag--wait">{kind.label}</span>' in page
    assert flagged.reference in page
    assert other.reference not in page


def test_the_urgent_ones_can_be_asked_for(desk: Client, customer: User, medicine: Product) -> None:
    urgent, other = (send_prescription(customer, medicine) for _ in range(2))
    Prescription.objects.filter(pk=urgent.pk).update(days_left=3)
    Prescription.objects.filter(pk=other.pk).update(days_left=30)

    page = queue(desk, urgent="on")

    assert (urgent.reference in page, other.reference in page) == (True, False)


def test_a_strength_can_be_asked_for(desk: Client, customer: User, medicine: Product) -> None:
    ten = send_prescription(customer, medicine)
    twenty_five = send_prescription(customer, medicine, strength=25)

    page = queue(desk, strength=str(mg(25)))

    assert (ten.reference in page, twenty_five.reference in page) == (False, True)


def test_ones_own_can_be_asked_for_and_holders_are_named(
    desk: Client, customer: User, medicine: Product, second_pharmacist: User
) -> None:
    mine, others, free = (send_prescription(customer, medicine) for _ in range(3))
    take(desk, mine)
    services.claim(others, by=second_pharmacist)

    page, own = queue(desk), queue(desk, mine="on")

    assert "With you until" in page
    assert "With Tom Byrne until" in page
    assert mine.reference in own
    assert others.reference not in own
    assert free.reference not in own


def test_a_claim_that_ran_out_is_said(
    desk: Client, prescription: Prescription, second_pharmacist: User
) -> None:
    services.claim(prescription, by=second_pharmacist)
    Prescription.objects.update(claim_until=timezone.now() - datetime.timedelta(minutes=1))

    assert "Time ran out (Tom Byrne)" in queue(desk)


@pytest.mark.parametrize(
    "asked", [{"flag": "nonsense"}, {"strength": "x"}, {"page": "999"}, {"page": "x"}]
)
def test_nonsense_narrows_nothing(
    asked: dict[str, str], desk: Client, prescription: Prescription
) -> None:
    assert prescription.reference in queue(desk, **asked)


def test_an_unknown_list_is_not_there(desk: Client) -> None:
    assert desk.get(reverse(QUEUE), {"show": "everything"}).status_code == 404


@pytest.mark.parametrize(
    ("asked", "words"),
    [({}, "Nobody is waiting."), ({"urgent": "on"}, "None of them is like that.")],
)
def test_an_empty_queue_says_so(asked: dict[str, str], words: str, desk: Client) -> None:
    assert words in queue(desk, **asked)


def test_what_is_decided_has_a_list_of_its_own(desk: Client, approved: Prescription) -> None:
    assert approved.reference not in queue(desk)
    assert approved.reference in queue(desk, show="decided")


def test_a_lapsed_registration_closes_the_desk(desk: Client) -> None:
    PharmacistRegistration.objects.update(
        valid_until=timezone.localdate() - datetime.timedelta(days=1)
    )

    assert desk.get(reverse(QUEUE)).status_code == 404


@pytest.mark.parametrize("person", ["staff", "superuser", "superintendent"])
def test_for_staff_without_the_role_it_is_not_there(
    person: str, request: pytest.FixtureRequest
) -> None:
    assert signed_in(request.getfixturevalue(person)).get(reverse(QUEUE)).status_code == 404
