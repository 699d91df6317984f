"""Shop processes: one that lives on, and copies of it for those that end or act at once."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import io
import os
import pickle
import selectors
import signal
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import time_machine
from django.conf import settings
from django.db import connections

from shop.payments import attempts, gateway
from tests.campaign.commits import Watch, Watches, When

LONGEST_SECONDS = 300


@dataclass(frozen=True)
class Kill:
    """Where a process is to end: at its n-th commit, before or after it."""

    commit: int
    when: When


@dataclass(frozen=True)
class Job:
    """One call of a function of ``tests.campaign.shop``."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    kill: Kill | None = None


@dataclass(frozen=True)
class Surroundings:
    """What every shop process of a schedule has in common."""

    stripe: str
    clock_ahead: int = 0


@dataclass(frozen=True)
class Done:
    """What became of a job: a value, an error nobody expected, or a process that was killed."""

    job: Job
    value: Any = None
    error: str = ""
    sites: tuple[str, ...] = ()
    killed: bool = False


class Shop:
    """Starts shop processes. Make it before the first thread and with all connections closed."""

    def __init__(self) -> None:
        self._requests, requests = os.pipe()[::-1]
        answers, self._answers = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._requests)
            _serve(requests, self._answers)
        os.close(requests)
        os.close(self._answers)
        self._to = os.fdopen(self._requests, "wb", buffering=0)
        self._from = os.fdopen(answers, "rb")

    def run(self, *jobs: Job, surroundings: Surroundings) -> list[Done]:
        """Run the jobs at once; one that is to end, or is not alone, in a process of its own."""
        pickle.dump((jobs, surroundings), self._to)
        done: list[Done] = pickle.load(self._from)  # noqa: S301 written by our own child
        return done

    def close(self) -> None:
        self._to.close()
        self._from.close()
        os.waitpid(self._pid, 0)


class InThisProcess:
    """Runs jobs here, one after the other: to load what they need, not to try anything."""

    def run(self, *jobs: Job, surroundings: Surroundings) -> list[Done]:
        return [_perform(job, surroundings, io.BytesIO()) for job in jobs]


def _serve(requests: int, answers: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(requests, "rb") as wanted, os.fdopen(answers, "wb", buffering=0) as told:
        while True:
            try:
                jobs, surroundings = pickle.load(wanted)  # noqa: S301 written by our own parent
            except EOFError:
                os._exit(0)
            pickle.dump(_run_all(jobs, surroundings), told)


def _run_all(jobs: Sequence[Job], surroundings: Surroundings) -> list[Done]:
    if len(jobs) == 1 and jobs[0].kill is None:
        return [_perform(jobs[0], surroundings, io.BytesIO())]
    # A copy must not share the connection with its original.
    connections.close_all()
    children = [(job, *_fork(job, surroundings)) for job in jobs]
    said = _read_all([pipe for _, _, pipe in children])
    return [_done(job, pid, said[pipe]) for job, pid, pipe in children]


def _fork(job: Job, surroundings: Surroundings) -> tuple[int, int]:
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(out)
        with os.fdopen(into, "wb", buffering=0) as told:
            pickle.dump(_perform(job, surroundings, told), told)
        connections.close_all()
        os._exit(0)
    os.close(into)
    return pid, out


def _perform(job: Job, surroundings: Surroundings, told: Any) -> Done:
    def last_words(watch: Watch) -> None:
        pickle.dump(Done(job, sites=tuple(watch.sites), killed=True), told)

    watch = Watch(
        kill_at=job.kill.commit if job.kill else None,
        when=job.kill.when if job.kill else "before",
        last_words=last_words,
    )
    if surroundings.stripe != settings.STRIPE_API_BASE:
        settings.STRIPE_API_BASE = surroundings.stripe
        gateway._client.cache_clear()  # noqa: SLF001 each schedule has a Stripe of its own
    Watches.now = None
    do = getattr(importlib.import_module("tests.campaign.shop"), job.name)
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=surroundings.clock_ahead)
    try:
        with (
            time_machine.travel(now),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            mock.patch.object(attempts, "note_stumble", _report),
        ):
            value = do(lambda: setattr(Watches, "now", watch), **job.arguments)
    except Exception:  # noqa: BLE001 whatever it is, the campaign reports it
        return Done(job, error=traceback.format_exc(), sites=tuple(watch.sites))
    return Done(job, value=value, sites=tuple(watch.sites))


def _report(_attempt: object, over: str) -> None:
    """What a shop writes down and goes on from is, here, what is looked for."""
    raise AssertionError(over)


def _read_all(pipes: list[int]) -> dict[int, bytes]:
    said = dict.fromkeys(pipes, b"")
    ends = time.monotonic() + LONGEST_SECONDS
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map() and time.monotonic() < ends:
            for key, _ in selector.select(timeout=1):
                chunk = os.read(key.fd, 65536)
                said[key.fd] += chunk
                if not chunk:
                    selector.unregister(key.fd)
                    os.close(key.fd)
        for key in list(selector.get_map().values()):
            os.close(key.fd)
    return said


def _done(job: Job, pid: int, said: bytes) -> Done:
    if not said:
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if not said:
        return Done(job, error="the process said nothing for long, or died unasked")
    done: Done = pickle.loads(said)  # noqa: S301 written by our own child
    return done
