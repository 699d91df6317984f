"""Settings of the tests: fixed keys, fast passwords, mail in memory."""

import atexit
import os
import tempfile

# Every process of the tests then lives at another time: seconds since 1970.
if CLOCK := os.environ.get("TEST_CLOCK"):
    import time_machine

    time_machine.travel(float(CLOCK)).start()

# What a person has set for their own shop changes no test.
os.environ["ENV_FILE"] = os.devnull
os.environ.setdefault("STRIPE_CHECKOUT_ORIGIN", "http://127.0.0.1:*")

from shop.settings.base import *
from shop.settings.base import DATABASES, STORAGES

# Gone when the process ends; left to itself it would warn.
FOLDER = tempfile.TemporaryDirectory(prefix="shop-tests-", ignore_cleanup_errors=True)
atexit.register(FOLDER.cleanup)

TIME_ZONE = "UTC"
SECRET_KEY = "only for tests, never in a shop that is open"
DOCUMENT_KEYS = {"test1": b"0" * 32}
AUDIT_KEYS = {"test1": b"a" * 32}
STRIPE_SECRET_KEY = "sk_test_emulator"
STRIPE_WEBHOOK_SECRETS = ["whsec_test"]
STRIPE_API_BASE = "http://127.0.0.1:1"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A busy machine may need longer from the code to the click than a code lasts; the tests of how long
# it lasts hold the clock, and set this back.
MFA_TOTP_TOLERANCE = 1
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "prescriptions": {
        "BACKEND": "shop.vault.storage.WholeFileStorage",
        "OPTIONS": {"location": f"{FOLDER.name}/prescriptions", "base_url": None},
    },
}
# A review that is overdue is said to people; it turns no test red.
SILENCED_SYSTEM_CHECKS = ["catalogue.W001"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # In a file, so that the threads of a race, or of a live server, meet in one database.
    DATABASES["default"]["TEST"] = {"NAME": f"{FOLDER.name}/test.sqlite3"}
    # Twenty threads of a race, on a busy machine, wait for each other.
    DATABASES["default"]["OPTIONS"]["timeout"] = 120
    # Nothing in it outlives the tests, so nothing has to reach the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
