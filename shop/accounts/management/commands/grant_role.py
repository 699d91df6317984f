"""Gives the first people their roles; afterwards the superintendent does it in the admin."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from shop.accounts import roles
from shop.accounts.models import User
from shop.audit import log, states


class Command(BaseCommand):
    help = "Make an existing account a member of staff with a role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=sorted(roles.MAY_DO))

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}. Sign up first.")
        details = {"granted": options["role"]}
        recorded = states.changing(user, action="account.roles", actor=log.SYSTEM, details=details)
        with transaction.atomic(), recorded:
            roles.create_groups()
            user.is_staff = True
            user.save(update_fields=["is_staff"])
            user.groups.add(Group.objects.get(name=options["role"]))
        self.stdout.write(f"{user.email} is now: {options['role']}")
