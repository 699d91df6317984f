"""Answers to alerts, the legal check, the clinical check, a query to the prescriber."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.jurisdictions.profile import Authenticity
from shop.review import added
from shop.review.added import Heard
from shop.review.checklist import CLINICAL
from shop.review.filling import Filled
from shop.review.forms.same import CheckboxWidget
from shop.review.forms.transcription import NOTHING, DeskForm, day_field
from shop.review.models import AddedMedicine, Channel, MedicineSource
from shop.review.rules.alert import Alert
from shop.review.rules.case import Paper
from shop.review.rules.outcomes import EVIDENCE, SEEN, fitting
from shop.review.services import Asked
from shop.review.work import NOTES, AlertAnswer, IdentityMethod, LegalDetails

LONGEST_NOTE = 500
YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]


def text_field(label: Any, longest: int = LONGEST_NOTE, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=longest, **kwargs)


def choice_field(label: Any, choices: Iterable[Any] = ()) -> forms.ChoiceField:
    """A choice that may stay open."""
    return forms.ChoiceField(label=label, required=False, choices=[*NOTHING, *choices])


class AlertForm(DeskForm):
    """The pharmacist's answer to one alert: a code that fits it, and words where they are needed."""

    outcome = choice_field(_("Answer"))
    file = choice_field(_("Which file shows it"))
    note = text_field(_("In words"))

    def __init__(
        self,
        *args: Any,
        alert: Alert,
        since: str = "",
        evidence: Iterable[Paper] = (),
        **kwargs: Any,
    ) -> None:
        """``since`` names the change after which the alert is open again, whatever was answered."""
        self.alert = alert
        kwargs["prefix"] = prefix_of(alert, since)
        super().__init__(*args, **kwargs)
        field: Any = self.fields["outcome"]
        field.choices = NOTHING + [(each.code, each.label) for each in fitting(alert)]
        if not any(each.words for each in fitting(alert)):
            del self.fields["note"]
        files: Any = self.fields["file"]
        files.choices = NOTHING + [(paper.name, paper.words) for paper in evidence]
        if len(files.choices) == 1 or EVIDENCE not in [each.code for each in fitting(alert)]:
            del self.fields["file"]

    @property
    def place(self) -> str:
        """The id of the alert on the page."""
        return f"alert-{self.prefix}"

    def answer(self) -> AlertAnswer:
        given = {name: self.cleaned_data.get(name, "") for name in ("outcome", "note", "file")}
        return AlertAnswer(**given)


class NotesForm(DeskForm):
    """All that only has to be seen, with one press together; one more that comes opens it again."""

    def __init__(self, *args: Any, alerts: Iterable[tuple[Alert, str]], **kwargs: Any) -> None:
        """``alerts`` are the notes, each with what `AlertForm` calls since."""
        super().__init__(*args, **kwargs)
        found = list(alerts)
        self.alerts = [alert for alert, _since in found]
        self.key = _key_of(prefix_of(*each) for each in found)
        self.fields[NOTES] = forms.CharField(
            label=_("I have seen these"), required=False, widget=CheckboxWidget(self.key)
        )

    def answers(self) -> dict[str, AlertAnswer]:
        """The answer to each, once they were seen."""
        if self.cleaned_data.get(NOTES) != self.key:
            return {}
        return {alert.key: AlertAnswer(SEEN) for alert in self.alerts}


def _key_of(names: Iterable[str]) -> str:
    """Tells one set of names from another."""
    return hashlib.sha256("".join(sorted(names)).encode()).hexdigest()[:12]


def prefix_of(alert: Alert, since: str = "") -> str:
    """A name for its fields that tells nobody what it is about, and differs after a change."""
    return "a" + hashlib.sha256(f"{alert.key}{since}".encode()).hexdigest()[:12]


