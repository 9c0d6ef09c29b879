"""A person has 50 saved searches at most; deleted ones apart."""

from django.db import migrations

SAVED_SEARCH_BOUNDED = """
CREATE FUNCTION saved_search_bounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Those of one person wait for each other; each then sees what was committed.
    PERFORM FROM accounts_user WHERE id = NEW.person_id FOR NO KEY UPDATE;
    IF (
        SELECT count(*) FROM saved_searches_savedsearch
        WHERE person_id = NEW.person_id AND deleted_at IS NULL
    ) > 50 THEN
        RAISE EXCEPTION 'a person has 50 saved searches at most' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'saved_search_bounded';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER saved_search_bounded
    AFTER INSERT OR UPDATE OF person_id, deleted_at ON saved_searches_savedsearch
    FOR EACH ROW WHEN (NEW.deleted_at IS NULL) EXECUTE FUNCTION saved_search_bounded();
"""


class Migration(migrations.Migration):
    dependencies = [("saved_searches", "0001_initial")]

    operations = [
        migrations.RunSQL(
            SAVED_SEARCH_BOUNDED,
            """
            DROP TRIGGER saved_search_bounded ON saved_searches_savedsearch;
            DROP FUNCTION saved_search_bounded();
            """,
        ),
    ]
