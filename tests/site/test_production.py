"""A shop that is open to the world refuses to start with what would give it away."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage

from shop.pages.start import DANGERS, check_dangers, check_shared_secrets
from shop.vault.keys import new_key

ROOT = Path(__file__).resolve().parent.parent.parent
KEY, OTHER_KEY = bytes(range(32)), bytes(range(100, 132))
SECRET = "kT3vXo9LzQ1yB7nRw5sJf2HgCd8MpUa4eYi6xNqZtVbGhKmWrS"
# A shop that may start.
SAFE: dict[str, Any] = {
    "SECRET_KEY": SECRET,
    "DOCUMENT_KEYS": {"d1": KEY},
    "AUDIT_KEYS": {"a1": OTHER_KEY},
    "ALLOWED_HOSTS": ["shop.example"],
    "SITE_URL": "https://shop.example",
    "CSRF_TRUSTED_ORIGINS": [],
    "EMAIL_HOST": "smtp.example",
    "EMAIL_HOST_PASSWORD": "mail password",
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
    "STRIPE_SECRET_KEY": "sk_test_one",
    "STRIPE_WEBHOOK_SECRETS": ["whsec_one"],
    "DATABASES": {"default": {"HOST": "127.0.0.1", "PASSWORD": "database password"}},
    "CACHES": {"default": {"LOCATION": "shop_cache"}},
}


def database(name: str, **options: str) -> dict[str, Any]:
    return {"DATABASES": {"default": {"HOST": name, "PASSWORD": "", "OPTIONS": options}}}


def cache(address: str) -> dict[str, Any]:
    return {"CACHES": {"default": {"LOCATION": address}}}


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("start.E001", {"SECRET_KEY": "a"}),
    ("start.E001", {"SECRET_KEY": SECRET[:49]}),
    ("start.E001", {"SECRET_KEY": "ab" * 40}),
    ("start.E001", {"SECRET_KEY": "django-insecure-" + SECRET}),
    ("start.E002", {"DOCUMENT_KEYS": {"d1": bytes(32)}}),
    ("start.E002", {"DOCUMENT_KEYS": {"d1": KEY, "d0": bytes(32)}}),
    ("start.E002", {"AUDIT_KEYS": {"a1": b"password" * 4}}),
    ("start.E003", {"AUDIT_KEYS": {"a1": KEY}}),
    ("start.E003", {"AUDIT_KEYS": {"a1": OTHER_KEY, "a0": KEY}}),
    ("start.E003", {"EMAIL_HOST_PASSWORD": SECRET}),
    ("start.E003", {"STRIPE_WEBHOOK_SECRETS": ["sk_test_one"]}),
    ("start.E003", {"DATABASES": {"default": {"HOST": "", "PASSWORD": "mail password"}}}),
    ("start.E004", {"ALLOWED_HOSTS": ["*"]}),
    ("start.E004", {"ALLOWED_HOSTS": [".shop.example"]}),
    ("start.E004", {"ALLOWED_HOSTS": []}),
    ("start.E005", {"SITE_URL": "https://other.example"}),
    ("start.E006", {"CSRF_TRUSTED_ORIGINS": ["http://shop.example"]}),
    ("start.E007", {"EMAIL_USE_TLS": False}),
    ("start.E008", database("db.example")),
    ("start.E008", database("db.example", sslmode="prefer")),
    ("start.E008", database("", host="10.0.0.7")),
    ("start.E009", cache("redis://cache.example:6379/0")),
]
ALLOWED: list[dict[str, Any]] = [
    {},
    {"ALLOWED_HOSTS": ["shop.example", "staff.shop.example"]},
    {"CSRF_TRUSTED_ORIGINS": ["https://shop.example"]},
    {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True},
    {"EMAIL_USE_TLS": False, "EMAIL_HOST": "localhost"},
    {"EMAIL_HOST_PASSWORD": "", "DATABASES": {"default": {"NAME": "shop.sqlite3"}}},
    database("db.example", sslmode="verify-full"),
    database("/var/run/postgresql"),
    database("::1"),
    cache("redis://127.0.0.1:6379/0"),
    cache("rediss://cache.example:6379/0"),
]


def problems(settings: Any, changes: dict[str, Any]) -> list[CheckMessage]:
    for name, value in (SAFE | changes).items():
        setattr(settings, name, value)
    return check_dangers() + check_shared_secrets()


@pytest.mark.parametrize(("problem", "changes"), REFUSED)
@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_it_does_not_start_with(problem: str, changes: dict[str, Any], settings: Any) -> None:
    assert [found.id for found in problems(settings, changes)] == [problem]


@pytest.mark.parametrize("changes", ALLOWED)
@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_it_starts_with(changes: dict[str, Any], settings: Any) -> None:
    assert problems(settings, changes) == []


def test_every_danger_is_tried() -> None:
    tried = {problem for problem, _ in REFUSED}

    assert tried == {danger.id for danger in DANGERS} | {"start.E003"}


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_what_is_said_tells_what_to_do_and_no_secret(settings: Any) -> None:
    everything: dict[str, Any] = {}
    for _, changes in REFUSED:
        everything |= changes
    said = problems(settings, everything | {"SECRET_KEY": "a secret of the shop"})

    assert len(said) > 5
    assert all(problem.hint for problem in said)
    assert "a secret of the shop" not in " ".join(
        f"{problem.msg} {problem.hint}" for problem in said
    )


def started(folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """The web server's entry point, with the settings of a real shop."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "shop.settings.production",
        "SECRET_KEY": SECRET,
        "DOCUMENT_KEYS": f"d1:{new_key()}",
        "AUDIT_KEYS": f"a1:{new_key()}",
        "SITE_URL": "https://shop.example",
        "ALLOWED_HOSTS": "shop.example",
        "STRIPE_SECRET_KEY": "sk_test_one",
        "STRIPE_WEBHOOK_SECRETS": "whsec_one",
        "EMAIL_HOST": "smtp.example",
    }
    return subprocess.run(
        [sys.executable, "-c", "import shop.wsgi"],
        cwd=ROOT,
        env={**environment, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_entry_point_starts_when_nothing_is_wrong(tmp_path: Path) -> None:
    answer = started(tmp_path)

    assert answer.returncode == 0, answer.stderr


def test_the_entry_point_asks(tmp_path: Path) -> None:
    answer = started(tmp_path, SECRET_KEY="a", ALLOWED_HOSTS="*", EMAIL_USE_TLS="false")

    assert answer.returncode == 1
    for problem in ("start.E001", "start.E004", "start.E007"):
        assert problem in answer.stderr


def test_a_shop_open_to_the_world_may_not_be_half_a_demonstration(tmp_path: Path) -> None:
    """Without a pharmacy's name it is a demonstration, yet people type their prescriptions."""
    answer = started(tmp_path, AUDIT_KEYS="a1:" + "A" * 43 + "=")

    assert "start.E002" in answer.stderr
