"""Which prescriptions cannot wait (CLN-11): one rule, for one in hand and for many in the database."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
)

from shop.continuity.run_out import RunOut
from shop.continuity.supply_gap import earliest_arrival
from shop.prescriptions.statuses import UNDER_REVIEW

FEW_DAYS = 3


def is_urgent(run_out: RunOut, *, on: datetime.date, arrival: datetime.date) -> bool:
    """Few days left on that day, or none left when more can be there."""
    return run_out.days_left_on(on) <= FEW_DAYS or run_out.last_day < arrival


def with_urgency(rows: Any) -> Any:
    """Prescriptions, each with `is_urgent` by what was said when it was sent.

    While nothing is decided more can be there with the fastest delivery after the usual review. What
    the supplies tell is not asked: that would cost queries for each.
    """
    # SQLite multiplies a time by nothing but a plain integer.
    count = ExpressionWrapper(F("days_left"), IntegerField())
    days = ExpressionWrapper(count * datetime.timedelta(days=1), DurationField())
    none_from = ExpressionWrapper(F("submitted_at") + days, DateTimeField())
    arrival = earliest_arrival(with_review=True)
    too_late = Q(none_from__date__lte=arrival, status__in=UNDER_REVIEW)
    urgent = Q(days_left__lte=FEW_DAYS) | too_late
    return rows.alias(none_from=none_from).annotate(
        is_urgent=ExpressionWrapper(urgent, BooleanField())
    )
