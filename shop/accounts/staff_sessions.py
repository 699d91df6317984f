"""How long a session of somebody who works here lasts, and what it may do before a code was given."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from shop.accounts import second_factor
from shop.accounts.models import sign_in_is_known

SINCE = "staff_since"
SEEN = "staff_seen"
THEN = "then"
# Between two notes in the session that its owner is still there, in seconds.
NOTE_EVERY = 60
NOT_KNOWN = _lazy(
    "Your password or your authenticator app is not the one that the audit log knows, so nobody gets in with "
    "it. Tell the superintendent: the runbook says how to go on."
)
# Where somebody without a second factor may go: what registering one needs, and out.
OPEN = {
    "account_confirm_email",
    "account_email",
    "account_email_verification_sent",
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_index",
}


class StaffSessions:
    """Lets people who work here do nothing without a second factor, nor in a session left alone.

    Checked at every request, so that whoever becomes staff in the middle of a session is stopped
    too (OWASP ASVS 5.0, 6.3.3, 7.3.1, 7.3.2; pharmacy standards, ID-5 and PRV-5).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, *_view: Any) -> HttpResponse | None:
        """Answer in place of the view, unless the visitor may go on."""
        if not second_factor.works_here(request.user):
            return None
        if ended := _why_ended(request):
            return _sign_out(request, ended)
        _note_activity(request)
        app = second_factor.app_of(request.user)
        if second_factor.is_proven(request, app):
            return None
        if why := _why_not(request, app):
            return _sign_out(request, why)
        if request.resolver_match.url_name in OPEN:
            return None
        if request.method == "GET":
            request.session[THEN] = request.get_full_path()
        return redirect("mfa_activate_totp")


def _why_not(request: Any, app: int | None) -> str:
    """Why somebody without a code goes nowhere; empty for who may register an app."""
    if not sign_in_is_known(request.user):
        return str(NOT_KNOWN)
    if app is not None or second_factor.was_proven(request):
        return _("Sign in again, with a code from your authenticator app.")
    return ""


def _why_ended(request: HttpRequest) -> str:
    now = time.time()
    if now - request.session.get(SEEN, now) > settings.STAFF_IDLE_MINUTES * 60:
        return _("You were signed out because nothing was done for %(minutes)s minutes.") % {
            "minutes": settings.STAFF_IDLE_MINUTES
        }
    if now - request.session.get(SINCE, now) > settings.SESSION_COOKIE_AGE:
        return _("You were signed out: a session lasts %(hours)s hours.") % {
            "hours": settings.SESSION_COOKIE_AGE // 3600
        }
    return ""


def _note_activity(request: HttpRequest) -> None:
    now = time.time()
    request.session.setdefault(SINCE, now)
    if now - request.session.get(SEEN, 0) >= NOTE_EVERY:
        request.session[SEEN] = now


def _sign_out(request: HttpRequest, why: str) -> HttpResponse:
    logout(request)
    messages.info(request, why)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "")
