"""Runs the rasteriser as the shop does, and looks at the pages it draws."""

import os
import struct
import subprocess
from io import BytesIO

from PIL import Image

from shop.prescriptions.files import intake
from tests.prescriptions.drawer import copy_for_nobody

WHITE = (255, 255, 255)
NEARLY = 6


def command() -> list[str]:
    """The shop's command, run as nobody where the tests run as root: no limit on processes binds root."""
    python, isolated, program, *limits = intake.rasteriser_command()
    if os.geteuid():
        return [python, isolated, program, *limits]
    copy = copy_for_nobody()
    return [*copy.python, isolated, str(copy.program), *limits]


def rasterise(data: bytes, **limits: int) -> subprocess.CompletedProcess[bytes]:
    kept = [word for word in command() if not word.startswith(tuple(map(option, limits)))]
    changed = [f"{option(name)}={value}" for name, value in limits.items()]
    return subprocess.run(
        [*kept, *changed],
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
