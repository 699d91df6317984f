"""Looks after parcels that should be there by now."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.order import parcels


class Command(BaseCommand):
    help = "Open a task for each late parcel, and close what is long past; run it every day."

    def handle(self, *args: Any, **options: Any) -> None:
        asked, done = parcels.follow()
        self.stdout.write(f"{asked} late parcels are asked about, {done} count as delivered")
