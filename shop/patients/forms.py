"""The pharmacy's questions about a patient, asked on the patient's page and with a prescription."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalogue.content.asking import why_asked
from shop import days
from shop.addresses import countries as licensed
from shop.addresses.fitting import CountrySelect, FitsCountry, number_field
from shop.addresses.rules import Part
from shop.patients.answers import (
    ADULT_AGE,
    QUESTIONS,
    Alcohol,
    Answers,
    Pregnancy,
    SexAtBirth,
    YesNo,
)
from shop.patients.dates import PastDateField
from shop.patients.freshness import NAMES_BY_QUESTION, dates_of, is_same, old_answers
from shop.patients.models import Patient, Relation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# mL/min/1.73 m²
LOWEST_EGFR = 1
HIGHEST_EGFR = 200
STILL = "still_"
SECTIONS = (
    (
        _("The patient"),
        (
            "relation",
            "patient_name",
            "date_of_birth",
            "sex_at_birth",
            "country",
            "address",
            "state",
            "postcode",
            "phone",
        ),
    ),
    (
        _("The patient’s health"),
        (
            "allergies",
            "conditions",
            "epilepsy",
            "stomach_ulcer",
            "kidney_problems",
            "egfr",
            "egfr_on",
            "pregnancy",
            "alcohol",
        ),
    ),
    (_("The patient’s medicines"), ("other_medicines", "takes_nothing_else")),
)


@dataclass(frozen=True)
class Section:
    """Questions that stand under one heading."""

    title: str
    fields: list[BoundField]


def countries() -> list[tuple[str, Any]]:
    """Where a patient may live, by ISO 3166-1 alpha-2 code."""
    return [("", _("Choose a country")), *licensed.choices()]


def one_of(choices: Any, *, needed: StrOrPromise = "", **kwargs: Any) -> forms.ChoiceField:
    """A question with a few answers to choose from; ``needed`` is said when none is chosen."""
    return forms.ChoiceField(
        choices=choices,
        widget=forms.RadioSelect,
        required=bool(needed),
        error_messages={"required": needed},
        **kwargs,
    )


def some_lines(*, needed: StrOrPromise = "", **kwargs: Any) -> forms.CharField:
    """A question answered in a few lines of text."""
    return forms.CharField(
        max_length=2000,
        required=bool(needed),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": needed},
        **kwargs,
    )


class PatientForm(FitsCountry, forms.Form):
    """Who the patient is, and how they are.

    An answer given too long ago comes with a box to tick when it is still right.
    """

    # Street and town are one text, as on the prescription, with which a pharmacist compares it.
    address_fields: ClassVar[dict[Part, str]] = {Part.STATE: "state", Part.POSTCODE: "postcode"}

    # Needed, unless a tick beside it says otherwise.
    answered_otherwise: tuple[str, ...] = ("other_medicines",)
    # Whether an old answer has to be confirmed or changed before the form is valid.
    asks_old_answers_again = False

    # The version of the patient that was shown.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    relation = one_of(
        Relation, label=_("Who is the patient?"), needed=_("Choose who the patient is.")
    )
    patient_name = forms.CharField(
        label=_("Name on the prescription"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter the name that is on the prescription.")},
    )
    date_of_birth = PastDateField(
        label=_("Patient’s date of birth"),
        help_text=_("For example, 14 3 1968"),
        autocomplete="bday",
        error_messages={
            "required": _("Enter the date of birth."),
            "invalid": _("Enter the date of birth as day, month and year, in numbers."),
            "future": _("The date of birth is in the future."),
        },
    )
    sex_at_birth = one_of(SexAtBirth, label=_("Sex at birth"))
    country = forms.ChoiceField(
        label=_("Country where the patient lives"),
        choices=countries,
        widget=CountrySelect(attrs={"autocomplete": "country"}),
        error_messages={"required": _("Choose the country where the patient lives.")},
    )
    address = forms.CharField(
        label=_("Patient’s address"),
        help_text=_("Street and town, as on the prescription. Parcels may go elsewhere."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        error_messages={"required": _("Enter the patient’s address.")},
    )
    state = forms.CharField(label=_("State"), max_length=64)
    postcode = forms.CharField(
        label=_("Postcode"), max_length=16, widget=forms.TextInput(attrs={"class": "input--s"})
    )
    phone = number_field(help_text=_("For a pharmacist’s question that cannot wait."))
    allergies = some_lines(
        label=_("Allergies"),
        help_text=_("Medicines, foods, anything. Write “none” when there are none."),
        needed=_("Write which allergies there are, or “none”."),
    )
    conditions = some_lines(
        label=_("Other illnesses"),
        help_text=_("What is treated, or was. Write “none” when there are none."),
        needed=_("Write which illnesses there are, or “none”."),
    )
    epilepsy = one_of(
        YesNo,
        label=_("Has the patient ever had epilepsy or a seizure?"),
        needed=_("Choose an answer about epilepsy."),
    )
    stomach_ulcer = one_of(
        YesNo,
        label=_("Has the patient ever had a stomach ulcer?"),
        needed=_("Choose an answer about a stomach ulcer."),
    )
    kidney_problems = one_of(
        YesNo,
        label=_("Has a doctor ever said that the patient’s kidneys do not work well?"),
        help_text=_("Some medicines leave the body through the kidneys and can build up."),
        needed=_("Choose an answer about the kidneys."),
    )
    egfr = forms.FloatField(
        label=_("Kidney value, eGFR"),
        help_text=_("From a blood test, in mL/min/1.73 m². Leave it empty if you do not have it."),
        min_value=LOWEST_EGFR,
        max_value=HIGHEST_EGFR,
        required=False,
        widget=forms.TextInput(attrs={"class": "input--s", "inputmode": "decimal"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            _("Enter the kidney value as a number from 1 to 200."),
        ),
    )
    egfr_on = PastDateField(
        label=_("Day of that blood test"),
        required=False,
        error_messages={
            "invalid": _("Enter the day of the blood test as day, month and year, in numbers."),
            "future": _("The day of the blood test is in the future."),
        },
    )
    pregnancy = one_of(
        Pregnancy,
        label=_("Is the patient pregnant or breastfeeding?"),
        needed=_("Choose an answer about pregnancy and breastfeeding."),
    )
    alcohol = one_of(
        Alcohol,
        label=_("How often does the patient drink alcohol?"),
        needed=_("Choose an answer about alcohol."),
    )
    other_medicines = some_lines(
        label=_("All medicines the patient takes"),
        help_text=_("Include ones bought without a prescription, and drugs."),
    )
    takes_nothing_else = forms.BooleanField(
        label=_("The patient takes nothing else"), required=False
    )

    def __init__(
        self,
        *args: Any,
        patient: Patient,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.patient = patient
        self.before = Answers() if patient.is_new else patient.answers
        known = {name: getattr(self.before, name) for name in QUESTIONS}
        if not patient.is_new:
            known |= {"relation": patient.relation, "version": patient.version}
        kwargs["initial"] = known | (initial or {})
        super().__init__(*args, **kwargs)
        why = why_asked()
        for question in why.keys() & self.fields.keys():
            self.fields[question].help_text = why[question]
        self.old = old_answers(self.before, day=days.at_pharmacy())
        for question, day in self.old.items():
            self.fields[STILL + question] = still_right(day)

    @property
    def sections(self) -> list[Section]:
        """The questions by heading, each box for an old answer after what it confirms."""
        return [Section(str(title), list(self._with_boxes(names))) for title, names in SECTIONS]

    def _with_boxes(self, names: tuple[str, ...]) -> Iterator[BoundField]:
        last_names = {NAMES_BY_QUESTION[question][-1]: question for question in self.old}
        for name in names:
            if name in self.fields:
                yield self[name]
            if name in last_names:
                yield self[STILL + last_names[name]]

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._check_age()
        self._check_kidney_value()
        self.check_one_of(
            "other_medicines",
            "takes_nothing_else",
            neither=_("Name the medicines, or tick that the patient takes nothing else."),
            both=_("Take this tick away, or empty the list of medicines."),
        )
        if self.asks_old_answers_again:
            self._check_old_answers()
        return self.cleaned_data

    def _check_age(self) -> None:
        relation = self.cleaned_data.get("relation", self.patient.relation)
        born = self.cleaned_data.get("date_of_birth")
        is_child = Answers(date_of_birth=born).is_child_on(days.at_pharmacy())
        if is_child and relation == Relation.SELF:
            message = _("An adult has to order for a patient under %(age)s.") % {"age": ADULT_AGE}
            self.add_error("relation" if "relation" in self.fields else "date_of_birth", message)

    def _check_kidney_value(self) -> None:
        if {"egfr", "egfr_on"} & self.errors.keys():
            return
        value, day = self.cleaned_data["egfr"], self.cleaned_data["egfr_on"]
        born = self.cleaned_data.get("date_of_birth")
        if value and not day:
            self.add_error("egfr_on", _("Enter the day of the blood test."))
        elif day and not value:
            self.add_error("egfr", _("Enter the kidney value, or empty the day of the test."))
        elif day and born and day < born:
            self.add_error("egfr_on", _("The blood test is before the date of birth."))

    def check_one_of(
        self, name: str, tick: str, *, neither: StrOrPromise, both: StrOrPromise
    ) -> None:
        """An empty answer counts only when the tick beside it says why it is empty."""
        if name in self.errors:
            return
        is_given = self.cleaned_data[name] not in ("", None)
        if is_given and self.cleaned_data[tick]:
            self.add_error(tick, both)
        elif not is_given and not self.cleaned_data[tick]:
            self.add_error(name, neither)

    def _check_old_answers(self) -> None:
        for question in self.old:
            names = set(NAMES_BY_QUESTION[question])
            is_open = not self.cleaned_data[STILL + question] and not names & self.errors.keys()
            if is_open and is_same(question, self._given(), self.before):
                label = self.fields[question].label
                message = _("Tick this if it is still right, or change it: %(question)s")
                self.add_error(STILL + question, message % {"question": label})

    def _given(self) -> Answers:
        given = {
            name: with_plain_line_ends(self.cleaned_data[name])
            for name in QUESTIONS
            if name in self.cleaned_data
        }
        return Answers(**given)

    def answers(self) -> Answers:
        """What was answered: what is new or confirmed today, the rest when it was."""
        given = self._given()
        confirmed = {question for question in self.old if self.cleaned_data[STILL + question]}
        day = days.at_pharmacy()
        dates = dates_of(given, before=self.before, confirmed=confirmed, day=day)
        return replace(given, dates=dates)

    def seen_patient(self) -> Patient:
        """The patient with the version that was shown, and with the relation that was chosen."""
        if not self.patient.is_new:
            self.patient.version = self.cleaned_data["version"] or 0
        self.patient.relation = self.cleaned_data.get("relation", self.patient.relation)
        return self.patient

    def show_version(self, patient: Patient) -> None:
        """Let the answers typed here replace those of ``patient``, who changed meanwhile."""
        differing = ", ".join(str(self.fields[name].label) for name in self._differing(patient))
        message = gettext(
            "These answers were changed in another window while you were typing. "
            "What you typed differs in: %(differing)s. Nothing is saved yet; send it again to "
            "keep what is on this page."
        ) % {"differing": differing or gettext("nothing")}
        self.add_error(None, message)
        self.data = {**self.data, "version": str(patient.version)}

    def _differing(self, patient: Patient) -> list[str]:
        given, now = self._given(), patient.answers
        return [
            names[0]
            for question, names in NAMES_BY_QUESTION.items()
            if names[0] in self.fields and not is_same(question, given, now)
        ]


def with_plain_line_ends(value: Any) -> Any:
    """The value as it was before a browser sent it: a form ends lines in its own way."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def still_right(day: Any) -> forms.BooleanField:
    """The box beside an answer that was given too long ago."""
    said = gettext("You said this on %(day)s. It is still right.")
    return forms.BooleanField(label=said % {"day": date_format(day, "j F Y")}, required=False)
