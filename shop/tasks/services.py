"""Opens and closes tasks: one open row for each kind and subject, told of once.

Each function writes to the audit log, so it comes after every other lock of its transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from shop import days
from shop.accounts.actors import actor_of
from shop.accounts.models import PharmacistRegistration, User
from shop.accounts.roles import SUPERINTENDENT, is_superintendent
from shop.audit import log
from shop.audit.log import Subject
from shop.mailing import outbox
from shop.tasks.kinds import REMINDED, RULES, Kind, Role
from shop.tasks.models import Task, TaskQuerySet

MAY_LOOK = "view_order"


class AlreadyClosed(Exception):
    """Somebody else has closed the task."""


def open(  # noqa: A001 what is done to a task
    kind: Kind, *, about: Subject, words: str, path: str, due: datetime.date | None = None
) -> Task:
    """Have something done, by ``due`` or within the days of its kind; ``path`` leads to where.

    Open already, it keeps its beginning, and takes the earlier day and the newest words.
    """
    due = due or days.at_pharmacy() + datetime.timedelta(days=RULES[kind].within_days)
    facts = {"words": words[:300], "path": path}
    known = Task.objects.about(kind, about).still_open().first()
    if known and known.due <= due and (known.words, known.path) == (words[:300], path):
        return known
    with transaction.atomic():
        # Whoever opens or closes waits here for the other, and for nobody after it.
        log.lock_the_end()
        task = Task.objects.about(kind, about).still_open().first()
        if task is None:
            return _begin(kind, about, due=due, **facts)
        Task.objects.filter(pk=task.pk).update(due=min(task.due, due), **facts)
        task.refresh_from_db()
    return task


def _begin(kind: Kind, about: Subject, *, due: datetime.date, words: str, path: str) -> Task:
    task = Task.objects.create(
        kind=kind,
        whose=RULES[kind].whose,
        subject_type=about.type,
        subject_key=about.key,
        words=words,
        path=path,
        due=due,
    )
    log.append("task.open", actor=log.SYSTEM, subject=about, details=_details(task))
    _tell(task)
    return task


def close(kind: Kind, *, about: Subject, how: str, by: User | None = None) -> None:
    """Say that it is done, and how; nothing when no such task is open."""
    rows = Task.objects.about(kind, about).still_open()
    if not rows.exists():
        return
    with transaction.atomic():
        log.lock_the_end()
        for task in rows:
            _end(task, by=by, how=how)


def close_by_hand(task: Task, *, by: User, how: str) -> None:
    """A person says that it is done; raises AlreadyClosed."""
    with transaction.atomic():
        log.lock_the_end()
        _end(task, by=by, how=how)


def _end(task: Task, *, by: User | None, how: str) -> None:
    closed = Task.objects.filter(pk=task.pk, closed_at__isnull=True).update(
        closed_at=timezone.now(), closed_by=by, how=how[:300]
    )
    if not closed:
        raise AlreadyClosed(str(task))
    actor = actor_of(by) if by else log.SYSTEM
    subject = Subject(task.subject_type, task.subject_key)
    log.append("task.close", actor=actor, subject=subject, details=_details(task))


def _details(task: Task) -> dict[str, str | int]:
    return {"task": task.pk, "kind": task.kind, "whose": task.whose, "due": task.due.isoformat()}


def close_all_but(kind: Kind, subjects: Iterable[Subject], *, how: str) -> None:
    """Close what is open of a kind and is about none of these: the shop sees that it is done."""
    lasting = {(each.type, each.key) for each in subjects}
    for task in Task.objects.filter(kind=kind).still_open():
        if (task.subject_type, task.subject_key) not in lasting:
            close(kind, about=Subject(task.subject_type, task.subject_key), how=how)


def roles_of(user: User) -> tuple[Role, ...]:
    """Whose tasks are this user's."""
    held = {
        Role.PHARMACIST: user.is_pharmacist,
        Role.STAFF: user.is_staff and user.has_perm(f"order.{MAY_LOOK}"),
        Role.SUPERINTENDENT: is_superintendent(user) or user.is_superuser,
    }
    return tuple(role for role, is_held in held.items() if is_held)


def open_for(user: User) -> TaskQuerySet:
    """What waits for this user."""
    return Task.objects.still_open().of(roles_of(user))


def others_orders(user: User) -> TaskQuerySet:
    """The orders that wait for others than this user, who may look at orders."""
    if not user.has_perm(f"order.{MAY_LOOK}"):
        return Task.objects.none()
    of_orders = Task.objects.still_open().filter(subject_type="order")
    return of_orders.exclude(whose__in=roles_of(user))


def remind() -> None:
    """Tell once more of what is due soon and was opened before that, and of what is overdue."""
    soon = days.at_pharmacy() + REMINDED
    for task in Task.objects.still_open().filter(due__lte=soon):
        if task.is_overdue:
            _tell(task, again="-overdue")
        elif days.at_pharmacy(task.opened_at) < task.due - REMINDED:
            _tell(task, again="-soon")


def _tell(task: Task, again: str = "") -> None:
    for person in people_of(Role(task.whose)):
        outbox.queue(
            "task",
            key=f"{task.pk}-{person.pk}{again}",
            user=person,
            path=task.path,
            label=task.subject_key[:64],
            until=task.due,
            title=task.title,
            words=f"{task.words} {RULES[Kind(task.kind)].advice}",
        )


def people_of(role: Role) -> list[User]:
    """Those who hold a role today; where nobody does, who may do everything."""
    active = User.objects.filter(is_active=True, is_staff=True, unconfirmed_since__isnull=True)
    held = {
        Role.PHARMACIST: active.filter(
            pharmacist_registrations__in=PharmacistRegistration.objects.current()
        ),
        Role.STAFF: active.filter(groups__permissions__codename=MAY_LOOK)
        | active.filter(user_permissions__codename=MAY_LOOK),
        Role.SUPERINTENDENT: active.filter(groups__name=SUPERINTENDENT),
    }
    people = list(held[role].distinct().order_by("pk"))
    return people or list(active.filter(is_superuser=True).order_by("pk"))
