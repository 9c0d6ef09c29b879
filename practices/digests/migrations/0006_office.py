import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# What staff did stays as long as its edition and, where it was about one mail, that mail. What
# hangs on a row is deleted before it, so it is looked at when the transaction ends.
KEPT = """
CREATE TRIGGER append_only
    BEFORE UPDATE ON digests_editionevent
    FOR EACH ROW EXECUTE FUNCTION append_only('person_id');
CREATE FUNCTION edition_event_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT FROM accounts_user WHERE id = OLD.person_id)
        OR TG_OP = 'DELETE' AND EXISTS (SELECT FROM digests_edition WHERE id = OLD.edition_id)
            AND (OLD.delivery_id IS NULL
                OR EXISTS (SELECT FROM digests_delivery WHERE id = OLD.delivery_id))
    THEN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING
            ERRCODE = 'check_violation', CONSTRAINT = 'edition_event_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER edition_event_kept
    AFTER UPDATE OR DELETE ON digests_editionevent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION edition_event_kept();
"""
NOT_KEPT = """
DROP TRIGGER edition_event_kept ON digests_editionevent;
DROP FUNCTION edition_event_kept();
DROP TRIGGER append_only ON digests_editionevent;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("digests", "0005_what_happens"),
        ("practices", "0005_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionEvent",
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
                            ("paused", "paused"),
                            ("resumed", "resumed"),
                            ("resent", "what failed sent again"),
                            ("tried", "tried for one address"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        help_text="How many it was about.", verbose_name="mails"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
            ],
            options={
                "verbose_name": "event of an edition",
                "verbose_name_plural": "events of editions",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "failed")),
                fields=["settled_at"],
                name="delivery_failed",
            ),
        ),
        migrations.AddField(
            model_name="editionevent",
            name="delivery",
            field=models.ForeignKey(
                help_text="The one that it was about, where it was about one.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="digests.delivery",
            ),
        ),
        migrations.AddField(
            model_name="editionevent",
            name="edition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="digests.edition",
            ),
        ),
        migrations.AddField(
            model_name="editionevent",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="editionevent",
            index=models.Index(fields=["edition", "at"], name="edition_event_edition"),
        ),
        migrations.AddConstraint(
            model_name="editionevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["paused", "resumed", "resent", "tried"])),
                name="edition_event_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="editionevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("delivery__isnull", True), ("number", 1), _connector="OR"),
                name="edition_event_of_one",
            ),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
