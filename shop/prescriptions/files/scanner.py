"""Asks clamd, where one is configured, whether a file is malware; no answer is never a yes."""

import logging
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from shop.prescriptions.files.intake import Deadline, DocumentRefused, Reason

logger = logging.getLogger(__name__)

SCAN_SECONDS = 3.0
CHUNK_BYTES = 64 * 1024
LONGEST_REPLY_BYTES = 4096
# A chunk of no bytes ends the stream; see INSTREAM in clamd(8).
END_OF_STREAM = struct.pack("!I", 0)
CLEAN = b"stream: OK\0"
FOUND = re.compile(rb"stream: (?P<malware>.+) FOUND\0", re.DOTALL)
LONGEST_NAME = 100
ADDRESS = re.compile(r"(?:(?P<host>[\w.-]+)|\[(?P<host6>[0-9a-fA-F:]+)\]):(?P<port>[1-9]\d{0,4})")
LAST_PORT = 65_535

REFUSE = "refuse"
FLAG = "flag"


class Scan(TextChoices):
    """What is known about malware in a file that was kept."""

    NOT_CONFIGURED = "not_configured", _("No scanner is set up")
    CLEAN = "clean", _("Scanned, nothing found")
    UNSCANNED = "unscanned", _("The scanner did not answer")


class NoVerdict(Exception):
    """clamd could not be reached, was too slow, or did not say yes or no."""


@dataclass
class Scanner:
    """Scans the files of one form; a scanner that fails once is not waited for again."""

    deadline: Deadline
    is_down: bool = False

    def scan(self, data: bytes) -> Scan:
        """Raise `DocumentRefused` for malware and, unless `SCANNER_DOWN` is flag, without verdict."""
        if not settings.CLAMD_ADDRESS:
            return Scan.NOT_CONFIGURED
        try:
            malware = self._ask(data)
        except NoVerdict as error:
            self.is_down = True
            logger.warning("The malware scanner gave no verdict: %s", error)
            if settings.SCANNER_DOWN != FLAG:
                raise DocumentRefused(Reason.NOT_SCANNED) from error
            return Scan.UNSCANNED
        if malware:
            logger.warning("Malware was refused: %s in a file of %d bytes", malware, len(data))
            raise DocumentRefused(Reason.INFECTED)
        return Scan.CLEAN

    def _ask(self, data: bytes) -> str:
        if self.is_down:
            raise NoVerdict("it failed on an earlier file of this form")
        seconds = min(SCAN_SECONDS, self.deadline.left())
        return malware_in(data, address=settings.CLAMD_ADDRESS, deadline=Deadline.after(seconds))


def malware_in(data: bytes, *, address: str, deadline: Deadline) -> str:
    """The name of the malware that clamd found, empty if it found none; or raise `NoVerdict`.

    One deadline holds for the whole conversation, so that a scanner that trickles cannot stretch it.
    """
    try:
        with _connected(address, deadline) as clamd:
            reply = _converse(clamd, data, deadline)
    except (OSError, ValueError) as error:
        raise NoVerdict(str(error)) from error
    if reply == CLEAN:
        return ""
    found = FOUND.fullmatch(reply)
    if found is None:
        raise NoVerdict(f"it said {reply[:LONGEST_NAME]!r}")
    return repr(found["malware"][:LONGEST_NAME])


def address_of(text: str) -> str | tuple[str, int]:
    """Read "host:port", "[::1]:port" or the absolute path of a socket; raise ValueError."""
    if text.startswith("/"):
        return text
    match = ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > LAST_PORT:
        raise ValueError(f"{text!r} is neither host:port nor the path of a socket")
    return match["host"] or match["host6"], int(match["port"])


def _connected(text: str, deadline: Deadline) -> socket.socket:
    address = address_of(text)
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=_wait(deadline))
    clamd = socket.socket(socket.AF_UNIX)
    clamd.settimeout(_wait(deadline))
    try:
        clamd.connect(address)
    except OSError:
        clamd.close()
        raise
    return clamd


def _converse(clamd: socket.socket, data: bytes, deadline: Deadline) -> bytes:
    try:
        for part in _stream(data):
            clamd.settimeout(_wait(deadline))
            clamd.sendall(part)
    except (BrokenPipeError, ConnectionResetError):
        # clamd stops listening at its size limit; what it said of it is still to be read.
        logger.info("The malware scanner stopped listening")
    return _reply(clamd, deadline)


def _stream(data: bytes) -> Iterator[bytes]:
    yield b"zINSTREAM\0"
    for start in range(0, len(data), CHUNK_BYTES):
        chunk = data[start : start + CHUNK_BYTES]
        yield struct.pack("!I", len(chunk)) + chunk
    yield END_OF_STREAM


def _reply(clamd: socket.socket, deadline: Deadline) -> bytes:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY_BYTES:
        clamd.settimeout(_wait(deadline))
        received = clamd.recv(LONGEST_REPLY_BYTES)
        if not received:
            break
        reply += received
    return reply


def _wait(deadline: Deadline) -> float:
    left = deadline.left()
    if not left:
        raise TimeoutError("no time is left")
    return left
