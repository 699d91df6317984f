"""Confirms who has registered a new second factor, in a pharmacy where no two others could."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from shop.accounts.models import User
from shop.credentials import colleagues


class Command(BaseCommand):
    help = "Give clinical rights back, after you have made sure who registered the new app."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}.")
        try:
            with transaction.atomic():
                colleagues.confirm_from_server(user)
                colleagues.tell_pharmacy(
                    user, "It was confirmed who this is, and the rights are back."
                )
        except colleagues.Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{user.email} has all rights back.")
