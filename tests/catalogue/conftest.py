"""A medicine's folder to spoil."""

import shutil

import pytest

from catalogue.content import files
from tests.catalogue.folders import SHIPPED, edit

SEE_ALSO = """see_also:
  - {medicine: methocarbamol, label: "Methocarbamol (Robaxin), for strained muscles"}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the shipped folder that a test may spoil."""
    copy = tmp_path / "baclofen"
    shutil.copytree(SHIPPED / "baclofen", copy)
    edit(copy / "medicine.yaml", SEE_ALSO, "")
    monkeypatch.setattr(files, "MEDICINES", tmp_path)
    return copy
