from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('prescriptions', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='authorisation',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='event',
            name='action',
            field=models.CharField(choices=[('submit', 'Sent to the pharmacist'), ('claim', 'Taken for review'), ('release', 'Put back in the queue'), ('ask', 'Question asked'), ('answer', 'Question answered'), ('approve', 'Approved'), ('refuse', 'Refused'), ('reopen', 'To be checked again'), ('use_up', 'The last of it supplied'), ('give_back', 'A supply given back'), ('expire', 'Out of date'), ('withdraw', 'Approval withdrawn'), ('cancel', 'Cancelled by the customer'), ('open_page', 'Page opened'), ('vouch', 'Paid order answered for'), ('end_order', 'Paid order ended')], max_length=12),
        ),
    ]
