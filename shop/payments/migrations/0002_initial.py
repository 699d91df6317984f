
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('payments', '0001_initial'),
        ('prescriptions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='paymentattempt',
            name='prescription',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payment_attempts', to='prescriptions.prescription'),
        ),
        migrations.AddField(
            model_name='paymentattempt',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_attempts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='stripeoperation',
            name='attempt',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operations', to='payments.paymentattempt'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['created', 'session_open', 'placed', 'captured', 'expired', 'void_pending', 'voided', 'needs_review'])), name='known_payment_status'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('created', 'session_open', 'placed', 'void_pending'))), fields=('basket',), name='one_live_attempt_per_basket'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('placed', 'captured')), _negated=True), models.Q(('order__isnull', False), ('payment_intent_id__isnull', False)), _connector='OR'), name='a_placed_payment_has_an_order'),
        ),
        migrations.AddConstraint(
            model_name='paymentattempt',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='there_is_something_to_pay'),
        ),
        migrations.AddConstraint(
            model_name='stripeoperation',
            constraint=models.UniqueConstraint(fields=('attempt', 'kind'), name='each_operation_once'),
        ),
    ]
