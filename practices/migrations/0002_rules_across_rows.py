"""Rules that span several rows: themes have two levels, a partnership two partners."""

from django.db import migrations

THEME_TWO_LEVELS = """
CREATE FUNCTION theme_two_levels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NOT NULL AND (
        NEW.parent_id = NEW.id
        OR EXISTS (SELECT FROM practices_theme WHERE id = NEW.parent_id AND parent_id IS NOT NULL)
        OR EXISTS (SELECT FROM practices_theme WHERE parent_id = NEW.id)
    ) THEN
        RAISE EXCEPTION 'themes have two levels' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'theme_two_levels';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER theme_two_levels
    AFTER INSERT OR UPDATE OF parent_id ON practices_theme
    FOR EACH ROW EXECUTE FUNCTION theme_two_levels();
"""

# Deferred to the end of the transaction, so that a partnership and its partners can be
# written one after the other.
PARTNERSHIP_TWO_PARTNERS = """
CREATE FUNCTION partnership_two_partners() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    partnership bigint;
BEGIN
    IF TG_TABLE_NAME = 'practices_partnership' THEN
        partnership := NEW.id;
    ELSE
        partnership := OLD.partnership_id;
    END IF;
    IF EXISTS (SELECT FROM practices_partnership WHERE id = partnership)
        AND (SELECT count(*) FROM practices_partner WHERE partnership_id = partnership) < 2
    THEN
        RAISE EXCEPTION 'a partnership joins two organisations at least' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'partnership_two_partners';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER partnership_two_partners
    AFTER INSERT ON practices_partnership DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION partnership_two_partners();
CREATE CONSTRAINT TRIGGER partnership_two_partners
    AFTER DELETE OR UPDATE OF partnership_id ON practices_partner
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION partnership_two_partners();
"""


class Migration(migrations.Migration):
    dependencies = [("practices", "0001_initial")]

    operations = [
        migrations.RunSQL(
            THEME_TWO_LEVELS,
            "DROP TRIGGER theme_two_levels ON practices_theme; DROP FUNCTION theme_two_levels();",
        ),
        migrations.RunSQL(
            PARTNERSHIP_TWO_PARTNERS,
            """
            DROP TRIGGER partnership_two_partners ON practices_partner;
            DROP TRIGGER partnership_two_partners ON practices_partnership;
            DROP FUNCTION partnership_two_partners();
            """,
        ),
    ]
