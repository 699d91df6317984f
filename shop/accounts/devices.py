"""Browsers on which somebody has given a code of their second factor, known again by a cookie.

A known device opens nothing: it only has tries of its own at password and code, so that a stranger's
wrong ones lock nobody out who sits at it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from shop.accounts.models import KnownDevice, User
from shop.audit.requests import current_origin

SALT = "known device"
# In the session from a code on, so that the answer sets the cookie.
DEVICE = "device"
MAX_AGE = 180 * 24 * 60 * 60


def device_of(request: HttpRequest) -> str:
    """The number in the cookie; empty without one, and for one that was not signed here."""
    name = settings.DEVICE_COOKIE_NAME
    return request.get_signed_cookie(name, default="", salt=SALT, max_age=MAX_AGE) or ""


def is_known(request: HttpRequest, email: str) -> bool:
    """Whether the device is known for the account with that address, and nobody has ended it."""
    device = device_of(request)
    if not device:
        return False
    addresses = Q(user__email__iexact=email) | Q(user__emailaddress__email__iexact=email)
    return KnownDevice.objects.in_use().filter(addresses, device=device).exists()


def remember(request: HttpRequest, user: User) -> None:
    """Know the device from now on; one that was ended gets a number that no copied cookie has."""
    device = device_of(request) or str(uuid.uuid4())
    if KnownDevice.objects.filter(user=user, device=device, ended_at__isnull=False).exists():
        device = str(uuid.uuid4())
    seen = {"seen_at": timezone.now(), "agent": current_origin().agent[:200]}
    KnownDevice.objects.update_or_create(user=user, device=device, defaults=seen)
    request.session[DEVICE] = device


def end_all(user: User) -> None:
    """Forget where the user was known; the next code makes a device known again."""
    KnownDevice.objects.in_use().filter(user=user).update(ended_at=timezone.now())


def keep_the_cookie(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        device = request.session.get(DEVICE)
        if device and device != device_of(request):
            response.set_signed_cookie(
                settings.DEVICE_COOKIE_NAME,
                device,
                salt=SALT,
                max_age=MAX_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware
