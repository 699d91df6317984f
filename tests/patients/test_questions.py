"""The one table of questions: each is asked, shown, frozen and handed out, and read by somebody."""

from __future__ import annotations

import datetime
import html
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalogue.models import Product
from shop.accounts.models import User
from shop.datafiles import FilesInvalid
from shop.pages.own_data import data_of
from shop.patients import questions
from shop.patients.answers import Answers
from shop.patients.forms import PatientForm
from shop.patients.freshness import old_answers
from shop.patients.models import Patient
from shop.patients.questions import COMMON, MEDICINES, SCREENING, Question, Table
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from shop.review.forms.sheet import kept_sheet
from shop.review.freezing import frozen
from shop.review.rules import resting
from tests.checkout.walking import ANSWERS, step
from tests.conftest import basket_with, pack_of, patient_answers, send_prescription, signed_in
from tests.prescriptions import samples
from tests.review.desk import address_of, name_medicine

TODAY = datetime.date(2026, 11, 23)
GIVEN = {
    "tick": True,
    "number": 61.5,
    "count": 61,
    "date": "1980-01-02",
    "country": "AU",
    "state": "NSW",
    "postcode": "2061",
    "phone": "+61 2 5550 1234",
}


def answer_to(question: Question) -> Any:
    """An answer that no other question has, where its kind lets it."""
    if question.kind == "choice":
        return list(question.options)[-1]
    return GIVEN.get(question.kind, f"said of {question.name}")


def all_answers() -> Answers:
    return Answers(**{each.name: answer_to(each) for each in questions.table()})


@pytest.fixture
def desk(pharmacist: User) -> Client:
    return signed_in(pharmacist)


@pytest.fixture
def told_everything(customer: User, medicine: Product) -> Prescription:
    name_medicine(medicine)
    return send_prescription(customer, medicine, answers=all_answers())


def frozen_of(prescription: Prescription) -> dict[str, dict[str, Any]]:
    kept = frozen(prescription, kept_sheet(prescription).work, decided={}, checks=[])
    asked: dict[str, dict[str, Any]] = kept["patient"]
    return asked


def at_the_desk(desk: Client, prescription: Prescription) -> str:
    return html.unescape(desk.get(address_of(prescription)).content.decode())


def left_out(prescription: Prescription, desk: Client) -> list[str]:
    """Where a question or the answer to it does not appear."""
    page = at_the_desk(desk, prescription)
    decided, handed_out = frozen_of(prescription), data_of(prescription.user)["prescriptions"]
    found = []
    for question in questions.table():
        shown = f"<dt>{question.short}</dt>" in page
        of_case = decided.get(question.name, {})
        own = handed_out[0]["answers"].get(question.name, {})
        words = own.get("in_words", "not handed out")
        everywhere = {
            "desk": shown and words in page,
            "decision": of_case.get("value") == answer_to(question) and of_case["version"],
            "download": own.get("answer") == answer_to(question) and own.get("asked"),
        }
        found += [
            f"{question.name}: {where}" for where, is_there in everywhere.items() if not is_there
        ]
    return found


def test_every_question_is_at_the_desk_in_the_decision_and_in_the_download(
    told_everything: Prescription, desk: Client
) -> None:
    assert left_out(told_everything, desk) == []


def test_a_question_without_an_answer_is_at_the_desk_and_in_the_decision_too(
    customer: User, medicine: Product, desk: Client
) -> None:
    prescription = send_prescription(customer, medicine, answers=Answers(patient_name="Robin"))

    page, kept = at_the_desk(desk, prescription), frozen_of(prescription)

    assert [each.name for each in questions.table() if f"<dt>{each.short}</dt>" not in page] == []
    assert kept.keys() == set(questions.table().names)
    assert not kept["allergies"]["is_given"]


def test_every_question_is_read_by_a_rule_or_says_why_only_people_read_it() -> None:
    read = resting.questions_read()

    unread = [each.name for each in questions.table() if each.name not in read]

    assert [name for name in unread if not questions.table().called(name).people_only] == []


def test_what_only_people_read_is_not_said_of_what_a_rule_reads() -> None:
    read = resting.questions_read()

    assert [each.name for each in questions.table() if each.people_only and each.name in read] == []


ONE_MORE = """
  - name: falls
    label: "Has the patient had a fall?"
    kind: choice
    options: {"no": "No", "yes": "Yes, a fall", unsure: "I am not sure about falls"}
    topic: health
    keeps: 180
    people_only: "For this test."
"""


@pytest.fixture
def with_one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Table:
    """The table after one more entry was written into the file."""
    path = tmp_path / "questions.yaml"
    path.write_text(COMMON.read_text() + ONE_MORE)
    table = questions.read(path, MEDICINES)
    monkeypatch.setattr(questions, "table", lambda: table)
    return table


