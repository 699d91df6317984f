
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
            name='PrescriberQuery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('channel', models.CharField(choices=[('phone', 'Telephone'), ('email', 'Secure e-mail'), ('letter', 'Letter'), ('system', 'Prescription system'), ('in_person', 'In person')], max_length=10)),
                ('content', shop.vault.fields.SealedJSONField(row_name='uuid')),
                ('is_confirmed', models.BooleanField(default=False)),
                ('registration', models.CharField(max_length=160)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prescriber_queries', to='prescriptions.prescription')),
            ],
            options={
                'ordering': ('asked_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Worksheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('typed', shop.vault.fields.SealedJSONField(row_name='uuid')),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('prescription', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='worksheet', to='prescriptions.prescription')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('legal', 'Legal check'), ('clinical', 'Clinical check')], max_length=8)),
                ('covers', models.CharField(max_length=64)),
                ('registration', models.CharField(max_length=160)),
                ('signed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='prescriptions.prescription')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('signed_at', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('covers__gt', ''), ('kind__in', ['legal', 'clinical']), ('registration__gt', '')), name='a_check_is_signed')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('approved', 'Approved'), ('asked', 'Question to the customer'), ('refused', 'Refused')], max_length=8)),
                ('frozen', shop.vault.fields.SealedJSONField(row_name='uuid')),
                ('digest', models.CharField(max_length=64)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('profile', models.CharField(max_length=20)),
                ('profile_digest', models.CharField(max_length=64)),
                ('registration', models.CharField(max_length=160)),
                ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='prescriptions.prescription')),
            ],
            options={
                'ordering': ('decided_at', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('digest__gt', ''), ('kind__in', ['approved', 'asked', 'refused']), ('registration__gt', '')), name='a_decision_is_signed'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'approved'), _negated=True), ('country__gt', ''), _connector='OR'), name='an_approval_has_a_country')],
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('interaction', 'Interaction'), ('not_checked', 'Medicine not recognized'), ('kidneys', 'Kidneys'), ('age', 'Age'), ('pregnancy', 'Pregnancy'), ('condition', 'Epilepsy or ulcer'), ('duplicate', 'Seen before'), ('country', 'Country'), ('mismatch', 'Does not match'), ('unscanned', 'Not scanned'), ('repeat', 'Early or late'), ('answered', 'Question answered'), ('reopened', 'To be checked again')], max_length=12)),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='prescriptions.prescription')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'prescription'), name='one_flag_of_each_kind'), models.CheckConstraint(condition=models.Q(('kind__in', ['interaction', 'not_checked', 'kidneys', 'age', 'pregnancy', 'condition', 'duplicate', 'country', 'mismatch', 'unscanned', 'repeat', 'answered', 'reopened'])), name='known_flag')],
            },
        ),
    ]
