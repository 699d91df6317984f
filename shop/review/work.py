"""The work on one prescription as it stands: what was read, answered and checked, in values."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.jurisdictions.profile import Authenticity
from shop.prescriptions.authorising import Allowance
from shop.review.models import CheckKind, digest_of
from shop.review.rules.alert import Alert
from shop.review.rules.case import Case

# Ways of proof for which it is recorded who confirmed, and at which number (RX-5).
CONFIRMED_BY_SOMEBODY = (Authenticity.PRESCRIBER_CONFIRMED, Authenticity.TRANSFER_CONFIRMED)


class Outcome(TextChoices):
    """What a pharmacist makes of an alert."""

    SEEN = "seen", gettext_lazy("Seen; it does not stand in the way")
    ACCEPTED = "accepted", gettext_lazy("A concern; supplied for the reason noted")
    CONFIRMED = "confirmed", gettext_lazy("The prescriber confirmed it")


class IdentityMethod(TextChoices):
    """How the patient's identity was checked (ID-2)."""

    MATCH = "match", gettext_lazy("Name, date of birth and address match")
    DOCUMENT = "document", gettext_lazy("Identity document seen")
    KNOWN = "known", gettext_lazy("Known to the pharmacy")


@dataclass(frozen=True)
class AlertAnswer:
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True)
class LegalDetails:
    """How the prescription was shown to be genuine, and the patient to be who they are."""

    authenticity: str = ""
    proof_on: datetime.date | None = None
    proof_by: str = ""
    proof_number: str = ""
    proof_directory: str = ""
    identity_method: str = ""
    identity_result: str = ""


@dataclass(frozen=True)
class Problem:
    """What keeps a check or an approval from being recorded: where, and in words."""

    where: str
    text: str


@dataclass(frozen=True)
class Work:
    """Everything a decision rests on."""

    case: Case
    alerts: tuple[Alert, ...]
    answers: dict[str, AlertAnswer] = field(default_factory=dict)
    legal: LegalDetails = field(default_factory=LegalDetails)
    # Point of the checklist: answer and note.
    clinical: dict[str, tuple[str, str]] = field(default_factory=dict)
    # Alerts that the prescriber has confirmed, by key.
    confirmed: frozenset[str] = frozenset()

    def covers(self, kind: CheckKind) -> str:
        """The SHA-256 of what a signature on this check stands for."""
        return digest_of(self._covered(kind))

    def _covered(self, kind: CheckKind) -> dict[str, Any]:
        shared = {
            "transcription": self.case.transcription.as_json(),
            "patient": self.case.answers.as_json(),
            "profile": self.case.profile.digest,
            "alerts": [
                {**alert.as_json(), **asdict(self.answers.get(alert.key, AlertAnswer()))}
                for alert in self.of(kind)
            ],
        }
        if kind == CheckKind.LEGAL:
            return {**shared, "legal": asdict(self.legal), "country": self.case.country}
        return {
            **shared,
            "checklist": self.clinical,
            "interactions": self.case.interactions,
        }

    def of(self, kind: CheckKind) -> list[Alert]:
        """The alerts that belong to a check."""
        is_legal = kind == CheckKind.LEGAL
        return [alert for alert in self.alerts if alert.is_legal == is_legal]


def alert_problems(work: Work, kind: CheckKind) -> Iterator[Problem]:
    """Alerts that are not answered, or cannot be answered like this (CLN-8)."""
    for alert in work.of(kind):
        answer = work.answers.get(alert.key, AlertAnswer())
        text = _alert_problem(alert, answer, is_confirmed=alert.key in work.confirmed)
        if text:
            yield Problem(alert.key, text)


def _alert_problem(alert: Alert, answer: AlertAnswer, *, is_confirmed: bool) -> str:
    if alert.is_final:
        return _("This cannot be approved. Refuse it, or ask.")
    if not answer.outcome:
        return _("Answer this alert.")
    if alert.needs_prescriber and answer.outcome != Outcome.CONFIRMED:
        return _("Only the prescriber's confirmation lifts this.")
    if answer.outcome == Outcome.CONFIRMED and not is_confirmed:
        return _("Record the query to the prescriber that confirms this first.")
    if (alert.needs_note or answer.outcome != Outcome.SEEN) and not answer.note:
        return _("Write a note on this alert.")
    return ""


def legal_problems(work: Work) -> Iterator[Problem]:
    """What is missing from the legal check."""
    legal, accepted = work.legal, work.case.profile.accepted_authenticity.value
    if legal.authenticity not in accepted:
        yield Problem("authenticity", _("Choose how you made sure that it is genuine."))
    yield from _proof_problems(legal, work.case.latest_day)
    if not legal.identity_method:
        yield Problem("identity_method", _("Choose how you checked who the patient is."))
    if legal.identity_result != "yes":
        text = _("A supply needs a patient whose identity is confirmed.")
        yield Problem("identity_result", text)
    yield from alert_problems(work, CheckKind.LEGAL)


def _proof_problems(legal: LegalDetails, latest_day: datetime.date) -> Iterator[Problem]:
    if legal.proof_on is None:
        yield Problem("proof_on", _("Enter when it was received or confirmed."))
    elif legal.proof_on > latest_day:
        yield Problem("proof_on", _("This day has not come yet."))
    if legal.authenticity in CONFIRMED_BY_SOMEBODY:
        for name, text in (
            ("proof_by", _("Enter who confirmed it.")),
            ("proof_number", _("Enter the number you dialled.")),
            ("proof_directory", _("Enter the directory the number comes from.")),
        ):
            if not getattr(legal, name):
                yield Problem(name, text)


def clinical_problems(work: Work) -> Iterator[Problem]:
    """What is missing from the clinical check."""
    for name, (answer, note) in work.clinical.items():
        if not answer:
            yield Problem(f"c_{name}", _("Answer this point."))
        elif answer == "no" and not note:
            yield Problem(f"n_{name}", _("Write a note on this point."))
    yield from alert_problems(work, CheckKind.CLINICAL)


def allowance_problems(work: Work, allowances: list[Allowance]) -> Iterator[Problem]:
    """Never more than was prescribed, in one supply or in all (RX-8, RX-9, ORD-2)."""
    read = {(item.medicine_id, item.strength): item for item in work.case.transcription.items}
    for allowance in allowances:
        where = f"{allowance.medicine_id}-{allowance.strength}"
        item = read[allowance.medicine_id, allowance.strength]
        if item.quantity is None:
            text = _("Enter how many %s of this strength are prescribed.")
            yield Problem(where, text % item.form.kind.units)
            continue
        most = item.most_supplies(without_number=work.case.profile.supplies_without_number.value)
        if allowance.units_per_supply > item.quantity:
            text = _("More than the %s that are prescribed.")
            yield Problem(where, text % item.form.counted(item.quantity))
        if allowance.supplies > most:
            text = _("More than the %(count)s supplies that are prescribed.")
            yield Problem(where, text % {"count": most})


def validity_problems(work: Work, valid_until: datetime.date | None) -> Iterator[Problem]:
    """From today, and not longer than the profile lets the prescription last (RX-6)."""
    issued_on = work.case.transcription.issued_on
    if valid_until is None:
        yield Problem("valid_until", _("Enter until when it may be used."))
    elif issued_on is not None:
        last_day = work.case.profile.last_day_of(issued_on)
        if not work.case.today <= valid_until <= last_day:
            text = _("Choose a day from today to %(day)s.")
            yield Problem("valid_until", text % {"day": date_format(last_day, "j F Y")})
