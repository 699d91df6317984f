"""What may happen in a schedule, by name, and how often."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.campaign.processes import Kill
from tests.campaign.world import World

Action = Callable[[World, random.Random, Kill | None], None]


ACTIONS: dict[str, Action] = {}


WEIGHTS: dict[str, int] = {}


def action(*, weight: int) -> Callable[[Action], Action]:
    def register(act: Action) -> Action:
        name = act.__name__.replace("_", " ")
        ACTIONS[name], WEIGHTS[name] = act, weight
        return act

    return register
