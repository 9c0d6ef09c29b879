"""Corrections that people elsewhere offer to a translation."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cities", "0002_invitation"),
        ("practices", "0011_event_language"),
        ("translations", "0005_glossary"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("texts", models.JSONField(help_text="Part, then text.", verbose_name="texts")),
                (
                    "original_snapshot",
                    models.JSONField(verbose_name="the original that it was made from"),
                ),
                (
                    "translation_snapshot",
                    models.JSONField(verbose_name="the translation that it corrects"),
                ),
                (
                    "remark",
                    models.TextField(
                        blank=True,
                        help_text="Why it should be so, for the people of the city.",
                        max_length=2000,
                        verbose_name="remark",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="offered on"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "open"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="offered",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided on")),
                ("answer", models.TextField(blank=True, max_length=2000, verbose_name="answer")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="corrections_decided",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        help_text="The change of the translation that came of it.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="correction",
                        to="practices.practiceevent",
                        verbose_name="event",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="corrections_offered",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="offered by",
                    ),
                ),
                (
                    "offered_from",
                    models.ForeignKey(
                        help_text="Empty for the people of Efus.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections_offered",
                        to="cities.city",
                        verbose_name="offered from",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="practices.practice",
                        verbose_name="practice",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(fields=["practice", "state"], name="correction_of_practice"),
                    models.Index(
                        fields=["offered_by", "-created_at"], name="correction_of_person"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("language__in", ["en", "fr", "de", "es", "it", "nl", "pt", "sv"])
                        ),
                        name="correction_language_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["offered", "accepted", "declined", "withdrawn"])
                        ),
                        name="correction_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("texts", {}), _negated=True),
                        name="correction_changes_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "original_snapshot__has_keys",
                                [
                                    "title",
                                    "summary",
                                    "problem",
                                    "objectives",
                                    "how_it_works",
                                    "results",
                                    "lessons",
                                    "adoption_needs",
                                ],
                            ),
                            (
                                "translation_snapshot__has_keys",
                                [
                                    "title",
                                    "summary",
                                    "problem",
                                    "objectives",
                                    "how_it_works",
                                    "results",
                                    "lessons",
                                    "adoption_needs",
                                ],
                            ),
                        ),
                        name="correction_snapshots_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("state__in", ("accepted", "declined")),
                            ),
                            models.Q(
                                models.Q(("state__in", ("accepted", "declined")), _negated=True),
                                ("decided_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_decided_at",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_declined_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("event__isnull", True), ("state", "accepted"), _connector="OR"
                        ),
                        name="correction_event_when_accepted",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "offered")),
                        fields=("practice", "language", "offered_by"),
                        name="correction_one_open",
                    ),
                ],
            },
        ),
    ]
