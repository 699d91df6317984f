"""Stands in the place of Django's command, and says that it was used."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction

from shop.accounts.models import User
from shop.audit import log, states
from shop.credentials import changes


class Command(createsuperuser.Command):
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        before = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in User.objects.filter(is_superuser=True).exclude(pk__in=before):
            states.record(user, "account.superuser", actor=log.SYSTEM)
            changes.record(changes.MADE, user, by=log.SYSTEM, to=[user.email])
