"""A process that dies at a named function: `python -m tests.killed TARGET WHEN SCENARIO ARGUMENT…`."""

from __future__ import annotations

import os
import pkgutil
import signal
import sys
from typing import Any

import django


def main() -> None:
    target, when, scenario, *arguments = sys.argv[1:]
    django.setup()
    module, _, attributes = target.partition(":")
    *path, name = attributes.split(".")
    owner = pkgutil.resolve_name(f"{module}:{'.'.join(path)}")
    original = getattr(owner, name)

    def die(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, die)
    pkgutil.resolve_name(scenario)(*arguments)


if __name__ == "__main__":
    main()
