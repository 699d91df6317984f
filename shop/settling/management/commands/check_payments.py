"""Asks the configured Stripe account whether it is as the shop needs it."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.payments.answers import GatewayUnavailable, KeyRefused
from shop.settling import account


class Command(BaseCommand):
    help = (
        "Say line by line what is right about the Stripe account: the key and its permissions, the "
        "webhook, the API version, the clock, the currency, the capture. Changes nothing there. Ends "
        "with status 1 when something is wrong."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wrong = sum(self._say(line) for line in account.look())
        except KeyRefused as refusal:
            self.stderr.write(f"WRONG: {refusal}")
            raise SystemExit(1) from refusal
        except GatewayUnavailable as error:
            self.stderr.write(f"Stripe could not be reached: {error}")
            raise SystemExit(1) from error
        if wrong:
            self.stderr.write(f"{wrong} wrong: see “Stripe” in docs/runbook.md")
            raise SystemExit(1)

    def _say(self, line: account.Line) -> bool:
        self.stdout.write(f"{line.verdict:<8}  {line.words}")
        return line.verdict == account.Verdict.WRONG
