"""Finishes what an interrupted request, a closed browser or a silent Stripe left open."""

from typing import Any

from django.core.management.base import BaseCommand

from shop.mailing import outbox
from shop.payments.models import PaymentAttempt
from shop.review import signatures
from shop.settling import following, telling
from shop.settling.settle import settle_quietly
from shop.tasks import services as tasks


class Command(BaseCommand):
    help = "Settle open payments and send waiting messages; run it every few minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        pending = list(PaymentAttempt.objects.unfinished())
        unsettled = sum(not settle_quietly(attempt) for attempt in pending)
        following.catch_up()
        telling.bring_up_to_date()
        signatures.open_due_reviews()
        tasks.remind()
        sent = outbox.send_waiting()
        self.stdout.write(f"{len(pending)} payments looked at, {sent} messages tried")
        if unsettled:
            self.stderr.write(
                f"{unsettled} payments could not be settled: Stripe could not be reached, or the "
                "dashboard says why under Payments"
            )
            raise SystemExit(1)
