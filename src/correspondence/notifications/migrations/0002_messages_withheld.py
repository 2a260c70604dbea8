from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("notifications", "0001_message_and_delivery"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("accepted", "Accepted by the provider"),
                    ("delivered", "Delivered"),
                    ("failed", "Could not be delivered"),
                    ("withheld", "Not sent: it belongs to a trial of the service"),
                ],
                max_length=10,
            ),
        ),
    ]
