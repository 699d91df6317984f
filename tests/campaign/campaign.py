"""Runs schedules, settles what they left, checks every rule, and reports."""

from __future__ import annotations

import gc
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

from django.db import connection, connections
from django.test.utils import setup_test_environment

from tests.campaign.actions.outside import HOUR
from tests.campaign.actions.pharmacy import COMMANDS, command
from tests.campaign.commits import When
from tests.campaign.invariants import violations
from tests.campaign.processes import Done, InThisProcess, Job, Kill, Shop
from tests.campaign.steps import Step, dice_of, schedule
from tests.campaign.stories import STORIES, Story
from tests.campaign.world import Cast, Stage, World, any_cast

SIDES: tuple[When, ...] = ("before", "after")
WARM_UP = (
    "the customer presses pay",
    "a good card is entered",
    "all webhooks arrive",
    "the customer comes back",
    "the books are reconciled",
    "staff pay a part back",
    "the approval is withdrawn",
)


@contextmanager
def database() -> Iterator[str]:
    """An empty database of the campaign's own."""
    setup_test_environment()
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield connection.vendor
    finally:
        connections.close_all()
        connection.creation.destroy_test_db(before, verbosity=0)


class Campaign:
    """Schedules of one seed; ``failures`` are texts with all that is needed to see them again."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.failures: list[str] = []
        self.schedules = 0
        self.jobs = 0
        self.orders = 0
        self.seen: Counter[str] = Counter()
        self.killed: Counter[tuple[str, str]] = Counter()
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        self._stage = Stage()
        _warm_up(self._stage)
        connections.close_all()
        gc.freeze()
        self._shop = Shop()
        return self

    def __exit__(self, *_: object) -> None:
        self._shop.close()

    def run_random(self, numbers: Iterable[int]) -> None:
        """Seed and number decide all of a schedule, but not who is first of two at once."""
        for number in numbers:
            if number % 100 == 0:
                print(f"schedule {number}", flush=True)  # noqa: T201
            dice = dice_of(f"{self.seed}-{number}")
            self.run(f"{self.seed}-{number}", any_cast(dice), schedule(dice), dice)

    def run_stories(self, most: int | None = None) -> None:
        """Tell each story again for each of its commits, with a process that ends there."""
        if most == 0:
            return
        names = [kill for name in STORIES for kill in self._kills_in(name)]
        if most is not None and most < len(names):
            names = dice_of(f"stories-{self.seed}").sample(names, most)
        for name in names:
            self.run_story(name)

    def run_story(self, name: str) -> None:
        """Tell one story, with the kill that its name ends in."""
        if name in STORIES:
            self._tell(name, STORIES[name])
            return
        story, place, commit, when = name.rsplit("-", 3)
        kill = Kill(int(commit), "before" if when == "before" else "after")
        steps = [
            replace(step, kill=kill) if number == int(place) else step
            for number, step in enumerate(STORIES[story].steps)
        ]
        self._tell(name, STORIES[story], steps)

    def _kills_in(self, name: str) -> list[str]:
        """The story's name with the place of a step, its commit, and the side of it."""
        story = STORIES[name]
        kills = [
            f"{name}-{place}-{commit + 1}-{when}"
            for place, done in enumerate(self._tell(name, story))
            if story.may_be_killed_at(place)
            for commit in range(len(done[0].sites) if done else 0)
            for when in SIDES
        ]
        if not kills:
            self._fail(f"story {name}\nVIOLATIONS\nnothing was committed: it is not told any more")
        return kills

    def _tell(self, name: str, story: Story, steps: list[Step] | None = None) -> list[list[Done]]:
        return self.run(name, story.cast, steps or story.steps, dice_of("settling"))

    def run(
        self, name: str, cast: Cast, steps: list[Step], dice: random.Random
    ) -> list[list[Done]]:
        """Run a schedule to its end and judge it; what became of the jobs of each step."""
        done: list[list[Done]] = []
        with self._stage.world(name, cast, shop=self._shop) as world:
            for step in steps:
                before = len(world.done)
                step.take(world)
                done.append(world.done[before:])
            settle_everything(world, dice)
            self._judge(name, world)
        return done

    def _judge(self, name: str, world: World) -> None:
        self.schedules += 1
        self.jobs += len(world.done)
        self.orders += len(world.orders)
        for done in world.done:
            self.seen.update(done.sites)
            if done.killed and done.job.kill:
                self.killed[done.sites[-1], done.job.kill.when] += 1
        broken = violations(world)
        if broken:
            self._fail("\n".join([f"schedule {name}", *world.story, "VIOLATIONS", *broken]))

    def _fail(self, text: str) -> None:
        self.failures.append(text)
        print(text, flush=True)  # noqa: T201

    def report(self) -> str:
        """What was done, in figures."""
        seconds = time.monotonic() - self._started
        never = [
            f"  never killed {when}: {site} (seen {count} times)"
            for site, count in self.seen.items()
            for when in SIDES
            if not self.killed[site, when]
        ]
        sides = (
            f"{len(self.killed)} of {2 * len(self.seen)} sides of {len(self.seen)} commit points"
        )
        figures = [
            f"{self.schedules} schedules, {self.jobs} calls of the shop, {self.orders} orders",
            f"{sum(self.killed.values())} shop processes killed, at {sides}",
            f"{len(self.failures)} schedules with violations; {seconds:.0f} s",
        ]
        return "\n".join([*never, *figures])


def settle_everything(world: World, dice: random.Random) -> None:
    """Stripe is well, the post comes or does not, and cron runs, today and the day after."""
    world.stripe.faults.clear()
    world.story.append("SETTLING")
    if dice.random() < 0.5:
        waiting = list(world.collect_post())
        dice.shuffle(waiting)
        for event_id in waiting:
            world.run(Job("hear", {"body": world.letter(event_id)}))
    for _ in range(2):
        for name in COMMANDS:
            world.run(command(name))
        world.advance_clock(25 * HOUR)
    [last] = world.run(command("reconcile_payments"))
    world.is_reconciled = last.value == 0


def _warm_up(stage: Stage) -> None:
    """Load here what a first request loads, so that no forked process has to."""
    with stage.world("warm-up", Cast(), shop=InThisProcess()) as world:
        for name in WARM_UP:
            Step(name, seed=0).take(world)
