"""What a customer fills in to send a prescription, or to answer a question about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from shop.patients.answers import YesNo
from shop.patients.forms import PatientForm, one_of
from shop.patients.models import NEW
from shop.prescriptions.files.receiving import PrescriptionFilesField
from shop.prescriptions.models import REFERENCE_LENGTH

MOST_DAYS_LEFT = 365


class PrescriptionForm(PatientForm):
    """The prescription itself, the patient's answers, and what is asked with each prescription."""

    answered_otherwise = ("other_medicines", "days_left")
    asks_old_answers_again = True

    # The draft that is sent: sending it twice sends it once.
    draft = forms.CharField(required=False, max_length=REFERENCE_LENGTH, widget=forms.HiddenInput)
    documents = PrescriptionFilesField(
        label=_("Your prescription"),
        help_text=_("JPEG, PNG, WebP, HEIC or PDF. Up to 5 files, 10 MB each, 10 pages in a PDF."),
    )
    taken_before = one_of(
        YesNo,
        label=_("Has the patient taken this medicine before?"),
        needed=_("Choose whether the patient has taken this medicine before."),
    )
    days_left = forms.IntegerField(
        help_text=_("Stopping suddenly is dangerous. The pharmacist looks at urgent ones first."),
        min_value=0,
        max_value=MOST_DAYS_LEFT,
        required=False,
        widget=forms.TextInput(attrs={"class": "input--s", "inputmode": "numeric"}),
        error_messages={
            "invalid": _("Enter the days as a whole number."),
            "min_value": _("Enter 0 or more days."),
            "max_value": _("Enter 365 days at most."),
        },
    )
    days_left_unknown = forms.BooleanField(
        label=_("I do not know how many days are left"), required=False
    )
    consent = forms.BooleanField(
        label=_(
            "I am 18 or older. The prescription is mine, or I order for the person named on it. It "
            "has not been used at another pharmacy. The pharmacist may read it and my answers."
        ),
        error_messages={"required": _("Tick the box so that the pharmacist may read it.")},
    )

    def __init__(self, *args: Any, doses: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("How many days of %(doses)s are left?") % {"doses": doses}
        self.fields["days_left"].label = label
        if not self.patient.is_new:
            del self.fields["relation"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_one_of(
            "days_left",
            "days_left_unknown",
            neither=_("Enter how many days are left, or tick that you do not know."),
            both=_("Take this tick away, or empty the days."),
        )
        return self.cleaned_data


# Chosen anew each time: a browser sends no file twice by itself, and consent is not remembered.
NOT_KEPT = ("documents", "consent", "draft")


def typed_in(data: QueryDict) -> dict[str, Any]:
    """What was typed into the form so far, right or wrong, as the form's initial values.

    ``patient`` is whom it was typed for.
    """
    typed = {
        name: field.widget.value_from_datadict(data, MultiValueDict(), name)
        for name, field in PrescriptionForm.base_fields.items()
        if name not in NOT_KEPT
    }
    return {**typed, "patient": data.get("patient") or NEW}


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your answer to the pharmacist’s question.")},
    )
