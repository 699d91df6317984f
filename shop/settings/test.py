"""Settings of the tests: fixed keys, fast passwords, mail in memory."""

import os
import tempfile

os.environ.setdefault("STRIPE_CHECKOUT_ORIGIN", "http://127.0.0.1:*")

from shop.settings.base import *  # noqa: E402, F403
from shop.settings.base import DATABASES, STORAGES

SECRET_KEY = "only for tests, never in a shop that is open"  # noqa: S105
DOCUMENT_KEYS = {"test1": b"0" * 32}
STRIPE_SECRET_KEY = "sk_test_emulator"  # noqa: S105
STRIPE_WEBHOOK_SECRETS = ["whsec_test"]
STRIPE_API_BASE = "http://127.0.0.1:1"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "prescriptions": {
        "BACKEND": "shop.prescriptions.vault.WholeFileStorage",
        "OPTIONS": {"location": tempfile.mkdtemp(prefix="prescriptions-"), "base_url": None},
    },
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # In a file, so that the threads of a race meet in one database.
    DATABASES["default"]["TEST"] = {"NAME": f"{tempfile.mkdtemp(prefix='shop-test-')}/test.sqlite3"}
