"""Reads an uploaded prescription file as pictures, in a child process that may crash harmlessly."""

import logging
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_FILES = 5
MAX_FILES_A_DAY = 60
MAX_PAGES = 10
MAX_PIXELS = 40_000_000
LONG_SIDE_PIXELS = 2_480
PDF_DOTS_PER_INCH = 150
# For all files of one form together; the rest of ten seconds is for storing them.
FORM_SECONDS = 9.0
TURN_SECONDS = 3.0
READ_SECONDS = 7.0
CPU_SECONDS = 7
MEMORY_BYTES = 1024 * 1024 * 1024
MAX_OUTPUT_BYTES = 64 * 1024 * 1024

RASTERISER = Path(__file__).with_name("rasterise.py")
# The next two mirror the program, which runs isolated and so shares no module with the shop.
REFUSED = 3
PAGE_HEADER = struct.Struct("!III")
JPEG_MAGIC = b"\xff\xd8\xff"
# Killed for time, or for processor time, or gave up for want of memory.
RAN_OUT = (-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGABRT)

_one_at_a_time = threading.Lock()


class Reason(TextChoices):
    """Why a file was refused; the label tells the patient what to do."""

    EMPTY = "empty", _("This file is empty. Choose it again, or take a new photo.")
    TOO_LARGE = (
        "too_large",
        _("This file is larger than 10 MB. Send a smaller copy, or take a photo of each page."),
    )
    TOO_MANY_FILES = (
        "too_many_files",
        _("You can send at most 5 files. Leave some out, and try again."),
    )
    NOT_A_PICTURE = (
        "not_a_picture",
        _(
            "This is not a JPEG, PNG, WebP, HEIC or PDF file. "
            "Take a photo of the prescription, or save it as a PDF."
        ),
    )
    TOO_MANY_PAGES = (
        "too_many_pages",
        _("This PDF has more than 10 pages. Send only the pages of the prescription."),
    )
    ENCRYPTED = (
        "encrypted",
        _(
            "This PDF is locked with a password. "
            "Save a copy without a password, or take a photo of each page."
        ),
    )
    DAMAGED = (
        "damaged",
        _(
            "We could not open this file. It may be damaged or incomplete. "
            "Send it again, or take a new photo."
        ),
    )
    TOO_COMPLEX = (
        "too_complex",
        _(
            "This file is too large or too detailed to open. "
            "Take a photo of each page at a normal size."
        ),
    )
    TOO_MANY_TODAY = (
        "too_many_today",
        _("You have sent very many files today. Try again tomorrow, or talk to us."),
    )
    MOVING = (
        "moving",
        _("This file holds several pictures that move. Take a still photo of each page."),
    )
    NO_TIME = (
        "no_time",
        _(
            "We did not get to this file: together, your files took too long to open. "
            "Send fewer of them, or photos at a normal size."
        ),
    )
    INFECTED = (
        "infected",
        _(
            "Our virus scanner says that this file is harmful, so we did not keep it. "
            "Check your device, and take a new photo of the prescription."
        ),
    )
    NOT_SCANNED = (
        "not_scanned",
        _(
            "We could not check this file for viruses just now, so we did not keep it. "
            "Wait a few minutes, and send it again."
        ),
    )
    BUSY = (
        "busy",
        _("We are reading other files at the moment. Wait a minute, and send the file again."),
    )


class DocumentRefused(Exception):
    """The file gave no pictures; `message` is for the patient."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def message(self) -> str:
        return str(self.reason.label)


@dataclass(frozen=True)
class Deadline:
    """The end of the time for one form, on the clock of `time.monotonic`, in seconds."""

    ends: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds, never below zero."""
        return max(0.0, self.ends - time.monotonic())


@dataclass(frozen=True)
class Picture:
    """One page as JPEG; width and height in pixels."""

    jpeg: bytes
    width: int
    height: int


