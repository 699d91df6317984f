"""A new database is built by the real migrations, which the other tests leave out to save time.

On SQLite it is `make run` that builds it, in `test_setup.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "built_by_migrations"


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments, "--settings=shop.settings.test"],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def empty_database(transactional_db: None) -> Iterator[str]:
    """The address of a new database."""
    name = f"{connection.settings_dict['NAME']}_{NAME}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
    yield postgres_address(name)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)}")


def postgres_address(name: str) -> str:
    known = connection.settings_dict
    password = f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{password}@{known['HOST']}:{known['PORT']}/{name}"


@pytest.mark.slow(seconds=40)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="`make run` builds one on SQLite")
def test_migrations_build_a_new_database(empty_database: str) -> None:
    built = manage("migrate", "--verbosity=0", DATABASE_URL=empty_database)

    assert (built.returncode, built.stderr) == (0, "")
    check_all_is_migrated(empty_database)
    check_rows_of_an_older_shop_are_adopted(empty_database)


def check_all_is_migrated(database: str) -> None:
    again = manage("migrate", "--check", "--verbosity=0", DATABASE_URL=database)
    checked = manage("check", "--database=default", DATABASE_URL=database)

    assert (again.returncode, again.stderr) == (0, "")
    assert checked.returncode == 0


# As a shop left them that held none of these to its log; and one recorded before the migration is applied.
OLDER = """
from django.db.migrations.recorder import MigrationRecorder
from shop.accounts.models import User, sign_in_recorded
from shop.audit import log
from shop.basket.models import Basket
from shop.payments.models import PaymentAttempt
from shop.prescriptions.models import Prescription
MigrationRecorder.Migration.objects.filter(app="audit", name__startswith="0002").delete()
old, new = User.objects.bulk_create(User(email=f"{name}@example.com", password="!") for name in "on")
sign_in_recorded(new, by=log.SYSTEM)
Prescription.objects.create(user=old, status="submitted", answers_json={})
Prescription.objects.create(user=new, status="draft", answers_json={})
PaymentAttempt.objects.create(
    user=old, basket=Basket.objects.create(owner=old), amount_minor=1, currency="USD", quote={}, quote_hash="x"
)
"""
ADOPTED = """
from shop.audit.models import Entry
print(*Entry.objects.filter(action__endswith=".adopt").order_by("action").values_list("action", flat=True))
"""


def check_rows_of_an_older_shop_are_adopted(database: str) -> None:
    made = manage("shell", "--verbosity=0", "-c", OLDER, DATABASE_URL=database)
    assert (made.returncode, made.stderr) == (0, "")
    assert manage("verify_audit", DATABASE_URL=database).returncode == 1
    assert manage("migrate", "--check", "--verbosity=0", DATABASE_URL=database).returncode == 1

    manage("migrate", "--verbosity=0", DATABASE_URL=database)

    verified = manage("verify_audit", DATABASE_URL=database)
    assert (verified.returncode, verified.stderr) == (0, "")
    adopted = manage("shell", "--verbosity=0", "-c", ADOPTED, DATABASE_URL=database).stdout.split()
    begun = ("payment.adopt", "prescription.adopt", "sign_in.adopt")
    assert [each for each in adopted if each in begun] == list(begun)


@pytest.mark.slow
def test_no_migration_is_missing() -> None:
    asked = manage("makemigrations", "--check", "--dry-run")

    assert (asked.returncode, asked.stdout) == (0, "No changes detected\n")
