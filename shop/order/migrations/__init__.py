"""Our migrations, numbered from 1001, after the ones that Oscar ships and we use where they are."""

from oscar.apps.order import migrations as oscar_migrations

__path__ = [*__path__, *oscar_migrations.__path__]
