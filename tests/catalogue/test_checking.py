"""The page that checks a list of medicines."""

import logging

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from catalogue.checking import Answer, MedicinesForm


@pytest.fixture
def address(baclofen):
    return reverse("catalogue:check", args=[baclofen.slug, baclofen.pk])


@pytest.fixture
def answer(client, address):
    def ask(text):
        response = client.post(address, {"medicines": text})
        assert response.status_code == 200
        return response.content.decode()

    return ask


def test_the_medicine_page_has_the_form(client, baclofen, address):
    html = client.get(baclofen.get_absolute_url()).content.decode()

    assert f'method="post" action="{address}"' in html


def test_the_form_of_the_page_needs_no_token(address):
    visitor = Client(enforce_csrf_checks=True)

    assert visitor.post(address, {"medicines": "lithium"}).status_code == 200


def test_results_stand_worst_first_with_what_to_do_and_sources(answer):
    html = answer("lithium\nMorphine 10 mg; metformin")

    places = [html.index(label) for label in ("Avoid, or only as", "Check first", "Tell us</h3>")]
    assert places == sorted(places)
    assert "Tell us if you take any opioid" in html
    assert html.count('href="#s-') >= html.count('id="s-') > 0
    cited = {part.split('"')[0] for part in html.split('href="#s-')[1:]}
    assert cited == {part.split('"')[0] for part in html.split('id="s-')[1:]}


def test_what_is_not_in_the_list_is_named_as_not_checked(answer):
    html = answer("zebrafort")

    assert "Not checked: tell the pharmacist" in html
    assert "<strong>zebrafort</strong>" in html
    assert "Nothing you typed is in our list. That does not mean that it goes together." in html


def test_a_misspelt_name_is_a_question_with_its_warning(answer):
    html = answer("oxycodonne")

    assert "We read “oxycodonne” as oxycodone. Is that what you mean?" in html
    assert "Tell us if you take any opioid" in html


def test_what_may_be_two_names_is_asked(answer):
    html = answer("Advl")

    assert "Did you mean one of these?" in html
    assert "<strong>advil</strong>: Check first." in html


def test_what_was_not_checked_stands_above_what_nothing_was_found_about(answer):
    html = answer("paracetamol, sertraline, zebrafort").split("What we found")[1]

    places = [
        "Not checked: tell",
        "our sources say nothing about it with",
        "None found in the texts",
    ]
    assert [html.index(place) for place in places] == sorted(html.index(p) for p in places)
    assert "Only pairs with Baclofen are checked here" in html


def test_what_is_no_list_is_asked_again(answer):
    assert "We could not read all of this as a list of medicines." in answer("?")
    assert "We could not read all of this" not in answer("none really")


def test_who_takes_a_drug_outside_care_is_not_told_about_surgery(answer):
    html = answer("ket at weekends")

    assert "Outside a hospital keep away from it" in html
    assert 'href="/help/"' in html
    assert "Do not stop Baclofen or any medicine that you take regularly suddenly." in html


def test_adderall_gets_the_honest_answer(answer):
    html = answer("Adderall")

    assert "None found in the texts we checked" in html
    assert "Amphetamines are stimulants, so baclofen cannot add to a calming effect" in html
    assert "Still tell us about both." in html


@pytest.mark.parametrize(
    "text",
    [
        "omeprazole",
        "adderall, food, tylenol",
        "codeine, valium, zestril, advil",
        "none",
        "x" * 4_000,
    ],
)
def test_no_answer_calls_anything_safe(text, answer):
    words = answer(text).lower().replace("safety", "").split()

    assert not {"safe", "harmless", "fine"} & {word.strip(".,:;()“”") for word in words}


@pytest.mark.parametrize(
    "text", ["\0", "\U0001f48a" * 50, "<script>alert(1)</script>", "'\"{{ x }}%s", "\u202e\u0301"]
)
def test_garbage_gets_a_page(text, answer):
    assert "<script>alert" not in answer(text)


@pytest.mark.parametrize(
    ("text", "problem"), [("", "Type at least one medicine"), ("x " * 5_000, "too long to check")]
)
def test_what_cannot_be_checked_is_said(text, problem, answer):
    assert problem in answer(text)


def test_nothing_typed_is_kept_anywhere(client, address, answer, caplog, django_assert_num_queries):
    answer("morphine")
    caplog.set_level(logging.DEBUG)

    with django_assert_num_queries(1):
        response = client.post(address, {"medicines": "methadone, zebra"})

    assert not response.cookies
    assert not Session.objects.exists()
    assert "no-store" in response["Cache-Control"]
    assert "methadone" not in caplog.text


def test_an_address_with_a_list_in_it_shows_the_empty_form(client, address):
    html = client.get(address, {"medicines": "methadone"}).content.decode()

    assert "methadone" not in html


def test_a_medicine_without_content_has_no_check(client, baclofen, address):
    baclofen.medicine.version = baclofen.medicine.shown = None
    baclofen.medicine.save()

    assert client.post(address, {"medicines": "x"}).status_code == 404


def test_only_warnings_carry_a_tag(answer):
    assert 'class="tag' not in answer("Adderall, metformin").split("<h1")[1]
    assert "tag--stop" in answer("morphine")


def test_the_form_of_the_page_asks_what_the_checker_asks(client, baclofen):
    html = client.get(baclofen.get_absolute_url()).content.decode()

    for name, field in MedicinesForm().fields.items():
        assert f'name="{name}"' in html
        assert str(field.label) in html
    for value, label in Answer.choices:
        assert f'<option value="{value}">{label}' in html


def test_several_medicines_together_are_told_first(answer):
    html = answer("codeine, valium").split("<h1")[1]

    assert "An opioid and a benzodiazepine together" in html
    assert "codeine + valium" in html
    assert html.index("Several of these together") < html.index("Tell us if you take any opioid")


def test_what_depends_on_age_or_kidneys_says_so_when_nobody_has_answered(answer):
    html = answer("gabapentin, valium")

    assert "one thing we do not know: age 65 or over. Answer below, or tell the pharmacist." in html
    assert "we do not know: kidneys that do not work well (eGFR below 60). Answer below," in html


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ({"older": "yes", "kidneys": "yes"}, {"Age 65 or over, with", "with weak kidneys"}),
        ({"older": "yes", "kidneys": "no"}, {"Age 65 or over, with"}),
        ({"older": "no", "kidneys": "yes"}, {"with weak kidneys"}),
        ({"older": "no", "kidneys": "no"}, set()),
    ],
)
def test_what_is_said_about_age_and_kidneys_counts(said, rules, client, address):
    html = client.post(address, {"medicines": "gabapentin, valium", **said}).content.decode()

    found = {rule for rule in ("Age 65 or over, with", "with weak kidneys") if rule in html}
    assert found == rules
    assert "one thing we do not know" not in html


def test_an_answer_that_is_none_is_refused_beside_its_field(client, address):
    html = client.post(address, {"medicines": "gabapentin", "older": "maybe"}).content.decode()

    assert "Choose one of the answers about the age." in html
    assert "What we found" not in html


def test_a_name_that_cannot_be_told_is_named(answer):
    html = answer("blood pressure tablet, furosemide, ibuprofen")

    assert (
        "because we are not sure what this is: blood pressure tablet. Tell the pharmacist." in html
    )


def test_answers_stand_in_no_cookie_and_no_session(client, address):
    response = client.post(address, {"medicines": "x", "older": "yes", "kidneys": "yes"})

    assert not response.cookies
    assert not Session.objects.exists()
    assert '<option value="yes" selected>' in response.content.decode()
