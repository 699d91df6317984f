"""Stands in the place of Django's command, which sets anybody's password in silence."""

from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse


class Command(BaseCommand):
    help = "Sets no password: says where its owner gets a link to choose one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?")

    def handle(self, *args: Any, **options: Any) -> NoReturn:
        address = f"{settings.SITE_URL}{reverse('account_reset_password')}"
        raise CommandError(f"Nobody sets another's password. They get a link at {address}")
