"""What was loaded before the first test stays to the end, so nobody looks again and again for garbage in it."""

from __future__ import annotations

import gc

# New objects before Python looks through the youngest, and how often it goes on to the older ones.
THRESHOLDS = (20_000, 20, 20)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
