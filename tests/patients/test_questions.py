"""The one table of questions: each is asked, shown, frozen and handed out, and read by somebody."""

from __future__ import annotations

import datetime
import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import textstat
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
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
from shop.patients.wording import described
from shop.prescription_pages.forms import typed_so_far
from shop.prescriptions.models import Prescription
from shop.prescriptions.statuses import Status
from shop.review.forms.sheet import kept_sheet
from shop.review.freezing import frozen
from shop.review.rules import resting
from tests.catalogue.reading_age import NAMES
from tests.checkout.walking import ANSWERS, step
from tests.conftest import basket_with, pack_of, patient_answers, send_prescription, signed_in
from tests.patients.told import BORN, LIFE, answer_to
from tests.prescriptions import samples
from tests.review.desk import address_of, name_medicine

TODAY = datetime.date(2026, 11, 23)


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
    work, by = kept_sheet(prescription).work, prescription.user
    kept = frozen(prescription, work, by=by, decided={}, checks=[])
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
    table = questions.table()
    ticks = {each.or_tick for each in table if each.or_tick}

    # What has no answer stands by its name in one of two lists.
    lists = re.findall(r'<dd class="plain small">(.*?)</dd>', page, re.DOTALL)
    listed = {name for each in lists for name in each.split("; ")}
    shown = {
        each.name for each in table if each.short in listed or f"<dt>{each.short}</dt>" in page
    }
    assert shown == kept.keys() == set(table.names) - ticks
    assert not kept["allergies"]["is_given"]


def test_what_does_not_fit_a_patient_was_not_asked_rather_than_not_said() -> None:
    man = Answers(sex_at_birth="male", date_of_birth="1970-01-01")

    words = {each.name: each.answer for each in described(man, medicines=["baclofen"])}

    assert words["pregnancy"] == words["weight_kg"] == "not asked"
    assert words["kidney_problems"] == "not said"


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
        (ONE_MORE.replace("unsure: ", "perhaps: "), "", "“unsure” must be one of the options"),
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
    page = signed_in(customer).post(reverse("patients:add"), BORN)

    form, text = page.context["form"], page.content.decode()
    targets = [control for _words, control in form.problems]
    assert [fold.topic.name for fold in form.folds if fold.is_open] == ["who"]
    assert len(targets) == len(form.folds)
    assert targets == sorted(targets, key=lambda control: text.index(f'id="{control}"'))


def test_a_topic_with_an_error_is_open_and_one_that_is_not_begun_waits(
    customer: User, countries: Any
) -> None:
    typed = {**ANSWERS, "patient_name": "", "kidney_problems": "", **dict.fromkeys(LIFE, "")}

    form = signed_in(customer).post(reverse("patients:add"), typed).context["form"]

    assert [fold.topic.name for fold in form.folds if fold.is_open] == ["who", "health"]
    assert [topic.name for topic in form.later] == ["life"]
    assert list(form.errors) == ["patient_name", "kidney_problems"]


def test_what_was_not_begun_is_an_error_once_it_is_all_that_is_left(
    customer: User, countries: Any
) -> None:
    typed = {**ANSWERS, **dict.fromkeys(LIFE, "")}

    form = signed_in(customer).post(reverse("patients:add"), typed).context["form"]

    assert list(form.errors) == list(LIFE)
    assert not Patient.objects.exists()


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


def test_what_version_0_1_called_otherwise_is_read_under_its_name_and_asked_again() -> None:
    before = {
        "stomach_ulcer": "yes",
        "taken_before": "no",
        "dates": {"stomach_ulcer": "2026-11-20"},
    }

    answers = Answers.from_json(before)

    assert answers.values == {"ulcer": "active", "taking": "new"}
    assert answers.versions["ulcer"] < questions.table().called("ulcer").version
    assert old_answers(answers, day=TODAY) == {"ulcer": datetime.date(2026, 11, 20)}


def test_the_desk_says_that_an_answer_was_to_an_earlier_wording(
    customer: User, medicine: Product, desk: Client
) -> None:
    name_medicine(medicine)
    prescription = send_prescription(customer, medicine)
    prescription.answers_json = {"stomach_ulcer": "yes", "patient_name": "Robin Example"}
    prescription.save()

    page = at_the_desk(desk, prescription)

    assert page.count("(to an earlier wording of the question)") == 1


