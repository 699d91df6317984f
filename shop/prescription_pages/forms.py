"""What a customer fills in to send a prescription, or to answer a question about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shop.patients import questions
from shop.patients.forms import PatientForm, typed_in, with_none
from shop.patients.models import NEW
from shop.prescriptions.answering import Answer
from shop.prescriptions.files.receiving import PrescriptionFilesField
from shop.prescriptions.models import REFERENCE_LENGTH
from shop.prescriptions.statuses import KIND_FOR, AskReason, DocumentKind


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
    """The answer to a question: words, files, or both."""

    asks_by_decision = True

    asked = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)
    documents = PrescriptionFilesField(
        label=_("Pictures"),
        required=False,
        help_text=_("JPEG, PNG, WebP, HEIC or PDF. Up to 5 files, 10 MB each, 10 pages in a PDF."),
    )
    kind = forms.ChoiceField(
        label=_("What is on the pictures?"),
        required=False,
        choices=[
            (DocumentKind.PRESCRIPTION, _("The prescription")),
            (
                DocumentKind.EVIDENCE,
                _("Evidence of present treatment: a label, a repeat slip, a letter"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Your answer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, reason: str, **kwargs: Any) -> None:
        """``reason`` is what was asked for; it names the files, unless it is something else."""
        super().__init__(*args, **kwargs)
        self.reason = AskReason(reason or AskReason.OTHER)
        if self.reason in KIND_FOR:
            del self.fields["kind"]
            self.fields["documents"].label = PICTURES_OF[self.reason]
            self.fields["answer"].label = _("Anything to add")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        files, text = cleaned.get("documents"), cleaned.get("answer")
        if "documents" not in self.errors and "answer" not in self.errors and not (files or text):
            first = "documents" if self.reason in KIND_FOR else "answer"
            self.add_error(first, NOTHING_SENT[first])
        if files and "kind" in self.fields and not cleaned.get("kind"):
            self.add_error("kind", _("Choose what is on the pictures."))
        return cleaned

    def said(self) -> Answer:
        read = self.cleaned_data
        kind = KIND_FOR.get(self.reason) or read["kind"] or DocumentKind.PRESCRIPTION
        return Answer(read["answer"], read["documents"], DocumentKind(kind), read["asked"])


PICTURES_OF = {
    AskReason.UNREADABLE: _("New pictures of the prescription"),
    AskReason.PART_MISSING: _("The missing part"),
    AskReason.EVIDENCE: _("The label, repeat slip or letter"),
}
NOTHING_SENT = {
    "documents": _("Choose a picture or PDF, or write why you cannot send one."),
    "answer": _("Write your answer to the pharmacist’s question."),
}
