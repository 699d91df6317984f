"""No medicine is named in code or templates outside its own folder and the demonstration."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from catalogue.content.files import MEDICINES, medicine_names, read_medicine

KINDS = {".py", ".html", ".txt", ".yaml", ".js", ".css", ".toml"}
ROOT = Path(settings.BASE_DIR)
# The names of all medicines there are stand in the vocabulary.
MAY_NAME_ONE = (MEDICINES, ROOT / "shop/demo", ROOT / "catalogue/vocabulary/brands.yaml")


def files() -> list[Path]:
    found = [
        p for room in ("shop", "catalogue", "templates", "static") for p in (ROOT / room).rglob("*")
    ]
    return [p for p in found if p.suffix in KINDS and not any(map(p.is_relative_to, MAY_NAME_ONE))]


@pytest.mark.parametrize("name", medicine_names())
def test_a_medicine_is_named_in_its_folder_only(name: str) -> None:
    brands = read_medicine(MEDICINES / name).brands
    named = re.compile("|".join(map(re.escape, (name, *brands))), re.IGNORECASE)

    assert len(files()) > 300
    assert [str(p.relative_to(ROOT)) for p in files() if named.search(p.read_text())] == []
