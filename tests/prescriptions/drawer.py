"""The drawing program where everybody may read it, wherever the shop and its Python lie."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from shop.prescriptions.files import intake

# The distributions that the program imports from.
DECODERS = ("pillow", "pillow_heif", "pypdfium2")
# Of a Python: what is large, and not imported by anything here.
NOT_NEEDED = ("site-packages", "test", "config-*", "idlelib", "tkinter", "ensurepip", "*.opt-*.pyc")
NOBODY = ["setpriv", "--reuid=65534", "--clear-groups"]


@dataclass(frozen=True)
class Copy:
    """How nobody runs the program, and the folder that is gone when the process ends."""

    python: list[str]
    program: Path
    folder: tempfile.TemporaryDirectory[str]


@cache
def copy_for_nobody() -> Copy:
    """Copy the program and its decoders into a folder that the user nobody may read."""
    folder = tempfile.TemporaryDirectory(prefix="shop-drawer-", dir=open_folder())
    atexit.register(folder.cleanup)
    place = Path(folder.name)
    base = Path(sys.base_prefix).resolve()
    if not everybody_may_read(base):
        base = copy_of_python(base, place / "base")
    # A Python that was built as a library is looked for where it was built, else here.
    start = ["env", f"LD_LIBRARY_PATH={base / 'lib'}"]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    subprocess.run(
        [*start, base / "bin" / version, "-m", "venv", "--without-pip", place], check=True
    )
    copy_decoders(place / "lib" / version / "site-packages")
    copy = Copy([*NOBODY, *start, str(place / "bin/python")], place / "rasterise.py", folder)
    shutil.copyfile(intake.RASTERISER, copy.program)
    subprocess.run(["chmod", "-R", "a+rX", place], check=True)
    ask = [*copy.python, "-I", "-c", "import sys; print(sys.base_prefix)"]
    said = subprocess.run(ask, check=False, capture_output=True, text=True, env={}).stdout.strip()
    assert said == str(base), f"The user nobody cannot run the Python of {base}."
    return copy


def copy_of_python(base: Path, place: Path) -> Path:
    (place / "bin").mkdir(parents=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    shutil.copy(base / "bin" / version, place / "bin")
    shutil.copytree(
        base / "lib" / version,
        place / "lib" / version,
        ignore=shutil.ignore_patterns(*NOT_NEEDED),
    )
    for library in base.glob("lib/libpython*.so*"):
        shutil.copy(library, place / "lib")
    return place


def copy_decoders(packages: Path) -> None:
    for decoder in DECODERS:
        for file in metadata.files(decoder) or []:
            if ".." not in file.parts and file.suffix != ".pyc":
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), packages / file)


def everybody_may_read(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o1 for each in (folder, *folder.parents))


def open_folder() -> Path:
    """A folder for temporary files that everybody may enter."""
    for name in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108
        folder = Path(name).resolve()
        if folder.is_dir() and everybody_may_read(folder):
            return folder
    raise AssertionError("There is no folder for temporary files that the user nobody may enter.")
