import catalogue.fields
import django.db.models.deletion
from django.db import migrations, models


def keep_what_was_sold(apps, schema_editor):
    """What was taken off an authorisation tells it best; else what the product is today."""
    Line = apps.get_model('order', 'Line')
    Supply = apps.get_model('prescriptions', 'Supply')
    lines = Line.objects.select_related('product__parent__product_class', 'product__product_class')
    for line in lines.iterator():
        product = line.product
        supply = Supply.objects.filter(order_line=line).select_related('authorisation').first()
        if product is not None:
            kind = product.product_class or product.parent.product_class
            line.needed_prescription = supply is not None or kind.needs_prescription
        if supply is not None:
            line.medicine_id = supply.authorisation.medicine_id
            line.strength = supply.authorisation.strength
            line.units = supply.units // line.quantity
        elif product is not None and product.parent_id and product.strength and product.units:
            line.medicine_id = product.parent_id
            line.strength = product.strength
            line.units = product.units
        line.save(update_fields=['medicine', 'strength', 'units', 'needed_prescription'])


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '1001_initial'),
        ('order', '0021_billingaddress_code_shippingaddress_code'),
        ('prescriptions', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='line',
            name='medicine',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.product', verbose_name='medicine as sold'),
        ),
        migrations.AddField(
            model_name='line',
            name='needed_prescription',
            field=models.BooleanField(default=True, editable=False, verbose_name='needed a prescription when sold'),
        ),
        migrations.AddField(
            model_name='line',
            name='strength',
            field=catalogue.fields.StrengthField(editable=False, max_length=40, null=True, verbose_name='strength as sold'),
        ),
        migrations.AddField(
            model_name='line',
            name='units',
            field=models.PositiveSmallIntegerField(editable=False, null=True, verbose_name='units in the pack as sold'),
        ),
        migrations.RunPython(keep_what_was_sold, migrations.RunPython.noop),
    ]
