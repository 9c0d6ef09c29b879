"""A translation is an event of its own, which says into which language."""

from django.conf import settings
from django.db import migrations, models

# Before this there was no such event: on the way back it becomes a save. A history is only ever
# added to, so its triggers rest meanwhile; the table is locked, so nobody else makes use of it.
TRANSLATED_TO_SAVED = """
ALTER TABLE practices_practiceevent DISABLE TRIGGER USER;
UPDATE practices_practiceevent SET kind = 'saved'
    WHERE kind IN ('translated', 'machine-translated');
ALTER TABLE practices_practiceevent ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("practices", "0010_adoption"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="practiceevent",
            name="practice_event_kind_known",
        ),
        migrations.RunSQL(migrations.RunSQL.noop, TRANSLATED_TO_SAVED),
        migrations.AddField(
            model_name="practiceevent",
            name="language",
            field=models.CharField(
                choices=[
                    ("en", "English"),
                    ("fr", "French"),
                    ("de", "German"),
                    ("es", "Spanish"),
                    ("it", "Italian"),
                    ("nl", "Dutch"),
                    ("pt", "Portuguese"),
                    ("sv", "Swedish"),
                ],
                help_text="The language that was translated into.",
                max_length=10,
                null=True,
                verbose_name="language",
            ),
        ),
        migrations.AlterField(
            model_name="practiceevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("saved", "saved"),
                    ("translated", "translated"),
                    ("machine-translated", "translated by machine"),
                    ("restored", "restored an earlier version"),
                    ("submit", "submitted for publication"),
                    ("send-back", "sent back to draft"),
                    ("publish", "published"),
                    ("unpublish", "unpublished"),
                    ("archive", "archived"),
                    ("unarchive", "restored from the archive"),
                    ("schedule", "scheduled its publication"),
                    ("unschedule", "cancelled the scheduled publication"),
                    ("not-published", "not published as scheduled"),
                    ("file-added", "added a file"),
                    ("file-removed", "removed a file"),
                ],
                max_length=20,
                verbose_name="what happened",
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "saved",
                            "translated",
                            "machine-translated",
                            "restored",
                            "submit",
                            "send-back",
                            "publish",
                            "unpublish",
                            "archive",
                            "unarchive",
                            "schedule",
                            "unschedule",
                            "not-published",
                            "file-added",
                            "file-removed",
                        ],
                    )
                ),
                name="practice_event_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("translated", "machine-translated")),
                        ("language__in", ["en", "fr", "de", "es", "it", "nl", "pt", "sv"]),
                        ("language__isnull", False),
                    ),
                    models.Q(
                        models.Q(
                            ("kind__in", ("translated", "machine-translated")), _negated=True
                        ),
                        ("language__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="practice_event_language_known",
            ),
        ),
    ]
