"""What the pharmacy does: pharmacist, staff, and the commands that cron runs."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from typing import Any

from shop.payments.money import to_minor
from shop.prescriptions.models import Prescription
from tests.campaign.actions.customers import coming_back, taking_back
from tests.campaign.actions.registry import action
from tests.campaign.processes import Job, Kill
from tests.campaign.world import A_SUPPLY, World, prescribe
from tests.conftest import let_the_log_know, mg

COMMANDS = ("finish_pending", "reconcile_payments")
# Strength in mg, tablets at once, supplies: what a second look at an approval may allow.
OTHERWISE = ((25, 60, 1), (25, 60, 2), (10, 30, 2), (10, 60, 1), (10, 60, 3))


def command(name: str, kill: Kill | None = None) -> Job:
    return Job("command", {"name": name}, kill)


@action(weight=2)
def a_price_changes(world: World, dice: random.Random, kill: Kill | None) -> None:
    record = dice.choice(world.packs()).stockrecords.get()
    record.price += dice.choice([-1, 1])
    record.save()
    let_the_log_know(record)


def _withdraw(world: World, dice: random.Random, kill: Kill | None) -> Job:
    prescription = dice.choice(dice.choice(world.customers).prescriptions)
    arguments = {"prescription_id": prescription.pk, "pharmacist_id": world.pharmacist.pk}
    return Job("withdraw", arguments, kill)


@action(weight=2)
def the_approval_is_withdrawn(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(_withdraw(world, dice, kill))


@action(weight=1)
def withdrawal_and_return_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(_withdraw(world, dice, None), *coming_back(world, dice, kill))


@action(weight=2)
def another_prescription_is_approved(world: World, dice: random.Random, kill: Kill | None) -> None:
    customer = dice.choice(world.customers)
    patient = dice.choice(customer.patients)
    if patient.pk not in world.told.removed(world):
        # Another process may have changed the answers, and with them the version.
        patient.refresh_from_db()
        prescribe(customer, patient, world.medicine, world.pharmacist, supplies=1, days=60)
        world.told.decided(customer.prescriptions[-1], {mg(10): A_SUPPLY})


def _checked_again(world: World, dice: random.Random, kill: Kill | None) -> Job:
    prescription = dice.choice(dice.choice(world.customers).prescriptions)
    strength, units, supplies = dice.choice(OTHERWISE)
    arguments = {
        "prescription_id": prescription.pk,
        "pharmacist_id": world.pharmacist.pk,
        "medicine_id": world.medicine.pk,
        "strength": strength,
        "units": units,
        "supplies": supplies,
    }
    return Job("check_again", arguments, kill)


def _note_decision(world: World, job: Job) -> None:
    asked = job.arguments
    prescription = Prescription.objects.get(pk=asked["prescription_id"])
    world.told.decided(prescription, {mg(asked["strength"]): asked["units"]})


@action(weight=4)
def an_approval_is_checked_again(world: World, dice: random.Random, kill: Kill | None) -> None:
    """For another strength, for less, or for the same."""
    job = _checked_again(world, dice, kill)
    world.run(job)
    _note_decision(world, job)


@action(weight=3)
def a_pharmacist_answers_for_an_order(world: World, dice: random.Random, kill: Kill | None) -> None:
    """More often that it may leave than that it must not."""
    for order in world.orders[:1]:
        may_leave = dice.random() < 0.7
        arguments = {
            "order_id": order.pk,
            "pharmacist_id": world.pharmacist.pk,
            "may_leave": may_leave,
        }
        world.run(Job("answer_for", arguments, kill))
        world.told.answers(order)


@action(weight=1)
def another_check_and_return_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    job = _checked_again(world, dice, None)
    world.run(job, *coming_back(world, dice, kill))
    _note_decision(world, job)


@action(weight=1)
def another_check_and_dispatch_at_once(
    world: World, dice: random.Random, kill: Kill | None
) -> None:
    job = _checked_again(world, dice, None)
    moved = [by_staff(world, order, "move_on", kill) for order in world.orders[:1]]
    world.run(job, *moved)
    _note_decision(world, job)


@action(weight=2)
def approvals_expire(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(command("expire_prescriptions", kill))


@action(weight=1)
def a_pack_is_retired(world: World, dice: random.Random, kill: Kill | None) -> None:
    pack = dice.choice(world.packs())
    pack.is_public = not pack.is_public
    pack.save(update_fields=("is_public",))
    let_the_log_know(pack)


@action(weight=1)
def a_pack_may_go_to_another_country_only(
    world: World, dice: random.Random, kill: Kill | None
) -> None:
    pack = dice.choice(world.packs())
    pack.supply_countries.clear()
    let_the_log_know(pack)


@action(weight=3)
def pending_payments_are_finished(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(command("finish_pending", kill))


@action(weight=3)
def the_books_are_reconciled(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(command("reconcile_payments", kill))


@action(weight=2)
def two_commands_run_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(command(dice.choice(COMMANDS), kill), command(dice.choice(COMMANDS)))


def by_staff(world: World, order: Any, name: str, kill: Kill | None = None, **more: Any) -> Job:
    arguments = {"order_id": order.pk, "staff_id": world.pharmacist.pk, **more}
    return Job(name, arguments, kill)


@action(weight=3)
def staff_cancel_an_order(world: World, dice: random.Random, kill: Kill | None) -> None:
    if world.orders:
        world.run(by_staff(world, dice.choice(world.orders), "cancel", kill))


@action(weight=1)
def customer_cancels_and_staff_move_on_at_once(
    world: World, dice: random.Random, kill: Kill | None
) -> None:
    for order in world.orders:
        world.run(*taking_back(world, dice, kill), by_staff(world, order, "move_on"))


def _refund(world: World, dice: random.Random, kill: Kill | None) -> list[Job]:
    """Of the order, a part, the rest, or more than there is."""
    orders = [order for order in world.orders if hasattr(order, "payment_attempt")]
    if not orders:
        return []
    order = dice.choice(orders)
    attempt = order.payment_attempt
    amount = dice.choice([1, 999, attempt.left_minor or 1, attempt.amount_minor + 1])
    return [by_staff(world, order, "refund", kill, amount_minor=amount, reference=_number(dice))]


def _number(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128)))


@action(weight=2)
def staff_pay_a_line_back(world: World, dice: random.Random, kill: Kill | None) -> None:
    """All packs of it, and not the delivery."""
    for order in world.orders[:1]:
        line = dice.choice(list(order.lines.all()))
        wanted = {
            "line_id": line.pk,
            "amount_minor": to_minor(line.line_price_incl_tax, order.currency),
            "reference": _number(dice),
        }
        world.run(by_staff(world, order, "refund", kill, **wanted))


@action(weight=1)
def refund_and_dispatch_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    for order in world.orders[:1]:
        moved = by_staff(world, order, "move_on")
        world.run(moved, *_refund(world, dice, kill))


@action(weight=0)
def staff_pay_a_part_back(world: World, dice: random.Random, kill: Kill | None) -> None:
    reference = _number(dice)
    for order in world.orders:
        world.run(by_staff(world, order, "refund", kill, amount_minor=999, reference=reference))


@action(weight=4)
def staff_pay_money_back(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(*_refund(world, dice, kill))


@action(weight=2)
def staff_double_click_a_refund(world: World, dice: random.Random, kill: Kill | None) -> None:
    for job in _refund(world, dice, kill):
        world.run(job, replace(job, kill=None))


@action(weight=1)
def two_refunds_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(*_refund(world, dice, kill), *_refund(world, dice, None))


@action(weight=1)
def cancellation_and_refund_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    if world.orders:
        cancelled = by_staff(world, dice.choice(world.orders), "cancel", kill)
        world.run(cancelled, *_refund(world, dice, None))


@action(weight=1)
def cancellation_and_command_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    if world.orders:
        cancelled = by_staff(world, dice.choice(world.orders), "cancel", kill)
        world.run(cancelled, command(dice.choice(COMMANDS)))


@action(weight=2)
def an_order_moves_on(world: World, dice: random.Random, kill: Kill | None) -> None:
    orders = [order for order in world.orders if order.status in {"Paid", "Dispensing"}]
    if orders:
        world.run(by_staff(world, dice.choice(orders), "move_on", kill))


@action(weight=1)
def cancellation_and_dispatch_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    orders = [order for order in world.orders if order.status in {"Paid", "Dispensing"}]
    if orders:
        order = dice.choice(orders)
        world.run(by_staff(world, order, "cancel", kill), by_staff(world, order, "move_on"))
