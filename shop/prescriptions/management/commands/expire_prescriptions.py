"""Closes approvals that have ended, and reminds of those that end soon."""

from typing import Any

from django.core.management.base import BaseCommand

from shop import days
from shop.prescriptions.upkeep import expiry


class Command(BaseCommand):
    help = "Close approvals whose last day is over; run it every day, at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        closed = expiry.expire_ended()
        ending = expiry.remind_of_ending(today=days.at_pharmacy())
        self.stdout.write(f"{closed} approvals closed, {ending} end soon")
