"""Lets the log know a row that was written past the shop, after somebody has found out why."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from shop.audit import log, states
from shop.audit.states import Kind

LONGEST_REASON = 200


class Command(BaseCommand):
    help = "Take a row as it stands for right, which verify_audit names; with the reason, no names in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(kind.subject for kind in states.kinds()))
        parser.add_argument("key", help="as verify_audit names the row")
        parser.add_argument("reason")

    @transaction.atomic
    def handle(self, *args: Any, kind: str, key: str, reason: str, **options: Any) -> None:
        [known] = [each for each in states.kinds() if each.subject == kind]
        row = self._row(known, key)
        if states.is_known(row):
            raise CommandError("The log knows this row as it stands.")
        details = {"reason": reason[:LONGEST_REASON]}
        states.record(row, f"{kind}.accept", actor=log.SYSTEM, details=details)
        self.stdout.write(f"The {kind} {key} is right as it stands, says the log from now on.")

    def _row(self, kind: Kind, key: str) -> Any:
        rows = kind.rows.filter(**{kind.key: key}) if kind.may_name(key) else kind.rows.none()
        row = rows.first()
        if row is None:
            raise CommandError(f"There is no {kind.subject} {key}.")
        return row
