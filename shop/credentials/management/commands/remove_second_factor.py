"""Takes a second factor away where nobody is left who could do it in the admin."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from shop.accounts.models import User
from shop.audit import log
from shop.credentials import colleagues


class Command(BaseCommand):
    help = "Take the authenticator app and the recovery codes off an account, and end its sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("reason", choices=colleagues.Reason.values)

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}.")
        try:
            with transaction.atomic():
                colleagues.take_factor(user, reason=options["reason"], by=log.SYSTEM)
                colleagues.tell_pharmacy(user, "The second factor was taken away.")
        except colleagues.Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(
            f"{user.email} registers an app anew at the next sign-in. Until it is confirmed who that "
            "was, nothing clinical opens: others do that in the admin, or `confirm_identity` does."
        )
