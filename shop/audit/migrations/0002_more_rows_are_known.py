"""Changes no table: after it, the rows of prescriptions, payments and ways to sign in are adopted.

A shop whose migrations are not applied says so, so that nobody forgets it (`shop/audit/live_rows.py`).
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = []
