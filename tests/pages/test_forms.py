"""Every form draws its fields the same way, and says what is wrong where it is wrong."""

from django import forms
from django.template.loader import render_to_string
from django.test import Client


class PatientForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the prescription")
    kidneys = forms.ChoiceField(
        label="Kidneys", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect
    )
    consent = forms.BooleanField(label="I agree")
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea)


FILLED_IN = {
    "name": "Robin",
    "kidneys": "no",
    "consent": "on",
}


def test_a_text_box_gets_its_class_and_its_hint() -> None:
    drawn = str(PatientForm()["name"].as_field_group())

    assert 'class="input"' in drawn
    assert 'aria-describedby="id_name_helptext"' in drawn
    assert 'id="id_name_helptext"' in drawn


def test_a_field_that_may_stay_empty_says_so() -> None:
    form = PatientForm()

    assert "(optional)" in form["notes"].as_field_group()
    assert "(optional)" not in form["name"].as_field_group()


def test_a_mistake_stands_beside_its_field() -> None:
    drawn = str(PatientForm({})["name"].as_field_group())

    assert 'aria-invalid="true"' in drawn
    assert 'id="id_name_error"' in drawn
    assert '<span class="vh">Error: </span>' in drawn


def test_the_summary_names_each_field_and_leads_to_it() -> None:
    summary = render_to_string("components/error_summary.html", {"form": PatientForm({})})

    assert '<a href="#id_name">Name: this is needed.</a>' in summary
    assert 'href="#id_kidneys_0"' in summary


def test_every_link_of_the_summary_leads_to_a_control_of_the_form() -> None:
    form = PatientForm({})

    drawn = render_to_string("components/form_fields.html", {"form": form})

    for field in form:
        if field.errors:
            assert f'id="{field.first_input_id}"' in drawn


def test_a_form_without_mistakes_has_no_summary() -> None:
    summary = render_to_string("components/error_summary.html", {"form": PatientForm(FILLED_IN)})

    assert not summary.strip()


def test_a_failed_sign_in_keeps_the_email_and_not_the_password(client: Client, db: None) -> None:
    page = client.post(
        "/accounts/login/", {"login": "robin@example.com", "password": "not it"}
    ).content.decode()

    assert "There is a problem" in page
    assert 'value="robin@example.com"' in page
    assert "not it" not in page
