"""Organisations of nearly the same name are found by PostgreSQL."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

from efus.spelling import fold


def fold_names(apps, schema_editor):
    organisations = apps.get_model("practices", "Organisation").objects.only("name")
    for organisation in organisations.iterator():
        organisation.folded_name = fold(organisation.name)
        organisation.save(update_fields=["folded_name"])


class Migration(migrations.Migration):
    dependencies = [("practices", "0002_rules_across_rows")]

    operations = [
        TrigramExtension(),
        migrations.AddField(
            model_name="organisation",
            name="folded_name",
            field=models.TextField(
                default="", editable=False, verbose_name="name without accents and case"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="organisation",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["city", "folded_name"],
                name="organisation_likeness",
                opclasses=["gist_int8_ops", "gist_trgm_ops"],
            ),
        ),
    ]
