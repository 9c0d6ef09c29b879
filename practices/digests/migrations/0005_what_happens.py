from django.db import migrations

# 4526001 is the lock of practices.publication_lock: whoever writes news shares it, so that an
# edition, which holds it alone, misses nothing that carries an earlier time than its end.
FUNCTIONS = """
CREATE FUNCTION news_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    happened timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'published' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(4526001);
    -- Rows loaded with a date of their own happened then; a publication happens now.
    happened := clock_timestamp();
    IF TG_OP = 'INSERT' AND abs(extract(epoch FROM happened - NEW.published_at)) > 300 THEN
        happened := NEW.published_at;
    END IF;
    -- Public again is news only to those who may not have heard of the first time; and what
    -- is loaded with a date long ago is none.
    IF NEW.published_at >= happened - interval '30 days'
        AND happened > clock_timestamp() - interval '60 days'
    THEN
        INSERT INTO digests_news (kind, practice_id, at) VALUES ('published', NEW.id, happened);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION news_adopted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    happened timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4526001);
    happened := clock_timestamp();
    IF TG_OP = 'INSERT' AND abs(extract(epoch FROM happened - NEW.opened_at)) > 300 THEN
        happened := NEW.opened_at;
    END IF;
    IF happened > clock_timestamp() - interval '60 days' THEN
        INSERT INTO digests_news (kind, practice_id, adoption_id, city_id, at)
        VALUES ('adopted', NEW.practice_id, NEW.id, NEW.city_id, happened)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION news_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A list of members with earlier dates is no news; nor is a member that comes back.
    IF NEW.starts_on < current_date - 60 OR EXISTS (
        SELECT FROM cities_membership
        WHERE city_id = NEW.city_id AND id <> NEW.id AND state IN ('active', 'lapsed', 'ended')
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(4526001);
    INSERT INTO digests_news (kind, city_id, at)
    VALUES (
        'member', NEW.city_id,
        greatest(clock_timestamp(), NEW.starts_on::timestamp AT TIME ZONE 'Europe/Paris')
    )
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

-- A subscription goes on with a term whose slug is changed.
CREATE FUNCTION subscription_choice_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE digests_subscriptionchoice AS choice SET value = NEW.slug
    WHERE facet = TG_ARGV[0] AND value = OLD.slug AND NOT EXISTS (
        SELECT FROM digests_subscriptionchoice AS other
        WHERE other.subscription_id = choice.subscription_id
            AND other.facet = choice.facet AND other.value = NEW.slug
    );
    RETURN NULL;
END
$$;
"""

TRIGGERS = """
CREATE TRIGGER news_published AFTER INSERT OR UPDATE OF state ON practices_practice
    FOR EACH ROW WHEN (NEW.state = 'published') EXECUTE FUNCTION news_published();
CREATE TRIGGER news_adopted AFTER INSERT OR UPDATE OF is_public ON practices_adoption
    FOR EACH ROW WHEN (NEW.is_public) EXECUTE FUNCTION news_adopted();
CREATE TRIGGER news_member AFTER INSERT OR UPDATE OF state ON cities_membership
    FOR EACH ROW WHEN (NEW.state = 'active') EXECUTE FUNCTION news_member();
CREATE TRIGGER subscription_choice_follows AFTER UPDATE OF slug ON practices_theme
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION subscription_choice_follows('theme');
CREATE TRIGGER subscription_choice_follows AFTER UPDATE OF slug ON practices_targetgroup
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION subscription_choice_follows('group');
CREATE TRIGGER subscription_choice_follows AFTER UPDATE OF slug ON practices_method
    FOR EACH ROW WHEN (OLD.slug <> NEW.slug) EXECUTE FUNCTION subscription_choice_follows('method');
"""

NO_TRIGGERS = """
DROP TRIGGER subscription_choice_follows ON practices_method;
DROP TRIGGER subscription_choice_follows ON practices_targetgroup;
DROP TRIGGER subscription_choice_follows ON practices_theme;
DROP TRIGGER news_member ON cities_membership;
DROP TRIGGER news_adopted ON practices_adoption;
DROP TRIGGER news_published ON practices_practice;
"""

NO_FUNCTIONS = """
DROP FUNCTION subscription_choice_follows();
DROP FUNCTION news_member();
DROP FUNCTION news_adopted();
DROP FUNCTION news_published();
"""


class Migration(migrations.Migration):
    dependencies = [("digests", "0004_outbox"), ("search", "0007_term_meanings")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
