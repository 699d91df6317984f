"""The medicine folders that are shipped, and what tests do with a copy."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from catalogue.content import files
from catalogue.content.files import read_medicine
from shop.datafiles import FilesInvalid

SHIPPED = Path(files.MEDICINES)


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def run(*args):
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def problems_of(path):
    with pytest.raises(FilesInvalid) as invalid:
        read_medicine(path)
    return invalid.value.problems
