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
from shop.review.care import Care, missing
from shop.review.models import CheckKind, digest_of
from shop.review.rules.alert import Alert, Lifter
from shop.review.rules.case import Case
from shop.review.rules.outcomes import BY_CODE, CONFIRMED, LOWERED, fitting, says_something
from shop.review.transcription import Item

# Ways of proof for which it is recorded who confirmed, and at which number (RX-5).
CONFIRMED_BY_SOMEBODY = (Authenticity.PRESCRIBER_CONFIRMED, Authenticity.TRANSFER_CONFIRMED)


# Where it is missing that the notes were seen: they are settled with one press together.
NOTES = "notes_seen"
# How a point of the checklist stands that answers and alerts settle by themselves.
SETTLED, WAITS = "settled", "waits"


class IdentityMethod(TextChoices):
    """How the patient's identity was checked (ID-2)."""

    MATCH = "match", gettext_lazy("Name, date of birth and address match")
    DOCUMENT = "document", gettext_lazy("Identity document seen")
    KNOWN = "known", gettext_lazy("Known to the pharmacy")


@dataclass(frozen=True)
class AlertAnswer:
    """An answer by its code (`shop.review.rules.outcomes`), and the words with it."""

    outcome: str = ""
    note: str = ""
    # Which file was seen, by the name of a paper.
    file: str = ""


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
    """What keeps a check or an approval from being recorded: where, in which field of it, in words."""

    where: str
    text: str
    part: str = ""


@dataclass(frozen=True)
class Work:
    """Everything a decision rests on."""

    case: Case
    alerts: tuple[Alert, ...]
    answers: dict[str, AlertAnswer] = field(default_factory=dict)
    legal: LegalDetails = field(default_factory=LegalDetails)
    # Point of the checklist: answer and note.
    clinical: dict[str, tuple[str, str]] = field(default_factory=dict)
    care: Care = field(default_factory=Care)
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
            "papers": [[each.kind, each.sha256] for each in self.case.papers],
            "alerts": [
                {**alert.as_json(), **asdict(self.answer_to(alert))} for alert in self.of(kind)
            ],
        }
        if kind == CheckKind.LEGAL:
            return {**shared, "legal": asdict(self.legal), "country": self.case.country}
        return {
            **shared,
            "checklist": self.clinical,
            "interactions": self.case.interactions,
        }

    def item(self, allowance: Allowance) -> Item:
        """What was read of the strength that is allowed."""
        key = (allowance.medicine_id, allowance.strength)
        items = self.case.transcription.items
        return next(item for item in items if (item.medicine_id, item.strength) == key)

    def answer_to(self, alert: Alert) -> AlertAnswer:
        """The answer to an alert, empty when there is none yet."""
        return self.answers.get(alert.key, AlertAnswer())

    def answered(self, code: str) -> list[Alert]:
        """The alerts that have this answer."""
        return [alert for alert in self.alerts if self.answer_to(alert).outcome == code]

    def of(self, kind: CheckKind) -> list[Alert]:
        """The alerts that belong to a check."""
        is_legal = kind == CheckKind.LEGAL
        return [alert for alert in self.alerts if alert.is_legal == is_legal]


def alert_problems(work: Work, kind: CheckKind) -> Iterator[Problem]:
    """Alerts that are not answered, or cannot be answered like this (CLN-8)."""
    answered = [(alert, work.answer_to(alert)) for alert in work.of(kind)]
    if any(alert.is_note and not answer.outcome for alert, answer in answered):
        yield Problem(NOTES, _("Say that you have seen these."))
    for alert, answer in answered:
        if answer.outcome or not alert.is_note:
            yield from _alert_problem(alert, answer, is_confirmed=alert.key in work.confirmed)


def _alert_problem(alert: Alert, answer: AlertAnswer, *, is_confirmed: bool) -> Iterator[Problem]:
    if alert.is_final:
        yield Problem(alert.key, _final(alert))
    elif not answer.outcome:
        yield Problem(alert.key, _("Answer this alert."))
    elif answer.outcome not in [each.code for each in fitting(alert)]:
        yield Problem(alert.key, _misfit(alert))
    elif answer.outcome == CONFIRMED and not is_confirmed:
        text = _("Record the query to the prescriber that confirms this first.")
        yield Problem(alert.key, text)
    elif (asked := BY_CODE[answer.outcome].words) and not says_something(answer.note):
        yield Problem(alert.key, str(asked), part="note")


def _final(alert: Alert) -> str:
    if alert.liftable_by == Lifter.COLLEAGUE:
        return _("Another pharmacist has to look at both before it can be approved.")
    return _("This cannot be approved. Refuse it, or ask.")


def _misfit(alert: Alert) -> str:
    if alert.needs_prescriber:
        return _("Only the prescriber's confirmation lifts this.")
    return _("This answer does not fit this alert.")


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
        elif answer == WAITS:
            yield Problem(f"c_{name}", note)
        elif answer == "no" and not note:
            yield Problem(f"n_{name}", _("Write a note on this point."))
    yield from alert_problems(work, CheckKind.CLINICAL)


def care_problems(work: Work) -> Iterator[Problem]:
    """What was skipped at a first supply (CLN-9)."""
    yield from (Problem(where, text) for where, text in missing(work.case, work.care))


def allowance_problems(work: Work, allowances: list[Allowance]) -> Iterator[Problem]:
    """Never more than was prescribed, in one supply or in all (RX-8, RX-9, ORD-2)."""
    for allowance in allowances:
        where = f"{allowance.medicine_id}-{allowance.strength}"
        item = work.item(allowance)
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


def lowered_problems(work: Work, allowances: list[Allowance]) -> Iterator[Problem]:
    """Where an alert is answered with a smaller supply, it is one."""
    lowered = work.answered(LOWERED)
    if lowered and not any(_is_less(work, each) for each in allowances):
        for alert in lowered:
            text = _("As much is allowed as is prescribed: allow less, or answer otherwise.")
            yield Problem(alert.key, text)


def _is_less(work: Work, allowance: Allowance) -> bool:
    item = work.item(allowance)
    most = item.most_supplies(without_number=work.case.profile.supplies_without_number.value)
    return allowance.units_per_supply < (item.quantity or 0) or allowance.supplies < most


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
