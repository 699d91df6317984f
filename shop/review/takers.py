"""A block never becomes a sudden stop: who takes the medicine already is called the same day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shop import days
from shop.help_lines.table import lines_of, name_of
from shop.prescriptions import emails
from shop.prescriptions.history import subject_of
from shop.prescriptions.models import Prescription
from shop.review.rules.alert import Alert
from shop.review.rules.case import Case
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind
from shop.tasks.models import Task


def follow(prescription: Prescription, case: Case, alerts: Iterable[Alert]) -> None:
    """Have whoever takes it, or may, called today, as long as something blocks it.

    Of a paper that nobody has read yet only the patient's own answers count. A call that a person has
    made is not asked for again. Writes to the audit log, so it comes after every other lock.
    """
    about = subject_of(prescription)
    is_read = bool(case.transcription.patient_name or case.transcription.signed)
    blocks = [each for each in alerts if each.is_block and (is_read or not each.is_legal)]
    if not (case.may_be_taken and blocks):
        tasks.close(Kind.BLOCKED_TAKER, about=about, how=_("Nothing blocks it any more."))
    elif not Task.objects.about(Kind.BLOCKED_TAKER, about).filter(closed_by__isnull=False).exists():
        tasks.open(
            Kind.BLOCKED_TAKER,
            about=about,
            words=words_for(prescription, case),
            path=reverse("admin:prescription-review", args=[prescription.reference]),
            due=days.at_pharmacy(),
        )
        emails.tell_of_call(prescription)


def ask_later(prescription: Prescription, due: datetime.date | None) -> None:
    """Have somebody ask how a first supply goes; None for nobody."""
    if due is not None:
        tasks.open(
            Kind.FIRST_SUPPLY,
            about=subject_of(prescription),
            words=prescription.reference,
            path=reverse("admin:prescription-review", args=[prescription.reference]),
            due=due,
        )


def words_for(prescription: Prescription, case: Case) -> str:
    """Which prescription, when the patient has none left, and whom they call out of hours."""
    return " ".join([f"{prescription.reference}:", _ends(case), _out_of_hours(case.country)])


def _ends(case: Case) -> str:
    if case.run_out is None:
        return _("Until when the patient's %(doses)s last is not known.") % {"doses": case.doses}
    day = date_format(case.run_out.last_day, "j F Y")
    return _("The patient's %(doses)s last until %(day)s.") % {"doses": case.doses, "day": day}


def _out_of_hours(country: str) -> str:
    lines = lines_of(country)
    if lines is None:
        return _("Whom they call out of hours is not known for their country.")
    called = "; ".join(line.text for line in lines.out_of_hours)
    return _("Out of hours in %(country)s: %(called)s.") % {
        "country": name_of(country),
        "called": called.rstrip("."),
    }
