"""Cities of about the same size are found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # so that the table stays writable meanwhile

    dependencies = [("cities", "0003_national_forum")]

    operations = [
        AddIndexConcurrently(
            model_name="city",
            index=models.Index(fields=["population"], name="city_population"),
        ),
    ]
