"""Carriers that a new shop begins with; their links and numbers are the superintendent's to correct."""

from django.db import migrations

CARRIERS = (
    ("USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}", r"(420\d{5,9})?9\d{21}"),
    ("Australia Post", "https://auspost.com.au/mypost/track/details/{number}", r"[A-Z]{2}\d{9}AU|3\d{22}"),
    ("DHL", "https://www.dhl.com/en/express/tracking.html?AWB={number}", r"\d{10}"),
)


def begin(apps, schema_editor):
    carrier = apps.get_model("sending", "Carrier")
    for name, link, pattern in CARRIERS:
        carrier.objects.get_or_create(name=name, defaults={"link": link, "pattern": pattern})


class Migration(migrations.Migration):
    dependencies = [("sending", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