def read_document(data: bytes, *, deadline: Deadline | None = None) -> tuple[Picture, ...]:
    """Return the pages of a JPEG, PNG, WebP, HEIC or PDF file, at least one.

    Waits at most `TURN_SECONDS` for its turn, then reads for at most `READ_SECONDS`, and not beyond
    the deadline that all files of a form share. Raises `DocumentRefused`.
    """
    if not data:
        raise DocumentRefused(Reason.EMPTY)
    if len(data) > MAX_FILE_BYTES:
        raise DocumentRefused(Reason.TOO_LARGE)
    deadline = deadline or Deadline.after(FORM_SECONDS)
    if not deadline.left():
        raise DocumentRefused(Reason.NO_TIME)
    with turn(min(TURN_SECONDS, deadline.left())):
        status, answer = _rasterise(data, seconds=min(READ_SECONDS, deadline.left()))
    if status != 0:
        raise DocumentRefused(_reason_for(status, answer, deadline))
    return _pictures(answer)


@contextmanager
def turn(seconds: float) -> Iterator[None]:
    if not _one_at_a_time.acquire(timeout=seconds):
        raise DocumentRefused(Reason.BUSY)
    try:
        yield
    finally:
        _one_at_a_time.release()


def _rasterise(data: bytes, *, seconds: float) -> tuple[int, bytes]:
    with _start() as child:
        alarm = threading.Timer(seconds, child.kill)
        alarm.start()
        try:
            answer = _converse(child, data)
            return child.wait(), answer
        finally:
            child.kill()
            alarm.cancel()


def _start() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603
            rasteriser_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LANG": "C.UTF-8"},
        )
    except OSError as error:
        logger.exception("The rasteriser could not be started")
        raise DocumentRefused(Reason.BUSY) from error


def rasteriser_command() -> list[str]:
    return [
        sys.executable,
        # Isolated: no PYTHON* variables, no user packages, nothing importable from this folder.
        "-IB",
        str(RASTERISER),
        f"--pages={MAX_PAGES}",
        f"--pixels={MAX_PIXELS}",
        f"--long-side={LONG_SIDE_PIXELS}",
        f"--dots-per-inch={PDF_DOTS_PER_INCH}",
        f"--cpu-seconds={CPU_SECONDS}",
        f"--memory-bytes={MEMORY_BYTES}",
    ]


def _converse(child: subprocess.Popen[bytes], data: bytes) -> bytes:
    # The child reads everything before it writes, so neither can wait for the other.
    # A child that dies early closes the pipe; its exit status tells why.
    with suppress(BrokenPipeError), cast("IO[bytes]", child.stdin) as pipe:
        pipe.write(data)
    answer = cast("IO[bytes]", child.stdout).read(MAX_OUTPUT_BYTES + 1)
    if len(answer) > MAX_OUTPUT_BYTES:
        raise DocumentRefused(Reason.TOO_COMPLEX)
    return answer


def _reason_for(status: int, answer: bytes, deadline: Deadline) -> Reason:
    if status == REFUSED:
        return _stated_reason(answer)
    if not deadline.left():
        return Reason.NO_TIME
    logger.warning("The rasteriser ended with status %d", status)
    if status in RAN_OUT:
        return Reason.TOO_COMPLEX
    return Reason.DAMAGED


def _stated_reason(answer: bytes) -> Reason:
    try:
        return Reason(answer.decode())
    except ValueError:
        return Reason.DAMAGED


def _pictures(answer: bytes) -> tuple[Picture, ...]:
    # The child read hostile bytes, so what it says is checked as if it were hostile too.
    pictures = tuple(_split(answer))
    if not 1 <= len(pictures) <= MAX_PAGES:
        raise DocumentRefused(Reason.DAMAGED)
    return pictures


def _split(answer: bytes) -> Iterator[Picture]:
    rest = memoryview(answer)
    while rest:
        if len(rest) < PAGE_HEADER.size:
            raise DocumentRefused(Reason.DAMAGED)
        width, height, size = PAGE_HEADER.unpack_from(rest)
        jpeg = bytes(rest[PAGE_HEADER.size : PAGE_HEADER.size + size])
        if len(jpeg) != size or not jpeg.startswith(JPEG_MAGIC):
            raise DocumentRefused(Reason.DAMAGED)
        yield Picture(jpeg, width, height)
        rest = rest[PAGE_HEADER.size + size :]
