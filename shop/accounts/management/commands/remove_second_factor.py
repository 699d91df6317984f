"""Takes a second factor away where nobody is left who could do it in the admin."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.accounts import second_factor
from shop.accounts.models import User
from shop.audit import log


class Command(BaseCommand):
    help = "Take the authenticator app and the recovery codes off an account, and end its sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None or not second_factor.remove(user, actor=log.SYSTEM):
            raise CommandError(f"{options['email']} has no authenticator app.")
        self.stdout.write(f"{user.email} registers an app anew at the next sign-in.")
