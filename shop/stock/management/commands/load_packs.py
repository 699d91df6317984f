"""Creates the packs that a medicine's folder lists and the shop does not have yet, their stock as a batch."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalogue.management.commands.load_medicines import folders_named
from catalogue.shelf import load_packs
from shop.datafiles import FilesInvalid
from shop.stock import keeping


class Command(BaseCommand):
    help = "Create missing products and packs; existing titles, prices and stock stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME")

    def handle(self, *_args: Any, names: list[str], **_options: Any) -> None:
        for folder in folders_named(names):
            try:
                done = load_packs(folder)
            except FilesInvalid as invalid:
                raise CommandError(str(invalid)) from invalid
            self.stdout.write("\n".join(done or [f"{folder.name}: nothing to do"]))
        keeping.count_in_first_stock()
