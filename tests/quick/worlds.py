"""What many tests start from: the shop's own code makes it once per process, then its rows are laid again.

A step is a function marked `kept`. The first time it runs as it is, from a state that is itself made of
steps alone, and the rows that it leaves are remembered. The next test that takes the same steps, with
the same arguments and in the same order, gets those rows by INSERT. As soon as a test has written
anything itself, patched something, changed a setting or moved the clock, its steps run as they are.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.core import mail
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from tests.quick import rows
from tests.quick.rows import Rows

P = ParamSpec("P")
R = TypeVar("R")

WRITTEN = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(\w+)"', re.IGNORECASE)
CHANGES_NOTHING = ("SELECT", "BEGIN", "SAVEPOINT", "RELEASE SAVEPOINT", "EXPLAIN", "PRAGMA", "SET ")
TAKES_BACK = "ROLLBACK TO SAVEPOINT"
PLAIN = (str, bytes, int, float, Decimal, Fraction, datetime.date, datetime.timedelta, type(None))
NOW = timezone.now
# The time of day less that of a clock that nobody moves: seconds.
OFFSET = time.time() - time.monotonic()
LONGEST_DRIFT = 5.0
# A test that takes more is about many rows, and nobody else takes the same.
MOST_STEPS = 20


class CannotTell(Exception):
    """An argument that says nothing firm about itself."""


@dataclasses.dataclass
class Step:
    """What it left, and the steps that were ever taken after it."""

    left: rows.Difference
    files: dict[Path, bytes]
    result: Any
    rows: Rows
    # Something waits for the commit, which in most tests never comes.
    does_more: bool = False
    number: int = 0
    next: dict[Any, Step] = dataclasses.field(default_factory=dict)

    def lay(self) -> None:
        self.left.lay()
        for path, contents in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents)


def beginning() -> Step:
    """The empty database."""
    return Step(rows.Difference(), {}, None, {})


class World:
    """How far the running test has come, in steps; nowhere that is known once it has done more."""

    def __init__(self) -> None:
        self.first = beginning()
        self.here: Step | None = None
        # Whether what the running test writes is there for other processes too.
        self.commits = False
        self.is_in_a_step = False
        self._tables: set[str] = set()
        self._files: set[Path] = set()

    def spoil(self, *_: object, **__: object) -> None:
        if not self.is_in_a_step:
            self.here = None

    def take(self, build: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        """The step again if it was taken before, else as it is."""
        here, key = self.here, self._key(build, args, kwargs)
        step = here.next.get(key) if here and key else None
        if here is None or key is None or (self.commits and step and step.does_more):
            self.here = None
            return build(*args, **kwargs)
        instances = [each for each in _leaves((args, kwargs)) if isinstance(each, Model)]
        with _as_they_were(instances) as changed, self._alone(), self._at_once():
            if step is None:
                step = here.next[key] = self._build(here, build, args, kwargs)
            else:
                step.lay()
            changed.update(step.left.touched)
        self.here = None if self.commits and step.does_more else step
        return _found(step.result, instances)

    def _key(self, build: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        if self.here and self.here.number == MOST_STEPS:
            return None
        is_elsewhere = threading.current_thread() is not threading.main_thread()
        if is_elsewhere or connection.in_atomic_block == self.commits:
            return None
        if _is_moved() or timezone.now is not NOW:
            return None
        try:
            return build.__module__, build.__qualname__, timezone.localdate(), _said((args, kwargs))
        except CannotTell:
            return None

    def _build(self, here: Step, build: Callable[..., Any], args: Any, kwargs: Any) -> Step:
        if here is self.first:
            rows.must_be_empty()
        self._tables, self._files = set(), set()
        sent, waiting = len(mail.outbox), len(connection.run_on_commit)
        result = build(*args, **kwargs)
        assert len(mail.outbox) == sent, f"{build.__qualname__} sends mail: no row brings it back"
        after = here.rows | {table: rows.read(table) for table in sorted(self._tables)}
        left = rows.Difference.between(here.rows, after)
        files = {path: path.read_bytes() for path in self._files}
        instances = [each for each in _leaves((args, kwargs)) if isinstance(each, Model)]
        does_more = len(connection.run_on_commit) > waiting
        described = _described(result, instances)
        return Step(left, files, described, after, does_more=does_more, number=here.number + 1)

    def _at_once(self) -> AbstractContextManager[Any]:
        return transaction.atomic() if self.commits else nullcontext()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.is_in_a_step, self.here = True, None
        try:
            yield
        finally:
            self.is_in_a_step = False

    @contextmanager
    def beside(self) -> Iterator[None]:
        """What is written in the block is no step, and no step depends on it."""
        here, was_in_a_step = self.here, self.is_in_a_step
        self.is_in_a_step = True
        try:
            yield
        finally:
            self.here, self.is_in_a_step = here, was_in_a_step

    def hear(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        """Note what is written where: an execute wrapper, as Django documents it."""
        if not sql.startswith(CHANGES_NOTHING):
            self._note(sql)
        return execute(sql, params, many, context)

    def _note(self, sql: str) -> None:
        if not self.is_in_a_step:
            self.here = None
        elif not sql.startswith(TAKES_BACK):
            written = WRITTEN.match(sql)
            assert written, f"what is changed by {sql}?"
            self._tables.add(written[1])

    def hear_elsewhere(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        """The same, of another thread, which takes no steps."""
        if not sql.startswith(CHANGES_NOTHING):
            self.here = None
        return execute(sql, params, many, context)

    def note_file(self, path: str) -> None:
        self._files.add(Path(path))


WORLD = World()


def kept(build: Callable[P, R]) -> Callable[P, R]:
    """Mark what may be laid again: it depends on its arguments, the day and the rows that are there.

    It gives rows, or lists or dictionaries of them, each read anew; it sends no mail.
    """

    @wraps(build)
    def step(*args: P.args, **kwargs: P.kwargs) -> R:
        if WORLD.is_in_a_step:
            return build(*args, **kwargs)
        return WORLD.take(build, args, kwargs)

    return step


def _is_moved() -> bool:
    """Whether the clock stands elsewhere than when the tests began."""
    return abs(time.time() - time.monotonic() - OFFSET) > LONGEST_DRIFT


def _leaves(value: Any) -> Iterator[Any]:
    """What a value is made of, through tuples, lists and dictionaries."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from _leaves(each)
    else:
        yield value


