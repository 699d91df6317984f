"""Tells those who look after payments what waits for them: each matter once, by mail.

What they are told of is listed on the dashboard's page of payments as long as it is open.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from shop.accounts.models import User
from shop.mailing import outbox
from shop.payments.life_cycles import RefundStatus
from shop.payments.models import Dispute, PaymentAttempt, Reconciliation

# So long before the last day to answer a dispute it is said once more.
REMINDED = datetime.timedelta(days=2)
ANSWER_WANTED = ("needs_response", "warning_needs_response")


@dataclass(frozen=True)
class Matter:
    """Something for a person; the message of ``code`` about ``key`` is sent once."""

    code: str
    key: str
    label: str
    until: datetime.date | None = None


def tell_open() -> None:
    """Tell of every payment that needs a look now."""
    for attempt in PaymentAttempt.objects.needing_a_look().select_related("order"):
        _tell(_matters_of(attempt))


def tell_found(findings: list[str], last: Reconciliation | None) -> list[str]:
    """Tell of what differs for the second time in a row; returns all that people know of now.

    What was under way for a moment is gone the next time, and worth no message.
    """
    before, told = (last.findings, last.told) if last else ([], [])
    lasting = [words for words in findings if words in before]
    news = [words for words in lasting if words not in told]
    if news:
        digest = hashlib.sha256("\n".join(sorted(news)).encode()).hexdigest()[:32]
        _tell([Matter("payments_differ", f"{digest}-{timezone.localdate()}", "Stripe")])
    return lasting


def _tell(matters: Iterable[Matter]) -> None:
    people = list(_people())
    for matter in matters:
        for person in people:
            outbox.queue(
                matter.code,
                key=f"{matter.key}-{person.pk}",
                user=person,
                path=reverse("dashboard:payment-list"),
                label=matter.label,
                until=matter.until,
            )


def _people() -> QuerySet[User]:
    """Who may see the page of payments; where nobody has that role, who may do everything."""
    staff = User.objects.filter(is_active=True, is_staff=True)
    may_look = Q(groups__permissions__codename="view_order") | Q(
        user_permissions__codename="view_order"
    )
    people = staff.filter(may_look).distinct()
    return people if people.exists() else staff.filter(is_superuser=True)


def _matters_of(attempt: PaymentAttempt) -> Iterator[Matter]:
    label = attempt.order.number if attempt.order else str(attempt.reference)
    if attempt.review:
        yield Matter("payment_review", f"{attempt.reference}-{attempt.review}", label)
    gone_wrong = Q(status__in=(RefundStatus.FAILED, RefundStatus.CANCELED)) | Q(unknown_word__gt="")
    for refund in attempt.refunds.filter(gone_wrong):
        word = refund.unknown_word[:20] or refund.status
        yield Matter("payment_review", f"{refund.reference}-{word}", label)
    for dispute in attempt.disputes.all():
        if not dispute.is_settled_for_us:
            yield from _matters_of_dispute(dispute, label)


def _matters_of_dispute(dispute: Dispute, label: str) -> Iterator[Matter]:
    until = timezone.localdate(dispute.due_by) if dispute.due_by else None
    key = dispute.stripe_id[:60]
    if until is None or dispute.status not in ANSWER_WANTED:
        yield Matter("payment_review", key, label)
        return
    yield Matter("payment_dispute", key, label, until)
    if dispute.due_by and dispute.due_by < timezone.now() + REMINDED:
        yield Matter("payment_dispute", f"{key}-soon", label, until)