class LegalForm(DeskForm):
    """Genuine, how we know, and whose it is (RX-5, ID-2)."""

    authenticity = choice_field(_("How you know that it is genuine"))
    proof_on = day_field(_("Received or confirmed on"))
    proof_by = text_field(_("Who confirmed it"), 150)
    proof_number = text_field(_("Number dialled"), 60)
    proof_directory = text_field(
        _("Directory the number is from"),
        150,
        help_text=_("Not the number on the prescription itself."),
    )
    identity_method = choice_field(_("How you checked who the patient is"), IdentityMethod.choices)
    identity_result = choice_field(_("Identity confirmed"), YES_OR_NO)

    def __init__(self, *args: Any, accepted: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["authenticity"]
        field.choices = NOTHING + [pair for pair in Authenticity.choices if pair[0] in accepted]

    def details(self) -> LegalDetails:
        return LegalDetails(**self.cleaned_data)


class ClinicalForm(DeskForm):
    """The checklist: an answer to each point that is the pharmacist's, and a note when it is adverse."""

    def __init__(self, *args: Any, filled: Mapping[str, Filled], **kwargs: Any) -> None:
        """``filled`` are the points that answers and alerts settle by themselves."""
        super().__init__(*args, **kwargs)
        self.filled = filled
        for point in CLINICAL:
            self.fields[f"c_{point.name}"] = forms.ChoiceField(
                label=point.text,
                required=False,
                choices=point.choices,
                widget=forms.RadioSelect,
            )
            note = text_field(_("Note on: %(point)s") % {"point": point.text})
            self.fields[f"n_{point.name}"] = note

    def points(self) -> list[tuple[Any, Any]]:
        """The fields of each point that is the pharmacist's to answer: answer and note."""
        mine = [point.name for point in CLINICAL if point.name not in self.filled]
        return [(self[f"c_{name}"], self[f"n_{name}"]) for name in mine]

    def by_themselves(self) -> list[tuple[Any, Filled]]:
        """The others, what waits first: the field, which is not shown, and from what it is settled."""
        waiting_first = sorted(self.filled.items(), key=lambda each: each[1].is_settled)
        return [(self[f"c_{name}"], filled) for name, filled in waiting_first]

    def given(self) -> dict[str, tuple[str, str]]:
        read = self.cleaned_data
        by_hand = {
            point.name: (read.get(f"c_{point.name}", ""), read.get(f"n_{point.name}", ""))
            for point in CLINICAL
        }
        return {**by_hand, **{name: filled.given for name, filled in self.filled.items()}}


class QueryForm(DeskForm):
    """One question to the prescriber; all of it is needed to record it (CLN-6)."""

    prefix = "q"

    who = text_field(_("Whom you asked"), 150)
    channel = choice_field(_("How"), Channel.choices)
    number = text_field(_("Number or address, and where it is from"), 200)
    question = text_field(_("What you asked"), 1000, widget=forms.Textarea(attrs={"rows": 2}))
    answer = text_field(
        _("What was answered"),
        1000,
        help_text=_("Leave it empty while you wait for the answer."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    about = forms.ChoiceField(label=_("Which alert it is about"), required=False)
    is_confirmed = forms.BooleanField(
        label=_("The prescriber confirmed the prescription as it is"), required=False
    )

    def __init__(self, *args: Any, alerts: list[Alert], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["about"]
        field.choices = [("", _("None of them"))] + [
            (alert.key, alert.title) for alert in alerts if not alert.is_final
        ]

    def check(self) -> bool:
        """Whether it is complete; what is missing is noted as errors."""
        needed = {
            "who": _("Enter whom you asked."),
            "channel": _("Choose how you asked."),
            "number": _("Enter the number or address, and where it is from."),
            "question": _("Enter what you asked."),
        }
        if self.cleaned_data.get("is_confirmed"):
            needed["answer"] = _("Enter what was answered.")
            needed["about"] = _("Choose which alert was confirmed.")
        for name, text in needed.items():
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, text)
        return not self.errors

    def asked(self) -> Asked:
        field: Any = self.fields["about"]
        about = self.cleaned_data["about"]
        return Asked(**self.cleaned_data, title=str(dict(field.choices)[about]) if about else "")


class AddedForm(DeskForm):
    """One medicine that the pharmacist read or heard of; all of it is needed to add it."""

    prefix = "added"

    medicine = text_field(_("Medicine, as written or said"), 150)
    source = choice_field(_("Where you have it from"), MedicineSource.choices)
    whose = text_field(_("Who said it, or on what it stands"), 150)

    def heard(self) -> Heard:
        return Heard(**self.cleaned_data)

    def check(self) -> bool:
        """Whether it is whole; what is missing is noted as errors."""
        for problem in added.problems_with(self.heard()):
            self.add_error(problem.where, problem.text)
        return not self.errors


class StrikeForm(DeskForm):
    """One medicine that was added by mistake, and why it counts no more."""

    prefix = "strike"

    which = choice_field(_("Which one"))
    why = text_field(_("Why it is struck out"), 300)

    def __init__(self, *args: Any, rows: Iterable[AddedMedicine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["which"]
        self.rows = list(rows)
        field.choices = NOTHING + [(str(row.uuid), row.content["medicine"]) for row in self.rows]
