"""How Stripe's webhooks arrive: in any order, again, at the same moment, or never."""

from __future__ import annotations

import http.client
import random

from tests.campaign.actions.customers import coming_back
from tests.campaign.actions.registry import action
from tests.campaign.processes import Job, Kill
from tests.campaign.world import World


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
    jobs = coming_back(world, dice, kill)
    if waiting:
        jobs.append(_hear(world, waiting[-1]))
    if jobs:
        world.run(*jobs)
