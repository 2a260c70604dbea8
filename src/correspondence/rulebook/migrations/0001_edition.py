from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("published_at", models.DateTimeField()),
                ("publisher_id", models.BigIntegerField(null=True)),
                ("publisher_name", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("content", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(number__gte=1), name="edition_number_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("publisher_name", ""), _negated=True), name="edition_names_its_publisher"
                    ),
                ],
            },
        ),
    ]
