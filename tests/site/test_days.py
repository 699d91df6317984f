"""Whose day it is: at the pharmacy, at the patient's, anywhere; with the clock where days differ."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine

from catalogue.models import Product
from shop import days
from shop.accounts.models import User
from shop.continuity.run_out import said_run_out
from shop.patients.dates import PastDateField
from shop.placing import gate
from shop.placing.refusals import Reason, Refused
from shop.prescriptions.models import Authorisation, Prescription
from shop.prescriptions.statuses import Status
from shop.prescriptions.upkeep import expiry
from shop.review.cases import case_of
from shop.review.rules import alerts_for
from shop.review.transcription import Transcription
from tests.conftest import (
    approve,
    basket_with,
    pack_of,
    patient_answers,
    send_prescription,
)

# It is the 28th in Sydney, where somebody wakes up, and the 27th at a pharmacy that reckons in UTC.
SYDNEY_MORNING = "2026-11-27T22:00:00+00:00"
# It is still the 27th in Portland, in the evening, and the 28th at the pharmacy.
PORTLAND_EVENING = "2026-11-28T04:00:00+00:00"
THE_27TH, THE_28TH = datetime.date(2026, 11, 27), datetime.date(2026, 11, 28)


@pytest.mark.parametrize(
    ("zone", "moment", "country", "expected"),
    [
        ("UTC", SYDNEY_MORNING, "AU", THE_27TH),
        ("UTC", PORTLAND_EVENING, "US", THE_27TH),
        ("UTC", PORTLAND_EVENING, "GB", THE_28TH),
        ("UTC", SYDNEY_MORNING, "", THE_27TH),
        ("UTC", SYDNEY_MORNING, "no such country", THE_27TH),
        ("Australia/Sydney", SYDNEY_MORNING, "AU", THE_28TH),
        ("Australia/Sydney", SYDNEY_MORNING, "AT", THE_27TH),
        ("America/New_York", "2026-11-28T05:30:00+00:00", "US", THE_28TH),
    ],
)
def test_what_lasts_so_many_days_is_counted_from_the_earlier_day(
    zone: str, moment: str, country: str, expected: datetime.date, settings: Any
) -> None:
    settings.TIME_ZONE = zone

    assert days.to_count_from(country, datetime.datetime.fromisoformat(moment)) == expected


@pytest.mark.parametrize(
    ("moment", "country", "day", "begun", "over"),
    [
        (SYDNEY_MORNING, "AU", THE_28TH, True, False),
        (SYDNEY_MORNING, "GB", THE_28TH, False, False),
        (SYDNEY_MORNING, "AU", THE_27TH, True, False),
        (PORTLAND_EVENING, "US", THE_27TH, True, False),
        (PORTLAND_EVENING, "GB", THE_27TH, True, True),
        ("2026-11-28T10:30:00+00:00", "US", THE_27TH, True, True),
    ],
)
def test_a_day_is_a_patients_while_it_is_one_anywhere_in_their_country(
    moment: str, country: str, day: datetime.date, *, begun: bool, over: bool
) -> None:
    with time_machine.travel(moment, tick=False):
        assert days.has_begun(day, country=country) is begun
        assert days.is_over(day, country=country) is over


@pytest.mark.parametrize(
    ("moment", "day", "is_ahead"),
    [
        (SYDNEY_MORNING, THE_28TH, False),
        (SYDNEY_MORNING, datetime.date(2026, 11, 29), True),
        ("2026-11-27T09:59:00+00:00", THE_28TH, True),
        ("2026-11-27T10:00:00+00:00", THE_28TH, False),
    ],
)
def test_a_typed_day_is_ahead_only_when_it_has_come_nowhere(
    moment: str, day: datetime.date, *, is_ahead: bool
) -> None:
    field = PastDateField(error_messages={"future": "It is in the future."})
    typed = [str(day.day), str(day.month), str(day.year)]

    with time_machine.travel(moment, tick=False):
        assert days.is_ahead(day) is is_ahead
        if is_ahead:
            with pytest.raises(Exception, match="in the future"):
                field.clean(typed)
        else:
            assert field.clean(typed) == day


@pytest.mark.parametrize(("day", "found"), [(28, False), (29, True)])
def test_a_paper_of_this_morning_in_sydney_is_not_from_the_future(
    prescription: Prescription, day: int, *, found: bool
) -> None:
    read = Transcription(issued_on=datetime.date(2026, 11, day))

    with time_machine.travel(SYDNEY_MORNING):
        rules = {alert.rule for alert in alerts_for(case_of(prescription, read))}

    assert ("future-date" in rules) is found


def sent_from(country: str, customer: User, medicine: Product) -> Prescription:
    return send_prescription(customer, medicine, answers=patient_answers(country=country))


@pytest.fixture
def approved_to_the_27th(customer: User, medicine: Product, pharmacist: User) -> Prescription:
    """Of a patient in Portland."""
    with time_machine.travel("2026-11-20T12:00:00+00:00"):
        sent = sent_from("US", customer, medicine)
        return approve(sent, medicine, by=pharmacist, valid_until=THE_27TH)


@pytest.mark.parametrize(
    ("moment", "is_usable"),
    [("2026-11-28T00:30:00+00:00", True), (PORTLAND_EVENING, True), ("2026-11-28T10:30Z", False)],
    ids=["half past four in the afternoon", "in the evening", "after midnight in Honolulu"],
)
def test_the_last_day_lasts_until_it_ends_where_the_patient_lives(
    approved_to_the_27th: Prescription, medicine: Product, moment: str, *, is_usable: bool
) -> None:
    customer = approved_to_the_27th.user
    lines = basket_with(customer, pack_of(medicine, 10, 60)).all_lines()

    with time_machine.travel(moment):
        closed = expiry.expire_ended()
        if is_usable:
            assert gate.check(customer, lines) == approved_to_the_27th
        else:
            with pytest.raises(Refused) as refusal:
                gate.check(customer, lines)
            assert refusal.value.reason == Reason.EXPIRED

    assert closed == (not is_usable)
    approved_to_the_27th.refresh_from_db()
    assert approved_to_the_27th.status == (Status.APPROVED if is_usable else Status.EXPIRED)


def test_a_repeat_may_be_ordered_from_the_morning_of_its_day(
    customer: User, medicine: Product, pharmacist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel("2026-11-20T12:00:00+00:00"):
        sent = sent_from("AU", customer, medicine)
        approve(sent, medicine, by=pharmacist, supplies=2)
    monkeypatch.setattr(gate, "next_supply_on", lambda _authorisation: THE_28TH)
    lines = basket_with(customer, pack_of(medicine, 10, 60)).all_lines()

    with time_machine.travel(SYDNEY_MORNING):
        assert gate.check(customer, lines) == sent
    with time_machine.travel("2026-11-27T12:00:00+00:00"), pytest.raises(Refused) as refusal:
        gate.check(customer, lines)

    assert refusal.value.reason == Reason.TOO_EARLY
    assert Authorisation.objects.get().units_left == 120


@pytest.mark.parametrize(
    ("country", "moment", "last"),
    [("AU", SYDNEY_MORNING, 29), ("US", PORTLAND_EVENING, 29), ("GB", PORTLAND_EVENING, 30)],
)
def test_three_days_left_are_never_said_to_last_longer_than_for_the_patient(
    customer: User, medicine: Product, country: str, moment: str, last: int
) -> None:
    with time_machine.travel(moment):
        sent = sent_from(country, customer, medicine)
    sent.days_left = 3

    run_out = said_run_out(sent)

    assert run_out is not None
    assert run_out.last_day == datetime.date(2026, 11, last)
