"""Until when a patient has tablets: by their word, by the ledger, by the later of both."""

from __future__ import annotations

import datetime
from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from catalogue.models import Product
from shop.accounts.models import User
from shop.continuity.run_out import KnownFrom, RunOut, run_out_of
from shop.continuity.supply_gap import gap_of
from shop.prescriptions import supply_ledger
from shop.prescriptions.models import Authorisation, Prescription, Supply
from tests.conftest import add_patient, approve, mg, send_prescription
from tests.prescriptions.test_ledger import line_of_an_order

# A Monday.
SENT = datetime.date(2026, 11, 23)
MIGRATION = "shop.prescriptions.migrations.0005_nothing_left_of_what_was_never_taken"
SAID, SUPPLIED = KnownFrom.SAID, KnownFrom.SUPPLIED


def at(day: datetime.date, hour: int = 12) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), tzinfo=datetime.UTC)


def after(days: int) -> datetime.date:
    return SENT + datetime.timedelta(days=days)


def sent_with(prescription: Prescription, days_left: int | None) -> Prescription:
    Prescription.objects.filter(pk=prescription.pk).update(
        days_left=days_left, submitted_at=at(SENT)
    )
    prescription.refresh_from_db()
    return prescription


def supply(authorisation: Authorisation, units: int, *, on: int) -> Supply:
    taken = supply_ledger.take(
        authorisation, units=units, order_line=line_of_an_order(Supply.objects.count() + 1)
    )
    Supply.objects.filter(pk=taken.pk).update(taken_at=at(after(on)))
    return taken


@pytest.fixture
def three_a_day(prescription: Prescription, medicine: Product, pharmacist: User) -> Authorisation:
    approve(prescription, medicine, by=pharmacist, supplies=6, units_a_day=Fraction(3))
    return prescription.authorisations.get()


@pytest.mark.parametrize(
    ("days_left", "last_day"),
    [(0, -1), (1, 0), (3, 2), (10, 9)],
    ids=["none left", "today only", "three days", "ten days"],
)
def test_the_day_of_sending_is_the_first_of_the_days_left(
    days_left: int, last_day: int, prescription: Prescription
) -> None:
    run_out = run_out_of(sent_with(prescription, days_left))

    assert run_out == RunOut(after(last_day), SAID)
    assert run_out.days_left_on(SENT) == days_left


NEVER_TOOK_IT, HAS_STOPPED = {"taking": "new"}, {"taking": "stopped"}


def saying(prescription: Prescription, answers: dict[str, Any]) -> Prescription:
    before = {name: each for name, each in prescription.answers_json.items() if name != "taking"}
    prescription.answers_json = {**before, **answers}
    prescription.save(update_fields=("answers_json",))
    return prescription


@pytest.mark.parametrize("said", [NEVER_TOOK_IT, HAS_STOPPED, {"taken_before": "no"}])
def test_nothing_runs_out_for_who_does_not_take_it(
    said: dict[str, Any], three_a_day: Authorisation
) -> None:
    supply(three_a_day, 60, on=-30)
    prescription = saying(sent_with(three_a_day.prescription, 0), said)

    assert run_out_of(prescription) is None
    assert gap_of(prescription) is None


def test_what_is_supplied_to_somebody_new_runs_out(three_a_day: Authorisation) -> None:
    prescription = saying(sent_with(three_a_day.prescription, None), NEVER_TOOK_IT)
    supply(three_a_day, 60, on=1)

    assert run_out_of(prescription) == RunOut(after(20), SUPPLIED)


@pytest.mark.parametrize(("said", "days"), [("no", None), ("yes", 0), ("unsure", 0)])
def test_days_left_of_version_0_1_are_forgotten_where_nothing_was_taken(
    said: str, days: int | None, prescription: Prescription
) -> None:
    saying(sent_with(prescription, 0), {"taken_before": said})

    import_module(MIGRATION).forget_days_left(apps, None)

    prescription.refresh_from_db()
    assert prescription.days_left == days


def test_what_nobody_said_is_not_known(prescription: Prescription) -> None:
    assert run_out_of(sent_with(prescription, None)) is None


