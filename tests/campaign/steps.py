"""The steps a schedule is made of: what people, the network, Stripe and the clock may do."""

from __future__ import annotations

import http.client
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from shop.payments.emulator import disputes, intents, refunds
from shop.payments.emulator.errors import Refusal
from shop.payments.emulator.faults import Fault
from tests.campaign.processes import Job, Kill
from tests.campaign.world import Customer, World, prescribe
from tests.fulfilment.paying import DECLINES, PAYS, pay_by_card

CHALLENGES = "4000 0000 0000 3220"
HOUR = 3600
DAY = 24 * HOUR
# At which commit a process is to end; most end their work before the last of these.
COMMITS = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8)


def dice_of(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 what happens must be the same again


@dataclass(frozen=True)
class Step:
    """One thing that happens; ``seed`` decides everything about it that is left open."""

    name: str
    seed: int
    kill: Kill | None = None

    def take(self, world: World) -> None:
        world.story.append(f"{self.name}")
        ACTIONS[self.name](world, dice_of(self.seed), self.kill)


Action = Callable[[World, random.Random, "Kill | None"], None]
ACTIONS: dict[str, Action] = {}
WEIGHTS: dict[str, int] = {}


def action(*, weight: int) -> Callable[[Action], Action]:
    def register(act: Action) -> Action:
        name = act.__name__.replace("_", " ")
        ACTIONS[name], WEIGHTS[name] = act, weight
        return act

    return register


def _press_pay(customer: Customer, kill: Kill | None = None) -> Job:
    arguments = {"user_id": customer.user.pk, "basket_id": customer.basket.pk}
    return Job("press_pay", arguments, kill)


def _remember_page(customer: Customer, location: str | None) -> None:
    if location and location.startswith("http"):
        customer.card_pages.append(location)


@action(weight=12)
def the_customer_presses_pay(world: World, dice: random.Random, kill: Kill | None) -> None:
    customer = dice.choice(world.customers)
    [done] = world.run(_press_pay(customer, kill))
    _remember_page(customer, done.value)


@action(weight=0)
def everybody_presses_pay(world: World, dice: random.Random, kill: Kill | None) -> None:
    for customer in world.customers:
        [done] = world.run(_press_pay(customer))
        _remember_page(customer, done.value)


@action(weight=2)
def the_customer_double_clicks_pay(world: World, dice: random.Random, kill: Kill | None) -> None:
    customer = dice.choice(world.customers)
    for done in world.run(_press_pay(customer, kill), _press_pay(customer)):
        _remember_page(customer, done.value)


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
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{parts.path}/3d-secure", urlencode({"outcome": outcome}), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _come_back(world: World, dice: random.Random, kill: Kill | None) -> list[Job]:
    customer = dice.choice(world.customers)
    attempts = customer.attempts
    if not attempts:
        return []
    attempt = attempts[-1] if dice.random() < 0.8 else dice.choice(attempts)
    arguments = {"user_id": customer.user.pk, "reference": str(attempt.reference)}
    return [Job("come_back", arguments, kill)]


@action(weight=7)
def the_customer_comes_back(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(*_come_back(world, dice, kill))


def _hear(world: World, event_id: str, kill: Kill | None = None) -> Job:
    return Job("hear", {"body": world.letter(event_id)}, kill)


def _deliver(world: World, event_id: str, kill: Kill | None) -> None:
    [done] = world.run(_hear(world, event_id, kill))
    if done.value == http.client.OK and event_id in world.undelivered:
        world.undelivered.remove(event_id)


@action(weight=8)
def a_webhook_arrives(world: World, dice: random.Random, kill: Kill | None) -> None:
    """The oldest, the newest or any; when the shop does not answer 200 it will come again."""
    waiting = world.collect_post()
    if waiting:
        _deliver(world, dice.choice([waiting[0], waiting[-1], dice.choice(waiting)]), kill)


@action(weight=0)
def the_webhook_of_the_payment_arrives(
    world: World, dice: random.Random, kill: Kill | None
) -> None:
    store = world.stripe.store
    for event_id in world.collect_post():
        if store.get("event", event_id)["type"] == "checkout.session.completed":
            _deliver(world, event_id, kill)
            return


@action(weight=0)
def the_newest_webhook_arrives(world: World, dice: random.Random, kill: Kill | None) -> None:
    waiting = world.collect_post()
    if waiting:
        _deliver(world, waiting[-1], kill)


@action(weight=4)
def all_webhooks_arrive(world: World, dice: random.Random, kill: Kill | None) -> None:
    """In order, in reverse or shuffled."""
    waiting = list(world.collect_post())
    order = dice.choice(["sent", "reversed", "shuffled"])
    if order == "reversed":
        waiting.reverse()
    elif order == "shuffled":
        dice.shuffle(waiting)
    for number, event_id in enumerate(waiting):
        _deliver(world, event_id, kill if number == 0 else None)


@action(weight=2)
def a_webhook_arrives_twice_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    waiting = world.collect_post()
    if waiting:
        event_id = dice.choice(waiting)
        world.run(_hear(world, event_id, kill), _hear(world, event_id))


@action(weight=1)
def an_old_webhook_arrives_again(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.collect_post()
    delivered = sorted(world.known_events - set(world.undelivered))
    if delivered:
        world.run(_hear(world, dice.choice(delivered), kill))


@action(weight=2)
def a_webhook_is_lost(world: World, dice: random.Random, kill: Kill | None) -> None:
    waiting = world.collect_post()
    if waiting:
        waiting.remove(dice.choice(waiting))


@action(weight=3)
def webhook_and_customer_arrive_at_once(
    world: World, dice: random.Random, kill: Kill | None
) -> None:
    waiting = world.collect_post()
    jobs = _come_back(world, dice, kill)
    if waiting:
        jobs.append(_hear(world, waiting[-1]))
    if jobs:
        world.run(*jobs)


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


@action(weight=2)
def a_price_changes(world: World, dice: random.Random, kill: Kill | None) -> None:
    record = dice.choice(world.packs()).stockrecords.get()
    record.price += dice.choice([-1, 1])
    record.save()


def _withdraw(world: World, dice: random.Random, kill: Kill | None) -> Job:
    prescription = dice.choice(dice.choice(world.customers).prescriptions)
    arguments = {"prescription_id": prescription.pk, "pharmacist_id": world.pharmacist.pk}
    return Job("withdraw", arguments, kill)


@action(weight=2)
def the_approval_is_withdrawn(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(_withdraw(world, dice, kill))


@action(weight=1)
def withdrawal_and_return_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(_withdraw(world, dice, None), *_come_back(world, dice, kill))


@action(weight=2)
def another_prescription_is_approved(world: World, dice: random.Random, kill: Kill | None) -> None:
    prescribe(dice.choice(world.customers), world.medicine, world.pharmacist, supplies=1)


def command(name: str, kill: Kill | None = None) -> Job:
    return Job("command", {"name": name}, kill)


COMMANDS = ("finish_pending", "reconcile_payments")


@action(weight=3)
def pending_payments_are_finished(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(command("finish_pending", kill))


@action(weight=3)
def the_books_are_reconciled(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(command("reconcile_payments", kill))


@action(weight=2)
def two_commands_run_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(command(dice.choice(COMMANDS), kill), command(dice.choice(COMMANDS)))


@action(weight=3)
def time_passes(world: World, dice: random.Random, kill: Kill | None) -> None:
    """The card page lasts a day, a stored reply of Stripe's a day, an authorisation a week."""
    seconds = dice.choice([HOUR, HOUR, 25 * HOUR, 25 * HOUR, 8 * DAY])
    world.advance_clock(seconds)
    world.story.append(f"    {seconds // HOUR} hours")


def _staff(world: World, order: Any, name: str, kill: Kill | None = None, **more: Any) -> Job:
    arguments = {"order_id": order.pk, "staff_id": world.pharmacist.pk, **more}
    return Job(name, arguments, kill)


@action(weight=3)
def staff_cancel_an_order(world: World, dice: random.Random, kill: Kill | None) -> None:
    if world.orders:
        world.run(_staff(world, dice.choice(world.orders), "cancel", kill))


def _cancel_own(world: World, dice: random.Random, kill: Kill | None) -> list[Job]:
    if not world.orders:
        return []
    order = dice.choice(world.orders)
    arguments = {"user_id": order.user_id, "order_number": order.number}
    return [Job("cancel_own", arguments, kill)]


@action(weight=2)
def the_customer_cancels_the_order(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(*_cancel_own(world, dice, kill))


@action(weight=1)
def customer_cancels_and_staff_move_on_at_once(
    world: World, dice: random.Random, kill: Kill | None
) -> None:
    for order in world.orders:
        world.run(*_cancel_own(world, dice, kill), _staff(world, order, "move_on"))


def _refund(world: World, dice: random.Random, kill: Kill | None) -> list[Job]:
    """Of the order, a part, the rest, or more than there is."""
    orders = [order for order in world.orders if hasattr(order, "payment_attempt")]
    if not orders:
        return []
    order = dice.choice(orders)
    attempt = order.payment_attempt
    amount = dice.choice([1, 999, attempt.left_minor or 1, attempt.amount_minor + 1])
    reference = str(uuid.UUID(int=dice.getrandbits(128)))
    return [_staff(world, order, "refund", kill, amount_minor=amount, reference=reference)]


@action(weight=0)
def staff_pay_a_part_back(world: World, dice: random.Random, kill: Kill | None) -> None:
    reference = str(uuid.UUID(int=dice.getrandbits(128)))
    for order in world.orders:
        world.run(_staff(world, order, "refund", kill, amount_minor=999, reference=reference))


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
        cancelled = _staff(world, dice.choice(world.orders), "cancel", kill)
        world.run(cancelled, *_refund(world, dice, None))


@action(weight=1)
def cancellation_and_command_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    if world.orders:
        cancelled = _staff(world, dice.choice(world.orders), "cancel", kill)
        world.run(cancelled, command(dice.choice(COMMANDS)))


@action(weight=2)
def an_order_moves_on(world: World, dice: random.Random, kill: Kill | None) -> None:
    orders = [order for order in world.orders if order.status in {"Paid", "Dispensing"}]
    if orders:
        world.run(_staff(world, dice.choice(orders), "move_on", kill))


@action(weight=1)
def cancellation_and_dispatch_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    orders = [order for order in world.orders if order.status in {"Paid", "Dispensing"}]
    if orders:
        order = dice.choice(orders)
        world.run(_staff(world, order, "cancel", kill), _staff(world, order, "move_on"))


def _at_stripe(world: World, do: Callable[[Any], object]) -> None:
    """Somebody does something in Stripe's own dashboard, which may refuse."""
    try:
        with world.stripe.store.lock:
            do(world.stripe.store)
    except Refusal as refusal:
        world.story.append(f"    Stripe refuses: {refusal}")


def _any(store: Any, kind: str, dice: random.Random, **wanted: Any) -> Any:
    found = [
        each
        for each in store.all(kind)
        if all(each[name] == value for name, value in wanted.items())
    ]
    if not found:
        raise Refusal(404, f"there is no {kind}")
    return dice.choice(found)


@action(weight=3)
def money_is_paid_back_at_stripe(world: World, dice: random.Random, kill: Kill | None) -> None:
    def pay_back(store: Any) -> None:
        charge = _any(store, "charge", dice, captured=True)
        amount = dice.choice([None, 1, 500])
        refunds.create(store, charge, {"amount": amount, "reason": None, "metadata": {}})

    _at_stripe(world, pay_back)


@action(weight=2)
def a_bank_sends_a_refund_back(world: World, dice: random.Random, kill: Kill | None) -> None:
    _at_stripe(
        world,
        lambda store: refunds.fail(
            store, _any(store, "refund", dice, status="succeeded"), reason="declined"
        ),
    )


@action(weight=3)
def a_charge_is_disputed(world: World, dice: random.Random, kill: Kill | None) -> None:
    _at_stripe(
        world,
        lambda store: disputes.create(
            store, _any(store, "charge", dice, captured=True), amount=None, reason="fraudulent"
        ),
    )


@action(weight=2)
def a_dispute_is_answered(world: World, dice: random.Random, kill: Kill | None) -> None:
    _at_stripe(world, lambda store: disputes.answer(store, _any(store, "dispute", dice)))


@action(weight=3)
def a_dispute_is_decided(world: World, dice: random.Random, kill: Kill | None) -> None:
    outcome = dice.choice(disputes.OUTCOMES)
    _at_stripe(
        world, lambda store: disputes.close(store, _any(store, "dispute", dice), outcome=outcome)
    )


@action(weight=1)
def an_authorisation_is_captured_at_stripe(
    world: World, dice: random.Random, kill: Kill | None
) -> None:
    _at_stripe(
        world,
        lambda store: intents.capture(
            store, _any(store, "payment_intent", dice, status="requires_capture"), None
        ),
    )


@action(weight=1)
def an_authorisation_is_released_at_stripe(
    world: World, dice: random.Random, kill: Kill | None
) -> None:
    _at_stripe(
        world,
        lambda store: intents.cancel(
            store, _any(store, "payment_intent", dice, status="requires_capture"), reason=None
        ),
    )


@action(weight=0)
def a_week_passes(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.advance_clock(8 * DAY)


PATHS = (
    "/v1/checkout/sessions",
    "/v1/checkout/sessions/*",
    "/v1/checkout/sessions/*/expire",
    "/v1/payment_intents/*/capture",
    "/v1/payment_intents/*/cancel",
    "/v1/payment_intents/*",
    "/v1/refunds",
    "/v1/disputes",
    "/v1/events",
    "*",
)


@action(weight=7)
def stripe_will_fail(world: World, dice: random.Random, kill: Kill | None) -> None:
    fault = Fault(
        path=dice.choice(PATHS),
        when=dice.choice(["before", "after"]),
        status=dice.choice([None, None, 500, 500, 429, 409, 503]),
        times=dice.choice([1, 1, 2, 5]),
    )
    world.stripe.faults.add(fault)
    world.story.append(f"    {fault}")


@action(weight=0)
def captures_will_fail(world: World, dice: random.Random, kill: Kill | None) -> None:
    """A fault that Stripe keeps under the key of the call."""
    world.stripe.faults.add(Fault("/v1/payment_intents/*/capture", status=500))


@action(weight=2)
def stripe_is_well_again(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.stripe.faults.clear()


AUTHORISED = ("the customer presses pay", "a good card is entered")
BEGINNINGS = ((), AUTHORISED, AUTHORISED, (*AUTHORISED, "all webhooks arrive"))


def schedule(dice: random.Random, *, kills: float = 0.4) -> list[Step]:
    """A random story; most begin with somebody who pays."""
    names = list(dice.choice(BEGINNINGS))
    names += dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=dice.randint(4, 16))
    return [Step(name, dice.getrandbits(32), _kill(dice, kills)) for name in names]


def _kill(dice: random.Random, share: float) -> Kill | None:
    if dice.random() >= share:
        return None
    return Kill(dice.choice(COMMITS), dice.choice(["before", "after"]))
