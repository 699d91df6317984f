from django.db import migrations, models
from django.db.models import OuterRef, Subquery
import django.utils.timezone


def sent_with_the_prescription(apps, schema_editor):
    """What is there came with the prescription itself."""
    Document = apps.get_model("prescriptions", "Document")
    Prescription = apps.get_model("prescriptions", "Prescription")
    sent = Prescription.objects.filter(pk=OuterRef("prescription")).values("submitted_at")[:1]
    Document.objects.update(sent_at=Subquery(sent))


REASONS = [
    ("unreadable", "A picture that can be read"),
    ("part_missing", "A part that is missing"),
    ("evidence", "Evidence of present treatment"),
    ("other", "Something else, in words"),
]
KINDS = [("prescription", "Prescription"), ("evidence", "Evidence of present treatment")]


class Migration(migrations.Migration):
    dependencies = [("prescriptions", "0005_nothing_left_of_what_was_never_taken")]

    operations = [
        migrations.AddField(
            "prescription",
            "ask_reason",
            models.CharField(blank=True, choices=REASONS, default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AddField(
            "prescription", "new_pictures", models.PositiveSmallIntegerField(default=0)
        ),
        migrations.AddField(
            "document",
            "kind",
            models.CharField(choices=KINDS, default="prescription", max_length=12),
        ),
        migrations.AddField(
            "document", "sent_at", models.DateTimeField(default=django.utils.timezone.now)
        ),
        migrations.AddField(
            "document",
            "sent_for",
            models.CharField(blank=True, choices=REASONS, default="", max_length=12),
            preserve_default=False,
        ),
        migrations.RunPython(sent_with_the_prescription, migrations.RunPython.noop),
        migrations.AddConstraint(
            "document",
            models.CheckConstraint(
                condition=models.Q(kind__in=["prescription", "evidence"]),
                name="known_kind_of_document",
            ),
        ),
    ]
