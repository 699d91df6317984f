"""Checks the audit log from its first entry to its last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.audit import live_rows, log
from shop.audit.verification import UnreadableHeads, Verification, parse_heads


class Command(BaseCommand):
    help = "Say which entry of the audit log was changed, moved, put in or taken out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head", type=Path, metavar="FILE", help="what export_audit_head wrote, day by day"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verification = Verification(_heads(options["head"]))
        faults = 0
        for finding in verification.findings():
            faults += 1
            self.stderr.write(finding)
        log.append(
            "audit.verify",
            actor=log.SYSTEM,
            subject=log.Subject("audit", str(verification.last)),
            details={"faults": faults},
        )
        self.stdout.write(f"{verification.last} entries read, {faults} faults")
        if faults:
            live_rows.tell_whom_it_concerns()
            raise SystemExit(1)


def _heads(path: Path | None) -> dict[int, str]:
    if path is None:
        return {}
    try:
        return parse_heads(path.read_text().splitlines())
    except (OSError, UnreadableHeads) as error:
        raise CommandError(f"{path}: {error}") from error