def test_adding_a_question_is_one_entry(
    with_one_more: Table, customer: User, medicine: Product, desk: Client
) -> None:
    name_medicine(medicine)
    basket_with(customer, pack_of(medicine, 10, 60))
    scan = SimpleUploadedFile("scan.jpg", samples.jpeg())
    client = signed_in(customer)

    asked = client.post(step("prescription"), {**ANSWERS, "patient": "new", "documents": scan})
    scan.seek(0)
    typed = {**ANSWERS, "patient": "new", "documents": scan, "falls": "unsure"}
    client.post(step("prescription"), typed)

    prescription = Prescription.objects.exclude(status=Status.DRAFT).get()
    assert list(asked.context["form"].errors) == ["falls"]
    assert "I am not sure about falls" in at_the_desk(desk, prescription)
    assert frozen_of(prescription)["falls"]["answer"] == "I am not sure about falls"
    own = data_of(customer)
    assert own["prescriptions"][0]["answers"]["falls"]["answer"] == "unsure"
    assert own["patients"][0]["answers"]["falls"]["version"] == 1


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """The folders of two medicines that are asked about by nobody yet."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    return tmp_path


def ask(folders: Path, medicine: str, text: str) -> None:
    (folders / medicine / SCREENING).write_text(f"questions:{text}\nrules: read elsewhere\n")


def test_a_question_that_two_medicines_share_is_asked_once(folders: Path) -> None:
    ask(folders, "one", ONE_MORE)
    ask(folders, "two", ONE_MORE)

    table = questions.read(COMMON, folders)

    assert table.names.count("falls") == 1
    assert table.called("falls").medicines == ("one", "two")
    assert "falls" in table.asked_for(["two"])
    assert "falls" not in table.asked_for(["three"])


@pytest.mark.parametrize(
    ("one", "two", "problem"),
    [
        (ONE_MORE, ONE_MORE.replace("a fall?", "falls?"), "two/screening.yaml:2: “falls” is a"),
        (ONE_MORE.replace("falls", "phone"), ONE_MORE, "one/screening.yaml:2: “phone” is a"),
        (ONE_MORE.replace("topic: health", "topic: legs"), "", "there is no topic “legs”"),
        (ONE_MORE + "    only_if: {fell: [often]}", "", "there is no question “fell”"),
        (ONE_MORE + "    only_if: {pregnancy: [twins]}", "", "“pregnancy” has no answer twins"),
        (ONE_MORE.replace("kind: choice", "kind: text"), "", "nothing else, has options"),
        (ONE_MORE.replace("name: falls", "name: dates"), "", "is kept beside the answers"),
    ],
)
def test_what_clashes_or_is_not_there_is_refused_with_file_and_line(
    one: str, two: str, problem: str, folders: Path
) -> None:
    ask(folders, "one", one)
    ask(folders, "two", two or " []")

    with pytest.raises(FilesInvalid) as refused:
        questions.read(COMMON, folders)

    assert problem in str(refused.value)


def test_none_of_these_says_no_to_what_is_empty_and_saves_nothing(
    customer: User, countries: Any
) -> None:
    client = signed_in(customer)
    typed = {**ANSWERS, "kidney_problems": "", "allergies": "nuts", "none": "health"}

    page = client.post(reverse("patients:add"), typed)

    form = page.context["form"]
    assert (form["kidney_problems"].value(), form["allergies"].value()) == ("no", "nuts")
    assert not form.errors
    assert not Patient.objects.exists()


def test_none_of_these_leaves_what_was_answered(customer: User, countries: Any) -> None:
    typed = {**ANSWERS, "kidney_problems": "unsure", "none": "health"}

    form = signed_in(customer).post(reverse("patients:add"), typed).context["form"]

    assert form["kidney_problems"].value() == "unsure"


def test_nothing_is_preselected(customer: User) -> None:
    form = PatientForm(patient=Patient(user=customer), medicines=["baclofen"])

    assert [each.name for each in form.asked if form[each.name].value()] == []


def test_the_page_of_a_patient_asks_for_a_medicine_once_it_was_answered_for(
    customer: User, countries: Any
) -> None:
    new = PatientForm(patient=Patient(user=customer))
    known = Patient(
        user=customer, answers_json=Answers(epilepsy="no", dates={"epilepsy": TODAY}).as_json()
    )
    known.save()

    assert "epilepsy" not in new.fields
    assert "epilepsy" in PatientForm(patient=known).fields


def test_an_empty_form_has_one_line_for_each_topic_in_the_order_of_the_page(
    customer: User, countries: Any
) -> None:
    page = signed_in(customer).post(reverse("patients:add"), {"version": ""})

    form = page.context["form"]
    targets = [control for _words, control in form.problems]
    places = [form.folds.index(fold) for fold in form.folds if fold.is_open]
    assert len(targets) <= len(questions.table().topics)
    text = page.content.decode()
    assert targets == sorted(targets, key=lambda control: text.index(f'id="{control}"'))
    assert places == [number for number, fold in enumerate(form.folds) if fold.faulty]


def test_answers_of_another_version_are_old(
    customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = patient_answers()
    today = answers.dates["allergies"]
    table = questions.table()
    newer = replace(
        table,
        questions=tuple(
            replace(each, version=2) if each.name == "allergies" else each for each in table
        ),
    )
    monkeypatch.setattr(questions, "table", lambda: newer)

    assert list(old_answers(answers, day=today)) == ["allergies"]


def test_what_the_shop_stored_before_there_were_versions_is_read() -> None:
    before = {
        "patient_name": "Robin Example",
        "egfr": 54.0,
        "takes_nothing_else": True,
        "phone": "",
        "dates": {"patient_name": "2026-01-02", "egfr": "2026-01-03"},
    }

    answers = Answers.from_json(before)

    assert answers.values == {
        "patient_name": "Robin Example",
        "egfr": 54.0,
        "takes_nothing_else": True,
    }
    assert (str(answers.dates["egfr"]), answers.versions["egfr"]) == ("2026-01-03", 1)
    assert Answers.from_json(answers.as_json()) == answers
