from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailing', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='email',
            name='title',
            field=models.CharField(blank=True, help_text='What a message that has no words of its own is about.', max_length=100),
        ),
        migrations.AddField(
            model_name='email',
            name='words',
            field=models.CharField(blank=True, help_text='And what it says.', max_length=600),
        ),
    ]
