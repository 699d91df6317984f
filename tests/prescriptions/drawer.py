"""The drawing program where everybody may read it, wherever the shop and its Python lie."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import venv
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from shop.prescriptions.files import intake

# The distributions that the program imports from.
DECODERS = ("pillow", "pillow_heif", "pypdfium2")
NOBODY = ["setpriv", "--reuid=65534", "--clear-groups"]


@dataclass(frozen=True)
class Copy:
    """The program, a Python of its own, and the folder that is gone when the process ends."""

    python: Path
    program: Path
    folder: tempfile.TemporaryDirectory[str]


@cache
def copy_for_nobody() -> Copy:
    """Copy the program and its decoders into a folder that the user nobody may read."""
    folder = tempfile.TemporaryDirectory(prefix="shop-drawer-", dir=open_folder())
    place = Path(folder.name)
    venv.create(place, symlinks=True)
    [packages] = place.glob("lib/python*/site-packages")
    for decoder in DECODERS:
        for file in metadata.files(decoder) or []:
            if ".." not in file.parts and file.suffix != ".pyc":
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), packages / file)
    copy = Copy(place / "bin/python", place / intake.RASTERISER.name, folder)
    shutil.copyfile(intake.RASTERISER, copy.program)
    subprocess.run(["chmod", "-R", "a+rX", place], check=True)
    started = subprocess.run([*NOBODY, copy.python, "-I", "-c", ""], check=False)
    assert started.returncode == 0, f"The user nobody may not run {copy.python.resolve()}."
    return copy


def open_folder() -> Path:
    """A folder for temporary files that everybody may enter."""
    for name in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108
        folder = Path(name).resolve()
        if folder.is_dir() and all(each.stat().st_mode & 0o1 for each in (folder, *folder.parents)):
            return folder
    raise AssertionError("There is no folder for temporary files that the user nobody may enter.")
