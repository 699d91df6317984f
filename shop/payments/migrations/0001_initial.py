
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('basket', '0012_line_code'),
        ('order', '0021_billingaddress_code_shippingaddress_code'),
        ('prescriptions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_until', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('findings', models.JSONField(default=list)),
                ('told', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='StripeEvent',
            fields=[
                ('id', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('type', models.CharField(max_length=100)),
                ('object_id', models.CharField(max_length=255)),
                ('livemode', models.BooleanField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('processed_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ('-received_at',),
            },
        ),
        migrations.CreateModel(
            name='PaymentAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('prescription_version', models.PositiveIntegerField(null=True)),
                ('status', models.CharField(choices=[('created', 'Started'), ('session_open', 'At the card page'), ('placed', 'Authorised, order placed'), ('captured', 'Paid'), ('part_refunded', 'Partly paid back'), ('refunded', 'Paid back'), ('expired', 'Not paid'), ('void_pending', 'Money being let go'), ('voided', 'Authorisation released'), ('capture_failed', 'Could not be charged'), ('needs_review', 'Needs a look by staff')], default='created', max_length=14)),
                ('amount_minor', models.PositiveBigIntegerField(help_text="in the currency's smallest unit")),
                ('currency', models.CharField(max_length=3)),
                ('quote', models.JSONField()),
                ('quote_hash', models.CharField(max_length=64)),
                ('session_id', models.CharField(max_length=255, null=True, unique=True)),
                ('payment_intent_id', models.CharField(max_length=255, null=True, unique=True)),
                ('capture_before', models.DateTimeField(null=True)),
                ('failure', models.CharField(blank=True, max_length=32)),
                ('failure_detail', models.CharField(blank=True, max_length=300)),
                ('review', models.CharField(blank=True, choices=[('unknown_session', 'Stripe does not know the card page.'), ('capture_refused', 'Stripe refused to charge the card.'), ('release_refused', 'Stripe refused to release the authorisation.'), ('other_amount', "Stripe charged another amount than the order's."), ('refund_failed', 'Money that was to go back could not be paid back.'), ('stumbled', 'The shop could not bring it further, three times in a row.')], max_length=20)),
                ('stumbles', models.PositiveSmallIntegerField(default=0)),
                ('stumbled_over', models.CharField(blank=True, max_length=300)),
                ('captured_minor', models.PositiveBigIntegerField(default=0)),
                ('refunding_minor', models.PositiveBigIntegerField(default=0)),
                ('refunded_minor', models.PositiveBigIntegerField(default=0)),
                ('all_goes_back', models.BooleanField(default=False)),
                ('disputed_minor', models.PositiveBigIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('basket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_attempts', to='basket.basket')),
                ('order', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payment_attempt', to='order.order')),
                ('prescription', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payment_attempts', to='prescriptions.prescription')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_attempts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-created_at',),
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stripe_id', models.CharField(max_length=255, unique=True)),
                ('amount_minor', models.PositiveBigIntegerField(help_text="in the currency's smallest unit")),
                ('reason', models.CharField(max_length=40)),
                ('status', models.CharField(max_length=40)),
                ('due_by', models.DateTimeField(null=True)),
                ('read_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='payments.paymentattempt')),
            ],
            options={
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('amount_minor', models.PositiveBigIntegerField(help_text="in the currency's smallest unit")),
                ('status', models.CharField(choices=[('requested', 'Asked for, not at Stripe yet'), ('pending', 'On its way'), ('succeeded', 'Paid back'), ('failed', 'Failed'), ('canceled', 'Cancelled at Stripe')], default='requested', max_length=9)),
                ('reason', models.CharField(choices=[('customer', 'The customer asked for it'), ('out_of_stock', 'Out of stock'), ('damaged', 'Damaged'), ('price_error', 'The price was wrong'), ('other', 'Other'), ('cancelled', 'The order was cancelled'), ('no_order', 'No order came of the payment'), ('at_stripe', 'Made at Stripe')], max_length=12)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('stripe_id', models.CharField(max_length=255, null=True, unique=True)),
                ('failure', models.CharField(blank=True, max_length=300)),
                ('unknown_word', models.CharField(blank=True, max_length=40)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.paymentattempt')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='RefundLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('order_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_lines', to='order.line')),
                ('refund', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='payments.refund')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='StripeOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('expire', 'Close the card page'), ('capture', 'Capture'), ('cancel', 'Release the authorisation'), ('refund', 'Refund')], max_length=8)),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('keyed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('done_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operations', to='payments.paymentattempt')),
                ('refund', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='operation', to='payments.refund')),
            ],
            options={
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['created', 'session_open', 'placed', 'captured', 'part_refunded', 'refunded', 'expired', 'void_pending', 'voided', 'capture_failed', 'needs_review'])), name='known_payment_status'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('created', 'session_open', 'placed', 'void_pending'))), fields=('basket',), name='one_live_attempt_per_basket'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('placed', 'captured', 'part_refunded')), _negated=True), models.Q(('order__isnull', False), ('payment_intent_id__isnull', False)), _connector='OR'), name='a_placed_payment_has_an_order'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='there_is_something_to_pay'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_minor__lte', models.F('captured_minor'))), name='never_more_back_than_was_taken'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'pending', 'succeeded', 'failed', 'canceled'])), name='known_refund_status'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='a_refund_is_of_money'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('requested', 'failed')), ('stripe_id__isnull', False), _connector='OR'), name='a_refund_on_its_way_is_stripes'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'other'), _negated=True), ('note__gt', ''), _connector='OR'), name='another_reason_is_explained'),
        ),
        migrations.AddConstraint(
            model_name='refundline',
            constraint=models.UniqueConstraint(fields=('refund', 'order_line'), name='a_line_once_a_refund'),
        ),
        migrations.AddConstraint(
            model_name='refundline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='a_refund_line_is_of_packs'),
        ),
        migrations.AddConstraint(
            model_name='stripeoperation',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'refund'), _negated=True), fields=('attempt', 'kind'), name='each_operation_once'),
        ),
        migrations.AddConstraint(
            model_name='stripeoperation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'refund'), ('refund__isnull', False)), models.Q(models.Q(('kind', 'refund'), _negated=True), ('refund__isnull', True)), _connector='OR'), name='an_operation_knows_its_refund'),
        ),
    ]
