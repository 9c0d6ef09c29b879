import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("digests", "0003_move_subscriptions")]

    operations = [
        migrations.RemoveField("delivery", "practices"),
        migrations.DeleteModel("DeliveryItem"),
        migrations.RemoveField("edition", "ends_at"),
        migrations.RemoveField("edition", "starts_at"),
        migrations.RemoveField("subscription", "countries"),
        migrations.RemoveField("subscription", "target_groups"),
        migrations.RemoveField("subscription", "themes"),
        migrations.RemoveField("subscription", "user"),
        migrations.AlterModelOptions(
            "edition",
            {
                "ordering": ["-due_at", "frequency"],
                "verbose_name": "edition",
                "verbose_name_plural": "editions",
            },
        ),
        migrations.AlterField(
            "subscription",
            "recipient",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="digests.recipient",
                verbose_name="recipient",
            ),
        ),
        migrations.AlterField("edition", "due_at", models.DateTimeField(verbose_name="due")),
        migrations.AlterField(
            "delivery",
            "recipient",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="digests.recipient",
                verbose_name="recipient",
            ),
        ),
        migrations.AlterField(
            "delivery",
            "edition",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="digests.edition",
                verbose_name="edition",
            ),
        ),
        migrations.AlterField(
            "delivery",
            "give_up_at",
            models.DateTimeField(
                help_text="From then on it is not tried any more.", verbose_name="not after"
            ),
        ),
        migrations.AlterField("delivery", "starts_at", models.DateTimeField(verbose_name="from")),
        migrations.AddIndex(
            "delivery",
            models.Index(
                condition=Q(state="due"), fields=["domain", "not_before"], name="delivery_due"
            ),
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(
                condition=Q(state="due", attempts=0),
                fields=["domain", "not_before"],
                name="delivery_untried",
            ),
        ),
        migrations.AddIndex(
            "delivery", models.Index(fields=["edition", "state"], name="delivery_edition_state")
        ),
        migrations.AddIndex(
            "subscription",
            models.Index(
                condition=Q(confirmed_at__isnull=False, ended_at__isnull=True),
                fields=["next_at"],
                name="subscription_next",
            ),
        ),
        migrations.AddConstraint(
            "edition", models.UniqueConstraint(fields=("frequency", "due_at"), name="edition_once")
        ),
        migrations.AddConstraint(
            "delivery",
            models.CheckConstraint(
                condition=Q(state="sending") ^ Q(claim__isnull=True, claimed_at__isnull=True),
                name="delivery_sending_is_claimed",
            ),
        ),
        migrations.AddConstraint(
            "delivery",
            models.UniqueConstraint(
                fields=("subscription", "edition"), name="delivery_once_per_edition"
            ),
        ),
        migrations.AddConstraint(
            "delivery", models.CheckConstraint(condition=~Q(items=[]), name="delivery_has_items")
        ),
        migrations.AddConstraint(
            "delivery",
            django.contrib.postgres.constraints.ExclusionConstraint(
                condition=~Q(state="skipped"),
                expressions=[
                    ("recipient", "="),
                    (
                        django.contrib.postgres.indexes.OpClass(
                            "new_practices", name="gist__intbig_ops"
                        ),
                        "&&",
                    ),
                ],
                name="delivery_new_once",
            ),
        ),
        migrations.AddConstraint(
            "subscription",
            models.CheckConstraint(
                condition=Q(hour__lt=24, weekday__in=[0, 1, 2, 3, 4, 5, 6]),
                name="subscription_time_valid",
            ),
        ),
        migrations.AddConstraint(
            "subscription",
            models.CheckConstraint(
                condition=~Q(kinds=[])
                & Q(kinds__contained_by=["published", "updated", "adopted", "member"]),
                name="subscription_kinds_known",
            ),
        ),
    ]
