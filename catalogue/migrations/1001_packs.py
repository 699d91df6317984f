
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('address', '0007_useraddress_code'),
        ('catalogue', '0032_category_exclude_from_menu_category_long_description'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='strength_mg',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='strength (mg)'),
        ),
        migrations.AddField(
            model_name='product',
            name='supply_countries',
            field=models.ManyToManyField(blank=True, help_text='Countries where this strength is authorised. None: it is supplied nowhere.', related_name='+', to='address.country', verbose_name='may be supplied in'),
        ),
        migrations.AddField(
            model_name='product',
            name='tablets',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='tablets in the pack'),
        ),
        migrations.AddField(
            model_name='productclass',
            name='needs_prescription',
            field=models.BooleanField(default=True, verbose_name='needs a prescription'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(fields=('parent', 'strength_mg', 'tablets'), name='one_pack_of_each_size', violation_error_message='This medicine already has a pack of this strength and size.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('strength_mg__isnull', True), ('tablets__isnull', True)), models.Q(('strength_mg__gt', 0), ('tablets__gt', 0)), _connector='OR'), name='pack_has_strength_and_size', violation_error_message='A pack has both a strength and a number of tablets.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('strength_mg__isnull', True), ('is_discountable', False), _connector='OR'), name='packs_are_not_discounted', violation_error_message='A pack of a medicine cannot be discounted.'),
        ),
    ]
