"""All forms of the desk over one set of typed values: what was posted, or what was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS

from shop.jurisdictions import loading
from shop.prescriptions.authorising import Allowance
from shop.prescriptions.models import Prescription
from shop.review import added
from shop.review.cases import blank_items, case_of
from shop.review.filling import fill
from shop.review.forms.care import CareForm
from shop.review.forms.checks import (
    AddedForm,
    AlertForm,
    ClinicalForm,
    LegalForm,
    NotesForm,
    QueryForm,
    StrikeForm,
)
from shop.review.forms.decision import AllowanceForm, DecisionForm, DestinationForm
from shop.review.forms.transcription import DeskForm, ItemForm, TranscriptionForm
from shop.review.models import Worksheet
from shop.review.rules import alerts_for
from shop.review.rules.alert import Alert
from shop.review.services import Approval
from shop.review.settled import Changes, confirmed_alerts
from shop.review.transcription import Item
from shop.review.work import AlertAnswer, Problem, Work


def said_of(prescription: Prescription, items: tuple[Item, ...]) -> dict[str, Any]:
    """What the patient and the order say of what stands on the paper; no medicine where several were."""
    answers = prescription.answers
    medicines = {(item.title, str(item.form.label)) for item in items}
    title, form = medicines.pop() if len(medicines) == 1 else ("", "")
    return {
        "patient_name": answers.patient_name,
        "date_of_birth": answers.date_of_birth,
        "address": answers.where,
        "medicine": title,
        "form": form,
    }


class Sheet:
    """The work on one prescription as forms; unfinished values are kept, none is required.

    Nothing is read from ``typed`` but the fields of the forms.
    """

    def __init__(self, prescription: Prescription, typed: Mapping[str, Any]) -> None:
        self.prescription = prescription
        self.changes = Changes(prescription)
        items = blank_items(prescription)
        self.reading = TranscriptionForm(typed, said=said_of(prescription, items))
        self.items = [ItemForm(typed, item=item) for item in items]
        self.destination = DestinationForm(typed)
        self.case = self._case()
        found = self._found()
        self.alerts = [
            AlertForm(typed, alert=alert, since=since, evidence=self.case.evidence)
            for alert, since in found
            if not alert.is_note
        ]
        self.notes = NotesForm(typed, alerts=[each for each in found if each[0].is_note])
        self.found = (*(form.alert for form in self.alerts), *self.notes.alerts)
        self.answers = self._answers()
        accepted = loading.current().accepted_authenticity.value
        self.legal = LegalForm(typed, accepted=accepted)
        self.clinical = ClinicalForm(typed, filled=fill(self.case, self.found, self.answers))
        self.care = CareForm(typed, case=self.case)
        self.decision = DecisionForm(typed)
        self.allowances = [AllowanceForm(typed, item=item) for item in items]
        self.query = QueryForm(typed, alerts=[form.alert for form in self.alerts])
        self.added = AddedForm(typed)
        self.strike = StrikeForm(typed, rows=added.counting(prescription))
        self.is_sound = not [form for form in self.kept_forms() if not form.is_valid()]
        self.work = self._work()

    def _case(self) -> Any:
        for form in (self.reading, self.destination, *self.items):
            form.is_valid()
        items = tuple(form.item() for form in self.items)
        transcription = self.reading.transcription(items)
        country = self.destination.cleaned_data.get("country", "")
        return case_of(self.prescription, transcription, country=country)

    def _found(self) -> list[tuple[Alert, str]]:
        """What the rules find, each with the change after which it is open again."""
        changes = self.changes
        under = [(alert, changes.under(alert.key)) for alert in alerts_for(self.case)]
        return [(alert, str(change.uuid) if change else "") for alert, change in under]

    def _answers(self) -> dict[str, AlertAnswer]:
        for form in (*self.alerts, self.notes):
            form.is_valid()
        return {form.alert.key: form.answer() for form in self.alerts} | self.notes.answers()

    def _work(self) -> Work:
        return Work(
            case=self.case,
            alerts=self.found,
            answers=self.answers,
            legal=self.legal.details(),
            clinical=self.clinical.given(),
            care=self.care.care(),
            confirmed=confirmed_alerts(self.prescription, self.changes),
        )

    def kept_forms(self) -> Iterator[DeskForm]:
        """The forms whose values are kept while they are worked on."""
        yield from (self.reading, *self.items, self.destination, *self.alerts, self.notes)
        yield from (self.legal, self.clinical, *self.allowances, self.care, self.decision)

    def forms(self) -> Iterator[DeskForm]:
        """All forms, in the order of the page."""
        yield from (self.reading, *self.items, *self.alerts, self.notes)
        yield from (self.added, self.strike, self.query, self.legal)
        yield from (self.clinical, self.destination, *self.allowances, self.care, self.decision)

    def typed(self) -> dict[str, Any]:
        """What was typed, as it was typed, to be kept."""
        names = (form.add_prefix(name) for form in self.kept_forms() for name in form.fields)
        data: Mapping[str, Any] = self.reading.data
        return {name: data[name] for name in names if data.get(name)}

    def approval(self) -> Approval:
        """What the forms allow."""
        return Approval(
            allowances=self._allowances(),
            valid_until=self.decision.cleaned_data.get("valid_until"),
            message=self.decision.cleaned_data.get("message", ""),
        )

    def _allowances(self) -> list[Allowance]:
        allowed = (
            allowance.allowance(units_a_day=read.item().units_a_day_on_average)
            for read, allowance in self.strengths
        )
        return [allowance for allowance in allowed if allowance]

    def show(self, problems: list[Problem]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            form, field = self._place_of(problem)
            if problem.text not in form.errors.get(field or NON_FIELD_ERRORS, []):
                form.add_error(field, problem.text)

    def _place_of(self, problem: Problem) -> tuple[DeskForm, str | None]:
        where = problem.where
        for alert_form in self.alerts:
            if alert_form.alert.key == where:
                return alert_form, problem.part or "outcome"
        for form in self.allowances:
            if where == f"{form.item.medicine_id}-{form.item.strength}":
                return form, "units_per_supply"
        for each in (self.strike, self.notes, self.legal, self.clinical, self.care, self.decision):
            if where in each.fields:
                return each, where
        return self.decision, None

    def errors(self) -> Iterator[tuple[str, str]]:
        """Everything that is wrong: the id of its place on the page, and words that name it."""
        for form in self.forms():
            for error in form.non_field_errors():
                yield "decision", str(error)
            for name in (name for name in form.fields if name in form.errors):
                yield from _errors_of(form, form[name])

    @property
    def is_begun(self) -> bool:
        """Whether anything was read from the prescription; who only asks has read nothing yet."""
        read = {
            form.add_prefix(name) for form in (self.reading, *self.items) for name in form.fields
        }
        return bool(self.typed().keys() & read)

    @property
    def has_differences(self) -> bool:
        """Whether the paper says something else than the patient or the order."""
        return any(row.is_different for row in self.case.rows)

    @property
    def opened(self) -> list[ItemForm]:
        """The strengths that stand open: what was ordered, or has anything typed; all when none is."""
        ordered = {(each.medicine_id, each.strength) for each in self.case.ordered}
        typed = self.typed()
        wanted = [
            read
            for read, allowed in self.strengths
            if (read.blank.medicine_id, read.blank.strength) in ordered
            or any(
                form.add_prefix(name) in typed for form in (read, allowed) for name in form.fields
            )
        ]
        return wanted or self.items

    @property
    def shown_alerts(self) -> list[Alert]:
        """What is worth saying: of a prescription that nobody has read yet, nothing of the paper."""
        return [alert for alert in self.work.alerts if self.is_begun or not alert.is_legal]

    @property
    def legal_alerts(self) -> list[AlertForm]:
        return [form for form in self.alerts if form.alert.is_legal]

    @property
    def clinical_alerts(self) -> list[AlertForm]:
        return [form for form in self.alerts if not form.alert.is_legal]

    @property
    def strengths(self) -> list[tuple[ItemForm, AllowanceForm]]:
        """What is prescribed and what is allowed, strength by strength."""
        return list(zip(self.items, self.allowances, strict=True))


def _errors_of(form: DeskForm, field: Any) -> Iterator[tuple[str, str]]:
    for error in field.named_errors:
        if isinstance(form, AlertForm):
            yield form.place, f"{form.alert.title} {error}"
        elif isinstance(form, ClinicalForm):
            yield field.first_input_id, f"{field.label}: {error}"
        else:
            yield field.first_input_id, error


def kept_sheet(prescription: Prescription) -> Sheet:
    """The sheet as it was last kept; a new one has the patient's country put in."""
    worksheet = Worksheet.objects.filter(prescription=prescription).first()
    if worksheet is None:
        return Sheet(prescription, {"country": prescription.answers.country})
    return Sheet(prescription, worksheet.typed)
