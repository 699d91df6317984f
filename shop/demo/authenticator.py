"""The demo people have no telephone: the page tells the code that their app would show."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils.translation import gettext as _

from shop.accounts.adapters import MFAAdapter
from shop.accounts.models import User

# Of the app of every demo person who works here: a key that is published protects nothing.
APP_KEY = "DEMONSTRATIONDEMONSTRATION234567"


def code_now() -> str:
    """What an app with the published key shows at this moment."""
    return format_hotp_value(hotp_value(APP_KEY, int(time.time()) // app_settings.TOTP_PERIOD))


class DemoMFAAdapter(MFAAdapter):
    def code_hint(self, user: User) -> Any:
        if not self._has_published_key(user):
            return super().code_hint(user)
        return _("Demonstration: the app would show %(code)s now. Each code works once.") % {
            "code": code_now()
        }

    def _has_published_key(self, user: User) -> bool:
        app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
        return app is not None and self.decrypt(app.data["secret"]) == APP_KEY
