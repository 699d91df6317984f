"""`--database-only`: leaves out what a second database cannot end otherwise."""

from __future__ import annotations

import pytest

FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="only tests that touch the database, and of the journeys those marked both_databases",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("database_only"):
        left_out = [item for item in items if not touches_the_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def touches_the_database(item: pytest.Item) -> bool:
    marks = {mark.name for mark in item.iter_markers()}
    if "journey" in marks:
        return "both_databases" in marks
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(marks & {"django_db", "both_databases"} or fixtures & FIXTURES)
