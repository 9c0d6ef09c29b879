"""Opening the editions that have fallen due.

Each subscription carries until when it has told of what happened, so whatever is opened late,
by hand or twice, its periods follow one another without gap or overlap. After an outage one
mail tells of all of it.
"""

from collections import defaultdict
from datetime import timedelta

from django.db import connection, transaction

from efus import clock
from practices import publication_lock
from practices.digests.enums import Frequency
from practices.digests.matching import OLDEST_NEWS, create_deliveries
from practices.digests.models import Edition
from practices.digests.timetable import Timetable

# How long an edition is tried to be sent, since the next one is about to come.
TRIED = {
    Frequency.DAILY: timedelta(hours=20),
    Frequency.WEEKLY: timedelta(days=3),
    Frequency.MONTHLY: timedelta(days=7),
}

ZONE = "coalesce(person.time_zone, recipient.time_zone)"
ACTIVE = """
FROM digests_subscription AS subscription
JOIN digests_recipient AS recipient ON recipient.id = subscription.recipient_id
LEFT JOIN accounts_user AS person ON person.id = recipient.user_id
WHERE subscription.ended_at IS NULL AND subscription.confirmed_at IS NOT NULL
    AND coalesce(person.is_active, true)
"""

ASKED = """
CREATE TEMPORARY TABLE digest_asked ON COMMIT DROP AS
SELECT subscription.id AS subscription_id, subscription.recipient_id, subscription.words,
    subscription.language, subscription.kinds,
    greatest(subscription.covered_until, %(oldest)s) AS since
"""
ADVANCE = """
UPDATE digests_subscription AS subscription SET covered_until = %(until)s
FROM digest_asked AS asked
WHERE asked.subscription_id = subscription.id AND subscription.covered_until < %(until)s
"""


def _groups_due(now):
    """(timetable, …) of what is due, by (frequency, the moment that it was due for)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT frequency, weekday, hour, {ZONE} {ACTIVE} AND next_at <= %s",
            [now],
        )
        timetables = [Timetable(*row) for row in cursor.fetchall()]
    groups = defaultdict(list)
    for timetable in timetables:
        groups[timetable.frequency, timetable.latest(now)].append(timetable)
    return dict(sorted(groups.items(), key=lambda group: group[0][1]))


def _fill(edition, condition, parameters):
    parameters |= {"oldest": edition.due_at - OLDEST_NEWS, "until": edition.due_at}
    with connection.cursor() as cursor:
        cursor.execute(ASKED + ACTIVE + condition, parameters)
        cursor.execute("ANALYZE digest_asked")
        cursor.execute(ADVANCE, parameters)
    give_up_at = max(edition.due_at, clock.now()) + TRIED[edition.frequency]
    create_deliveries(edition, give_up_at)


@transaction.atomic
def _open_group(frequency, due_at, timetables, now):
    publication_lock.hold()
    edition, _is_new = Edition.objects.get_or_create(frequency=frequency, due_at=due_at)
    columns = {
        "frequency": frequency,
        "weekdays": [timetable.weekday for timetable in timetables],
        "hours": [timetable.hour for timetable in timetables],
        "zones": [timetable.zone for timetable in timetables],
        "next": [timetable.next(now) for timetable in timetables],
        "now": now,
    }
    _fill(
        edition,
        f"""
        AND next_at <= %(now)s AND frequency = %(frequency)s AND (weekday, hour, {ZONE}) IN (
            SELECT * FROM unnest(%(weekdays)s::int[], %(hours)s::int[], %(zones)s::text[])
        )
        """,  # noqa: S608
        columns,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE digests_subscription AS due SET next_at = slot.next_at
            FROM unnest(
                %(weekdays)s::int[], %(hours)s::int[], %(zones)s::text[], %(next)s::timestamptz[]
            ) AS slot (weekday, hour, zone, next_at),
            digests_subscription AS subscription
            JOIN digests_recipient AS recipient ON recipient.id = subscription.recipient_id
            LEFT JOIN accounts_user AS person ON person.id = recipient.user_id
            WHERE due.id = subscription.id AND due.next_at <= %(now)s
                AND due.frequency = %(frequency)s
                AND (due.weekday, due.hour, {ZONE}) = (slot.weekday, slot.hour, slot.zone)
            """,  # noqa: S608
            columns,
        )
    return edition


def open_due_editions(now=None):
    """Open every edition that has fallen due; returns those opened."""
    now = now or clock.now()
    return [
        _open_group(frequency, due_at, timetables, now)
        for (frequency, due_at), timetables in _groups_due(now).items()
    ]


@transaction.atomic
def open_edition_now(frequency):
    """Open an edition of *frequency* that ends now, before its time; returns it.

    Its subscriptions' next one comes when it would have come, with what is new from here on.
    """
    publication_lock.hold()
    now = clock.now()
    edition, _is_new = Edition.objects.get_or_create(frequency=frequency, due_at=now)
    _fill(
        edition,
        "AND frequency = %(frequency)s AND (paused_until IS NULL OR paused_until <= %(until)s)",
        {"frequency": frequency},
    )
    return edition
