from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '1002_shown_content'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='contentversion',
            constraint=models.CheckConstraint(condition=models.Q(('signature', None), ('withdrawn_at', None), _connector='OR'), name='a_signature_that_was_taken_back_is_none'),
        ),
    ]
