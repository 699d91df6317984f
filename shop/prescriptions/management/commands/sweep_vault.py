"""Tidies up after a process that was killed while it stored prescription files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.prescriptions.upkeep.sweep import TooManyStrays, sweep


class Command(BaseCommand):
    help = "Delete sealed files that no prescription names and that are older than an hour."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--most", action="store_true", help="even if most of the files have no row"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            deleted = sweep(most_allowed=options["most"])
        except TooManyStrays as error:
            raise CommandError(
                f"{error}. Nothing was deleted. Is this the database that belongs to the files? "
                "If so, use --most."
            ) from error
        self.stdout.write(f"{deleted} files without a prescription deleted")
