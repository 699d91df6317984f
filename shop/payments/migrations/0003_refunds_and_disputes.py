
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('basket', '0012_line_code'),
        ('order', '0021_billingaddress_code_shippingaddress_code'),
        ('payments', '0002_initial'),
        ('prescriptions', '0002_content_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            ],
            options={
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_until', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('findings', models.JSONField(default=list)),
            ],
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
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_at', models.DateTimeField(auto_now=True)),
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
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.RemoveConstraint(
            model_name='paymentattempt',
            name='known_payment_status',
        ),
        migrations.RemoveConstraint(
            model_name='paymentattempt',
            name='a_placed_payment_has_an_order',
        ),
        migrations.RemoveConstraint(
            model_name='stripeoperation',
            name='each_operation_once',
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='captured_minor',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='disputed_minor',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='refunded_minor',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='refunding_minor',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='review',
            field=models.CharField(blank=True, choices=[('unknown_session', 'Stripe does not know the card page.'), ('capture_refused', 'Stripe refused to charge the card.'), ('release_refused', 'Stripe refused to release the authorisation.'), ('other_amount', "Stripe charged another amount than the order's."), ('refund_failed', 'Money that was to go back could not be paid back.')], max_length=20),
        ),
        migrations.AddField(
            model_name='stripeevent',
            name='error',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='stripeoperation',
            name='keyed_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='paymentattempt',
            name='status',
            field=models.CharField(choices=[('created', 'Started'), ('session_open', 'At the card page'), ('placed', 'Authorised, order placed'), ('captured', 'Paid'), ('part_refunded', 'Partly paid back'), ('refunded', 'Paid back'), ('expired', 'Not paid'), ('void_pending', 'Money being let go'), ('voided', 'Authorisation released'), ('capture_failed', 'Could not be charged'), ('needs_review', 'Needs a look by staff')], default='created', max_length=14),
        ),
        migrations.AlterField(
            model_name='stripeoperation',
            name='kind',
            field=models.CharField(choices=[('expire', 'Close the card page'), ('capture', 'Capture'), ('cancel', 'Release the authorisation'), ('refund', 'Refund')], max_length=8),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['created', 'session_open', 'placed', 'captured', 'part_refunded', 'refunded', 'expired', 'void_pending', 'voided', 'capture_failed', 'needs_review'])), name='known_payment_status'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('placed', 'captured', 'part_refunded')), _negated=True), models.Q(('order__isnull', False), ('payment_intent_id__isnull', False)), _connector='OR'), name='a_placed_payment_has_an_order'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_minor__lte', models.F('captured_minor'))), name='never_more_back_than_was_taken'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='attempt',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='payments.paymentattempt'),
        ),
        migrations.AddField(
            model_name='refund',
            name='attempt',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.paymentattempt'),
        ),
        migrations.AddField(
            model_name='refund',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stripeoperation',
            name='refund',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='operation', to='payments.refund'),
        ),
        migrations.AddConstraint(
            model_name='stripeoperation',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'refund'), _negated=True), fields=('attempt', 'kind'), name='each_operation_once'),
        ),
        migrations.AddConstraint(
            model_name='stripeoperation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'refund'), ('refund__isnull', False)), models.Q(models.Q(('kind', 'refund'), _negated=True), ('refund__isnull', True)), _connector='OR'), name='an_operation_knows_its_refund'),
        ),
        migrations.AddField(
            model_name='refundline',
            name='order_line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_lines', to='order.line'),
        ),
        migrations.AddField(
            model_name='refundline',
            name='refund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='payments.refund'),
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
    ]
