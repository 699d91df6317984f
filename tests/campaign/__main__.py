"""The command line: `python -m tests.campaign`."""

from __future__ import annotations

import argparse
import os
import secrets
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.campaign.settings")

import django

django.setup()

from tests.campaign.campaign import Campaign, database


def main() -> None:
    arguments = _arguments()
    with database() as name:
        print(f"campaign on {name}: seed {arguments.seed}", flush=True)  # noqa: T201
        with Campaign(arguments.seed) as campaign:
            if arguments.only is None:
                campaign.run_stories(arguments.stories)
                campaign.run_random(range(arguments.first, arguments.first + arguments.schedules))
            elif arguments.only.isdigit():
                campaign.run_random([int(arguments.only)])
            else:
                campaign.run_story(arguments.only)
        print(campaign.report(), flush=True)  # noqa: T201
    sys.exit(1 if campaign.failures else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaign",
        description="Random schedules of everything that may go wrong with a payment.",
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--schedules", type=int, default=500, help="random ones, after the stories")
    parser.add_argument("--first", type=int, default=0, help="the number of the first of these")
    parser.add_argument("--stories", type=int, help="so many kills of the stories, not all")
    parser.add_argument("--only", help="the one schedule to run: its number, or its name")
    return parser.parse_args()


if __name__ == "__main__":
    main()
