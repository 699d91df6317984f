"""Rules about answers that were changed after the prescription was sent: none goes by unseen."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shop.review.rules.alert import Alert, Severity, clinical, legal
from shop.review.rules.case import Case, ChangedAnswer
from shop.review.rules.view import NOT_THERE

CHANGES = "Pharmacy standards CLN-10"
# Who the patient is, and where they live; the rest is about their health.
WHO = ("patient_name", "date_of_birth", "sex_at_birth")
WHERE = ("address", "state", "postcode", "country", "phone")


@legal("identity-changed")
def identity(case: Case) -> Iterator[Alert]:
    """The paper was compared with what the patient said before."""
    for changed in case.changed_answers:
        if changed.name in WHO:
            yield _alert("identity-changed", Severity.QUERY, changed)
        elif changed.name in WHERE:
            yield _alert("identity-changed", Severity.NOTE, changed)


@clinical("answer-changed")
def health(case: Case) -> Iterator[Alert]:
    """A medicine or an illness that is no longer named may still be there: the pharmacist asks."""
    for changed in case.changed_answers:
        if changed.name not in WHO + WHERE:
            yield _alert("answer-changed", Severity.QUERY, changed)


@clinical("answers-contradict")
def contradicted(case: Case) -> Iterator[Alert]:
    """An illness that does not go away was named before, or in other words, and now is not."""
    lasting = {name: codes for each in case.screened for name, codes in each.lasting.items()}
    for name, codes in lasting.items():
        now = case.said.get(name)
        if now not in NOT_THERE:
            continue
        if case.earlier and case.earlier.said.get(name) in codes:
            values = {
                "question": _label(name),
                "day": date_format(case.earlier.on, "j F Y"),
                "before": case.earlier.said[name],
                "now": now,
            }
            title = _("%(question)s: on %(day)s the answer was “%(before)s”, now “%(now)s”.")
            yield Alert("answers-contradict", Severity.QUERY, title % values, CHANGES, about=name)
        for found in case.found:
            if found.question == name and found.code in codes:
                title = _("%(question)s: answered “%(now)s”, and the patient wrote “%(words)s”.")
                values = {"question": _label(name), "now": now, "words": found.words}
                yield Alert(
                    "answers-contradict", Severity.QUERY, title % values, CHANGES, about=name
                )


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _alert(rule: str, severity: Severity, changed: ChangedAnswer) -> Alert:
    title = _("%(label)s Changed on %(at)s from “%(before)s” to “%(now)s”.") % {
        "label": f"{changed.label}:" if changed.label[-1].isalnum() else changed.label,
        "at": date_format(changed.at, "j F Y, H:i"),
        "before": changed.before,
        "now": changed.now,
    }
    return Alert(rule, severity, title, CHANGES, about=f"{changed.name}-{changed.change}")


RULES = (identity, health, contradicted)
