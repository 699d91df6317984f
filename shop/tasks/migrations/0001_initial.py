
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('order_stopped', 'Decide about a paid order'), ('patient_without', 'Speak to a patient whose order ended'), ('payment_review', 'Look at a payment'), ('payment_dispute', 'Answer a dispute'), ('payments_differ', 'Payments and Stripe do not agree')], max_length=24, verbose_name='what')),
                ('whose', models.CharField(choices=[('pharmacist', 'Pharmacists'), ('staff', 'Shop staff'), ('superintendent', 'Superintendent')], max_length=14, verbose_name='whose')),
                ('subject_type', models.CharField(max_length=40)),
                ('subject_key', models.CharField(max_length=80)),
                ('words', models.CharField(max_length=300, verbose_name='about')),
                ('path', models.CharField(help_text='Where it is done, in the shop.', max_length=200)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                ('due', models.DateField(verbose_name='due')),
                ('closed_at', models.DateTimeField(null=True)),
                ('how', models.CharField(blank=True, max_length=300, verbose_name='how it was done')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'ordering': ('due', 'opened_at', 'pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('kind', 'subject_type', 'subject_key'), name='one_open_task_of_a_kind'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('how', '')), models.Q(('closed_at__isnull', False), ('how__gt', '')), _connector='OR'), name='a_closed_task_says_how')],
            },
        ),
    ]
