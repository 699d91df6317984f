"""PostgreSQL, with commit points."""

from django.db.backends.postgresql import base

from tests.campaign.commits import CommitPoints


class DatabaseWrapper(CommitPoints, base.DatabaseWrapper):
    pass
