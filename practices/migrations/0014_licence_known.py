"""The licences that there are are checked, in a transaction of its own, while others write."""

import django.contrib.postgres.operations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("practices", "0013_licence")]

    operations = [
        django.contrib.postgres.operations.ValidateConstraint(
            model_name="practice", name="practice_licence_known"
        ),
    ]
