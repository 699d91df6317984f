"""Audit: the log of who did what, that nobody can change unseen."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "shop.audit"

    def ready(self) -> None:
        from shop.audit import guards, live_rows

        # A table that a migration on SQLite makes anew has lost its triggers, and so has one that
        # tests made without migrations: so they are put there after every migration.
        post_migrate.connect(guards.install, sender=self)
        post_migrate.connect(live_rows.adopt, sender=self)
