"""The history of a practice and its versions are only ever added to."""

from django.conf import settings
from django.db import migrations

# One column, given to the trigger, names a person; it becomes empty when the person is deleted.
APPEND_ONLY = """
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) ->> TG_ARGV[0] IS NOT NULL
        OR to_jsonb(NEW) - TG_ARGV[0] IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV[0]
    THEN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING
            ERRCODE = 'check_violation', CONSTRAINT = 'append_only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER append_only
    BEFORE UPDATE ON practices_practiceevent
    FOR EACH ROW EXECUTE FUNCTION append_only('person_id');
CREATE TRIGGER append_only
    BEFORE UPDATE ON practices_practiceversion
    FOR EACH ROW EXECUTE FUNCTION append_only('saved_by_id');
"""

# Django deletes what hangs on a row before the row itself, so whether the practice or the
# person goes too is only known at the end of the transaction.
APPEND_ONLY_KEPT = """
CREATE FUNCTION append_only_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM practices_practice WHERE id = OLD.practice_id
    ) OR TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM accounts_user WHERE id = (to_jsonb(OLD) ->> TG_ARGV[0])::bigint
    ) THEN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING
            ERRCODE = 'check_violation', CONSTRAINT = 'append_only_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER append_only_kept
    AFTER UPDATE OR DELETE ON practices_practiceevent DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION append_only_kept('person_id');
CREATE CONSTRAINT TRIGGER append_only_kept
    AFTER UPDATE OR DELETE ON practices_practiceversion DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION append_only_kept('saved_by_id');
"""

DROP = """
DROP TRIGGER {name} ON practices_practiceversion;
DROP TRIGGER {name} ON practices_practiceevent;
DROP FUNCTION {name}();
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("practices", "0004_way_to_publication"),
    ]

    operations = [
        migrations.RunSQL(APPEND_ONLY, DROP.format(name="append_only")),
        migrations.RunSQL(APPEND_ONLY_KEPT, DROP.format(name="append_only_kept")),
        # Before this there was no archive: on the way back, what is in it becomes a draft.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "UPDATE practices_practice SET state = 'draft' WHERE state = 'archived';",
        ),
    ]
