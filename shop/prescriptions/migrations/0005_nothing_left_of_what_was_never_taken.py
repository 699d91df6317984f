from django.db import migrations

from shop.vault.sealing import VaultError


def forget_days_left(apps, schema_editor):
    """Version 0.1 asked everybody how many days are left: of who never took it, it means nothing."""
    Prescription = apps.get_model('prescriptions', 'Prescription')
    for prescription in Prescription.objects.filter(days_left__isnull=False).iterator():
        try:
            never_took_it = (prescription.answers_json or {}).get('taken_before') == 'no'
        except VaultError:
            # The key is gone, and with it what was said.
            continue
        if never_took_it:
            Prescription.objects.filter(pk=prescription.pk).update(days_left=None)


class Migration(migrations.Migration):

    dependencies = [
        ('prescriptions', '0004_let_the_next_go'),
    ]

    operations = [
        migrations.RunPython(forget_days_left, migrations.RunPython.noop),
    ]
