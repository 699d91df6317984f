"""There is no stock without a batch: what a shop has already is one, until somebody reads its date."""

from django.db import migrations

FIRST = "FIRST"


def count_in(apps, schema_editor):
    Batch = apps.get_model("stock", "Batch")
    StockRecord = apps.get_model("partner", "StockRecord")
    for record in StockRecord.objects.filter(num_in_stock__gt=0).order_by("pk"):
        Batch.objects.create(stockrecord=record, number=FIRST, on_shelf=record.num_in_stock)


class Migration(migrations.Migration):
    # The log adopts the rows once all migrations have run.
    dependencies = [("stock", "0001_batches")]

    operations = [migrations.RunPython(count_in, migrations.RunPython.noop)]
