from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("organisation", "0001_people_and_teams"),
    ]

    operations = [
        migrations.AddField(
            model_name="team",
            name="for_smoke_tests",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
