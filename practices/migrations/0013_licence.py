"""What others may do with a practice's texts.

The column has its value in the database, too, so that processes of the version before go on
writing rows meanwhile; the rows that there are are checked by the next migration.
"""

import django.contrib.postgres.operations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practices", "0012_version_translations")]

    operations = [
        migrations.AddField(
            model_name="practice",
            name="licence",
            field=models.CharField(
                choices=[
                    ("CC-BY-4.0", "CC BY 4.0"),
                    ("CC-BY-SA-4.0", "CC BY-SA 4.0"),
                    ("CC-BY-NC-4.0", "CC BY-NC 4.0"),
                    ("CC0-1.0", "CC0 1.0"),
                ],
                db_default="CC-BY-4.0",
                default="CC-BY-4.0",
                help_text="What others may do with the texts. If you change it later, copies that were made before keep the licence of then.",
                max_length=20,
                verbose_name="licence",
            ),
        ),
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name="practice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("licence__in", ["CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0"])
                ),
                name="practice_licence_known",
            ),
        ),
    ]
