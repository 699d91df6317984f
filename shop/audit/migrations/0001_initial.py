
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('sequence', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='number')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='at')),
                ('actor_id', models.BigIntegerField(null=True, verbose_name='account')),
                ('actor_role', models.CharField(max_length=200, verbose_name='role')),
                ('action', models.CharField(max_length=40, verbose_name='action')),
                ('subject_type', models.CharField(max_length=40, verbose_name='kind of subject')),
                ('subject_key', models.CharField(max_length=64, verbose_name='subject')),
                ('details_json', models.TextField(default='{}')),
                ('witness', models.CharField(blank=True, max_length=64)),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='network address')),
                ('agent', models.CharField(blank=True, max_length=16, verbose_name='browser')),
                ('key_id', models.CharField(max_length=32)),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit log',
                'ordering': ('-sequence',),
                'indexes': [models.Index(fields=['subject_type', 'subject_key', 'sequence'], name='audit_subject'), models.Index(fields=['actor_id', 'sequence'], name='audit_actor'), models.Index(fields=['action', 'sequence'], name='audit_action')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sequence__gt', 0)), name='audit_counts_from_one')],
            },
        ),
    ]
