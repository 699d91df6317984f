"""A process of the shop that is killed: forked from one that has the shop loaded, or started anew."""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import signal
import socket
import struct
import sys
import tempfile
from typing import Any

import django
from django.conf import settings
from django.db import connections

FEW_BYTES = 65536
NUMBER = struct.Struct("!i")


def die(*args: Any, **kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_until(target: str, when: str, scenario: str, *arguments: str) -> None:
    """Run the scenario; the process dies before or after the target, both `module:name`."""
    module, _, attributes = target.partition(":")
    *path, name = attributes.split(".")
    owner = pkgutil.resolve_name(f"{module}:{'.'.join(path)}")
    original = getattr(owner, name)

    def last(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            original(*args, **kwargs)
        die()

    setattr(owner, name, last)
    pkgutil.resolve_name(scenario)(*arguments)


def serve(asked: socket.socket) -> None:
    """Run each program in a fork of this process, which is as fresh as one started anew.

    Answers with the process id when the program starts, and with its exit code when it ended.
    """
    django.setup()
    pkgutil.resolve_name("tests.conftest")
    pkgutil.resolve_name("shop.urls")
    connections.close_all()
    gc.freeze()
    while (request := socket.recv_fds(asked, FEW_BYTES, 2))[0]:
        words, outputs = json.loads(request[0]), request[1]
        pid = os.fork()
        if pid == 0:
            asked.close()
            perform(words, outputs)
        for output in outputs:
            os.close(output)
        asked.sendall(NUMBER.pack(pid))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        asked.sendall(NUMBER.pack(code))


def perform(words: dict[str, Any], outputs: list[int]) -> None:
    """Run the program, and end the process without what only its original may clear away."""
    for place, output in enumerate(outputs, start=1):
        os.dup2(output, place)
    os.environ.update(words["environment"])
    tempfile.tempdir = None
    settings.STORAGES["prescriptions"]["OPTIONS"]["location"] = words["vault"]
    settings.DOCUMENT_KEYS = {name: bytes.fromhex(key) for name, key in words["keys"].items()}
    code = 1
    try:
        exec(words["program"], {"die": die})  # noqa: S102 written by our own tests
        code = 0
    except BaseException:  # noqa: BLE001 as the end of any program
        sys.excepthook(*sys.exc_info())
    finally:
        connections.close_all()
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(socket.socket(fileno=int(sys.argv[2])))
    else:
        django.setup()
        run_until(*sys.argv[1:])
