
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('basket', '0012_line_code'),
        ('order', '0021_billingaddress_code_shippingaddress_code'),
    ]

    operations = [
        migrations.CreateModel(
            name='StripeEvent',
            fields=[
                ('id', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('type', models.CharField(max_length=100)),
                ('object_id', models.CharField(max_length=255)),
                ('livemode', models.BooleanField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('processed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ('-received_at',),
            },
        ),
        migrations.CreateModel(
            name='StripeOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('expire', 'Close the card page'), ('capture', 'Capture'), ('cancel', 'Release the authorisation')], max_length=8)),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('done_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='PaymentAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('prescription_version', models.PositiveIntegerField(null=True)),
                ('status', models.CharField(choices=[('created', 'Started'), ('session_open', 'At the card page'), ('placed', 'Authorised, order placed'), ('captured', 'Paid'), ('expired', 'Not paid'), ('void_pending', 'Authorisation being released'), ('voided', 'Authorisation released'), ('needs_review', 'Needs a look by staff')], default='created', max_length=12)),
                ('amount_minor', models.PositiveBigIntegerField(help_text="in the currency's smallest unit")),
                ('currency', models.CharField(max_length=3)),
                ('quote', models.JSONField()),
                ('quote_hash', models.CharField(max_length=64)),
                ('session_id', models.CharField(max_length=255, null=True, unique=True)),
                ('payment_intent_id', models.CharField(max_length=255, null=True, unique=True)),
                ('capture_before', models.DateTimeField(null=True)),
                ('failure', models.CharField(blank=True, max_length=32)),
                ('failure_detail', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('basket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_attempts', to='basket.basket')),
                ('order', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payment_attempt', to='order.order')),
            ],
            options={
                'ordering': ('-created_at',),
            },
        ),
    ]
