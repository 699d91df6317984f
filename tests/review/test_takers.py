"""A block never becomes a sudden stop: who takes it already is shown, told, and called the same day."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.content import files
from catalogue.models import Product
from shop.accounts.models import User
from shop.help_lines.table import lines_of
from shop.mailing.models import Email
from shop.prescriptions.models import Prescription
from shop.review import takers
from shop.review.rules import alerts_for
from shop.review.rules.alert import Alert, Lifter, Severity
from shop.review.rules.resting import findings
from shop.review.rules.screening import read
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind, Role
from shop.tasks.models import Task
from tests.conftest import signed_in
from tests.review.adapting import Written, case_in
from tests.review.desk import address_of, complete, post
from tests.review.test_clinical_cases import every_case

LINES = read(files.MEDICINES / "baclofen").lines


def blocked_takers() -> list[Any]:
    """Every case of a patient who takes it and whom something blocks."""
    found = [(each, case_in(each)) for each in every_case()]
    return [
        pytest.param(each, id=each.id)
        for each, case in found
        if case.is_taken and any(alert.is_block for alert in alerts_for(case))
    ]


def calls() -> list[Task]:
    return list(Task.objects.filter(kind=Kind.BLOCKED_TAKER))


@pytest.mark.parametrize("each", blocked_takers())
def test_every_block_of_one_who_takes_it_is_a_call_of_the_same_day(
    each: Written, prescription: Prescription
) -> None:
    case = case_in(each)

    takers.follow(prescription, case, alerts_for(case))

    (task,) = calls()
    assert (task.whose, task.due) == (Role.PHARMACIST, timezone.localdate())
    assert prescription.reference in task.path
    if case.run_out:
        last = case.run_out.last_day
        assert f"last until {last.day} {last:%B %Y}" in task.words
    lines = lines_of(case.country)
    assert (lines.out_of_hours[0].text.rstrip(".") if lines else "not known") in task.words
    told = Email.objects.get(code="prescription_call")
    assert (told.user, told.patient) == (prescription.user, prescription.patient)


def test_they_are_told_once_however_often_it_is_looked_at(prescription: Prescription) -> None:
    case = case_in(blocked_takers()[0].values[0])

    for _ in range(2):
        takers.follow(prescription, case, alerts_for(case))

    assert Email.objects.filter(code="prescription_call").count() == 1


def is_for_a_start(line: Any) -> bool:
    return line.when.get("at") == ("start",)


def test_every_line_that_blocks_has_such_a_case_or_is_for_a_start_alone() -> None:
    seen = {
        alert.rule
        for each in every_case()
        if (case := case_in(each)).is_taken
        for alert in alerts_for(case)
        if alert.is_block
    }
    blocking = {line.finding for line in LINES if line.severity == Severity.BLOCK}
    at_a_start = {line.finding for line in LINES if is_for_a_start(line)}

    assert blocking - seen <= at_a_start


def test_what_nobody_lifts_at_a_start_the_prescriber_lifts_where_it_is_taken() -> None:
    final = [line for line in LINES if line.by == Lifter.NOBODY and is_for_a_start(line)]

    assert final
    for line in final:
        settled = {
            other.by
            for other in LINES
            if (other.finding, other.when.get("at")) == (line.finding, ("settled",))
            and set(other.countries) >= set(line.countries)
        }
        assert settled == {Lifter.PRESCRIBER}, line.finding


def test_who_never_took_it_is_not_called(prescription: Prescription) -> None:
    new = next(each for each in every_case() if each.id == "s01-us-new-80")

    takers.follow(prescription, case_in(new), alerts_for(case_in(new)))

    assert calls() == []


@pytest.mark.parametrize("taking", ["unsure", ""])
def test_who_is_not_sure_of_taking_it_is_called(prescription: Prescription, taking: str) -> None:
    new = next(each for each in every_case() if each.id == "s01-us-new-80")
    case = case_in(new)
    unsure = replace(case, said={**case.said, "taking": taking})

    takers.follow(prescription, unsure, alerts_for(case))

    assert len(calls()) == 1


@pytest.fixture
def dialysis(held: Prescription) -> Prescription:
    """Taken for review; the patient takes it, and has a kidney value that blocks."""
    answers = held.answers.but(egfr=9.0, egfr_on=timezone.localdate().isoformat())
    held.answers_json = answers.as_json()
    held.days_left = 5
    held.save(update_fields=("answers_json", "days_left"))
    return held


def test_it_is_at_the_desk_on_the_list_and_on_the_patients_page(
    desk: Client, dialysis: Prescription, medicine: Product, customer: User
) -> None:
    post(desk, dialysis, "save", complete(dialysis, medicine))

    (task,) = calls()
    page = signed_in(customer).get(reverse("prescriptions:detail", args=[dialysis.reference]))
    assert "Very weak kidneys" in desk.get(address_of(dialysis)).content.decode()
    assert task.title in desk.get(reverse("admin:tasks_task_changelist")).content.decode()
    ends = timezone.localdate() + datetime.timedelta(days=4)
    assert f"last until {ends.day} {ends:%B %Y}" in task.words
    assert "A pharmacist calls you today" in page.content.decode()
    assert "Do not stop taking it suddenly." in page.content.decode()


@pytest.mark.parametrize("days_left", [1, 60])
def test_the_patients_page_names_each_line_once(
    days_left: int, desk: Client, dialysis: Prescription, medicine: Product, customer: User
) -> None:
    dialysis.answers_json = dialysis.answers.but(country="AU").as_json()
    dialysis.days_left = days_left
    dialysis.save(update_fields=("answers_json", "days_left"))
    post(desk, dialysis, "save", complete(dialysis, medicine))

    page = signed_in(customer).get(reverse("prescriptions:detail", args=[dialysis.reference]))

    html = " ".join(page.content.decode().split())
    lines = lines_of("AU")
    assert ("may run out before more arrive" in html) == (days_left == 1)
    assert lines
    for line in (*lines.emergency, *lines.out_of_hours):
        if line.number:
            assert html.count(f">{line.number}</a>") == 1, line


def test_a_block_of_any_rule_has_the_patient_called(prescription: Prescription) -> None:
    new = next(each for each in every_case() if each.id == "s01-us-new-80")
    case = replace(case_in(new), said={"taking": "elsewhere"})
    assert case.transcription.patient_name or case.transcription.signed

    for rule in sorted(findings()):
        takers.follow(prescription, case, [])
        takers.follow(prescription, case, [Alert(rule, Severity.BLOCK, "Not so", "Own")])

        assert Task.objects.filter(kind=Kind.BLOCKED_TAKER).still_open().count() == 1, rule


def test_a_call_that_was_made_is_not_asked_for_again(
    desk: Client, dialysis: Prescription, medicine: Product, pharmacist: User
) -> None:
    post(desk, dialysis, "save", complete(dialysis, medicine))
    (task,) = calls()

    tasks.close_by_hand(task, by=pharmacist, how="Spoke with her; her GP sees her today.")
    post(desk, dialysis, "save", complete(dialysis, medicine))

    assert [each.pk for each in calls()] == [task.pk]


def test_it_closes_when_nothing_blocks_it_any_more(
    desk: Client, dialysis: Prescription, medicine: Product
) -> None:
    post(desk, dialysis, "save", complete(dialysis, medicine))
    dialysis.refresh_from_db()
    dialysis.answers_json = dialysis.answers.but(egfr=90.0).as_json()
    dialysis.save(update_fields=("answers_json",))

    post(desk, dialysis, "save", complete(dialysis, medicine))

    (task,) = calls()
    assert task.closed_at is not None
