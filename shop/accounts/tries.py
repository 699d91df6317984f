"""How many wrong passwords and codes are taken, and from where; a known device has its own.

Each try takes one of the places of its limit, for a fixed time, and gives it back when it was right.
A place is one entry of the cache: adding it is the only step, so that two at once take two, and no
counter is raised, which in the database cache would begin its time anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shop.accounts import devices
from shop.audit.requests import current_origin


@dataclass(frozen=True)
class Limit:
    """So many wrong tries in so many minutes."""

    tries: int
    minutes: int

    def places(self, counted: str) -> list[str]:
        """The names of the places, in the cache, of what is counted."""
        name = hashlib.sha256(counted.encode()).hexdigest()
        return [f"tries:{name}:{place}" for place in range(self.tries)]


# A device on which the account's owner has given a code.
KNOWN_DEVICE = Limit(10, 15)
# One account from one network: a household, a shop, a street of one provider.
ACCOUNT_FROM_NETWORK = Limit(5, 15)
# One account from all unknown devices together, however many networks somebody has.
ACCOUNT = Limit(30, 60)
# All accounts from one network.
NETWORK = Limit(60, 15)


TOO_MANY = _(
    "Too many wrong tries. Wait a quarter of an hour, or choose a new password with a link by mail."
)


class TooMany(Exception):
    """There were too many wrong ones; this one is not even looked at."""


@dataclass
class Try:
    """One try, wrong until it was said to be right."""

    is_right: bool = False


@contextmanager
def one_try(request: HttpRequest, *, kind: str, email: str) -> Iterator[Try]:
    """Count one try at the account with that address; `kind` is password or code. Raises TooMany."""
    taken: list[str] = []
    this = Try()
    try:
        for limit, counted in _limits(request, kind, email):
            taken.append(_take(limit, counted))
        yield this
    finally:
        if this.is_right:
            cache.delete_many(taken)


def forgive(request: HttpRequest, *, email: str) -> None:
    """Let the account be tried anew from here, after a new password by a link."""
    for kind in ("password", "code"):
        for limit, counted in _limits(request, kind, email):
            if limit is not NETWORK:
                cache.delete_many(limit.places(counted))


def _limits(request: HttpRequest, kind: str, email: str) -> list[tuple[Limit, str]]:
    account = f"{kind} {email.lower()}"
    if devices.is_known(request, email):
        return [(KNOWN_DEVICE, f"{account} {devices.device_of(request)}")]
    network = current_origin().short_address
    return [
        (ACCOUNT_FROM_NETWORK, f"{account} from {network}"),
        (ACCOUNT, account),
        (NETWORK, f"from {network}"),
    ]


def _take(limit: Limit, counted: str) -> str:
    places = limit.places(counted)
    gone = cache.get_many(places)
    for place in places:
        if place not in gone and cache.add(place, 1, timeout=limit.minutes * 60):
            return place
    raise TooMany(counted)
