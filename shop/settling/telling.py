"""What a person has to do about money, as tasks: each is open as long as the shop sees it so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from shop import days
from shop.audit.log import Subject
from shop.payments.life_cycles import RefundStatus
from shop.payments.models import Dispute, PaymentAttempt, Reconciliation
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind

ANSWER_WANTED = ("needs_response", "warning_needs_response")
STRIPE = Subject("account at Stripe", "Stripe")


@dataclass(frozen=True)
class Matter:
    """Something for a person about a payment, and the dispute with its last day where it is that."""

    kind: Kind
    about: Subject
    words: str
    dispute: Dispute | None = None


def bring_up_to_date() -> None:
    """Open a task for every payment that needs a look now, close those of payments that need none."""
    matters = [
        matter
        for attempt in PaymentAttempt.objects.needing_a_look().select_related("order")
        for matter in _matters_of(attempt)
    ]
    for matter in matters:
        due_by = matter.dispute.due_by if matter.dispute else None
        tasks.open(
            matter.kind,
            about=matter.about,
            words=matter.words,
            path=reverse("dashboard:payment-list"),
            due=days.at_pharmacy(due_by) if due_by else None,
        )
    for kind in (Kind.PAYMENT_REVIEW, Kind.PAYMENT_DISPUTE):
        subjects = [matter.about for matter in matters if matter.kind == kind]
        tasks.close_all_but(kind, subjects, how=_("The payment needs it no more."))


def tell_found(findings: list[str], last: Reconciliation | None) -> None:
    """Open a task when something differs for the second time in a row, close it when nothing does.

    What was under way for a moment is gone the next time, and worth no message.
    """
    before = last.findings if last else []
    lasting = [words for words in findings if words in before]
    if lasting:
        words = _("Compared with Stripe: %(count)d differences.") % {"count": len(lasting)}
        path = reverse("dashboard:payment-list")
        tasks.open(Kind.PAYMENTS_DIFFER, about=STRIPE, words=words, path=path)
    elif not findings:
        tasks.close(Kind.PAYMENTS_DIFFER, about=STRIPE, how=_("Everything agrees with Stripe."))


def _matters_of(attempt: PaymentAttempt) -> Iterator[Matter]:
    label = attempt.order.number if attempt.order else str(attempt.reference)
    why = _reasons_of(attempt)
    if why:
        words = _("Payment %(number)s: %(why)s.") % {"number": label, "why": "; ".join(why)}
        yield Matter(Kind.PAYMENT_REVIEW, Subject("payment", str(attempt.reference)), words)
    for dispute in attempt.disputes.all():
        if not dispute.is_settled_for_us:
            yield _matter_of_dispute(dispute, label)


def _reasons_of(attempt: PaymentAttempt) -> list[str]:
    gone_wrong = Q(status__in=(RefundStatus.FAILED, RefundStatus.CANCELED)) | Q(unknown_word__gt="")
    reasons = [str(attempt.get_review_display())] if attempt.review else []
    if attempt.refunds.filter(gone_wrong).exists():
        reasons.append(_("a refund went wrong"))
    return reasons


def _matter_of_dispute(dispute: Dispute, label: str) -> Matter:
    about = Subject("dispute", dispute.stripe_id[:80])
    if dispute.due_by is None or dispute.status not in ANSWER_WANTED:
        words = _("Payment %(number)s: the customer's bank disputes it.") % {"number": label}
        return Matter(Kind.PAYMENT_REVIEW, about, words)
    words = _("Payment %(number)s: the customer's bank wants an answer.") % {"number": label}
    return Matter(Kind.PAYMENT_DISPUTE, about, words, dispute)
