"""Until when a patient has their medicine, by what they said and by what was supplied since."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from shop import days
from shop.continuity.repeats import used_in_turn
from shop.prescriptions.models import Prescription, Supply


class KnownFrom(TextChoices):
    """What tells how long it lasts."""

    SAID = "said", _("the days that you told us were left when you sent the prescription")
    SUPPLIED = "supplied", _("what we supplied, and how much of it is taken a day")


@dataclass(frozen=True)
class RunOut:
    """The last day with enough for all of it, and what tells so."""

    last_day: datetime.date
    known_from: KnownFrom

    def days_left_on(self, day: datetime.date) -> int:
        """Days that are left, that day among them; 0 when there are none."""
        return max(0, (self.last_day - day).days + 1)


def said_run_out(prescription: Prescription) -> RunOut | None:
    """What the patient said; the day on which they sent it is the first of the days left.

    Nothing runs out for somebody who does not take it.
    """
    if prescription.days_left is None or prescription.takes_none_yet:
        return None
    sent_on = days.to_count_from(prescription.country, prescription.submitted_at)
    none_from = sent_on.toordinal() + prescription.days_left
    return RunOut(datetime.date.fromordinal(none_from - 1), KnownFrom.SAID)


def run_out_of(prescription: Prescription, *, before: Any = None) -> RunOut | None:
    """Until when it lasts; None when nobody can tell.

    The later truth counts: what was supplied after the patient said how many days are left comes on
    top of these. Where they said nothing, all that was supplied to the patient counts; where they said
    that they take none, what was supplied since. Of several
    strengths the first to run out decides. Supplies of the order ``before`` and of later ones are
    left out: they are still to come.
    """
    said = said_run_out(prescription)
    supplies = list(_supplies(prescription, before=before))
    if not supplies:
        return said
    since = Fraction(said.last_day.toordinal() + 1) if said else None
    ends = [
        end
        for _strength, rows in groupby(supplies, key=_strength_of)
        if (end := _end(list(rows), since)) is not None
    ]
    if not ends:
        return None
    return RunOut(datetime.date.fromordinal(math.floor(min(ends)) - 1), KnownFrom.SUPPLIED)


def _end(supplies: list[Supply], since: Fraction | None) -> Fraction | None:
    """When the supplies of one strength are used up; None without a daily number of units."""
    if not all(supply.authorisation.units_a_day for supply in supplies):
        return None
    *_earlier, (_begins, runs_out) = used_in_turn(supplies, since=since)
    return runs_out


def _strength_of(supply: Supply) -> tuple[int, int]:
    return supply.authorisation.medicine_id, supply.authorisation.strength


def _supplies(prescription: Prescription, *, before: Any) -> Any:
    """Supplies of what the prescription is for, to its patient; by strength, oldest first."""
    whose = Q(authorisation__prescription=prescription)
    if prescription.patient_id is not None:
        whose |= Q(authorisation__prescription__patient=prescription.patient_id)
    ended = Q(ended_at__isnull=False, units_supplied=0)
    asked = prescription.authorisations.exclude(ended).values_list(
        "medicine_id", "strength"
    ) or prescription.requested_packs.values_list("medicine_id", "strength")
    of_these = Q(pk__in=())
    for medicine, strength in asked:
        of_these |= Q(authorisation__medicine=medicine, authorisation__strength=strength)
    rows = Supply.objects.filter(whose, of_these, returned_at__isnull=True)
    if prescription.days_left is not None or prescription.takes_none_yet:
        rows = rows.filter(taken_at__gt=prescription.submitted_at)
    if before is not None:
        rows = rows.filter(order_line__order__lt=before.pk)
    return rows.select_related("authorisation").order_by(
        "authorisation__medicine", "authorisation__strength", "taken_at", "pk"
    )
