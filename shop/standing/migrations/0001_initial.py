import django.db.models.deletion
import django.utils.timezone
import shop.vault.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('prescriptions', '0002_after_payment'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.CharField(blank=True, max_length=80)),
                ('may_leave', models.BooleanField()),
                ('why', shop.vault.fields.SealedTextField(row_name='uuid')),
                ('registration', models.CharField(max_length=160)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('supply', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='prescriptions.supply')),
            ],
            options={
                'ordering': ('pk',),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('key', ''), ('may_leave', False)), models.Q(('key__gt', ''), ('may_leave', True)), _connector='OR'), name='an_answer_says_to_what')],
            },
        ),
    ]
