import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import shop.vault.fields

SEALED = ("question", "answer", "message")
TOLD = ("submit", "ask", "approve", "refuse", "withdraw")


def seal(apps, schema_editor):
    for row in apps.get_model("prescriptions", "Prescription").objects.iterator():
        for name in SEALED:
            setattr(row, name, getattr(row, f"plain_{name}"))
        row.save(update_fields=SEALED)


def adopt(apps, schema_editor):
    """Give each event of the time before the audit its entry, and each untold one its message."""
    from shop.audit import guards, log
    from shop.prescriptions.history import contents_of

    # They come back when the migration is over, or undone.
    guards.remove(using=schema_editor.connection.alias)
    events = apps.get_model("prescriptions", "Event").objects.select_related("prescription")
    for event in events.order_by("pk").iterator():
        event.note = event.plain_note
        entry = log.append(
            "prescription.adopted",
            actor=log.SYSTEM,
            subject=log.Subject("prescription", event.prescription.reference),
            details={"action": event.action},
            witnessed=contents_of(event),
        )
        event.audit_sequence = entry.sequence
        event.save(update_fields=("note", "audit_sequence"))
        if event.told_at is None and event.action in TOLD:
            queue(apps, event)
        if event.action in ("ask", "answer"):
            begin_thread(apps, event)


def begin_thread(apps, event):
    apps.get_model("prescriptions", "Message").objects.create(
        prescription_id=event.prescription_id,
        author_id=event.by_id,
        registration=event.registration,
        text=event.plain_note,
        at=event.at,
        read_at=event.at,
    )


def queue(apps, event):
    apps.get_model("mailing", "Email").objects.create(
        code=f"prescription_{event.action}",
        key=str(event.audit_sequence),
        user_id=event.prescription.user_id,
        path=f"/prescriptions/{event.prescription.reference}/",
        label=event.prescription.reference,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
        ('mailing', '0001_initial'),
        ('prescriptions', '0030_ended_authorisations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                'indexes': [models.Index(condition=models.Q(('read_at__isnull', True), ('registration', '')), fields=['at'], name='unread_by_pharmacy')],
            },
        ),
        migrations.RemoveIndex(model_name='event', name='messages_to_send'),
        migrations.RenameField(model_name='event', old_name='note', new_name='plain_note'),
        migrations.RenameField(model_name='prescription', old_name='question', new_name='plain_question'),
        migrations.RenameField(model_name='prescription', old_name='answer', new_name='plain_answer'),
        migrations.RenameField(model_name='prescription', old_name='message', new_name='plain_message'),
        migrations.AddField(
            model_name='event',
            name='audit_sequence',
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='note',
            field=shop.vault.fields.SealedTextField(null=True, row_name='audit_sequence'),
        ),
        migrations.AddField(
            model_name='prescription',
            name='question',
            field=shop.vault.fields.SealedTextField(null=True, row_name='reference'),
        ),
        migrations.AddField(
            model_name='prescription',
            name='answer',
            field=shop.vault.fields.SealedTextField(null=True, row_name='reference'),
        ),
        migrations.AddField(
            model_name='prescription',
            name='message',
            field=shop.vault.fields.SealedTextField(null=True, row_name='reference'),
        ),
        # What is sealed stays sealed: there is no way back.
        migrations.RunPython(seal),
        migrations.RunPython(adopt),
        migrations.RemoveField(model_name='event', name='plain_note'),
        migrations.RemoveField(model_name='event', name='told_at'),
        migrations.RemoveField(model_name='prescription', name='plain_question'),
        migrations.RemoveField(model_name='prescription', name='plain_answer'),
        migrations.RemoveField(model_name='prescription', name='plain_message'),
        migrations.AlterField(
            model_name='event',
            name='audit_sequence',
            field=models.PositiveBigIntegerField(unique=True),
        ),
        migrations.AlterField(
            model_name='event',
            name='note',
            field=shop.vault.fields.SealedTextField(row_name='audit_sequence'),
        ),
        migrations.AlterField(
            model_name='prescription',
            name='question',
            field=shop.vault.fields.SealedTextField(row_name='reference'),
        ),
        migrations.AlterField(
            model_name='prescription',
            name='answer',
            field=shop.vault.fields.SealedTextField(row_name='reference'),
        ),
        migrations.AlterField(
            model_name='prescription',
            name='message',
            field=shop.vault.fields.SealedTextField(row_name='reference'),
        ),
    ]
