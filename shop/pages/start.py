"""What a shop that is open to the world does not start with: weak secrets, open hosts, open lines."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

SHORTEST_SECRET = 50
FEWEST_SIGNS = 10
# Of the 32 bytes of a key. Random ones have about thirty different values, never so few.
FEWEST_BYTES = 16
# What psycopg takes for sslmode, of that what never falls back to clear text.
WITH_TLS = ("require", "verify-ca", "verify-full")
RANDOM_SIGNS = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
RANDOM_KEY = "python3 -c 'from shop.vault.keys import new_key; print(new_key())'"


@dataclass(frozen=True)
class Danger:
    """One thing not to start with: what is said, what to do, and whether it is there."""

    id: str
    says: str
    hint: str
    found: Callable[[], bool]


def is_near(host: str) -> bool:
    """Whether the host is this machine: nobody can listen on the way to it."""
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secret_key_is_weak() -> bool:
    key = settings.SECRET_KEY
    return len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_SIGNS or "insecure" in key


def a_key_is_weak() -> bool:
    keys = (*settings.DOCUMENT_KEYS.values(), *settings.AUDIT_KEYS.values())
    return any(len(set(key)) < FEWEST_BYTES for key in keys)


def secrets_by_name() -> dict[str, set[str]]:
    """Every secret, as it is written in the environment."""
    return {
        "SECRET_KEY": {settings.SECRET_KEY},
        "DOCUMENT_KEYS": _written(settings.DOCUMENT_KEYS),
        "AUDIT_KEYS": _written(settings.AUDIT_KEYS),
        "the password in DATABASE_URL": {settings.DATABASES["default"].get("PASSWORD", "")},
        "EMAIL_HOST_PASSWORD": {settings.EMAIL_HOST_PASSWORD},
        "STRIPE_SECRET_KEY": {settings.STRIPE_SECRET_KEY},
        "STRIPE_WEBHOOK_SECRETS": set(settings.STRIPE_WEBHOOK_SECRETS),
    }


def _written(keys: dict[str, bytes]) -> set[str]:
    return {base64.b64encode(key).decode("ascii") for key in keys.values()}


def shared_secrets() -> Iterator[tuple[str, str]]:
    """The names of each two settings that hold the same secret."""
    for (one, mine), (other, theirs) in combinations(secrets_by_name().items(), 2):
        if (mine & theirs) - {""}:
            yield one, other


def answers_to_every_host() -> bool:
    hosts = settings.ALLOWED_HOSTS
    return not hosts or any(host == "*" or host.startswith(".") for host in hosts)


def does_not_answer_to_itself() -> bool:
    host = urlsplit(settings.SITE_URL).hostname
    return not answers_to_every_host() and host not in settings.ALLOWED_HOSTS


def an_origin_is_open() -> bool:
    return not all(origin.startswith("https://") for origin in settings.CSRF_TRUSTED_ORIGINS)


def mail_is_open() -> bool:
    is_sealed = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    return not is_sealed and not is_near(settings.EMAIL_HOST)


def database_is_open() -> bool:
    database = settings.DATABASES["default"]
    options = database.get("OPTIONS", {})
    host = options.get("host") or database.get("HOST", "")
    return not is_near(host) and options.get("sslmode") not in WITH_TLS


def cache_is_open() -> bool:
    location = settings.CACHES["default"].get("LOCATION", "")
    servers = [location] if isinstance(location, str) else location
    return any(
        server.startswith("redis://") and not is_near(urlsplit(server).hostname or "")
        for server in servers
    )


DANGERS = (
    Danger(
        "start.E001",
        "SECRET_KEY can be guessed: who knows it signs in as anybody.",
        f"Set it to {SHORTEST_SECRET} random signs or more, as from: {RANDOM_SIGNS}",
        secret_key_is_weak,
    ),
    Danger(
        "start.E002",
        "A key in DOCUMENT_KEYS or AUDIT_KEYS is not random.",
        f"Make each with: {RANDOM_KEY}",
        a_key_is_weak,
    ),
    Danger(
        "start.E004",
        "ALLOWED_HOSTS lets the shop answer to names that are not its own.",
        "Name each host in full, without * and without a dot in front.",
        answers_to_every_host,
    ),
    Danger(
        "start.E005",
        "ALLOWED_HOSTS does not name the host of SITE_URL, where links in messages lead.",
        "Add that host to ALLOWED_HOSTS.",
        does_not_answer_to_itself,
    ),
    Danger(
        "start.E006",
        "CSRF_TRUSTED_ORIGINS trusts an address without TLS.",
        "Write each as https://…",
        an_origin_is_open,
    ),
    Danger(
        "start.E007",
        "Mail leaves this machine without TLS: links to choose a new password can be read on the way.",
        "Set EMAIL_USE_TLS=true and the port that takes it, mostly 587.",
        mail_is_open,
    ),
    Danger(
        "start.E008",
        "The database is on another machine, and the line to it may be without TLS.",
        "Add ?sslmode=verify-full to DATABASE_URL, and the server's certificate to the system's.",
        database_is_open,
    ),
    Danger(
        "start.E009",
        "The cache is on another machine, and the line to it is without TLS.",
        "Write CACHE_URL as rediss://…",
        cache_is_open,
    ),
)


@register(Tags.security, deploy=True)
def check_dangers(**_: Any) -> list[CheckMessage]:
    """Each danger with what to do about it; no message repeats a secret."""
    return [
        Error(danger.says, hint=danger.hint, id=danger.id) for danger in DANGERS if danger.found()
    ]


@register(Tags.security, deploy=True)
def check_shared_secrets(**_: Any) -> list[CheckMessage]:
    """Each secret opens one thing only: who learns one has not learned another."""
    return [
        Error(f"{one} and {other} are the same secret.", hint="Make a new one.", id="start.E003")
        for one, other in shared_secrets()
    ]
