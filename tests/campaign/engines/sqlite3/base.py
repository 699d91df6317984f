"""SQLite, with commit points."""

from django.db.backends.sqlite3 import base

from tests.campaign.commits import CommitPoints


class DatabaseWrapper(CommitPoints, base.DatabaseWrapper):
    pass
