from django.db import migrations
from django.db.models import F


def write_amounts(apps, _schema_editor):
    """Until now all of the amount was captured, or nothing."""
    attempts = apps.get_model("payments", "PaymentAttempt").objects
    attempts.filter(status="captured").update(captured_minor=F("amount_minor"))


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0003_refunds_and_disputes"),
    ]

    operations = [
        migrations.RunPython(write_amounts, migrations.RunPython.noop),
    ]
