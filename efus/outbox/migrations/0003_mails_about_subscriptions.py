from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models

KINDS = ["account", "invitation", "step", "adoption", "correction", "links"]
LABELS = dict(zip(KINDS, KINDS, strict=True)) | {
    "step": "step to publication",
    "links": "broken links",
    "subscription": "subscription",
    "test": "test",
}


class Migration(migrations.Migration):
    """Outside a transaction, so that mails are written and sent meanwhile."""

    atomic = False
    dependencies = [("outbox", "0002_office")]
    operations = [
        migrations.AlterField(
            "mail",
            "kind",
            models.CharField(choices=list(LABELS.items()), max_length=20, verbose_name="kind"),
        ),
        migrations.RemoveConstraint("mail", "mail_kind_known"),
        AddConstraintNotValid(
            "mail",
            models.CheckConstraint(
                condition=models.Q(kind__in=[*KINDS, "subscription", "test"]),
                name="mail_kind_known",
            ),
        ),
        ValidateConstraint("mail", "mail_kind_known"),
        AddIndexConcurrently(
            "mail",
            models.Index(
                fields=["address", "created_at"],
                name="mail_subscription_address",
                condition=models.Q(kind="subscription"),
            ),
        ),
    ]
