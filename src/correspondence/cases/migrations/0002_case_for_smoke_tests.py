from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0001_case"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="for_smoke_tests",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
