"""What the documents say about the tests is true."""

import re
from operator import attrgetter
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def test_every_test_that_the_table_of_faults_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/payments.md").read_text()))
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }

    assert len(named) > 40
    assert named - written == set()


@pytest.mark.parametrize(
    "document", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=attrgetter("name")
)
def test_what_a_document_points_to_is_there(document: Path) -> None:
    places = re.findall(
        r"`((?:shop|catalogue|templates|static|tests)/[\w./-]+)`", document.read_text()
    )

    assert [place for place in places if not (ROOT / place).exists()] == []
