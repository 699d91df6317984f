"""Approve, order, cancel, expire and reopen in any order: never more goes out than was allowed."""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from catalogue.models import Product
from shop.accounts.models import User
from shop.audit.verification import Verification
from shop.prescriptions import services, supply_ledger
from shop.prescriptions.models import Authorisation, Prescription, Supply
from shop.prescriptions.statuses import Status
from shop.prescriptions.upkeep import expiry
from tests.conftest import approve, send_prescription
from tests.prescriptions.test_ledger import line_of_an_order

VALID_DAYS = 30
numbers = itertools.count(1)


class Ledger(RuleBasedStateMachine):
    """One prescription and its tablets; every step may be refused, and none may break a rule."""

    customer: User
    pharmacist: User
    medicine: Product

    def __init__(self) -> None:
        super().__init__()
        self.prescription = send_prescription(self.customer, self.medicine)
        self.days = 0

    @property
    def moment(self) -> datetime.datetime:
        return timezone.now() + datetime.timedelta(days=self.days)

    @property
    def now(self) -> Prescription:
        return Prescription.objects.get(pk=self.prescription.pk)

    @precondition(lambda self: self.now.status == Status.SUBMITTED)
    @precondition(lambda self: not self.now.authorisations.exists())
    @rule(units=st.sampled_from([10, 30]), supplies=st.integers(1, 3))
    def approve(self, units: int, supplies: int) -> None:
        approve(self.now, self.medicine, by=self.pharmacist, units=units, supplies=supplies)

    @rule(units=st.sampled_from([5, 10, 30, 60]))
    def order(self, units: int) -> None:
        try:
            with transaction.atomic(), time_machine.travel(self.moment):
                held = supply_ledger.lock(self.prescription)
                if held.is_usable:
                    line = line_of_an_order(next(numbers))
                    supply = supply_ledger.take(
                        held.authorisations.get(), units=units, order_line=line
                    )
                    supply_ledger.finish_supply(held, by=self.customer, last=supply)
        except supply_ledger.NothingLeft:
            assert self.left() < units

    @precondition(lambda self: self.supplies().exists())
    @rule(place=st.integers(0, 50))
    def cancel_an_order(self, place: int) -> None:
        supplies = list(self.supplies())
        supply_ledger.give_back(supplies[place % len(supplies)], by=self.customer, note="cancelled")

    @rule()
    def let_days_pass(self) -> None:
        self.days += 10

    @rule()
    def close_what_has_ended(self) -> None:
        with time_machine.travel(self.moment):
            expiry.expire_ended()

    @precondition(lambda self: self.now.status in (Status.APPROVED, Status.USED_UP))
    @rule()
    def reopen(self) -> None:
        services.reopen(self.now, by=self.customer, reason="New medicine")

    @precondition(lambda self: self.now.status in (Status.APPROVED, Status.USED_UP))
    @rule()
    def withdraw(self) -> None:
        services.withdraw(self.now, by=self.pharmacist, message="Call us")

    def supplies(self) -> Any:
        return Supply.objects.filter(
            authorisation__prescription=self.prescription, returned_at__isnull=True
        )

    def left(self) -> int:
        return sum(each.units_left for each in self.now.authorisations.all())

    @invariant()
    def never_more_than_authorised(self) -> None:
        for each in Authorisation.objects.filter(prescription=self.prescription):
            assert 0 <= each.units_supplied <= each.units_authorised

    @invariant()
    def the_counter_is_the_sum_of_its_supplies(self) -> None:
        for each in Authorisation.objects.filter(prescription=self.prescription):
            out = each.supply_rows.filter(returned_at__isnull=True).aggregate(n=Sum("units"))
            assert each.units_supplied == (out["n"] or 0)

    @invariant()
    def used_up_is_what_holds_nothing(self) -> None:
        if self.now.status == Status.USED_UP:
            assert self.left() == 0
        if self.now.status == Status.APPROVED:
            assert self.left() > 0

    @invariant()
    def every_step_is_in_the_audit(self) -> None:
        assert list(Verification({}).findings()) == []


@pytest.mark.slow
@pytest.mark.django_db
def test_the_ledger_holds_whatever_the_order_of_steps(
    customer: User, medicine: Product, pharmacist: User
) -> None:
    Ledger.customer, Ledger.medicine, Ledger.pharmacist = customer, medicine, pharmacist
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=20,
            stateful_step_count=20,
            deadline=None,
            database=None,
            derandomize=True,
            # A shorter example is not worth the minutes it takes.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
