"""Cuts the shop's typeface down to the letters its pages use: `python -m shop.pages.fonts`."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]

FOLDER = Path(__file__).resolve().parent.parent.parent / "static" / "fonts"
CUTS = {
    "ah-regular.woff2": "AtkinsonHyperlegible-Regular.ttf",
    "ah-bold.woff2": "AtkinsonHyperlegible-Bold.ttf",
}
# Western European letters, and the quotes, dashes and signs that our texts use; other letters come
# from the fallback font. Central European ones would cost every first visit another 4.6 kB.
LETTERS = "U+20-7E,U+A0-FF,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2022,U+2026,U+20AC,U+2212"


def cut(source: Path, target: Path) -> None:
    """Write the letters of one font file as WOFF2, all of it or nothing."""
    draft = target.with_suffix(".draft")
    options = [f"--unicodes={LETTERS}", "--flavor=woff2", "--layout-features=*", "--no-hinting"]
    subset.main([str(source), f"--output-file={draft}", *options])
    draft.replace(target)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    package = files("fontpkg_atkinson_hyperlegible") / "files"
    for name, original in CUTS.items():
        target = FOLDER / name
        with as_file(package / original) as source:
            if not target.exists() or target.stat().st_mtime < Path(__file__).stat().st_mtime:
                cut(source, target)


if __name__ == "__main__":
    main()
