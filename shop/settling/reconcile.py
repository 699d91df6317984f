"""Brings our books and Stripe's together: what is unfinished, what was missed, what differs."""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.payments import attempts, gateway, keys
from shop.payments.answers import KeyRefused, Listed, NotPermitted
from shop.payments.facts import Notice
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt, Reconciliation
from shop.settling import events, refunding, telling
from shop.settling.carrying_on import carry_on
from shop.settling.differences import Finding, compare, compare_one
from shop.settling.settle import settle

logger = logging.getLogger(__name__)

# Stripe's clock and ours, and events that come late into the list.
OVERLAP = datetime.timedelta(hours=1)
# Longer than a request takes to open a card page; whoever is slower closes that page again.
STALE = datetime.timedelta(hours=1)


@dataclass
class Report:
    """What was done, or would be, and what does not agree, in words for staff."""

    steps: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def look(since: datetime.datetime) -> Report:
    """What ``reconcile`` would do and find; writes nothing, here or at Stripe.

    Raises GatewayUnavailable.
    """
    report = Report()
    for attempt in _stale():
        report.steps.append(f"would give up attempt {attempt}, which never got a card page")
    for attempt in PaymentAttempt.objects.unfinished().exclude(status=Status.CREATED):
        waiting = attempt.operations.filter(done_at__isnull=True)
        kinds = ", ".join(operation.kind for operation in waiting) or "a look at Stripe"
        report.steps.append(f"would settle attempt {attempt} ({attempt.status}): {kinds}")
    for notice in _new_events(_listed_events().read):
        report.steps.append(f"would act on event {notice.event_id} ({notice.type})")
    report.findings = [finding.words for finding in _that_last(compare(since))]
    return report


def reconcile(since: datetime.datetime) -> Report:
    """Finish what is unfinished, take in missed events, compare; safe at any time and by two at once.

    Raises GatewayUnavailable.
    """
    report = Report()
    last = Reconciliation.objects.first()
    try:
        _bring_together(report, since)
    except KeyRefused as error:
        logger.exception("reconciling waits for the key")
        report.findings = [str(error)]
    telling.tell_found(report.findings, last)
    telling.bring_up_to_date()
    Reconciliation.objects.update_or_create(
        pk=1, defaults={"finished_at": timezone.now(), "findings": report.findings}
    )
    return report


def _bring_together(report: Report, since: datetime.datetime) -> None:
    _give_up_stale()
    for attempt in PaymentAttempt.objects.unfinished():
        problem = carry_on(attempt, partial(settle, attempt))
        if problem:
            report.findings.append(f"attempt {attempt}: {problem}")
    for part in (_take_in_events, _compare):
        try:
            part(report, since)
        except NotPermitted as refusal:
            report.findings.append(str(refusal))


def _compare(report: Report, since: datetime.datetime) -> None:
    report.findings += [finding.words for finding in _put_right(compare(since))]


def _take_in_events(report: Report, _since: datetime.datetime) -> None:
    """Act on each event that was missed; the cursor waits for those that could not be acted on."""
    listed = _listed_events()
    report.findings += [str(error) for error in listed.not_understood]
    missed = _new_events(listed.read)
    report.steps.append(f"{len(missed)} missed events")
    left = [notice for notice in missed if not events.take(notice)]
    if not left:
        _remember_events(listed.read)
    report.findings += [f"event {notice.event_id} could not be acted on" for notice in left]


def _stale() -> QuerySet[PaymentAttempt]:
    return PaymentAttempt.objects.filter(
        status=Status.CREATED, created_at__lt=timezone.now() - STALE
    )


def _give_up_stale() -> None:
    for attempt in _stale():
        try:
            attempts.move(attempt, Status.EXPIRED)
        except attempts.TransitionRefused:
            logger.info("attempt %s went on meanwhile", attempt)


def _listed_events() -> Listed[Notice]:
    row = Reconciliation.objects.first()
    since = row.read_until - OVERLAP if row and row.read_until else None
    listed = gateway.list_events(since)
    ours = [notice for notice in listed.read if notice.livemode == keys.is_live()]
    return Listed(ours, listed.not_understood)


def _new_events(listed: list[Notice]) -> list[Notice]:
    return [notice for notice in listed if events.is_new(notice)]


def _remember_events(listed: list[Notice]) -> None:
    """Move the cursor forward, never back: another run may have read further."""
    if not listed:
        return
    read_until = max(notice.created for notice in listed)
    Reconciliation.objects.get_or_create(pk=1)
    Reconciliation.objects.filter(
        Q(read_until__isnull=True) | Q(read_until__lt=read_until), pk=1
    ).update(read_until=read_until)


def _that_last(findings: list[Finding]) -> list[Finding]:
    """Without those that were only half way when they were compared."""
    lasting = [finding for finding in findings if finding.attempt is None]
    for attempt in _attempts_of(findings):
        if attempt.payment_intent_id:
            lasting += compare_one(attempt)
        else:
            lasting += [finding for finding in findings if finding.attempt == attempt]
    return lasting


def _put_right(findings: list[Finding]) -> list[Finding]:
    """Take over what Stripe's books say; what differs all the same is left."""
    for attempt in _attempts_of(findings):
        refunding.look_again(attempt)
    return _that_last(findings)


def _attempts_of(findings: list[Finding]) -> list[PaymentAttempt]:
    return list(dict.fromkeys(finding.attempt for finding in findings if finding.attempt))