def test_every_number_that_nobody_may_know_can_be_ticked_away() -> None:
    numbers = [each for each in questions.table() if each.kind in {"number", "count"}]

    assert [each.name for each in numbers if not (each.or_tick or each.is_optional)] == []


def words_of(question: Question) -> str:
    parts = [question.label, question.help, *question.options.values()]
    return " ".join(f"{part.rstrip('.?')}." for part in parts if part)


def test_the_questions_can_be_read_at_eleven() -> None:
    """The grade of a US school and five is about the age; medical words count as short ones."""
    text = NAMES.sub("name", " ".join(words_of(each) for each in questions.table()))

    assert textstat.flesch_kincaid_grade(text) <= 6


NEW = {
    "taking": "new",
    "present_mg_a_day": "",
    "days_left": "",
    "how_it_went": "",
    "nothing_new": "",
}


def shown_form(client: Client, **typed: str) -> PatientForm:
    """The page of the prescription as it comes back, without files."""
    page = client.post(step("prescription"), {**ANSWERS, "patient": "new", **typed})
    form: PatientForm = page.context["form"]
    return form


def hidden(form: PatientForm) -> set[str]:
    return {each.field.name for fold in form.folds for each in fold.asked if each.is_hidden}


@pytest.mark.parametrize(
    ("typed", "shown", "not_shown"),
    [
        (NEW, "taking", "days_left"),
        (NEW, "indication", "present_mg_a_day"),
        ({"taking": "stopped"}, "present_mg_a_day", "days_left"),
        ({"taking": "elsewhere"}, "supplied_by", "weight_kg"),
        ({}, "days_left", "supplied_by"),
        ({}, "how_it_went", "pregnancy"),
        ({"sex_at_birth": "female"}, "driving", "pregnancy"),
        ({"sex_at_birth": "female", "date_of_birth_year": "1990"}, "pregnancy", "weight_kg"),
        ({"sex_at_birth": "unsure", "date_of_birth_year": "1990"}, "pregnancy", "weight_kg"),
        ({"date_of_birth_year": "2018"}, "weight_kg", "alcohol"),
        ({"alcohol": "daily"}, "alcohol_drinks", "other_drugs_named"),
        ({"other_drugs": "past"}, "other_drugs_named", "alcohol_drinks"),
        ({"indication": "other"}, "indication_named", "alcohol_drinks"),
    ],
)
def test_only_what_fits_the_patient_is_asked(
    typed: dict[str, str],
    shown: str,
    not_shown: str,
    customer: User,
    medicine: Product,
) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))

    form = shown_form(signed_in(customer), **typed)

    assert shown not in hidden(form)
    assert not_shown in hidden(form)
    assert not_shown not in form.errors


def test_somebody_who_never_took_it_sends_no_days_and_gets_no_alarm(
    customer: User, medicine: Product
) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))
    typed = {**ANSWERS, **NEW, "days_left": "0", "how_it_went": "low", "patient": "new"}
    scan = SimpleUploadedFile("scan.jpg", samples.jpeg())
    client = signed_in(customer)

    client.post(step("prescription"), {**typed, "documents": scan})

    sent = Prescription.objects.exclude(status=Status.DRAFT).get()
    page = client.get(reverse("prescriptions:detail", args=[sent.reference])).content.decode()
    assert sent.days_left is None
    assert sent.answers.values.keys() & {"days_left", "how_it_went"} == set()
    assert "Running out?" not in page
    assert "emergency supply" not in page


@pytest.mark.parametrize(("country", "line"), [("AU", "13 11 14"), ("US", "988")])
def test_the_crisis_line_of_the_country_stands_beside_the_question_about_self_harm(
    country: str, line: str, customer: User, medicine: Product
) -> None:
    basket_with(customer, pack_of(medicine, 10, 60))
    typed = {**ANSWERS, "patient": "new", "country": country}

    page = signed_in(customer).post(step("prescription"), typed).content.decode()

    beside = page.split('data-asked="self_harm"')[1].split("data-asked=")[0]
    assert line in beside


def test_a_draft_keeps_what_was_typed_to_every_question(countries: Any) -> None:
    names = questions.table().names
    typed = QueryDict("&".join(f"{name}=1&{name}_day=1" for name in names))

    kept = typed_so_far(typed)

    assert [name for name in names if kept.get(name) not in ("1", True, ["1", None, None])] == []
