import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Lower

import efus.accounts.models
import practices.digests.models.subscription

NEWS = [
    ("published", "new practices"),
    ("updated", "practices that changed a lot"),
    ("adopted", "practices that a city takes up"),
    ("member", "new members"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("digests", "0001_initial"),
        ("cities", "0005_day_of_efus"),
        ("practices", "0014_licence_known"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateExtension("intarray"),
        migrations.CreateModel(
            name="Recipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digest_recipient",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address"),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        max_length=64,
                        validators=[efus.accounts.models.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="since"
                    ),
                ),
            ],
            options={
                "verbose_name": "recipient",
                "verbose_name_plural": "recipients",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(email="", time_zone="", user__isnull=False)
                        | Q(Q(user__isnull=True), ~Q(email=""), ~Q(time_zone="")),
                        name="recipient_person_or_address",
                    ),
                    models.UniqueConstraint(
                        Lower("email"), condition=~Q(email=""), name="recipient_email_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubscriptionChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="choices",
                        to="digests.subscription",
                    ),
                ),
                ("facet", models.CharField(max_length=20)),
                ("value", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ["facet", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscription", "facet", "value"), name="subscription_choice_once"
                    ),
                    models.CheckConstraint(
                        condition=~Q(facet="") & ~Q(value=""), name="subscription_choice_not_empty"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["facet", "value"], name="subscription_choice_value")
                ],
            },
        ),
        migrations.CreateModel(
            name="News",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(choices=NEWS, max_length=20, verbose_name="kind")),
                (
                    "practice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="news",
                        to="practices.practice",
                    ),
                ),
                (
                    "adoption",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="news",
                        to="practices.adoption",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        help_text="The new member, or the city that takes up the practice.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="news",
                        to="cities.city",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
            ],
            options={
                "verbose_name": "news",
                "verbose_name_plural": "news",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(
                            adoption__isnull=True,
                            city__isnull=True,
                            kind__in=["published", "updated"],
                            practice__isnull=False,
                        )
                        | Q(
                            adoption__isnull=False,
                            city__isnull=False,
                            kind="adopted",
                            practice__isnull=False,
                        )
                        | Q(
                            adoption__isnull=True,
                            city__isnull=False,
                            kind="member",
                            practice__isnull=True,
                        ),
                        name="news_of_what",
                    ),
                    models.UniqueConstraint(fields=("adoption",), name="news_of_adoption_once"),
                    models.UniqueConstraint(
                        condition=Q(kind="member"), fields=("city",), name="news_of_member_once"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["at"], name="news_at"),
                    models.Index(fields=["practice", "at"], name="news_practice"),
                ],
            },
        ),
        migrations.AddField(
            "subscription",
            "recipient",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="digests.recipient",
                verbose_name="recipient",
            ),
        ),
        migrations.AddField(
            "subscription",
            "words",
            models.CharField(
                blank=True,
                default="",
                help_text="Only what has all of these words. Leave it empty for everything.",
                max_length=200,
                verbose_name="words",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "subscription",
            "kinds",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=NEWS, max_length=20),
                default=practices.digests.models.subscription.all_kinds,
                size=None,
                verbose_name="what to tell you of",
            ),
        ),
        migrations.AddField(
            "subscription",
            "weekday",
            models.PositiveSmallIntegerField(
                choices=[
                    (0, "Monday"),
                    (1, "Tuesday"),
                    (2, "Wednesday"),
                    (3, "Thursday"),
                    (4, "Friday"),
                    (5, "Saturday"),
                    (6, "Sunday"),
                ],
                default=0,
                verbose_name="day of the week",
            ),
        ),
        migrations.AddField(
            "subscription",
            "hour",
            models.PositiveSmallIntegerField(
                choices=[(hour, f"{hour:02}:00") for hour in range(24)],
                default=6,
                verbose_name="hour",
            ),
        ),
        migrations.AddField(
            "subscription",
            "confirmed_at",
            models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                null=True,
                verbose_name="confirmed",
            ),
        ),
        migrations.AddField(
            "subscription",
            "paused_until",
            models.DateField(
                blank=True,
                help_text="The first day on which mails may come again.",
                null=True,
                verbose_name="paused until",
            ),
        ),
        migrations.AddField(
            "subscription",
            "covered_until",
            models.DateTimeField(
                default=django.utils.timezone.now,
                editable=False,
                verbose_name="told of what happened before",
            ),
        ),
        migrations.AddField(
            "subscription",
            "next_at",
            models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="next mail"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            "subscription",
            "frequency",
            models.CharField(
                choices=[
                    ("daily", "every day"),
                    ("weekly", "once a week"),
                    ("monthly", "on the first of the month"),
                ],
                default="weekly",
                max_length=10,
                verbose_name="how often",
            ),
        ),
        migrations.AddField(
            "edition", "due_at", models.DateTimeField(null=True, verbose_name="due")
        ),
        migrations.AddField(
            "edition", "paused_at", models.DateTimeField(null=True, verbose_name="paused")
        ),
        migrations.AlterField(
            "edition",
            "frequency",
            models.CharField(
                choices=[
                    ("daily", "every day"),
                    ("weekly", "once a week"),
                    ("monthly", "on the first of the month"),
                ],
                max_length=10,
                verbose_name="frequency",
            ),
        ),
        migrations.AddField(
            "delivery",
            "recipient",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="digests.recipient",
                verbose_name="recipient",
            ),
        ),
        migrations.AddField(
            "delivery",
            "domain",
            models.CharField(
                default="",
                help_text="In lower case.",
                max_length=255,
                verbose_name="domain of the address",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "delivery",
            "give_up_at",
            models.DateTimeField(
                null=True,
                help_text="From then on it is not tried any more.",
                verbose_name="not after",
            ),
        ),
        migrations.AddField(
            "delivery", "claim", models.UUIDField(editable=False, null=True, verbose_name="claim")
        ),
        migrations.AddField(
            "delivery", "starts_at", models.DateTimeField(null=True, verbose_name="from")
        ),
        migrations.AddField(
            "delivery",
            "items",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="The keys of the news it tells of, the best first.",
                size=None,
                verbose_name="items",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "delivery",
            "new_practices",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                default=list,
                size=None,
                verbose_name="practices told of as new",
            ),
        ),
        migrations.AddField(
            "delivery",
            "more",
            models.PositiveIntegerField(
                default=0, help_text="How many news match beside those.", verbose_name="more"
            ),
        ),
        migrations.RemoveConstraint("edition", "edition_period_valid"),
        migrations.RemoveConstraint("edition", "edition_once_per_period"),
        migrations.RemoveConstraint("edition", "edition_no_overlap"),
        migrations.AlterField(
            "edition", "starts_at", models.DateTimeField(null=True, verbose_name="from")
        ),
        migrations.AlterField(
            "edition", "ends_at", models.DateTimeField(null=True, verbose_name="to")
        ),
        migrations.AlterField(
            "subscription",
            "user",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="old_subscriptions",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.RemoveConstraint("delivery", "delivery_sending_is_claimed"),
        migrations.RemoveConstraint("delivery", "delivery_once_per_period"),
        migrations.RemoveIndex("delivery", "delivery_due"),
        migrations.RemoveIndex("subscription", "subscription_active"),
    ]
