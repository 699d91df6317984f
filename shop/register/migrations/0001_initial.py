
import django.db.models.deletion
import django.utils.timezone
import shop.vault.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('prescriptions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='number')),
                ('supplied_on', models.DateField(verbose_name='date of supply')),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('order_number', models.CharField(max_length=128, verbose_name='order')),
                ('prescription_reference', models.CharField(max_length=12, verbose_name='prescription')),
                ('particulars', shop.vault.fields.SealedJSONField(row_name='number')),
                ('audit_sequence', models.PositiveBigIntegerField(unique=True)),
                ('supply', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='register_entry', to='prescriptions.supply')),
            ],
            options={
                'verbose_name': 'register entry',
                'verbose_name_plural': 'register of supplies',
                'ordering': ('-number',),
            },
        ),
        migrations.CreateModel(
            name='Annotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('text', shop.vault.fields.SealedTextField(row_name='uuid')),
                ('registration', models.CharField(max_length=160)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('audit_sequence', models.PositiveBigIntegerField(unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='annotations', to='register.entry')),
            ],
            options={
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['supplied_on', 'number'], name='register_by_day'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='register_counts_from_one'),
        ),
        migrations.AddConstraint(
            model_name='annotation',
            constraint=models.CheckConstraint(condition=models.Q(('registration__gt', '')), name='an_annotation_is_signed'),
        ),
    ]
