"""Checks and loads the clinical content of medicines; never touches prices or stock."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalogue.content import files
from catalogue.content.files import medicine_names, read_medicines
from catalogue.content.loading import load
from shop.datafiles import FilesInvalid


def folders_named(names: list[str]) -> list[Path]:
    """The folders of these medicines, all of them when none is named. Raises CommandError."""
    for name in names:
        if name not in medicine_names():
            raise CommandError(f"There is no medicine “{name}”: {', '.join(medicine_names())}")
    return [files.MEDICINES / name for name in names or medicine_names()]


class Command(BaseCommand):
    help = "Check the medicine folders, then load their content as new versions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME")
        parser.add_argument("--check", action="store_true", help="only check, write nothing")

    def handle(self, *_args: Any, names: list[str], check: bool, **_options: Any) -> None:
        folders = folders_named(names)
        try:
            contents = read_medicines(folders)
        except FilesInvalid as invalid:
            raise CommandError(f"Nothing was loaded.\n{invalid}") from invalid
        if check:
            self.stdout.write(f"{len(folders)} checked, nothing wrong.")
            return
        for loaded in load(contents):
            state = "loaded" if loaded.is_new else "unchanged"
            self.stdout.write(f"{loaded.version}: {state}")
            for change in loaded.changes:
                self.stdout.write(f"  {change}")
            if loaded.version.review_is_overdue():
                day = loaded.version.next_review
                self.stderr.write(f"{loaded.version} was to be reviewed by {day}: ask a pharmacist")
