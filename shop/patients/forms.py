"""The pharmacy's questions about a patient, asked on the patient's page and with a prescription."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalogue.content.asking import why_asked
from shop import days
from shop.addresses.fitting import FitsCountry
from shop.addresses.rules import Part
from shop.patients import fields, questions
from shop.patients.answers import ADULT_AGE, Answers
from shop.patients.folds import Fold, folds_of, problems_of, still_to_answer
from shop.patients.freshness import dated, is_same, old_answers
from shop.patients.models import Patient, Relation
from shop.patients.questions import Question, Table, Topic
from shop.patients.wording import in_words, label_of

# The button that says no to what is still empty in a topic, which is its value.
NONE = "none"
STILL = "still_right"


class QuestionsForm(forms.Form):
    """A form with a field for each question of a table, ``asked``."""

    asked: Table

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {each.name: fields.field_of(each) for each in self.asked}


class PatientForm(FitsCountry, QuestionsForm):
    """Who the patient is, and how they are; ``medicines`` are the folders that ask their own.

    Answers given too long ago are listed above one box to tick when all of them are still right.
    """

    # Street and town are one text, as on the prescription, with which a pharmacist compares it.
    address_fields: ClassVar[dict[Part, str]] = {Part.STATE: "state", Part.POSTCODE: "postcode"}
    # Then what is asked with each prescription is asked, and old answers have to be looked at.
    is_for_prescription = False
    # What stands on the page before the questions.
    stands_before: tuple[str, ...] = ()

    # The version of the patient that was shown.
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    relation = forms.ChoiceField(
        choices=Relation,
        widget=forms.RadioSelect,
        label=_("Who is the patient?"),
        error_messages={"required": _("Choose who the patient is.")},
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        patient: Patient,
        medicines: Collection[str] = (),
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.patient = patient
        self.before = Answers() if patient.is_new else patient.answers
        self.asked = self._table(medicines)
        self.later: list[Topic] = []
        shown = {each.name: fields.shown_first(each, self.before) for each in self.asked}
        if not patient.is_new:
            shown |= {"relation": patient.relation, "version": patient.version}
        shown |= initial or {}
        if data is not None and data.get(NONE):
            shown, data, files = shown | self._as_typed(with_none(data)), None, None
        super().__init__(data, files, initial=shown)
        self._say_why()
        self.old = self._old()
        if self.old:
            self.fields[STILL] = forms.BooleanField(
                label=_("All of these are still right today."), required=False
            )
        self.order_fields([*self.stands_before, STILL, "relation", *self._names_on_page()])

    def _table(self, medicines: Collection[str]) -> Table:
        table = questions.table().asked_for(medicines, answered=self.before.values)
        return table if self.is_for_prescription else table.without(table.each_time)

    def _as_typed(self, data: Any) -> dict[str, Any]:
        return typed_in(data, type(self).base_fields, self.asked)

    def _say_why(self) -> None:
        why = why_asked()
        for name in why.keys() & self.fields.keys():
            self.fields[name].help_text = why[name]

    def _old(self) -> dict[str, datetime.date]:
        old = old_answers(self.before, day=days.at_pharmacy())
        return {name: day for name, day in old.items() if name in self.asked}

    def _names_on_page(self) -> Iterable[str]:
        return (each.name for topic in self.asked.topics for each in self.asked.under(topic))

    @property
    def folds(self) -> list[Fold]:
        return folds_of(
            self.asked,
            field=self.__getitem__,
            can_apply=self.can_apply,
            dates=self.before.dates,
        )

    @property
    def problems(self) -> list[tuple[str, str]]:
        """For the error summary, in the order of the page: what is said, and where it leads."""
        in_folds = {"relation", *self.asked.names}
        alone = [self[name] for name in self.errors if name in self.fields.keys() - in_folds]
        first = [each for each in alone if each.name in (*self.stands_before, STILL)]
        last = [each for each in alone if each not in first and not each.is_hidden]
        return [
            *(problem for each in first for problem in problems_of(each)),
            *(problem for fold in self.folds for problem in fold.problems),
            *(still_to_answer(topic) for topic in self.later),
            *(problem for each in last for problem in problems_of(each)),
        ]

    @property
    def answered_otherwise(self) -> list[str]:
        """Needed, though not whatever else was said."""
        return [each.name for each in self.asked if not (each.is_optional or each.kind == "tick")]

    @property
    def old_in_words(self) -> list[tuple[str, str, datetime.date]]:
        """Each old question, what was answered, and when."""
        return [
            (label_of(name), in_words(name, self.before[name]), day)
            for name, day in self.old.items()
        ]

    @property
    def lives_in(self) -> str:
        """The country that is chosen, or the one that most readers live in."""
        return self._country_shown()

    def can_apply(self, question: Question) -> bool:
        """Whether what stands in the form leaves open that it has to be asked."""
        return question.can_apply(self._standing(), age=self._age(self["date_of_birth"].value()))

    def _standing(self) -> dict[str, Any]:
        return {each.name: self[each.name].value() for each in self.asked if each.options}

    def _age(self, born: Any) -> int | None:
        """In whole years, as far as what was typed is a date."""
        try:
            parts = [int(part) for part in born] if isinstance(born, list) else ()
            born = datetime.date(*reversed(parts)) if parts else born
        except (TypeError, ValueError):
            return None
        return questions.age_on(days.at_pharmacy(), born=born or None)

    def clean(self) -> dict[str, Any]:
        super().clean()
        self._check_age()
        for question in self.asked:
            self._check_given(question)
        self._check_kidney_value()
        if self.is_for_prescription:
            self._check_old_answers()
        self._leave_for_later()
        return self.cleaned_data

    def _leave_for_later(self) -> None:
        """What nobody has begun to answer is no mistake yet, as long as an earlier topic has one."""
        earlier = False
        for topic in self.asked.topics:
            faulty = [each.name for each in self.asked.under(topic) if each.name in self.errors]
            if earlier and faulty and not self._is_begun(topic):
                self.later.append(topic)
                for name in faulty:
                    del self.errors[name]
            earlier = earlier or bool(faulty)

    def _is_begun(self, topic: Topic) -> bool:
        values = (self[each.name].value() for each in self.asked.under(topic))
        return any(any(value) if isinstance(value, list) else value for value in values)

    def _check_age(self) -> None:
        relation = self.cleaned_data.get("relation", self.patient.relation)
        born = self.cleaned_data.get("date_of_birth")
        is_child = Answers(date_of_birth=born).is_child_on(days.at_pharmacy())
        if is_child and relation == Relation.SELF:
            message = _("An adult has to order for a patient under %(age)s.") % {"age": ADULT_AGE}
            self.add_error("relation", message)

    def _check_given(self, question: Question) -> None:
        """An answer is there where it is needed, and gone where it is not asked."""
        if not self._applies(question):
            self.errors.pop(question.name, None)
            self.cleaned_data.pop(question.name, None)
        elif question.name not in self.errors and question.kind != "tick":
            self._check_needed(question)

    def _check_needed(self, question: Question) -> None:
        is_given = self.cleaned_data.get(question.name) not in {"", None}
        tick = bool(question.or_tick and self.cleaned_data.get(question.or_tick))
        if is_given and tick:
            self.add_error(question.or_tick, gettext(self.asked.called(question.or_tick).wrong))
        elif not is_given and not tick and fields.is_needed(question):
            self.add_error(question.name, fields.missing(question))

    def _applies(self, question: Question) -> bool:
        return question.applies(
            self.cleaned_data, age=self._age(self.cleaned_data.get("date_of_birth"))
        )

    def _check_kidney_value(self) -> None:
        if {"egfr", "egfr_on"} & self.errors.keys():
            return
        value, day = self.cleaned_data.get("egfr"), self.cleaned_data.get("egfr_on")
        born = self.cleaned_data.get("date_of_birth")
        if value and not day:
            self.add_error("egfr_on", fields.missing(self.asked.called("egfr_on")))
        elif day and not value:
            self.add_error("egfr", fields.missing(self.asked.called("egfr")))
        elif day and born and day < born:
            self.add_error("egfr_on", _("The blood test is before the date of birth."))

    def _check_old_answers(self) -> None:
        if self._untouched() and not self.cleaned_data[STILL]:
            message = _("Tick this if all of it is still right, or change what is not.")
            self.add_error(STILL, message)

    def _untouched(self) -> list[str]:
        """The old answers that stand as they were."""
        given = self._given()
        table = questions.table()
        return [name for name in self.old if is_same(table.called(name), given, self.before)]

    def _given(self) -> Answers:
        """What stands in the form, and what is known of the patient and was not asked."""
        kept = {name: each for name, each in self.before.values.items() if name not in self.asked}
        said = {
            each.name: fields.given(self.cleaned_data[each.name])
            for each in self.asked
            if each.name in self.cleaned_data and not each.writes
        }
        written = {
            each.together: each.writes
            for each in self.asked
            if each.writes and self.cleaned_data.get(each.name)
        }
        return Answers(**{**kept, **said, **written})

    def answers(self) -> Answers:
        """What was answered: what is new or confirmed today, the rest when it was."""
        confirmed = self.old.keys() if self.old and self.cleaned_data[STILL] else ()
        return dated(self._given(), before=self.before, confirmed=confirmed, day=days.at_pharmacy())

    def seen_patient(self) -> Patient:
        """The patient with the version that was shown, and with the relation that was chosen."""
        if not self.patient.is_new:
            self.patient.version = self.cleaned_data["version"] or 0
        self.patient.relation = self.cleaned_data["relation"]
        return self.patient

    def show_version(self, patient: Patient) -> None:
        """Let the answers typed here replace those of ``patient``, who changed meanwhile."""
        differing = ", ".join(self._differing(patient))
        message = gettext(
            "These answers were changed in another window while you were typing. "
            "What you typed differs in: %(differing)s. Nothing is saved yet; send it again to "
            "keep what is on this page."
        ) % {"differing": differing or gettext("nothing")}
        self.add_error(None, message)
        typed: Any = self.data
        shown = typed.copy()
        shown["version"] = str(patient.version)
        self.data = shown

    def _differing(self, patient: Patient) -> list[str]:
        given, now = self._given(), patient.answers
        return [
            str(self.fields[question.name].label)
            for question in self.asked.whole
            if not question.is_each_time and not is_same(question, given, now)
        ]


def with_none(data: QueryDict) -> QueryDict:
    """What was typed, after the button of a topic said no to what was still empty in it."""
    filled = data.copy()
    for question in questions.table():
        if question.topic == data.get(NONE) and question.none and not data.get(question.name):
            filled[question.name] = question.none
    return filled


def typed_in(
    data: QueryDict, declared: Mapping[str, forms.Field], asked: Iterable[Question]
) -> dict[str, Any]:
    """What was typed so far, right or wrong, as a form's initial values."""
    made = {each.name: fields.field_of(each) for each in asked}
    return {
        name: field.widget.value_from_datadict(data, MultiValueDict(), name)
        for name, field in {**declared, **made}.items()
    }
