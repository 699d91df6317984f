"""Brings our books and Stripe's together: what is unfinished, what was missed, what differs."""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.payments import attempts, gateway, keys
from shop.payments.facts import Notice
from shop.payments.life_cycles import Status
from shop.payments.models import PaymentAttempt, Reconciliation
from shop.settling import events, refunding
from shop.settling.differences import Finding, compare, compare_one
from shop.settling.settle import settle_quietly

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
    for notice in _new_events(_listed_events()):
        report.steps.append(f"would act on event {notice.event_id} ({notice.type})")
    report.findings = [finding.words for finding in _that_last(compare(since))]
    return report


def reconcile(since: datetime.datetime) -> Report:
    """Finish what is unfinished, take in missed events, compare; safe at any time and by two at once.

    Raises GatewayUnavailable.
    """
    report = Report()
    _give_up_stale()
    for attempt in PaymentAttempt.objects.unfinished():
        if not settle_quietly(attempt):
            report.findings.append(f"attempt {attempt}: Stripe could not be reached")
    listed = _listed_events()
    missed = _new_events(listed)
    if all(events.take(notice) for notice in missed):
        _remember_events(listed)
    report.steps.append(f"{len(missed)} missed events")
    report.findings += [finding.words for finding in _put_right(compare(since))]
    Reconciliation.objects.update_or_create(
        pk=1, defaults={"finished_at": timezone.now(), "findings": report.findings}
    )
    return report


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


def _listed_events() -> list[Notice]:
    row = Reconciliation.objects.first()
    since = row.read_until - OVERLAP if row and row.read_until else None
    is_live = keys.is_live()
    return [notice for notice in gateway.list_events(since).read if notice.livemode == is_live]


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
