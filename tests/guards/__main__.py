"""The command line: `python -m tests.guards` switches all guards off, one after the other."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Queue

from tests.guards.runner import Unnoticed, check_all_pass, check_is_noticed, copy_of_the_shop
from tests.guards.table import DOCUMENT, Guard, all_guards, document_with

AT_ONCE = 2


def main() -> None:
    arguments = _arguments()
    if arguments.table:
        DOCUMENT.write_text(document_with(all_guards()))
        return
    guards = [guard for guard in all_guards() if arguments.only in f"{guard.file}: {guard.name}"]
    try:
        sys.exit(0 if switch_off(guards) else 1)
    except Unnoticed as error:
        sys.exit(f"Nothing was switched off: {error}")


def switch_off(guards: list[Guard]) -> bool:
    """Switch each off and say what became of it; whether all were noticed."""
    begun = time.monotonic()
    free: Queue[Path] = Queue()
    with ExitStack() as copies, ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(AT_ONCE):
            free.put(copies.enter_context(copy_of_the_shop()))
        check_all_pass(guards, free.queue[0])
        noticed = sum(pool.map(lambda guard: _is_noticed(guard, free), guards))
    _say(f"{noticed} of {len(guards)} guards noticed; {time.monotonic() - begun:.0f} s")
    return noticed == len(guards) > 0


def _is_noticed(guard: Guard, free: Queue[Path]) -> bool:
    place = free.get()
    try:
        check_is_noticed(guard, place)
    except (Unnoticed, ValueError) as error:
        _say(f"NOT NOTICED  {guard.name} ({guard.file}): {error}")
        return False
    finally:
        free.put(place)
    _say(f"noticed      {guard.name}")
    return True


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.guards",
        description="Guards of the shop, switched off one at a time in a copy of it.",
    )
    parser.add_argument("only", nargs="?", default="", help="those with this in their file or name")
    parser.add_argument("--table", action="store_true", help="write the table into the document")
    return parser.parse_args()


if __name__ == "__main__":
    main()
