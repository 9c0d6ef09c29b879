from django.db import migrations

# The keys of triggers' and editions' lock: practices.publication_lock.
FORWARD = """
INSERT INTO digests_recipient (user_id, email, time_zone, created_at)
SELECT user_id, '', '', min(created_at) FROM digests_subscription GROUP BY user_id;

UPDATE digests_subscription AS subscription SET
    recipient_id = recipient.id,
    confirmed_at = subscription.created_at,
    covered_until = greatest(
        subscription.created_at,
        (SELECT max(ends_at) FROM digests_edition AS edition
            WHERE edition.frequency = subscription.frequency)
    )
FROM digests_recipient AS recipient WHERE recipient.user_id = subscription.user_id;

INSERT INTO digests_subscriptionchoice (subscription_id, facet, value)
SELECT chosen.subscription_id, 'theme', theme.slug
FROM digests_subscription_themes AS chosen JOIN practices_theme AS theme ON theme.id = chosen.theme_id
UNION ALL
SELECT chosen.subscription_id, 'group', target_group.slug
FROM digests_subscription_target_groups AS chosen
JOIN practices_targetgroup AS target_group ON target_group.id = chosen.targetgroup_id
UNION ALL
SELECT DISTINCT id, 'country', unnest(countries) FROM digests_subscription;

UPDATE digests_edition SET due_at = ends_at;

INSERT INTO digests_news (kind, practice_id, at)
SELECT 'published', id, published_at FROM practices_practice
WHERE published_at > now() - interval '60 days'
    OR id IN (SELECT practice_id FROM digests_deliveryitem);

DELETE FROM digests_delivery AS delivery
WHERE NOT EXISTS (SELECT FROM digests_deliveryitem WHERE delivery_id = delivery.id);

UPDATE digests_delivery AS delivery SET
    recipient_id = subscription.recipient_id,
    domain = lower(split_part(person.email, '@', 2)),
    starts_at = edition.starts_at,
    give_up_at = edition.ends_at + interval '3 days',
    claim = CASE WHEN delivery.state = 'sending' THEN gen_random_uuid() END,
    claimed_at = CASE WHEN delivery.state = 'sending' THEN delivery.claimed_at END,
    items = (SELECT array_agg(news.id ORDER BY item.position)
        FROM digests_deliveryitem AS item JOIN digests_news AS news USING (practice_id)
        WHERE item.delivery_id = delivery.id)
FROM digests_subscription AS subscription, accounts_user AS person, digests_edition AS edition
WHERE subscription.id = delivery.subscription_id AND person.id = subscription.user_id
    AND edition.id = delivery.edition_id;

SET CONSTRAINTS ALL IMMEDIATE;
"""

# Subscriptions of addresses without an account have no place in the earlier shape.
BACKWARD = """
DELETE FROM digests_delivery USING digests_recipient AS recipient
WHERE recipient.id = recipient_id AND recipient.user_id IS NULL;
DELETE FROM digests_subscriptionchoice USING digests_subscription AS subscription, digests_recipient AS recipient
WHERE subscription.id = subscription_id AND recipient.id = subscription.recipient_id
    AND (recipient.user_id IS NULL OR subscription.confirmed_at IS NULL);
DELETE FROM digests_subscription USING digests_recipient AS recipient
WHERE recipient.id = recipient_id AND (recipient.user_id IS NULL OR confirmed_at IS NULL);

UPDATE digests_subscription SET user_id = recipient.user_id
FROM digests_recipient AS recipient WHERE recipient.id = recipient_id;

INSERT INTO digests_subscription_themes (subscription_id, theme_id)
SELECT choice.subscription_id, theme.id FROM digests_subscriptionchoice AS choice
JOIN practices_theme AS theme ON theme.slug = choice.value WHERE choice.facet = 'theme'
ON CONFLICT DO NOTHING;
INSERT INTO digests_subscription_target_groups (subscription_id, targetgroup_id)
SELECT choice.subscription_id, target_group.id FROM digests_subscriptionchoice AS choice
JOIN practices_targetgroup AS target_group ON target_group.slug = choice.value
WHERE choice.facet = 'group'
ON CONFLICT DO NOTHING;
UPDATE digests_subscription AS subscription SET countries = ARRAY(
    SELECT value FROM digests_subscriptionchoice AS choice
    WHERE choice.subscription_id = subscription.id AND choice.facet = 'country');

INSERT INTO digests_deliveryitem (delivery_id, practice_id, position)
SELECT delivery.id, news.practice_id, min(item.position)
FROM digests_delivery AS delivery, unnest(delivery.items) WITH ORDINALITY AS item (news_id, position)
JOIN digests_news AS news ON news.id = item.news_id
WHERE news.practice_id IS NOT NULL
GROUP BY delivery.id, news.practice_id
ON CONFLICT DO NOTHING;
UPDATE digests_delivery SET claimed_at = now() WHERE state = 'sending' AND claimed_at IS NULL;

UPDATE digests_edition AS edition SET ends_at = due_at, starts_at = coalesce(
    (SELECT max(earlier.due_at) FROM digests_edition AS earlier
        WHERE earlier.frequency = edition.frequency AND earlier.due_at < edition.due_at),
    due_at - interval '1 day');

DELETE FROM digests_news;
UPDATE digests_delivery SET recipient_id = NULL;
UPDATE digests_subscription SET recipient_id = NULL;
DELETE FROM digests_subscriptionchoice;
DELETE FROM digests_recipient;

SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("digests", "0002_recipients_and_news")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
