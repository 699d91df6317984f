"""The demonstration: everything on this machine, keys made on the first start."""

import os
import secrets
from contextlib import suppress

from django.core.exceptions import ImproperlyConfigured

from shop.settings.env import VAR_DIR, env
from shop.vault.keys import new_key, parse_keys

LAST_PORT = 65535
DEMO_FILE = VAR_DIR / "demo.env"


def _demo_keys() -> str:
    return (
        f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
        f"DOCUMENT_KEYS=demo1:{new_key()}\n"
        f"STRIPE_WEBHOOK_SECRETS=whsec_{secrets.token_hex(16)}\n"
    )


def _port(name: str, *, default: int) -> int:
    port = env.str(name, default=str(default))
    if not port.isdecimal() or not 0 < int(port) <= LAST_PORT:
        raise ImproperlyConfigured(f"{name} is {port}: give a port from 1 to {LAST_PORT}.")
    return int(port)


if not DEMO_FILE.exists():
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Only one of several processes that start together may write the keys.
    draft = DEMO_FILE.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(_demo_keys())
    with suppress(FileExistsError):
        os.link(draft, DEMO_FILE)
    draft.unlink()
env.read_env(DEMO_FILE)
PORT = _port("PORT", default=8000)
EMULATOR_PORT = _port("EMULATOR_PORT", default=PORT + 1)
os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{PORT}")
os.environ.setdefault("STRIPE_API_BASE", f"http://127.0.0.1:{EMULATOR_PORT}")
os.environ.setdefault("STRIPE_CHECKOUT_ORIGIN", f"http://127.0.0.1:{EMULATOR_PORT}")

from shop.settings.base import *
from shop.settings.base import INSTALLED_APPS

SECRET_KEY = env("SECRET_KEY")
DOCUMENT_KEYS = parse_keys(env("DOCUMENT_KEYS"))
# One key is enough for papers and people that are made up.
AUDIT_KEYS = parse_keys(env("AUDIT_KEYS", default=env("DOCUMENT_KEYS")))

INSTALLED_APPS = [*INSTALLED_APPS, "shop.demo"]
MFA_ADAPTER = "shop.demo.authenticator.DemoMFAAdapter"
# The code that a page tells counts a little longer than an app would show it.
MFA_TOTP_TOLERANCE = 1
