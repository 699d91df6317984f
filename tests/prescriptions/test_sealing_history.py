"""What was written before the audit log came is sealed, gets its entries, and is still sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.site.test_migrations import ROOT, empty_database, manage

__all__ = ["empty_database"]

BEFORE = ("prescriptions", "0003")

# An old shop: one prescription with an answered question whose answer was told to nobody yet.
FILL = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
executor = MigrationExecutor(connection)
apps = executor.loader.project_state([("prescriptions", "0003_sealed_answers")]).apps
user = apps.get_model("accounts", "User").objects.create(email="anna@example.com")
row = apps.get_model("prescriptions", "Prescription").objects.create(
    reference="RX7K9Q", user=user, status="question", answers_json={},
    question="Which dose?", answer="", message="")
Event = apps.get_model("prescriptions", "Event")
Event.objects.create(prescription=row, action="submit", to_status="submitted", by=user,
    told_at=timezone.now())
Event.objects.create(prescription=row, action="ask", to_status="question", by=user,
    registration="Register 1", note="Which dose?")
"""
LOOK = """
import django; django.setup()
import json
from shop.audit.models import Entry
from shop.audit.verification import Verification
from shop.mailing.models import Email
from shop.prescriptions.models import Event, Message, Prescription
print(json.dumps({
    "question": Prescription.objects.get().question,
    "notes": [event.note for event in Event.objects.order_by("pk")],
    "thread": [message.text for message in Message.objects.all()],
    "entries": list(Entry.objects.order_by("sequence").values_list("action", flat=True)),
    "waiting": list(Email.objects.values_list("code", flat=True)),
    "faults": list(Verification({}).findings()),
}))
"""


def python(program: str, database: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "shop.settings.test",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_an_old_shop_is_brought_up_to_date(empty_database: str) -> None:
    built = manage("migrate", *BEFORE, "--verbosity=0", DATABASE_URL=empty_database)
    assert (built.returncode, built.stderr) == (0, "")
    python(FILL, empty_database)

    migrated = manage("migrate", "--verbosity=0", DATABASE_URL=empty_database)

    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert json.loads(python(LOOK, empty_database)) == {
        "question": "Which dose?",
        "notes": ["", "Which dose?"],
        "thread": ["Which dose?"],
        "entries": ["prescription.adopted", "prescription.adopted"],
        "waiting": ["prescription_ask"],
        "faults": [],
    }
