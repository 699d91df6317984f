"""Sends the messages that have not gone out yet."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shop.mailing import outbox
from shop.mailing.models import Email


class Command(BaseCommand):
    help = "Send waiting messages; end with status 1 while some need a person's decision."

    def handle(self, *args: Any, **options: Any) -> None:
        tried = outbox.send_waiting()
        needing = Email.objects.needing_a_look(timezone.now()).count()
        self.stdout.write(f"{tried} messages tried")
        if needing:
            self.stderr.write(f"{needing} messages may not have arrived: see /admin/mailing/email/")
            raise SystemExit(1)
