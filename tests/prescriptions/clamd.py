"""A stand-in for clamd on loopback, as good or as bad as a test wants it."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# The test file that every scanner reports (eicar.org), in two parts so that this file is not it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

Manner = Callable[[socket.socket], None]


def honest(client: socket.socket) -> None:
    """Reads the stream as the protocol says, and knows one kind of malware."""
    stream = client.makefile("rb")
    assert stream.read(10) == b"zINSTREAM\0"
    data = b"".join(chunks(stream.read))
    client.sendall(
        b"stream: {HEX}EICAR.TEST.3.UNOFFICIAL FOUND\0" if EICAR in data else b"stream: OK\0"
    )


def chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while size := struct.unpack("!I", read(4))[0]:
        yield read(size)


def saying(reply: bytes) -> Manner:
    def answer(client: socket.socket) -> None:
        stream = client.makefile("rb")
        stream.read(10)
        list(chunks(stream.read))
        client.sendall(reply)

    return answer


def too_large(client: socket.socket) -> None:
    """Stops reading and hangs up in the middle of the file."""
    client.recv(10)
    client.sendall(b"INSTREAM size limit exceeded. ERROR\0")


def closed_at_once(client: socket.socket) -> None:
    """Hangs up without a word."""


def silent(client: socket.socket) -> None:
    """Reads on and on, and says nothing."""
    while client.recv(65_536):
        pass


def trickling(client: socket.socket) -> None:
    """Says one letter at a time, and never comes to an end."""
    client.settimeout(0.02)
    while True:
        client.sendall(b"s")
        with suppress(TimeoutError):
            client.recv(65_536)


class Clamd:
    """Counts the files it is shown."""

    def __init__(self, manner: Manner, listener: socket.socket) -> None:
        self.manner = manner
        self.listener = listener
        self.asked = 0

    @property
    def address(self) -> str:
        place = self.listener.getsockname()
        return place if isinstance(place, str) else f"{place[0]}:{place[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.asked += 1
                with client, suppress(OSError):
                    self.manner(client)


@contextmanager
def clamd(manner: Manner = honest, path: str = "") -> Iterator[Clamd]:
    """Listens on loopback, or at the path of a socket."""
    family, address = (socket.AF_UNIX, path) if path else (socket.AF_INET, ("127.0.0.1", 0))
    with socket.create_server(address, family=family) as listener:
        server = Clamd(manner, listener)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
