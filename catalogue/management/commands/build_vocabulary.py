"""Write names.tsv, the names of medicines and their substances, from the pinned vocabulary."""

from typing import Any

from django.core.management.base import BaseCommand

from catalogue.vocabulary import building
from catalogue.vocabulary.lexicon import NAMES


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        written = building.text()
        NAMES.write_text(written, encoding="utf-8")
        self.stdout.write(f"{len(written.splitlines())} medicines in {NAMES.name}")
