"""The form field of each kind of question."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext

from shop.addresses import countries as licensed
from shop.addresses.fitting import CountrySelect, number_field
from shop.patients.answers import Answers
from shop.patients.dates import PastDateField
from shop.patients.questions import Question

LONGEST = 2000
# What is needed of these follows the country.
OF_THE_ADDRESS = ("country", "state", "postcode")


def field_of(question: Question) -> forms.Field:
    """The field that asks it; whether an answer is needed where it hangs on others, the form says."""
    field = _MAKERS[question.kind](question)
    field.label = gettext(question.label)
    field.help_text = gettext(question.help) if question.help else ""
    field.required = is_always_needed(question)
    field.error_messages["required"] = missing(question)
    if question.wrong:
        wrong = dict.fromkeys(("invalid", "min_value", "max_value"), gettext(question.wrong))
        field.error_messages |= wrong
    return field


def is_always_needed(question: Question) -> bool:
    """Whether an answer is needed whatever else was said."""
    depends = question.only_if or question.unless or question.ages or question.or_tick
    return (is_needed(question) and not depends) or question.kind == "country"


def is_needed(question: Question) -> bool:
    """Whether an answer is needed of whoever is asked; for the address, the form's rules say."""
    return not (question.is_optional or question.kind == "tick" or question.name in OF_THE_ADDRESS)


def missing(question: Question) -> str:
    """What is said when there is no answer."""
    if question.missing:
        return gettext(question.missing)
    return gettext("Answer this: %(question)s") % {"question": gettext(question.label)}


def _choice(question: Question) -> forms.Field:
    choices = [(code, gettext(label)) for code, label in question.options.items()]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)


def _line(question: Question) -> forms.Field:
    widget = forms.TextInput(attrs=_autocomplete(question))
    return forms.CharField(max_length=question.most or LONGEST, widget=widget)


def _text(question: Question) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": 3, **_autocomplete(question)})
    return forms.CharField(max_length=question.most or LONGEST, widget=widget)


def _number(question: Question) -> forms.Field:
    return forms.FloatField(**_range(question, "decimal"))


def _count(question: Question) -> forms.Field:
    return forms.IntegerField(**_range(question, "numeric"))


def _range(question: Question, mode: str) -> dict[str, Any]:
    return {
        "min_value": question.least,
        "max_value": question.most,
        "widget": forms.TextInput(attrs={"class": "input--s", "inputmode": mode}),
    }


def _date(question: Question) -> forms.Field:
    messages = {"future": gettext(question.ahead)} if question.ahead else {}
    return PastDateField(autocomplete=question.autocomplete, error_messages=messages)


def _tick(_question: Question) -> forms.Field:
    return forms.BooleanField()


def countries() -> list[tuple[str, Any]]:
    """Where a patient may live, by ISO 3166-1 alpha-2 code."""
    return [("", gettext("Choose a country")), *licensed.choices()]


def _country(question: Question) -> forms.Field:
    return forms.ChoiceField(
        choices=countries,
        widget=CountrySelect(attrs=_autocomplete(question)),
    )


def _state(_question: Question) -> forms.Field:
    return forms.CharField(max_length=64)


def _postcode(_question: Question) -> forms.Field:
    return forms.CharField(max_length=16, widget=forms.TextInput(attrs={"class": "input--s"}))


def _phone(_question: Question) -> forms.Field:
    return number_field()


def _autocomplete(question: Question) -> dict[str, str]:
    return {"autocomplete": question.autocomplete} if question.autocomplete else {}


_MAKERS = {
    "choice": _choice,
    "line": _line,
    "text": _text,
    "number": _number,
    "count": _count,
    "date": _date,
    "tick": _tick,
    "country": _country,
    "state": _state,
    "postcode": _postcode,
    "phone": _phone,
}


def shown_first(question: Question, answers: Answers) -> Any:
    """What stands in the field before anything is typed."""
    value = answers[question.name]
    if question.kind == "date" and value:
        return datetime.date.fromisoformat(value)
    if question.writes:
        return answers[question.together] == question.writes
    return value


def given(value: Any) -> Any:
    """What was typed, as it is kept: a browser ends lines in its own way."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
