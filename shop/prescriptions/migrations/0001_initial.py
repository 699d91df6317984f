
import catalogue.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import shop.prescriptions.models
import shop.vault.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalogue', '1001_initial'),
        ('order', '0021_billingaddress_code_shippingaddress_code'),
        ('patients', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Prescription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(default=shop.prescriptions.models.new_reference, max_length=12, unique=True)),
                ('status', models.CharField(choices=[('draft', 'Not sent yet'), ('submitted', 'Waiting for the pharmacist'), ('in_review', 'With the pharmacist'), ('question', 'The pharmacist has a question'), ('approved', 'Approved'), ('refused', 'Not approved'), ('used_up', 'Everything supplied'), ('expired', 'Out of date'), ('withdrawn', 'Approval withdrawn'), ('cancelled', 'Cancelled by you')], default='draft', max_length=12)),
                ('version', models.PositiveIntegerField(default=1)),
                ('submitted_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('claim_until', models.DateTimeField(blank=True, null=True)),
                ('answers_json', shop.vault.fields.SealedJSONField(row_name='reference')),
                ('typed', shop.vault.fields.SealedJSONField(null=True, row_name='reference')),
                ('days_left', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days of it left')),
                ('question', shop.vault.fields.SealedTextField(row_name='reference')),
                ('answer', shop.vault.fields.SealedTextField(row_name='reference')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_registration', models.CharField(blank=True, max_length=160)),
                ('prescriber', models.CharField(blank=True, max_length=150)),
                ('issued_on', models.DateField(blank=True, null=True)),
                ('authenticity', models.CharField(blank=True, choices=[('original_received', 'The original paper is here'), ('e_prescription_verified', 'Electronic prescription, verified'), ('prescriber_confirmed', 'The prescriber confirmed it'), ('transfer_confirmed', 'Transfer confirmed by the other pharmacy')], max_length=24)),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('refusal_reason', models.CharField(blank=True, choices=[('R01', 'We cannot read it'), ('R02', 'It is not signed'), ('R03', 'It has no date'), ('R04', 'It is out of date'), ('R05', 'The patient’s details do not match'), ('R06', 'We could not confirm the prescriber'), ('R07', 'We need the original, not a copy'), ('R08', 'We could not confirm that it is unaltered'), ('R09', 'It has already been used'), ('R10', 'No repeats are left on it'), ('R11', 'It is too early for the next supply'), ('R12', 'It is for another medicine or strength'), ('R13', 'The dose needs to be checked with your prescriber'), ('R14', 'This medicine may not be suitable for you'), ('R15', 'It may not go with another medicine you take'), ('R16', 'We need to know how well your kidneys work'), ('R17', 'It needs a check for pregnancy, breastfeeding or age'), ('R18', 'We are concerned about how it is used'), ('R19', 'We may not supply it in your country'), ('R20', 'The prescriber withdrew it'), ('R21', 'We had no answer to our question'), ('R23', 'We could not confirm who you are')], max_length=3)),
                ('message', shop.vault.fields.SealedTextField(row_name='reference')),
                ('fingerprint', models.CharField(blank=True, db_index=True, max_length=64)),
                ('claimed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='prescriptions', to='patients.patient')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prescriptions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-submitted_at',),
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('registration', models.CharField(blank=True, max_length=160)),
                ('text', shop.vault.fields.SealedTextField(row_name='uuid')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('read_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='prescriptions.prescription')),
            ],
            options={
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('submit', 'Sent to the pharmacist'), ('claim', 'Taken for review'), ('release', 'Put back in the queue'), ('ask', 'Question asked'), ('answer', 'Question answered'), ('approve', 'Approved'), ('refuse', 'Refused'), ('reopen', 'To be checked again'), ('use_up', 'The last of it supplied'), ('give_back', 'A supply given back'), ('expire', 'Out of date'), ('withdraw', 'Approval withdrawn'), ('cancel', 'Cancelled by the customer'), ('open_page', 'Page opened')], max_length=12)),
                ('from_status', models.CharField(blank=True, choices=[('draft', 'Not sent yet'), ('submitted', 'Waiting for the pharmacist'), ('in_review', 'With the pharmacist'), ('question', 'The pharmacist has a question'), ('approved', 'Approved'), ('refused', 'Not approved'), ('used_up', 'Everything supplied'), ('expired', 'Out of date'), ('withdrawn', 'Approval withdrawn'), ('cancelled', 'Cancelled by you')], max_length=12)),
                ('to_status', models.CharField(choices=[('draft', 'Not sent yet'), ('submitted', 'Waiting for the pharmacist'), ('in_review', 'With the pharmacist'), ('question', 'The pharmacist has a question'), ('approved', 'Approved'), ('refused', 'Not approved'), ('used_up', 'Everything supplied'), ('expired', 'Out of date'), ('withdrawn', 'Approval withdrawn'), ('cancelled', 'Cancelled by you')], max_length=12)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('registration', models.CharField(blank=True, max_length=160)),
                ('note', shop.vault.fields.SealedTextField(row_name='audit_sequence')),
                ('audit_sequence', models.PositiveBigIntegerField(unique=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='prescriptions.prescription')),
            ],
            options={
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.PositiveIntegerField(help_text='bytes')),
                ('scan', models.CharField(choices=[('not_configured', 'No scanner is set up'), ('clean', 'Scanned, nothing found'), ('unscanned', 'The scanner did not answer')], default='not_configured', max_length=14)),
                ('sealed_name', models.CharField(max_length=100, unique=True)),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='prescriptions.prescription')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Authorisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strength', catalogue.fields.StrengthField(max_length=40)),
                ('units_per_supply', models.PositiveSmallIntegerField()),
                ('supplies', models.PositiveSmallIntegerField()),
                ('directions', models.CharField(max_length=300)),
                ('units_a_day', catalogue.fields.FractionField(max_length=40, null=True)),
                ('units_supplied', models.PositiveIntegerField(default=0)),
                ('content_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.contentversion')),
                ('medicine', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.product')),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='prescriptions.prescription')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='RequestedPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strength', catalogue.fields.StrengthField(max_length=40)),
                ('units', models.PositiveIntegerField()),
                ('medicine', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.product')),
                ('prescription', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requested_packs', to='prescriptions.prescription')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Supply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('units', models.PositiveIntegerField()),
                ('taken_at', models.DateTimeField(auto_now_add=True)),
                ('returned_at', models.DateTimeField(null=True)),
                ('authorisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supply_rows', to='prescriptions.authorisation')),
                ('order_line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='supply', to='order.line')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Page',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('width', models.PositiveSmallIntegerField()),
                ('height', models.PositiveSmallIntegerField()),
                ('sealed_name', models.CharField(max_length=100, unique=True)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='prescriptions.document')),
            ],
            options={
                'ordering': ('document', 'number'),
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='one_page_per_number')],
            },
        ),
        migrations.AddIndex(
            model_name='prescription',
            index=models.Index(fields=['status', 'submitted_at'], name='queue'),
        ),
        migrations.AddConstraint(
            model_name='prescription',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'submitted', 'in_review', 'question', 'approved', 'refused', 'used_up', 'expired', 'withdrawn', 'cancelled'])), name='known_status'),
        ),
        migrations.AddConstraint(
            model_name='prescription',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ('draft', 'submitted', 'in_review', 'question', 'cancelled')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('decided_registration__gt', '')), _connector='OR'), name='a_decision_has_a_pharmacist'),
        ),
        migrations.AddConstraint(
            model_name='prescription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'in_review'), _negated=True), models.Q(('claim_until__isnull', False), ('claimed_by__isnull', False)), _connector='OR'), name='a_review_has_a_pharmacist'),
        ),
        migrations.AddConstraint(
            model_name='prescription',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'draft')), fields=('user',), name='one_draft_per_customer'),
        ),
        migrations.AddConstraint(
            model_name='prescription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('approved', 'used_up', 'expired')), _negated=True), models.Q(('authenticity__gt', ''), ('issued_on__isnull', False), ('prescriber__gt', ''), ('valid_until__isnull', False)), _connector='OR'), name='an_approval_has_an_end_and_proof'),
        ),
        migrations.AddConstraint(
            model_name='prescription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'refused'), _negated=True), ('refusal_reason__gt', ''), _connector='OR'), name='a_refusal_has_a_reason'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('read_at__isnull', True), ('registration', '')), fields=['at'], name='unread_by_pharmacy'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('scan__in', ['not_configured', 'clean', 'unscanned'])), name='known_scan'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.UniqueConstraint(fields=('prescription', 'medicine', 'strength'), name='one_authorisation_per_strength'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(('units_per_supply__gt', 0)), name='authorisation_is_for_units'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(('units_supplied__gte', 0), ('units_supplied__lte', django.db.models.expressions.CombinedExpression(models.F('units_per_supply'), '*', models.F('supplies')))), name='never_more_than_authorised'),
        ),
        migrations.AddConstraint(
            model_name='requestedpack',
            constraint=models.UniqueConstraint(fields=('prescription', 'medicine', 'strength'), name='one_wish_per_strength'),
        ),
        migrations.AddConstraint(
            model_name='requestedpack',
            constraint=models.CheckConstraint(condition=models.Q(('units__gt', 0)), name='wish_is_for_units'),
        ),
        migrations.AddConstraint(
            model_name='supply',
            constraint=models.CheckConstraint(condition=models.Q(('units__gt', 0)), name='supply_is_of_units'),
        ),
        migrations.CreateModel(
            name='FilesOfADay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('received', models.PositiveSmallIntegerField(default=0)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'day'), name='files_of_a_day_once')],
            },
        ),
    ]
