"""Whoever writes a text in another language than the original says how it came about."""

from django.db import migrations

# Deferred to the end of the transaction, so that texts and row can be written one after the
# other. The languages are read from the names of the columns: a new one is included. Nothing
# is filled in here: only who writes a text knows whether a person has read it.
TRANSLATION_RECORDED = r"""
CREATE FUNCTION translation_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint;
    texts jsonb;
    original text;
    wrong text;
BEGIN
    IF TG_TABLE_NAME = 'practices_practice' THEN
        about := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        about := OLD.practice_id;
    ELSE
        about := NEW.practice_id;
    END IF;
    -- Changes of one practice wait for each other; each then sees what was committed.
    SELECT to_jsonb(practice), replace(practice.original_language, '-', '_')
        INTO texts, original
        FROM practices_practice AS practice WHERE id = about FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(written.language, recorded.language) INTO wrong
    FROM (
        SELECT DISTINCT substring(entry.key FROM
            '^(?:title|summary|problem|objectives|how_it_works|results|lessons|adoption_needs)_(.+)$'
        ) AS language
        FROM jsonb_each_text(texts) AS entry WHERE coalesce(entry.value, '') <> ''
    ) AS written
    FULL JOIN (
        SELECT replace(language, '-', '_') AS language
        FROM translations_translation WHERE practice_id = about
    ) AS recorded ON recorded.language = written.language
    WHERE (written.language <> original AND recorded.language IS NULL)
        OR recorded.language = original
    LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'practice %: % is recorded as a translation if and only if it is one',
            about, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'translation_recorded';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER translation_recorded
    AFTER INSERT OR UPDATE ON practices_practice DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION translation_recorded();
CREATE CONSTRAINT TRIGGER translation_recorded
    AFTER INSERT OR UPDATE OR DELETE ON translations_translation DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION translation_recorded();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("translations", "0002_existing_translations"),
    ]

    operations = [
        migrations.RunSQL(
            TRANSLATION_RECORDED,
            """
            DROP TRIGGER translation_recorded ON translations_translation;
            DROP TRIGGER translation_recorded ON practices_practice;
            DROP FUNCTION translation_recorded();
            """,
        ),
    ]
