"""What a customer fills in to send a prescription, or to answer a question about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shop.patients import questions
from shop.patients.forms import PatientForm, typed_in, with_none
from shop.patients.models import NEW
from shop.prescriptions.files.receiving import PrescriptionFilesField
from shop.prescriptions.models import REFERENCE_LENGTH


class PrescriptionForm(PatientForm):
    """The prescription itself, the patient's answers, and what is asked with each prescription."""

    is_for_prescription = True
    stands_before = ("documents",)

    # The draft that is sent: sending it twice sends it once.
    draft = forms.CharField(required=False, max_length=REFERENCE_LENGTH, widget=forms.HiddenInput)
    documents = PrescriptionFilesField(
        label=_("Your prescription"),
        help_text=_("JPEG, PNG, WebP, HEIC or PDF. Up to 5 files, 10 MB each, 10 pages in a PDF."),
    )
    consent = forms.BooleanField(
        label=_(
            "I am 18 or older. The prescription is mine, or I order for the person named on it. It "
            "has not been used at another pharmacy. The pharmacist may read it and my answers."
        ),
        error_messages={"required": _("Tick the box so that the pharmacist may read it.")},
    )

    @property
    def may_run_out(self) -> bool:
        """Whether nothing says that the patient takes none of it yet."""
        return self.can_apply(self.asked.called("days_left"))

    def __init__(self, *args: Any, doses: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.asked.names:
            field = self.fields[name]
            field.label = str(field.label).replace(questions.DOSES, doses)
            field.help_text = str(field.help_text).replace(questions.DOSES, doses)


# Chosen anew each time: a browser sends no file twice by itself, and consent is not remembered.
NOT_KEPT = ("documents", "consent", "draft")


def typed_so_far(data: QueryDict) -> dict[str, Any]:
    """What was typed into the form so far, right or wrong, as the form's initial values.

    ``patient`` is whom it was typed for.
    """
    declared = {
        name: field for name, field in PrescriptionForm.base_fields.items() if name not in NOT_KEPT
    }
    typed = typed_in(with_none(data), declared, questions.table())
    return {**typed, "patient": data.get("patient") or NEW}


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your answer to the pharmacist’s question.")},
    )
