"""Which practices go to which subscription, found over sets in one statement."""

from django.db import connection

MATCH = """
WITH matched AS (
    SELECT subscription.id AS subscription_id, practice.id AS practice_id,
        practice.published_at
    FROM digests_subscription AS subscription
    JOIN accounts_user AS person ON person.id = subscription.user_id AND person.is_active
    JOIN practices_practice AS practice
        ON practice.state = 'published'
        AND practice.published_at >= %(starts_at)s AND practice.published_at < %(ends_at)s
    JOIN cities_city AS city ON city.id = practice.city_id
    WHERE subscription.frequency = %(frequency)s
        AND subscription.ended_at IS NULL
        AND subscription.created_at < %(ends_at)s
        AND (subscription.countries = '{}' OR city.country = ANY (subscription.countries))
        AND (
            NOT EXISTS (
                SELECT FROM digests_subscription_themes AS chosen
                WHERE chosen.subscription_id = subscription.id
            )
            OR EXISTS (
                SELECT FROM digests_subscription_themes AS chosen
                JOIN practices_practice_themes AS given ON given.practice_id = practice.id
                JOIN practices_theme AS theme ON theme.id = given.theme_id
                WHERE chosen.subscription_id = subscription.id
                    AND chosen.theme_id IN (theme.id, theme.parent_id)
            )
        )
        AND (
            NOT EXISTS (
                SELECT FROM digests_subscription_target_groups AS chosen
                WHERE chosen.subscription_id = subscription.id
            )
            OR EXISTS (
                SELECT FROM digests_subscription_target_groups AS chosen
                JOIN practices_practice_target_groups AS given
                    ON given.targetgroup_id = chosen.targetgroup_id
                WHERE chosen.subscription_id = subscription.id
                    AND given.practice_id = practice.id
            )
        )
), delivery AS (
    INSERT INTO digests_delivery
        (subscription_id, edition_id, state, not_before, attempts, reason)
    SELECT DISTINCT subscription_id, %(edition)s, 'due', now(), 0, ''
    FROM matched
    ON CONFLICT (subscription_id, edition_id) DO NOTHING
    RETURNING id, subscription_id
)
INSERT INTO digests_deliveryitem (delivery_id, practice_id, position)
SELECT delivery.id, matched.practice_id,
    row_number() OVER (
        PARTITION BY delivery.id ORDER BY matched.published_at DESC, matched.practice_id DESC
    )
FROM matched JOIN delivery USING (subscription_id)
"""


def create_deliveries(edition):
    """Create the due deliveries of *edition*: one for each subscription that it has news for."""
    with connection.cursor() as cursor:
        cursor.execute(
            MATCH,
            {
                "edition": edition.pk,
                "frequency": edition.frequency,
                "starts_at": edition.starts_at,
                "ends_at": edition.ends_at,
            },
        )
