"""What a customer fills in to send a prescription, or to answer a question about it."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from shop.patients.answers import QUESTIONS, Answers, YesNo
from shop.prescriptions.intake import MAX_FILES, DocumentRefused, read_document
from shop.prescriptions.models import REFERENCE_LENGTH
from shop.prescriptions.services import Upload
from shop.prescriptions.uploads import content_of

OLDEST_PATIENT_YEARS = 125
MOST_DAYS_LEFT = 365


class DateParts(forms.MultiWidget):
    """Day, month and year in three boxes: easier to type, and to get right, than a calendar."""

    template_name = "forms/date_parts.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            "day": _box("bday-day", digits=2),
            "month": _box("bday-month", digits=2),
            "year": _box("bday-year", digits=4),
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: datetime.date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        boxes = context["widget"]["subwidgets"]
        labels = (_("Day"), _("Month"), _("Year"))
        context["parts"] = list(zip(labels, boxes, strict=True))
        return context


def _box(autocomplete: str, *, digits: int) -> forms.TextInput:
    return forms.TextInput(
        attrs={
            "class": "input input--xs",
            "inputmode": "numeric",
            "autocomplete": autocomplete,
            "maxlength": digits,
        }
    )


class DateOfBirthField(forms.MultiValueField):
    widget = DateParts

    def __init__(self, **kwargs: Any) -> None:
        number = forms.IntegerField(min_value=1)
        super().__init__(
            fields=(number, number, number),
            error_messages={
                "required": _("Enter the date of birth."),
                "invalid": _("Enter the date of birth as day, month and year, in numbers."),
            },
            require_all_fields=True,
            **kwargs,
        )

    def clean(self, value: Any) -> datetime.date | None:
        """The date; one message whatever part of it is missing or wrong."""
        if value and any(value):
            try:
                return self.compress([int(part) for part in value])
            except (TypeError, ValueError):
                raise forms.ValidationError(self.error_messages["invalid"], "invalid") from None
        return super().clean(value)

    def compress(self, data_list: list[int]) -> datetime.date | None:
        if not data_list:
            return None
        day, month, year = data_list
        born = datetime.date(year, month, day)
        today = timezone.localdate()
        if born > today:
            raise forms.ValidationError(_("The date of birth is in the future."), "future")
        if born.year < today.year - OLDEST_PATIENT_YEARS:
            raise forms.ValidationError(_("Check the year of birth."), "too_old")
        return born


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class PrescriptionFilesField(forms.FileField):
    """One or more files, each turned into pictures while the form is checked."""

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files = [file for file in data or [] if file]
        if not files:
            raise forms.ValidationError(
                _("Choose a photo or PDF of your prescription."), "required"
            )
        if len(files) > MAX_FILES:
            message = _("Send at most %(most)s files.") % {"most": MAX_FILES}
            raise forms.ValidationError(message, "too_many")
        return [_read(file) for file in files]


def _read(file: UploadedFile) -> Upload:
    try:
        data = content_of(file)
        return Upload(data=data, pictures=read_document(data))
    except DocumentRefused as refused:
        message = f"{(file.name or '')[:60]}: {refused.message}"
        raise forms.ValidationError(message, refused.reason.value) from refused


class PrescriptionForm(forms.Form):
    """The patient's answers and the prescription itself."""

    # The draft that is sent: sending it twice sends it once.
    draft = forms.CharField(required=False, max_length=REFERENCE_LENGTH, widget=forms.HiddenInput)
    documents = PrescriptionFilesField(
        label=_("Your prescription"),
        help_text=_("JPEG, PNG or PDF. Up to 5 files, 10 MB each, 10 pages in a PDF."),
        widget=FilesInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )
    patient_name = forms.CharField(
        label=_("Name on the prescription"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter the name that is on the prescription.")},
    )
    date_of_birth = DateOfBirthField(
        label=_("Patient’s date of birth"), help_text=_("For example, 14 3 1968")
    )
    kidney_problems = forms.ChoiceField(
        label=_("Has a doctor ever said that the patient’s kidneys do not work well?"),
        help_text=_("Baclofen leaves the body through the kidneys and can build up."),
        choices=YesNo,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer about the kidneys.")},
    )
    other_medicines = forms.CharField(
        label=_("Other medicines the patient takes"),
        help_text=_("Include ones bought without a prescription, and alcohol or drugs."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    conditions = forms.CharField(
        label=_("Allergies and other conditions"),
        help_text=_("For example epilepsy, a stomach ulcer, pregnancy or breastfeeding."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    days_left = forms.IntegerField(
        label=_("How many days of tablets are left?"),
        help_text=_("Stopping suddenly is dangerous. The pharmacist looks at urgent ones first."),
        min_value=0,
        max_value=MOST_DAYS_LEFT,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": _("Enter the days as a whole number, or leave this empty."),
            "min_value": _("Enter 0 or more days, or leave this empty."),
            "max_value": _("Enter 365 days at most, or leave this empty."),
        },
    )
    consent = forms.BooleanField(
        label=_(
            "The prescription is mine, or I order for the person named on it. It has not been used "
            "at another pharmacy. The pharmacist may read it and my answers."
        ),
        error_messages={"required": _("Tick the box so that the pharmacist may read it.")},
    )

    def answers(self) -> Answers:
        """What was answered, today."""
        given = {name: self.cleaned_data[name] for name in QUESTIONS if name in self.cleaned_data}
        today = timezone.localdate()
        return Answers(**given, dates=dict.fromkeys(given, today))


# Chosen anew each time: a browser sends no file twice by itself, and consent is not remembered.
NOT_KEPT = ("documents", "consent", "draft")


def typed_in(data: QueryDict) -> dict[str, Any]:
    """What was typed into the form so far, right or wrong, as the form's initial values."""
    return {
        name: field.widget.value_from_datadict(data, MultiValueDict(), name)
        for name, field in PrescriptionForm.base_fields.items()
        if name not in NOT_KEPT
    }


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write your answer to the pharmacist’s question.")},
    )