@pytest.mark.parametrize(
    ("days_left", "supplies", "last_day"),
    [
        (None, [(60, 0)], 19),
        (None, [(60, 0), (60, 15)], 39),
        (None, [(60, 0), (60, 30)], 49),
        (None, [(10, 0)], 2),
        (5, [(60, 2)], 24),
        (5, [(60, 10)], 29),
        (0, [(60, 0)], 19),
        (5, [(60, -20)], 4),
        (5, [(60, -20), (60, 1)], 24),
    ],
    ids=[
        "supplied only",
        "a second supply comes on top",
        "a second supply after a gap",
        "half a day does not count",
        "supplied on top of what was left",
        "supplied after it ran out",
        "nothing was left",
        "said later than supplied",
        "of two supplies, the one after they said it",
    ],
)
def test_the_later_truth_counts(
    days_left: int | None,
    supplies: list[tuple[int, int]],
    last_day: int,
    three_a_day: Authorisation,
) -> None:
    prescription = sent_with(three_a_day.prescription, days_left)
    for units, on in supplies:
        # The fixture's clock is at noon; a supply of that day came later.
        taken = supply(three_a_day, units, on=on)
        Supply.objects.filter(pk=taken.pk).update(taken_at=at(after(on), 15))

    run_out = run_out_of(prescription)

    assert run_out is not None
    assert run_out.last_day == after(last_day)
    known_from = SAID if last_day == 4 else SUPPLIED
    assert run_out.known_from == known_from


def test_tablets_that_came_back_are_not_in_hand(
    three_a_day: Authorisation, pharmacist: User
) -> None:
    prescription = sent_with(three_a_day.prescription, 5)
    supply_ledger.give_back(supply(three_a_day, 60, on=2), by=pharmacist, note="cancelled")

    assert run_out_of(prescription) == RunOut(after(4), SAID)


def test_a_supply_of_unknown_length_leaves_it_unknown(
    prescription: Prescription, medicine: Product, pharmacist: User
) -> None:
    approve(prescription, medicine, by=pharmacist)
    sent_with(prescription, 5)
    supply(prescription.authorisations.get(), 60, on=2)

    assert run_out_of(prescription) is None


def test_the_order_that_is_still_to_come_does_not_count(three_a_day: Authorisation) -> None:
    prescription = sent_with(three_a_day.prescription, 5)
    first, second = supply(three_a_day, 60, on=2), supply(three_a_day, 60, on=20)

    def until(before: Any) -> int:
        run_out = run_out_of(prescription, before=before)
        return (run_out.last_day - SENT).days if run_out else -1

    assert until(first.order_line.order) == 4
    assert until(second.order_line.order) == 24
    assert until(None) == 44


def test_of_two_strengths_the_first_to_run_out_decides(
    three_a_day: Authorisation, medicine: Product
) -> None:
    prescription = sent_with(three_a_day.prescription, None)
    other = Authorisation.objects.create(
        prescription=prescription,
        medicine=medicine,
        strength=mg(25),
        units_per_supply=30,
        supplies=1,
        directions="One at night",
        units_a_day=Fraction(1),
    )
    supply(other, 15, on=0)
    supply(three_a_day, 60, on=0)

    assert run_out_of(prescription) == RunOut(after(14), SUPPLIED)


def test_an_earlier_prescription_of_the_same_patient_counts_and_no_other(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    patient, other_patient = add_patient(customer), add_patient(customer)
    first = send_prescription(customer, medicine, patient=patient)
    approve(first, medicine, by=pharmacist, units_a_day=Fraction(3))
    supply(first.authorisations.get(), 60, on=0)
    again = send_prescription(customer, medicine, patient=patient)
    stronger = send_prescription(customer, medicine, patient=patient, strength=25)
    for_other = send_prescription(customer, medicine, patient=other_patient)

    assert run_out_of(again) == RunOut(after(19), SUPPLIED)
    assert run_out_of(stronger) is None
    assert run_out_of(for_other) is None


@pytest.mark.parametrize(
    ("moment", "last_day"),
    [
        ("2026-10-03T13:30:00+00:00", "2026-10-06"),
        ("2026-10-03T14:30:00+00:00", "2026-10-07"),
        ("2027-04-03T12:30:00+00:00", "2027-04-06"),
        ("2027-04-03T13:30:00+00:00", "2027-04-07"),
    ],
    ids=[
        "the evening before the clocks go forward",
        "past midnight of that day",
        "the evening before they go back",
        "past midnight of that day",
    ],
)
def test_days_are_those_of_the_pharmacy_also_when_the_clocks_change(
    moment: str, last_day: str, prescription: Prescription, settings: Any
) -> None:
    settings.TIME_ZONE = "Australia/Sydney"
    prescription.submitted_at = datetime.datetime.fromisoformat(moment)
    prescription.days_left = 4

    assert run_out_of(prescription) == RunOut(datetime.date.fromisoformat(last_day), SAID)
