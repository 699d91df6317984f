from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('order', '1001_line_as_sold'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('medicine', None), ('strength', None), ('units', None)), models.Q(('medicine__isnull', False), ('strength__contains', 'g/'), ('strength__isnull', False), ('units__gt', 0), ('units__isnull', False)), _connector='OR'), name='line_says_the_whole_pack'),
        ),
    ]
