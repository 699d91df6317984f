"""Every day: writes off what has expired, holds what ends too soon, and compares the numbers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shop.stock import agreeing, keeping


class Command(BaseCommand):
    help = (
        "Write off expired batches, hold those that end too soon, and compare batches with stock."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        expired, short = keeping.tidy()
        self.stdout.write(f"{expired} batches expired, {short} end too soon")
        if found := list(agreeing.differences()):
            raise CommandError("\n".join(found))
