"""How long the shop waits for another program; a busy machine needs longer, and no test is red for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shop.demo.stripe import webhooks
from shop.prescriptions.files import intake, receiving, scanner

LIMITS = (
    (intake, ("FORM_SECONDS", "READ_SECONDS", "TURN_SECONDS")),
    (receiving, ("FORM_SECONDS",)),
    (scanner, ("SCAN_SECONDS",)),
    (webhooks, ("TIMEOUT_SECONDS",)),
)
TIMES = 10


@pytest.fixture(scope="session", autouse=True)
def nobody_is_in_a_hurry() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module, names in LIMITS:
            for name in names:
                patch.setattr(module, name, getattr(module, name) * TIMES)
        yield
