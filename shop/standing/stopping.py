"""Puts an order that stops on a pharmacist's list, before the patient's last dose, and tells its customer."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from shop import days
from shop.audit.log import Subject
from shop.continuity.run_out import run_out_of
from shop.order_statuses import OrderStatus
from shop.standing import emails
from shop.standing.answering import supplies_of
from shop.standing.events import Event, Fate
from shop.standing.question import Obstacle, obstacles_of
from shop.tasks import services as tasks
from shop.tasks.kinds import Kind
from shop.tasks.models import Task

# What staff put right, beside the pharmacist who looks after the patient.
STAFFS = (Event.PART_PAID_BACK,)


def subject_of(order: Any) -> Subject:
    """The order, as tasks and the audit log name it."""
    return Subject("order", str(order.number))


def follow(order: Any) -> bool:
    """Write down what becomes of an order by what happened to it; whether it has to end.

    Safe to call at any time. Ending takes the order's own room: see `shop.settling.following`.
    """
    with transaction.atomic():
        obstacles = obstacles_of(order)
        stops = [each for each in obstacles if each.fate.stops]
        if any(each.fate == Fate.ENDS for each in stops):
            return True
        if stops:
            _stop(order, stops)
        else:
            release(order, how=_("Nothing stops the order any more."))
        for each in obstacles:
            if each.fate == Fate.SPEAKS:
                _have_spoken_to(order, each)
    return False


def _stop(order: Any, stops: list[Obstacle]) -> None:
    task = tasks.open(
        Kind.ORDER_STOPPED,
        about=subject_of(order),
        words=_words(order, stops),
        path=_desk_page(order),
        due=due_of(order),
    )
    if any(each.event in STAFFS for each in stops):
        _ask_staff(order, stops)
    emails.tell_waits(order, stops[0].event, key=f"{order.number}-{task.pk}")


def _ask_staff(order: Any, stops: list[Obstacle]) -> None:
    tasks.open(
        Kind.ORDER_PART_PAID_BACK,
        about=subject_of(order),
        words=_words(order, stops),
        path=_dashboard_page(order),
        due=due_of(order),
    )


def release(order: Any, *, how: str) -> None:
    """Close what was open about an order that stopped."""
    for kind in (Kind.ORDER_STOPPED, Kind.ORDER_PART_PAID_BACK):
        tasks.close(kind, about=subject_of(order), how=how)


def _have_spoken_to(order: Any, obstacle: Obstacle) -> None:
    """Once for each thing that happened, however often it is looked at."""
    about = Subject("parcel", f"{order.number}-{obstacle.key or obstacle.event}"[:80])
    if not Task.objects.about(Kind.PARCEL_LEFT, about).exists():
        tasks.open(
            Kind.PARCEL_LEFT,
            about=about,
            words=_words(order, [obstacle]),
            path=_desk_page(order),
        )


@dataclass(frozen=True)
class Ending:
    """What is to be known of an order while its supplies are still taken: after that nobody can tell."""

    was: str
    due: datetime.date
    page: str
    has_supplies: bool


def ending_of(order: Any) -> Ending:
    """Ask before supplies are given back."""
    return Ending(order.status, due_of(order), _desk_page(order), supplies_of(order).exists())


def have_ended(order: Any, ending: Ending, *, why: str) -> None:
    """After an order was ended: who gets nothing is a pharmacist's task, packs in a parcel are staff's."""
    words = _("Order %(number)s: %(why)s.") % {"number": order.number, "why": why}
    release(order, how=words)
    if ending.has_supplies:
        _have_looked_after(order, ending, words)
    if ending.was == OrderStatus.DISPENSING:
        tasks.open(Kind.UNPACK, about=subject_of(order), words=words, path=_dashboard_page(order))


def have_lost_lines(order: Any, ending: Ending) -> None:
    """After lines were taken out of an order: whoever needs them is a pharmacist's task."""
    if ending.has_supplies:
        words = _("Order %(number)s goes on without a line that was paid back.")
        _have_looked_after(order, ending, words % {"number": order.number})


def _have_looked_after(order: Any, ending: Ending, words: str) -> None:
    tasks.open(
        Kind.PATIENT_WITHOUT, about=subject_of(order), words=words, path=ending.page, due=ending.due
    )


def due_of(order: Any) -> datetime.date:
    """Tomorrow, or the patient's last day with enough where that is sooner."""
    today = days.at_pharmacy()
    ends = [today + datetime.timedelta(days=1)]
    for supply in supplies_of(order):
        run_out = run_out_of(supply.authorisation.prescription, before=order)
        if run_out is not None:
            ends.append(max(run_out.last_day, today))
    return min(ends)


def _words(order: Any, stops: list[Obstacle]) -> str:
    why = "; ".join(dict.fromkeys(str(each.event.label) for each in stops))
    return _("Order %(number)s: %(why)s.") % {"number": order.number, "why": why}


def _desk_page(order: Any) -> str:
    """Where a pharmacist answers for the order; the staff's page, where no prescription is for it."""
    supply = supplies_of(order).first()
    if supply is None:
        return _dashboard_page(order)
    reference = supply.authorisation.prescription.reference
    return reverse("admin:prescription-review", args=[reference])


def _dashboard_page(order: Any) -> str:
    return reverse("dashboard:order-detail", kwargs={"number": order.number})
