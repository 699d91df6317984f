
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('prescriptions', '0002_content_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='supply',
            name='returned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='event',
            name='action',
            field=models.CharField(choices=[('submit', 'Sent to the pharmacist'), ('ask', 'Question asked'), ('answer', 'Question answered'), ('approve', 'Approved'), ('refuse', 'Refused'), ('withdraw', 'Approval withdrawn'), ('cancel', 'Cancelled by the customer'), ('open_page', 'Page opened'), ('give_back', 'Tablets given back, order cancelled')], max_length=12),
        ),
    ]
