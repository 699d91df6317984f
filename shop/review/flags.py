"""Keeps the flags of the queue: why a prescription stands out, by kind only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shop.prescriptions.models import Event, Prescription
from shop.prescriptions.statuses import Action
from shop.review import takers
from shop.review.cases import blank_items, case_of, ordered_of
from shop.review.models import Flag, FlagKind
from shop.review.rules import alerts_for
from shop.review.rules.alert import Alert, Severity
from shop.review.rules.screening import screenings
from shop.review.transcription import Transcription

OF_RULE = {
    "interaction": FlagKind.INTERACTION,
    "not-recognized": FlagKind.NOT_CHECKED,
    "no-content": FlagKind.NOT_SOLD,
    "not-signed": FlagKind.NOT_SOLD,
    "not-screened": FlagKind.NOT_SOLD,
    "duplicate": FlagKind.DUPLICATE,
    "strength-country": FlagKind.COUNTRY,
    "answer-changed": FlagKind.CHANGED,
    "identity-changed": FlagKind.CHANGED,
    "patient-mismatch": FlagKind.MISMATCH,
    "order-mismatch": FlagKind.MISMATCH,
    "unscanned": FlagKind.UNSCANNED,
}
# How screening says that a finding stands out nowhere.
NO_FLAG = "none"
# These stand out also when they only have to be seen.
SAID = ("unscanned", "identity-changed")
# What an action adds; and it stays until the decision.
OF_ACTION = {Action.ANSWER: FlagKind.ANSWERED, Action.REOPEN: FlagKind.REOPENED}
LOOKED_AT_AFTER = (Action.SUBMIT, Action.ANSWER, Action.REOPEN)
GONE_AFTER = (Action.APPROVE, Action.REFUSE, Action.CANCEL)


def follow(event: Event) -> None:
    """Bring the flags up to date after a move, in its transaction."""
    prescription = event.prescription
    if event.action in LOOKED_AT_AFTER:
        look_again(prescription)
    if event.action in OF_ACTION:
        Flag.objects.get_or_create(prescription=prescription, kind=OF_ACTION[Action(event.action)])
    if event.action in GONE_AFTER:
        Flag.objects.filter(prescription=prescription).delete()


def look_again(prescription: Prescription) -> None:
    """Flags by the patient's answers and the order, as long as nothing is transcribed."""
    ordered = {(each.medicine_id, each.strength): each for each in ordered_of(prescription)}
    items = tuple(
        replace(item, quantity=ordered[key].units)
        for item in blank_items(prescription)
        if (key := (item.medicine_id, item.strength)) in ordered
    )
    case = case_of(prescription, Transcription(items=items))
    alerts = alerts_for(case)
    keep(prescription, alerts)
    takers.follow(prescription, case, alerts)


def flag_of(finding: str) -> str | None:
    """Under which word a finding stands out: a rule's own, else what screening says, else illness."""
    if finding in OF_RULE:
        return OF_RULE[finding]
    of = [each for each in screenings("").values() if finding in each.findings]
    named = {kind for each in of for kind, findings in each.flags.items() if finding in findings}
    if not of or NO_FLAG in named:
        return None
    return min(named, default=FlagKind.CONDITION)


def keep(prescription: Prescription, alerts: Iterable[Alert]) -> None:
    """Write the flags that these findings mean, and take away those that no longer hold."""
    kinds = {
        kind
        for alert in alerts
        if (alert.rule in SAID or alert.severity != Severity.NOTE) and (kind := flag_of(alert.rule))
    }
    old = Flag.objects.filter(prescription=prescription).exclude(kind__in=OF_ACTION.values())
    old.exclude(kind__in=kinds).delete()
    Flag.objects.bulk_create(
        (Flag(prescription=prescription, kind=kind) for kind in kinds), ignore_conflicts=True
    )
