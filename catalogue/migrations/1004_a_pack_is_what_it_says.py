import catalogue.fields
from django.db import migrations, models


def remember_what_was_public(apps, schema_editor):
    """What is public has been public, and so has what was sold and the medicine of it."""
    Product = apps.get_model('catalogue', 'Product')
    sold = Product.objects.filter(line__isnull=False)
    public = Product.objects.filter(is_public=True)
    medicines = (sold | public).values('parent')
    for rows in (sold, public, Product.objects.filter(pk__in=medicines)):
        Product.objects.filter(pk__in=list(rows.values_list('pk', flat=True))).update(has_been_public=True)


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '1003_a_signature_taken_back'),
        ('order', '1001_line_as_sold'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='has_been_public',
            field=catalogue.fields.EverField(default=False, editable=False, of='is_public', verbose_name='has been public'),
        ),
        migrations.RunPython(remember_what_was_public, migrations.RunPython.noop),
    ]
