"""Rules that span several rows: levels of themes, partners and city of a partnership."""

from django.db import migrations

THEME_TWO_LEVELS = """
CREATE FUNCTION theme_two_levels() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Changes of the tree wait for each other; each statement then sees what was committed.
    PERFORM FROM practices_theme WHERE id IN (NEW.id, NEW.parent_id) ORDER BY id FOR UPDATE;
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
    PERFORM FROM practices_partnership WHERE id = partnership FOR UPDATE;
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


# A partnership is a city's: its partners and practices are entered for the same city.
PARTNERSHIP_ONE_CITY = """
CREATE FUNCTION partnership_one_city() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM practices_partnership AS partnership
        JOIN practices_partner AS partner ON partner.partnership_id = partnership.id
        JOIN practices_organisation AS organisation ON organisation.id = partner.organisation_id
        WHERE partnership.id = NEW.partnership_id AND organisation.city_id <> partnership.city_id
    ) OR EXISTS (
        SELECT FROM practices_partnership AS partnership
        JOIN practices_partnership_practices AS carried
            ON carried.partnership_id = partnership.id
        JOIN practices_practice AS practice ON practice.id = carried.practice_id
        WHERE partnership.id = NEW.partnership_id AND practice.city_id <> partnership.city_id
    ) THEN
        RAISE EXCEPTION 'a partnership has partners and practices of its own city' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'partnership_one_city';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER partnership_one_city
    AFTER INSERT OR UPDATE ON practices_partner
    FOR EACH ROW EXECUTE FUNCTION partnership_one_city();
CREATE CONSTRAINT TRIGGER partnership_one_city
    AFTER INSERT OR UPDATE ON practices_partnership_practices
    FOR EACH ROW EXECUTE FUNCTION partnership_one_city();
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
        migrations.RunSQL(
            PARTNERSHIP_ONE_CITY,
            """
            DROP TRIGGER partnership_one_city ON practices_partnership_practices;
            DROP TRIGGER partnership_one_city ON practices_partner;
            DROP FUNCTION partnership_one_city();
            """,
        ),
    ]
