from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("cases", "0002_case_for_smoke_tests"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                fields=["id"],
                condition=models.Q(("for_smoke_tests", True)),
                name="case_for_smoke_tests",
            ),
        ),
    ]
