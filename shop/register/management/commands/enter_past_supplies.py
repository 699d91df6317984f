"""Enters supplies of orders that left without an entry in the register."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.register.past import enter_past_supplies


class Command(BaseCommand):
    help = (
        "Enter into the register what left before there was one. May be stopped and started again "
        "at any time; ends with status 1 when an order could not be entered."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        entered, failed = 0, 0
        for number, count, problem in enter_past_supplies():
            entered += count
            if problem:
                failed += 1
                self.stderr.write(f"order {number}: {problem}")
        self.stdout.write(f"{entered} supplies entered, {failed} orders not")
        if failed:
            raise SystemExit(1)
