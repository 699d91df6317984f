"""Says where the audit log ends, in a line to be kept outside the database."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shop.audit.chain import current_head


class Command(BaseCommand):
    help = "Print the time, the number and the digest of the newest audit entry, as one line."

    def handle(self, *args: Any, **options: Any) -> None:
        sequence, digest = current_head()
        self.stdout.write(f"{timezone.now():%Y-%m-%dT%H:%M:%SZ} {sequence} {digest}")