@contextmanager
def _as_they_were(instances: list[Model]) -> Iterator[set[tuple[str, str]]]:
    """Arguments know at the end no more than before, but for rows in the set, which are read anew.

    So nobody can tell a step that was laid from one that was built.
    """
    before = [(vars(each).copy(), each.__getstate__()["_state"]) for each in instances]
    changed: set[tuple[str, str]] = set()
    yield changed
    for instance, (fields, state) in zip(instances, before, strict=True):
        instance.__dict__.clear()
        instance.__dict__.update(fields, _state=state)
        if rows.row_of(instance) in changed:
            instance.refresh_from_db()


def _read(model: type[Model], key: Any) -> Model:
    return model._base_manager.get(pk=key)  # noqa: SLF001 Django documents it


def _described(result: Any, instances: list[Model]) -> Any:
    """The result without its rows, as `_found` reads them again."""
    if isinstance(result, Model):
        for number, each in enumerate(instances):
            if each is result:
                return number
        return type(result), result.pk
    if isinstance(result, dict):
        return {name: _described(each, instances) for name, each in result.items()}
    if isinstance(result, list):
        return [_described(each, instances) for each in result]
    assert result is None, f"a step gives rows, not {result!r}"
    return None


def _found(described: Any, instances: list[Model]) -> Any:
    if isinstance(described, int):
        return instances[described]
    if isinstance(described, dict):
        return {name: _found(each, instances) for name, each in described.items()}
    if isinstance(described, list):
        return [_found(each, instances) for each in described]
    return _read(*described) if described else None


def _said(value: Any) -> Any:
    """The value as a key; raises CannotTell."""
    if isinstance(value, Enum) or type(value) in {datetime.datetime, *PLAIN, bool}:
        return type(value).__name__, repr(value)
    if isinstance(value, PLAIN):
        return type(value).__name__, repr(value)
    if isinstance(value, Model):
        fields = value._meta.concrete_fields  # noqa: SLF001 Django documents it
        return value._meta.label, repr([getattr(value, each.attname) for each in fields])  # noqa: SLF001
    if isinstance(value, (tuple, list)):
        return tuple(map(_said, value))
    if isinstance(value, dict):
        return tuple((_said(name), _said(each)) for name, each in value.items())
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return type(value).__name__, tuple(_said(getattr(value, each.name)) for each in fields)
    raise CannotTell(value)
