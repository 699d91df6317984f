"""Signs webhook bodies as Stripe does."""

import hmac
from hashlib import sha256


def header(body: bytes, *, secret: str, signed_at: int) -> str:
    signed = f"{signed_at}.".encode() + body
    digest = hmac.new(secret.encode(), signed, sha256).hexdigest()
    return f"t={signed_at},v1={digest}"
