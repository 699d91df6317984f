"""What a network may do to webhooks: lose, repeat, delay and so reorder them."""

import random
from dataclasses import dataclass, field


@dataclass
class Disturbance:
    """Shares of all events from 0 to 1, and the longest delay in real seconds.

    The same `seed` disturbs the same events in the same way.
    """

    seed: int
    lost: float = 0.0
    repeated: float = 0.0
    delayed: float = 0.0
    longest: float = 1.0
    _dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shares = (self.lost, self.repeated, self.delayed)
        if not all(0 <= share <= 1 for share in shares) or self.longest < 0:
            raise ValueError("A share is between 0 and 1, and nothing arrives before it is sent.")
        self._dice = random.Random(self.seed)  # noqa: S311 - no secret depends on it

    def delays(self) -> list[float]:
        """After how many seconds the next event is delivered, once or more, or never."""
        lost, repeated = self._happens(self.lost), self._happens(self.repeated)
        delays = [self._delay() for _ in range(1 + repeated)]
        return [] if lost else delays

    def _delay(self) -> float:
        delayed, seconds = self._happens(self.delayed), self._dice.uniform(0, self.longest)
        return seconds if delayed else 0.0

    def _happens(self, share: float) -> bool:
        return self._dice.random() < share
