"""A version says how its translations came about, so that they come back as they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practices", "0011_event_language")]

    operations = [
        migrations.AddField(
            model_name="practiceversion",
            name="translations",
            field=models.JSONField(
                help_text="Language, then how it came about; empty in versions older than this.",
                null=True,
                verbose_name="translations",
            ),
        ),
    ]
