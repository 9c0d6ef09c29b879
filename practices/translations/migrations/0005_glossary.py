"""The terms of the field, for each pair of languages."""

import django.db.models.functions.text
from django.db import migrations, models

import efus.validators


class Migration(migrations.Migration):
    dependencies = [
        ("translations", "0004_machine_translation_run"),
    ]

    operations = [
        migrations.CreateModel(
            name="GlossaryTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source_language",
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
                        verbose_name="from language",
                    ),
                ),
                (
                    "target_language",
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
                        verbose_name="into language",
                    ),
                ),
                (
                    "source_term",
                    models.CharField(
                        help_text="As a dictionary has it: the singular, without an article.",
                        max_length=100,
                        validators=[efus.validators.validate_one_line],
                        verbose_name="term",
                    ),
                ),
                (
                    "target_term",
                    models.CharField(
                        max_length=100,
                        validators=[efus.validators.validate_one_line],
                        verbose_name="translation",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="When it is the right word, and when another one is.",
                        max_length=300,
                        validators=[efus.validators.validate_one_line],
                        verbose_name="note",
                    ),
                ),
                (
                    "concept",
                    models.SlugField(
                        blank=True, editable=False, max_length=100, verbose_name="concept"
                    ),
                ),
            ],
            options={
                "verbose_name": "term of the glossary",
                "verbose_name_plural": "terms of the glossary",
                "ordering": ["source_language", "target_language", "source_term"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("source_language"),
                        models.F("target_language"),
                        django.db.models.functions.text.Lower("source_term"),
                        name="glossary_term_once_per_pair",
                        violation_error_message="The glossary has this term for these languages.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "source_language__in",
                                ["en", "fr", "de", "es", "it", "nl", "pt", "sv"],
                            ),
                            (
                                "target_language__in",
                                ["en", "fr", "de", "es", "it", "nl", "pt", "sv"],
                            ),
                        ),
                        name="glossary_term_languages_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source_language", models.F("target_language")), _negated=True
                        ),
                        name="glossary_term_two_languages",
                        violation_error_message="Choose two different languages.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source_term", ""), _negated=True),
                            models.Q(("target_term", ""), _negated=True),
                        ),
                        name="glossary_term_has_terms",
                    ),
                ],
            },
        ),
    ]
