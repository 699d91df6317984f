import django.db.models.deletion
from django.db import migrations, models


def show_what_was_signed_last(apps, schema_editor):
    """A medicine of which nothing is signed shows what it has, and is not sold."""
    Medicine = apps.get_model('catalogue', 'Medicine')
    ContentVersion = apps.get_model('catalogue', 'ContentVersion')
    for medicine in Medicine.objects.all():
        signed = ContentVersion.objects.filter(medicine=medicine, signature__isnull=False)
        last = signed.order_by('-number').first()
        medicine.shown_id = last.pk if last else medicine.version_id
        medicine.save(update_fields=['shown'])


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '1001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='contentversion',
            name='withdrawn_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='signature taken back at'),
        ),
        migrations.AddField(
            model_name='medicine',
            name='shown',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.contentversion', verbose_name='content that is shown, sold and checked against'),
        ),
        migrations.RunPython(show_what_was_signed_last, migrations.RunPython.noop),
    ]
