"""Names that searches recognise, and the vocabulary of what they look in."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

from practices.search.word_operations import (
    NameTriggers,
    VocabularyTriggers,
    WordConfigurations,
)

LANGUAGES = ["en", "fr", "de", "es", "it", "nl", "pt", "sv"]


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0002_text_search"),
        ("cities", "0001_initial"),
        ("practices", "0003_organisation_likeness"),
    ]

    operations = [
        migrations.CreateModel(
            name="VocabularyChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("texts", models.SmallIntegerField(default=0)),
                ("originals", models.SmallIntegerField(default=0)),
                ("names", models.SmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="KnownName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("value", models.CharField(max_length=200)),
                ("language", models.CharField(max_length=10)),
                ("written", models.CharField(max_length=200)),
                ("is_search_word", models.BooleanField()),
                ("key", models.TextField()),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["key"], name="known_name_key"),
                    models.Index(fields=["kind", "value", "language"], name="known_name_value"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], name="known_name_words"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("theme", "theme"),
                            ("group", "target group"),
                            ("method", "method"),
                            ("partner", "kind of partner"),
                            ("country", "country"),
                        ],
                        max_length=10,
                        verbose_name="what it stands for",
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        help_text="The slug of the term; of a country, its code of two letters.",
                        max_length=100,
                        verbose_name="slug",
                    ),
                ),
                (
                    "language",
                    models.CharField(
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
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "word",
                    models.CharField(
                        help_text="One form is enough: singular and plural are the same to the search.",
                        max_length=100,
                        verbose_name="word or words",
                    ),
                ),
            ],
            options={
                "verbose_name": "search word",
                "verbose_name_plural": "search words",
                "ordering": ["kind", "value", "language", "word"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "value", "language", "word"),
                        name="search_word_once",
                        violation_error_message="This word stands for it already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["theme", "group", "method", "partner", "country"])
                        ),
                        name="search_word_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("language__in", ["en", "fr", "de", "es", "it", "nl", "pt", "sv"])
                        ),
                        name="search_word_language_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("word", ""), _negated=True),
                            models.Q(("value", ""), _negated=True),
                        ),
                        name="search_word_has_word",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VocabularyWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("word", models.CharField(max_length=40)),
                ("folded", models.TextField()),
                ("stem", models.TextField()),
                ("texts", models.IntegerField(default=0)),
                ("originals", models.IntegerField(default=0)),
                ("names", models.IntegerField(default=0)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["language", "stem"], name="vocabulary_stem"),
                    models.Index(
                        condition=models.Q(("names__lte", 0), ("texts__lte", 0)),
                        fields=["id"],
                        name="vocabulary_unused",
                    ),
                    django.contrib.postgres.indexes.GistIndex(
                        django.contrib.postgres.indexes.OpClass(
                            "folded", "gist_trgm_ops(siglen=32)"
                        ),
                        name="vocabulary_likeness",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("language", "word"), name="vocabulary_word_once"
                    )
                ],
            },
        ),
        WordConfigurations(),
        NameTriggers(LANGUAGES),
        VocabularyTriggers(LANGUAGES),
    ]
