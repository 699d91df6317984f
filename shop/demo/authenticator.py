"""The demo people have no telephone: the page tells the code that their app would show."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from shop.accounts.adapters import MFAAdapter
from shop.accounts.models import User

# Of the app of every demo person who works here: a key that is published protects nothing.
APP_KEY = "DEMONSTRATIONDEMONSTRATION234567"


def code_at(moment: float, *, key: str) -> str:
    """What an app with this key shows at a moment, in seconds since 1970 (RFC 6238)."""
    counter = (int(moment) // 30).to_bytes(8)
    digest = hmac.digest(base64.b32decode(key), counter, "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class DemoMFAAdapter(MFAAdapter):
    def code_hint(self, user: User) -> Any:
        if not self._has_published_key(user):
            return super().code_hint(user)
        return _("Demonstration: the app would show %(code)s now. Each code works once.") % {
            "code": code_at(time.time(), key=APP_KEY)
        }

    def _has_published_key(self, user: User) -> bool:
        app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        return app is not None and self.decrypt(app.data["secret"]) == APP_KEY
