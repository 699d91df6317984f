"""Compares the shop's books with Stripe's, after finishing what can be finished."""

import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shop.payments.answers import GatewayUnavailable, KeyRefused
from shop.settling import reconcile

# An authorisation lasts seven days, so with one more every payment under way is compared.
DAYS = 8


class Command(BaseCommand):
    help = (
        "Finish what is unfinished, take in what Stripe's webhooks missed, and compare both books. "
        "Ends with status 1 when something does not agree or Stripe cannot be reached."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would be done and what differs"
        )
        parser.add_argument(
            "--days", type=int, default=DAYS, help=f"compare payments of so many days ({DAYS})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        since = timezone.now() - datetime.timedelta(days=options["days"])
        run = reconcile.look if options["dry_run"] else reconcile.reconcile
        try:
            report = run(since)
        except KeyRefused as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error
        except GatewayUnavailable as error:
            self.stderr.write(f"Stripe could not be reached: {error}")
            raise SystemExit(1) from error
        for step in report.steps:
            self.stdout.write(step)
        for finding in report.findings:
            self.stderr.write(finding)
        if report.findings:
            raise SystemExit(1)
        self.stdout.write("Everything agrees with Stripe.")
