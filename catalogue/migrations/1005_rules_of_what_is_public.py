from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '1004_a_pack_is_what_it_says'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='product',
            name='one_pack_of_each_size',
        ),
        migrations.RemoveConstraint(
            model_name='product',
            name='pack_has_strength_and_size',
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('is_public', False), ('has_been_public', True), _connector='OR'), name='what_is_public_has_been_public'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(condition=models.Q(('is_public', True)), fields=('parent', 'strength', 'units'), name='one_pack_of_each_size', violation_error_message='This medicine already has a pack of this strength and size.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('strength__isnull', True), ('units__isnull', True)), models.Q(('strength__contains', 'g/'), ('strength__isnull', False), ('units__gt', 0), ('units__isnull', False)), _connector='OR'), name='pack_has_strength_and_size', violation_error_message='A pack has both a strength and a number of units.'),
        ),
    ]
