"""Counts what a process commits, and kills the process at the commit it was told to."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Literal

SHOP = Path(__file__).parents[2]
WRITES = ("INSERT", "UPDATE", "DELETE")
When = Literal["before", "after"]


@dataclass
class Watch:
    """The commits of one process; ``last_words`` is called just before it dies."""

    kill_at: int | None
    when: When
    last_words: Callable[[Watch], None]
    sites: list[str] = field(default_factory=list)

    def commit(self, do: Callable[[], Any]) -> Any:
        self.sites.append(site())
        if len(self.sites) != self.kill_at:
            return do()
        if self.when == "after":
            do()
        self.last_words(self)
        return os.kill(os.getpid(), signal.SIGKILL)


class Watches:
    """The watch of this process, while there is one."""

    now: Watch | None = None


def site() -> str:
    """The function of the shop that commits here."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 the stack is what is asked for
    outermost = "django"
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(SHOP / "shop"):
            return f"{path.relative_to(SHOP / 'shop')}:{frame.f_code.co_qualname}"
        if "site-packages" in path.parts:
            outermost = f"{'.'.join(path.parts[-2:])}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return outermost


class CommitPoints:
    """Put before a database wrapper: its commits, and its single statements, can be the last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._execute)  # type: ignore[attr-defined]

    def _commit(self) -> None:
        commit = super()._commit  # type: ignore[misc]
        watch = Watches.now
        return watch.commit(commit) if watch else commit()

    def _execute(self, execute: Callable[..., Any], sql: str, params: Any, *more: Any) -> Any:
        watch = Watches.now
        alone = not self.in_atomic_block and sql.lstrip().startswith(WRITES)  # type: ignore[attr-defined]
        if watch is None or not alone:
            return execute(sql, params, *more)
        return watch.commit(lambda: execute(sql, params, *more))
