
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Email',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='message')),
                ('key', models.CharField(max_length=80)),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('path', models.CharField(help_text='Where its link leads, in the shop.', max_length=200)),
                ('label', models.CharField(help_text='The reference or number that the message gives.', max_length=64)),
                ('until', models.DateField(help_text='The last day, for a message that names one.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('held_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('sending_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('pk',),
                'indexes': [models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['id'], name='emails_to_send')],
                'constraints': [models.UniqueConstraint(fields=('code', 'key'), name='one_email_of_a_kind'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('sending_at__isnull', False), _connector='OR'), name='what_is_sent_was_sending'), models.CheckConstraint(condition=models.Q(('sending_at__isnull', True), ('held_until__isnull', False), _connector='OR'), name='who_sends_holds')],
            },
        ),
    ]
