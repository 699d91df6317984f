"""What customers do: pay, come back, change the cart, take an order back."""

from __future__ import annotations

import http.client
import random
from urllib.parse import urlencode, urlsplit

from shop.patients.models import Patient
from tests.campaign.actions.registry import action
from tests.campaign.processes import Done, Job, Kill
from tests.campaign.world import Customer, World
from tests.settling.paying import DECLINES, PAYS, pay_by_card

CHALLENGES = "4000 0000 0000 3220"


def _whom(world: World, customer: Customer, dice: random.Random) -> Patient:
    """Somebody who is still on the customer's list: the page offers nobody else."""
    removed = world.told.removed(world)
    return dice.choice([each for each in customer.patients if each.pk not in removed])


def _press_pay(customer: Customer, patient: Patient, kill: Kill | None = None) -> Job:
    arguments = {
        "user_id": customer.user.pk,
        "old_form": customer.form,
        "patient": patient.key,
        "house": customer.house,
    }
    return Job("press_pay", arguments, kill)


def _remember(world: World, customer: Customer, patient: Patient, done: Done) -> None:
    world.told.pressed(customer.user.pk, patient.pk)
    if done.value:
        location, customer.form = done.value
        if location.startswith("http"):
            customer.card_pages.append(location)


@action(weight=12)
def the_customer_presses_pay(world: World, dice: random.Random, kill: Kill | None) -> None:
    customer = dice.choice(world.customers)
    patient = _whom(world, customer, dice)
    [done] = world.run(_press_pay(customer, patient, kill))
    _remember(world, customer, patient, done)


@action(weight=0)
def everybody_presses_pay(world: World, dice: random.Random, kill: Kill | None) -> None:
    for customer in world.customers:
        patient = customer.patients[0]
        [done] = world.run(_press_pay(customer, patient))
        _remember(world, customer, patient, done)


@action(weight=2)
def the_customer_double_clicks_pay(world: World, dice: random.Random, kill: Kill | None) -> None:
    customer = dice.choice(world.customers)
    patient = _whom(world, customer, dice)
    for done in world.run(_press_pay(customer, patient, kill), _press_pay(customer, patient)):
        _remember(world, customer, patient, done)


def _at_card_page(world: World, dice: random.Random, number: str) -> str:
    """Enter a card on the newest card page, or now and then on an older one; the page's address."""
    customers = [customer for customer in world.customers if customer.card_pages]
    if not customers:
        world.story.append("    nobody has a card page")
        return ""
    pages = dice.choice(customers).card_pages
    page = pages[-1] if dice.random() < 0.8 else dice.choice(pages)
    world.story.append(f"    card page answers {pay_by_card(page, number)}")
    return page


@action(weight=10)
def a_good_card_is_entered(world: World, dice: random.Random, kill: Kill | None) -> None:
    _at_card_page(world, dice, PAYS)


@action(weight=0)
def everybody_enters_a_good_card(world: World, dice: random.Random, kill: Kill | None) -> None:
    for customer in world.customers:
        pay_by_card(customer.card_pages[-1], PAYS)


@action(weight=2)
def a_declined_card_is_entered(world: World, dice: random.Random, kill: Kill | None) -> None:
    _at_card_page(world, dice, DECLINES)


@action(weight=2)
def a_card_is_challenged(world: World, dice: random.Random, kill: Kill | None) -> None:
    page = _at_card_page(world, dice, CHALLENGES)
    if page:
        outcome = dice.choice(["complete", "complete", "fail"])
        world.story.append(f"    3-D Secure {outcome} answers {_answer_challenge(page, outcome)}")


def _answer_challenge(page: str, outcome: str) -> int:
    parts = urlsplit(page)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{parts.path}/3d-secure", urlencode({"outcome": outcome}), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def coming_back(world: World, dice: random.Random, kill: Kill | None) -> list[Job]:
    customer = dice.choice(world.customers)
    attempts = customer.attempts
    if not attempts:
        return []
    attempt = attempts[-1] if dice.random() < 0.8 else dice.choice(attempts)
    arguments = {"user_id": customer.user.pk, "reference": str(attempt.reference)}
    return [Job("come_back", arguments, kill)]


@action(weight=7)
def the_customer_comes_back(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(*coming_back(world, dice, kill))


@action(weight=4)
def the_customer_changes_the_cart(world: World, dice: random.Random, kill: Kill | None) -> None:
    basket = dice.choice(world.customers).basket
    packs = world.packs()
    change = dice.choice(["add", "add", "swap", "empty"])
    if change != "add":
        basket.flush()
    if change != "empty":
        basket.add_product(dice.choice(packs), 1)
    world.story.append(f"    {change}")


@action(weight=0)
def another_pack_is_put_into_the_cart(world: World, dice: random.Random, kill: Kill | None) -> None:
    for customer in world.customers:
        customer.basket.add_product(world.packs()[0], 1)


@action(weight=2)
def a_new_cart_is_filled(world: World, dice: random.Random, kill: Kill | None) -> None:
    basket = dice.choice(world.customers).basket
    if not basket.all_lines():
        basket.add_product(dice.choice(world.packs()), 1)


def taking_back(world: World, dice: random.Random, kill: Kill | None) -> list[Job]:
    if not world.orders:
        return []
    order = dice.choice(world.orders)
    arguments = {"user_id": order.user_id, "order_number": order.number}
    return [Job("cancel_own", arguments, kill)]


@action(weight=2)
def the_customer_cancels_the_order(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(*taking_back(world, dice, kill))


@action(weight=2)
def the_address_changes(world: World, dice: random.Random, kill: Kill | None) -> None:
    """In the book; what is on its way goes where it was to go."""
    dice.choice(world.customers).house += 1


@action(weight=2)
def the_answers_change(world: World, dice: random.Random, kill: Kill | None) -> None:
    patient = dice.choice(dice.choice(world.customers).patients)
    medicines = dice.choice(["none", "ramipril, levodopa", "ciprofloxacin"])
    arguments = {"patient_id": patient.pk, "medicines": medicines}
    world.run(Job("change_answers", arguments, kill))


@action(weight=1)
def a_patient_is_removed(world: World, dice: random.Random, kill: Kill | None) -> None:
    """Of an account that has another one."""
    patients = dice.choice(world.customers).patients
    if len(patients) > 1:
        world.run(Job("remove_patient", {"patient_id": patients[-1].pk}, kill))
