"""Settings of the campaign: the tests' own, with a database that can end its process."""

import os

from shop.settings.test import *  # noqa: TID251
from shop.settings.test import DATABASES  # noqa: TID251

DATABASES["default"]["ENGINE"] = DATABASES["default"]["ENGINE"].replace(
    "django.db.backends", "tests.campaign.engines"
)
# The tables are made from the models: migrations take minutes, and have a test of their own.
DATABASES["default"]["TEST"] = {**DATABASES["default"].get("TEST", {}), "MIGRATE": False}
# A name of its own: tests may run in the same PostgreSQL.
DATABASES["default"]["TEST"].setdefault("NAME", f"campaign_{os.getpid()}")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# What the shop logs about a fault is expected here by the thousand.
LOGGING = {"version": 1, "root": {"handlers": [], "level": "CRITICAL"}}
