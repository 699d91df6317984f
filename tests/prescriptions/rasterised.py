"""Runs the rasteriser as the shop does, and looks at the pages it draws."""

import os
import struct
import subprocess
from io import BytesIO

from PIL import Image

from shop.prescriptions.files import intake

WHITE = (255, 255, 255)
NEARLY = 6


def person() -> list[str]:
    """A prefix that runs a command as nobody: no limit on processes counts for root."""
    return [] if os.geteuid() else ["setpriv", "--reuid=65534", "--clear-groups"]


def rasterise(data: bytes, **limits: int) -> subprocess.CompletedProcess[bytes]:
    command = [
        word
        for word in intake.rasteriser_command()
        if not word.startswith(tuple(map(option, limits)))
    ]
    changed = [f"{option(name)}={value}" for name, value in limits.items()]
    return subprocess.run(
        [*person(), *command, *changed],
        input=data,
        check=False,
        capture_output=True,
        timeout=60,
        env={},
        cwd="/",
    )


def option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def only_page(data: bytes) -> Image.Image:
    answer = rasterise(data)
    assert answer.returncode == 0, answer
    width, height, size = struct.unpack_from("!III", answer.stdout)
    page = Image.open(BytesIO(answer.stdout[12 : 12 + size]))
    assert page.size == (width, height)
    assert len(answer.stdout) == 12 + size
    return page


def colour_at(page: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    colour = page.convert("RGB").getpixel(place)
    assert isinstance(colour, tuple)
    return tuple(int(part) for part in colour)


def has_ink(page: Image.Image) -> bool:
    return any(page.convert("L").histogram()[:100])


def is_nearly(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= NEARLY for one, other in zip(colour, wanted, strict=True))
