import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from practices.search.operations import PassagesTrigger


class Migration(migrations.Migration):
    """The vectors themselves are added after migrating, where the server has pgvector."""

    dependencies = [
        ("search", "0003_sets"),
        ("practices", "0012_version_translations"),
    ]

    operations = [
        migrations.CreateModel(
            name="PassagesDue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practices.practice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("field", models.CharField(max_length=20)),
                ("number", models.PositiveSmallIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("version", models.PositiveSmallIntegerField()),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages",
                        to="practices.practice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practice", "language", "field", "number"),
                        name="passage_once_per_place",
                    ),
                ],
            },
        ),
        PassagesTrigger(),
    ]
