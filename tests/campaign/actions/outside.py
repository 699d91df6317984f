"""What happens at Stripe, at the banks, and to the clock."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from shop.demo.stripe import disputes, intents, refunds
from shop.demo.stripe.errors import Refusal
from shop.demo.stripe.faults import Fault
from tests.campaign.actions.registry import action
from tests.campaign.processes import Kill
from tests.campaign.world import World

HOUR = 3600


DAY = 24 * HOUR
# In the identifiers of what is somebody else's in the pharmacy's account.
FOREIGN = "of_others"


@action(weight=3)
def time_passes(world: World, dice: random.Random, kill: Kill | None) -> None:
    """The card page lasts a day, a stored reply of Stripe's a day, an authorisation a week."""
    seconds = dice.choice([HOUR, HOUR, 25 * HOUR, 25 * HOUR, 8 * DAY])
    world.advance_clock(seconds)
    world.story.append(f"    {seconds // HOUR} hours")


@action(weight=0)
def a_week_passes(world: World, dice: random.Random, kill: Kill | None) -> None:
    world.advance_clock(8 * DAY)


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
def somebody_else_is_paid(world: World, dice: random.Random, kill: Kill | None) -> None:
    """A payment of another business of the pharmacy's, in the same account and taken at once."""

    def pay(store: Any) -> None:
        ours = _any(store, "payment_intent", dice)
        theirs = {"metadata": {}, "capture_method": "automatic", "status": "succeeded"}
        number = len(store.all("payment_intent"))
        charge = store.get("charge", ours["latest_charge"]) if ours["latest_charge"] else None
        intent = {**ours, **theirs, "id": f"pi_{FOREIGN}_{number}", "latest_charge": None}
        if charge:
            intent["latest_charge"] = f"ch_{FOREIGN}_{number}"
            about = {"id": intent["latest_charge"], "payment_intent": intent["id"]}
            store.charged_cards[about["id"]] = store.charged_cards[charge["id"]]
            store.add({**charge, **about, "metadata": {}})
            store.emit("charge.succeeded", store.get("charge", intent["latest_charge"]))
        store.add(intent)
        store.emit("payment_intent.succeeded", intent)

    _at_stripe(world, pay)


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
