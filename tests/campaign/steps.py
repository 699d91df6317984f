"""The steps a schedule is made of: what people, the network, Stripe and the clock may do."""

from __future__ import annotations

import http.client
import random
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from shop.payments.emulator.faults import Fault
from tests.campaign.processes import Job, Kill
from tests.campaign.world import Customer, World, prescribe
from tests.fulfilment.paying import DECLINES, PAYS, pay_by_card

CHALLENGES = "4000 0000 0000 3220"
HOUR = 3600
DAY = 24 * HOUR
# At which commit a process is to end; most end their work before the last of these.
COMMITS = (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8)


@dataclass(frozen=True)
class Step:
    """One thing that happens; ``seed`` decides everything about it that is left open."""

    name: str
    seed: int
    kill: Kill | None = None

    def take(self, world: World) -> None:
        world.story.append(f"{self.name}")
        ACTIONS[self.name](world, random.Random(self.seed), self.kill)


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


@action(weight=4)
def all_webhooks_arrive(world: World, dice: random.Random, kill: Kill | None) -> None:
    """In order, in reverse or shuffled."""
    waiting = list(world.collect_post())
    dice.choice([lambda each: None, list.reverse, dice.shuffle])(waiting)
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


@action(weight=3)
def cron_runs(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(Job("tidy_up", kill=kill))


@action(weight=1)
def cron_runs_twice_at_once(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.run(Job("tidy_up", kill=kill), Job("tidy_up"))


@action(weight=3)
def time_passes(world: World, dice: random.Random, kill: Kill | None) -> None:
    """The card page lasts a day, a stored reply of Stripe's a day, an authorisation a week."""
    seconds = dice.choice([HOUR, HOUR, 25 * HOUR, 25 * HOUR, 8 * DAY])
    world.advance_clock(seconds)
    world.story.append(f"    {seconds // HOUR} hours")


PATHS = (
    "/v1/checkout/sessions",
    "/v1/checkout/sessions/*",
    "/v1/checkout/sessions/*/expire",
    "/v1/payment_intents/*/capture",
    "/v1/payment_intents/*/cancel",
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


@action(weight=2)
def stripe_is_well_again(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.stripe.faults.clear()


def schedule(dice: random.Random, *, kills: float = 0.4) -> list[Step]:
    """A random story; most begin with somebody who pays."""
    names = ["the customer presses pay", "a good card is entered"] if dice.random() < 0.7 else []
    names += dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=dice.randint(4, 14))
    return [Step(name, dice.getrandbits(32), _kill(dice, kills)) for name in names]


def _kill(dice: random.Random, share: float) -> Kill | None:
    if dice.random() >= share:
        return None
    return Kill(dice.choice(COMMITS), dice.choice(["before", "after"]))
