"""Seals all documents and answers with the newest key, so that older ones can be put away."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from shop.prescriptions.upkeep.rotation import Census, rotate, take_census


class Command(BaseCommand):
    help = (
        "Seal everything with the first key of DOCUMENT_KEYS. May be stopped and started again at "
        "any time; ends with status 1 while anything is sealed with another key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only count what each key has sealed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = [] if options["check"] else self.rotate()
        census = take_census()
        self.show(census)
        for problem in failed or census.unreadable:
            self.stderr.write(problem)
        if failed or census.unreadable or _others(census):
            raise SystemExit(1)

    def rotate(self) -> list[str]:
        rotation = rotate(self.stdout.write)
        self.stdout.write(f"{rotation.resealed} sealed anew, {len(rotation.failed)} not opened")
        return rotation.failed

    def show(self, census: Census) -> None:
        current, *older = settings.DOCUMENT_KEYS
        self.stdout.write(f"Key {current} (the current one) sealed {census.by_key[current]}.")
        for key_id in older:
            if census.by_key[key_id] or census.unreadable:
                self.stdout.write(f"Key {key_id} sealed {census.by_key[key_id]}: keep it.")
            else:
                self.stdout.write(
                    f"Key {key_id} sealed nothing: it may leave DOCUMENT_KEYS. "
                    "Keep it with the backups made until now."
                )
        for key_id in _others(census) - set(older):
            self.stdout.write(f"Key {key_id} sealed {census.by_key[key_id]}, and is not there!")


def _others(census: Census) -> set[str]:
    return set(census.by_key) - {next(iter(settings.DOCUMENT_KEYS))}
