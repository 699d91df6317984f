"""The emulator's clock: the real time, which can be moved forward."""

import time


class Clock:
    def __init__(self) -> None:
        self._ahead = 0

    def now(self) -> int:
        return int(time.time()) + self._ahead

    def advance(self, seconds: int) -> None:
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        self._ahead += seconds
