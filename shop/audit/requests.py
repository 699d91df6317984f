"""Where a request came from, for whatever is recorded while it is answered."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

# How much of a customer's address is kept: the provider and the region, not the house.
KEPT_BITS = {4: 24, 6: 48}


@dataclass(frozen=True)
class Origin:
    """The network address and the browser's own name of a request; empty outside one."""

    address: str = ""
    agent: str = ""

    @property
    def short_address(self) -> str:
        """The network that the address belongs to."""
        if not self.address:
            return ""
        address = ipaddress.ip_address(self.address)
        network = ipaddress.ip_network(f"{address}/{KEPT_BITS[address.version]}", strict=False)
        return str(network)


_origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 it never changes


def current_origin() -> Origin:
    """Where the request that is being answered came from."""
    return _origin.get()


def remember_origin(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        origin = Origin(_address_of(request), request.headers.get("User-Agent", ""))
        token = _origin.set(origin)
        try:
            return get_response(request)
        finally:
            _origin.reset(token)

    return middleware


def _address_of(request: HttpRequest) -> str:
    """The address as the limits of the sign-in count it; empty where the server tells none."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return ""
