
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('prescriptions', '0003_sealed_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='supply',
            name='returned_at',
            field=models.DateTimeField(null=True),
        ),
    ]
