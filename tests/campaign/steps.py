"""The steps a schedule is made of."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.campaign.actions.registry import ACTIONS, WEIGHTS
from tests.campaign.processes import Kill
from tests.campaign.world import World

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
        world.told.before(world)
        ACTIONS[self.name](world, dice_of(self.seed), self.kill)
        world.told.after(world)


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
