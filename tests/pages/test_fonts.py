"""The typeface is cut once, small, and not again."""

from pathlib import Path

import pytest

from shop.pages import fonts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fonts, "FOLDER", tmp_path / "fonts")
    return tmp_path / "fonts"


def test_each_weight_is_a_small_woff2_file(folder: Path) -> None:
    fonts.main()

    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert made.keys() == fonts.CUTS.keys()
    for content in made.values():
        assert content.startswith(b"wOF2")
        assert len(content) < 16_000


def test_a_second_run_leaves_the_files_alone(folder: Path) -> None:
    fonts.main()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

    fonts.main()

    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
