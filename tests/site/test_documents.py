"""What the documents say about the tests is true."""

import re
from pathlib import Path

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
