"""A person has 100 collections at most, and a collection 200 practices; deleted ones apart."""

from django.db import migrations

COLLECTION_BOUNDED = """
CREATE FUNCTION collection_bounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Those of one person wait for each other; each then sees what was committed.
    PERFORM FROM accounts_user WHERE id = NEW.person_id FOR NO KEY UPDATE;
    IF (
        SELECT count(*) FROM collections_collection
        WHERE person_id = NEW.person_id AND deleted_at IS NULL
    ) > 100 THEN
        RAISE EXCEPTION 'a person has 100 collections at most' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'collection_bounded';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER collection_bounded
    AFTER INSERT OR UPDATE OF person_id, deleted_at ON collections_collection
    FOR EACH ROW WHEN (NEW.deleted_at IS NULL) EXECUTE FUNCTION collection_bounded();
"""

COLLECTION_ITEM_BOUNDED = """
CREATE FUNCTION collection_item_bounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM collections_collection WHERE id = NEW.collection_id FOR NO KEY UPDATE;
    IF (
        SELECT count(*) FROM collections_collectionitem
        WHERE collection_id = NEW.collection_id AND deleted_at IS NULL
    ) > 200 THEN
        RAISE EXCEPTION 'a collection has 200 practices at most' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'collection_item_bounded';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER collection_item_bounded
    AFTER INSERT OR UPDATE OF collection_id, deleted_at ON collections_collectionitem
    FOR EACH ROW WHEN (NEW.deleted_at IS NULL) EXECUTE FUNCTION collection_item_bounded();
"""


class Migration(migrations.Migration):
    dependencies = [("collections", "0001_initial")]

    operations = [
        migrations.RunSQL(
            COLLECTION_BOUNDED,
            """
            DROP TRIGGER collection_bounded ON collections_collection;
            DROP FUNCTION collection_bounded();
            """,
        ),
        migrations.RunSQL(
            COLLECTION_ITEM_BOUNDED,
            """
            DROP TRIGGER collection_item_bounded ON collections_collectionitem;
            DROP FUNCTION collection_item_bounded();
            """,
        ),
    ]
