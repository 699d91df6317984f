"""A pharmacist answers for a paid supply: it may leave after what changed, or it must not leave."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.db import transaction

from shop.accounts.models import User
from shop.audit import states
from shop.prescriptions import history, supply_ledger
from shop.prescriptions.models import Supply
from shop.prescriptions.services import registration_of
from shop.prescriptions.statuses import Action
from shop.standing.events import Fate
from shop.standing.models import Answer
from shop.standing.question import obstacles_of


class Follower(ABC):
    """What a room above does once an answer is committed."""

    @abstractmethod
    def answered(self, order: Any) -> None: ...


_followers: list[Follower] = []


def add_follower(follower: Follower) -> None:
    """For an app that is ready."""
    _followers.append(follower)


def _announce(order: Any) -> None:
    for follower in _followers:
        follower.answered(order)


class NothingAsked(Exception):
    """Nothing about this order is a pharmacist's to answer for any more; look at it again."""


def may_leave(order: Any, *, by: User, why: str, keys: tuple[str, ...]) -> None:
    """Answer for what changed of an order, and for no more than the pharmacist saw: its ``keys``.

    Raises NothingAsked, and `shop.prescriptions.services.NotAllowed` for anybody but a pharmacist, and
    for one's own prescription.
    """
    with transaction.atomic():
        _hold(order)
        asked = [each for each in obstacles_of(order) if each.fate == Fate.ASKS]
        if not asked or {each.key for each in asked} != set(keys):
            raise NothingAsked(order.number)
        for each in asked:
            if each.supply is not None:
                _write(each.supply, by=by, why=why, key=each.key)
        transaction.on_commit(lambda: _announce(order), robust=True)


def must_not_leave(order: Any, *, by: User, why: str) -> None:
    """Decide that an order ends; raises what `may_leave` raises."""
    with transaction.atomic():
        _hold(order)
        supplies = list(supplies_of(order))
        if not supplies:
            raise NothingAsked(order.number)
        for supply in supplies:
            _write(supply, by=by, why=why)
        transaction.on_commit(lambda: _announce(order), robust=True)


def supplies_of(order: Any) -> Any:
    """The supplies of an order that were not given back."""
    rows = Supply.objects.filter(order_line__order=order, returned_at__isnull=True)
    return rows.select_related("authorisation__prescription").order_by("pk")


def _hold(order: Any) -> None:
    """The order, then its prescriptions: the same way round as whoever moves it."""
    type(order).objects.select_for_update().get(pk=order.pk)
    prescriptions = {each.authorisation.prescription for each in supplies_of(order)}
    for prescription in sorted(prescriptions, key=lambda each: each.pk):
        supply_ledger.lock(prescription)


def _write(supply: Supply, *, by: User, why: str, key: str = "") -> None:
    prescription = supply.authorisation.prescription
    registration = registration_of(prescription, by)
    answer = Answer(
        supply=supply, key=key, may_leave=bool(key), why=why, by=by, registration=registration
    )
    answer.save(force_insert=True)
    number = supply.order_line.order.number
    action = Action.VOUCH if key else Action.END_ORDER
    history.record_in_place(
        prescription, action, by=by, registration=registration, note=f"{number}: {why}"
    )
    states.record(
        answer,
        "order.answer",
        actor=history.acting(by, registration),
        details={"order": number, "supply": supply.pk, "key": key},
    )
