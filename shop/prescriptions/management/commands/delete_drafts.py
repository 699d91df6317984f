"""Deletes what was typed into the prescription form long ago and never sent."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.prescriptions import sending


class Command(BaseCommand):
    help = "Delete drafts of prescriptions that nobody touched for DRAFT_DAYS; run it every day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sending.delete_old_drafts()} drafts deleted")
