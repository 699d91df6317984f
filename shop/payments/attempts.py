"""What may be done to an attempt to pay; one function writes its status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from shop.accounts.actors import actor_of
from shop.audit import log, states
from shop.payments.life_cycles import LIVE, TRANSITIONS, Kind, Review, Status
from shop.payments.models import PaymentAttempt, StripeOperation

# So many times in a row something may go wrong with an attempt before a person is asked.
TRIES = 3


class TransitionRefused(Exception):
    """The attempt is no longer where this could be done."""


class AnotherAttemptIsLive(Exception):
    """The basket is being paid for already, in another tab or by an earlier click."""


def live_for(basket_id: int) -> PaymentAttempt | None:
    """The attempt under way for a basket, if any."""
    return PaymentAttempt.objects.filter(basket_id=basket_id, status__in=LIVE).first()


def start(**facts: Any) -> PaymentAttempt:
    """Write down an attempt before Stripe hears of it; raises AnotherAttemptIsLive."""
    try:
        with transaction.atomic():
            attempt = PaymentAttempt.objects.create(**facts)
            states.record(attempt, "payment.start", actor=actor_of(attempt.user))
            return attempt
    except IntegrityError as error:
        raise AnotherAttemptIsLive from error


def lock(attempt: PaymentAttempt) -> PaymentAttempt:
    """The attempt as it is now, held until the transaction ends."""
    return PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)


def move(attempt: PaymentAttempt, status: Status, **changes: Any) -> None:
    """Move an attempt on; raises TransitionRefused when somebody else already did."""
    before = Status(attempt.status)
    if status not in TRANSITIONS[before]:
        raise TransitionRefused(f"{attempt} cannot go from {before} to {status}")
    with recorded(attempt, "move", **{"from": before, "to": status}):
        moved = PaymentAttempt.objects.filter(pk=attempt.pk, status=before).update(
            status=status, changed_at=timezone.now(), **changes
        )
        if not moved:
            raise TransitionRefused(f"{attempt} is no longer {before}")
    attempt.refresh_from_db()


@contextmanager
def recorded(attempt: PaymentAttempt, what: str, **details: Any) -> Iterator[None]:
    """Let the log know the attempt as the block leaves it; nothing else may be locked after it."""
    with (
        transaction.atomic(),
        states.changing(attempt, action=f"payment.{what}", actor=log.SYSTEM, details=details),
    ):
        yield


def queue(attempt: PaymentAttempt, kind: Kind) -> StripeOperation:
    """Write down that something is to be done at Stripe; asking twice is asking once."""
    operation, _ = StripeOperation.objects.get_or_create(attempt=attempt, kind=kind)
    return operation


def drop(attempt: PaymentAttempt, kind: Kind) -> None:
    """Something that was written down is not to be done any more; it may be under way all the same."""
    attempt.operations.filter(kind=kind, done_at__isnull=True).update(
        done_at=timezone.now(), error="not wanted any more"
    )


def flag(attempt: PaymentAttempt, review: Review, **changes: Any) -> None:
    """Leave the attempt to a person, with the reason; a reason that is there already stays."""
    if attempt.status != Status.NEEDS_REVIEW:
        move(attempt, Status.NEEDS_REVIEW, review=review, **changes)


def note_stumble(attempt: PaymentAttempt, over: str) -> None:
    """Something went wrong that says nothing about the payment: it is tried again, then shown too."""
    row = PaymentAttempt.objects.filter(pk=attempt.pk)
    row.update(stumbles=F("stumbles") + 1, stumbled_over=over[:300])
    with recorded(attempt, "stumble"):
        row.filter(stumbles__gte=TRIES, review="").update(review=Review.STUMBLED)


def forget_stumbles(attempt: PaymentAttempt) -> None:
    """The attempt went on: nobody has to look for that."""
    row = PaymentAttempt.objects.filter(pk=attempt.pk)
    if row.filter(review=Review.STUMBLED).exists():
        with recorded(attempt, "go_on"):
            row.filter(review=Review.STUMBLED).update(review="")
    row.filter(stumbles__gt=0).update(stumbles=0, stumbled_over="")
