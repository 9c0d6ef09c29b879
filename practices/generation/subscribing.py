"""Subscriptions in bulk, and the news they hear of, to measure digests with.

All of them are due at ``DUE_AT``, in one edition, which tells of every generated practice. The
same seed makes the same rows in an equally empty database.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy
from django.core.management.color import no_style
from django.db import connection, transaction

from efus.accounts.models import User
from practices.digests.enums import Frequency, NewsKind, Weekday
from practices.digests.models import (
    Delivery,
    Edition,
    News,
    Recipient,
    Subscription,
    SubscriptionChoice,
)
from practices.generation.loading import copy
from practices.generation.rows import Rows
from practices.generation.vocabulary import WORD, vocabulary
from practices.models import Practice
from practices.models.original_language import LANGUAGE_CODES

DUE_AT = datetime(2026, 11, 2, 5, tzinfo=UTC)  # a Monday, at six in each of ZONES
SINCE = DUE_AT - timedelta(days=7)
HOUR = 6
ZONES = ["Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Madrid", "Europe/Brussels"]

WITH_SECOND = 0.05  # people with two subscriptions
WITH_ACCOUNT = 0.7
WITH_WORDS = 0.1
WORDS_OF_LANGUAGE = 40  # distinct text queries
LANGUAGES = dict(
    zip(["fr", "en", "it", "de", "es", "pt", "nl", "sv"], range(8, 0, -1), strict=True)
)
NUMBERS = {  # how often a subscription has no value of a facet, one, two …
    "theme": [0.2, 0.35, 0.25, 0.2],
    "country": [0.55, 0.25, 0.12, 0.08],
    "group": [0.85, 0.1, 0.05],
    "partner": [0.9, 0.1],
    "evidence": [0.9, 0.06, 0.04],
}
KINDS = [list(NewsKind.values)] * 4 + [[NewsKind.PUBLISHED.value]]

DOMAINS = 3_000
OF_BIG_DOMAINS = [0.2, 0.1, 0.05, 0.03, 0.02]  # of all addresses; the others share the rest


def _values():
    """The values that practices have of each facet, as likely as practices have them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT facet, value, count(*) FROM search_facetvalue WHERE facet = ANY(%s)"
            " GROUP BY facet, value ORDER BY facet, value",
            [list(NUMBERS)],
        )
        found = {}
        for facet, value, number in cursor.fetchall():
            found.setdefault(facet, Counter())[value] = number
    return found


def _words(random):
    """Some text queries in each language: words and pairs of words of its practices."""
    words = {}
    for language in LANGUAGE_CODES:
        runs = vocabulary(language).runs
        queries = {}
        while len(queries) < WORDS_OF_LANGUAGE:
            long = [
                word for word in WORD.findall(runs[random.integers(len(runs))]) if len(word) > 5
            ]
            if long:
                queries[" ".join(long[: 1 + len(queries) % 2])] = None
        words[language] = list(queries)
    return words


def _addresses(random, number):
    rest = 1 - sum(OF_BIG_DOMAINS)
    weights = [*OF_BIG_DOMAINS, *[rest / DOMAINS] * DOMAINS]
    domains = random.choice(len(weights), number, p=weights).tolist()
    return [f"reader{index}@domain{domain}.example" for index, domain in enumerate(domains)]


def _pick(random, weights, size):
    keys, weights = list(weights), numpy.array(list(weights.values()), dtype=float)
    return [keys[index] for index in random.choice(len(keys), size, p=weights / weights.sum())]


def _people(random, number):
    """Rows of *number* people, numbered from 1: those with an account, then all of them."""
    addresses = _addresses(random, number)
    zones = [ZONES[index] for index in random.integers(len(ZONES), size=number).tolist()]
    has_account = (random.random(number) < WITH_ACCOUNT).tolist()
    people = list(zip(range(1, number + 1), addresses, zones, has_account, strict=True))
    yield Rows(
        User,
        ["id", "password", "email", "time_zone", "is_superuser"],
        [(key, "!", email, zone, "f") for key, email, zone, has_account in people if has_account],
    )
    yield Rows(
        Recipient,
        ["id", "user_id", "email", "time_zone"],
        [
            (key, key, "", "") if has_account else (key, None, email, zone)
            for key, email, zone, has_account in people
        ],
    )


def _subscriptions(random, number, people):
    languages = _pick(random, LANGUAGES, number)
    words = _words(random)
    with_words = (random.random(number) < WITH_WORDS).tolist()
    asked = random.integers(WORDS_OF_LANGUAGE, size=number).tolist()
    kinds = random.integers(len(KINDS), size=number).tolist()
    columns = ["id", "recipient_id", "words", "kinds", "language", "frequency", "weekday", "hour"]
    yield Rows(
        Subscription,
        [*columns, "confirmed_at", "covered_until", "next_at"],
        [
            (
                index + 1,
                index % people + 1,
                words[languages[index]][asked[index]] if with_words[index] else "",
                "{" + ",".join(KINDS[kinds[index]]) + "}",
                languages[index],
                Frequency.WEEKLY.value,
                Weekday.MONDAY.value,
                HOUR,
                SINCE,
                SINCE,
                DUE_AT,
            )
            for index in range(number)
        ],
    )
    choices = {}
    for facet, weights in _values().items():
        numbers = random.choice(len(NUMBERS[facet]), number, p=NUMBERS[facet])
        owners = numpy.repeat(numpy.arange(1, number + 1), numbers).tolist()
        for owner, value in zip(owners, _pick(random, weights, len(owners)), strict=True):
            choices[owner, facet, value] = None
    yield Rows(SubscriptionChoice, ["subscription_id", "facet", "value"], list(choices))


def _news(random):
    practices = list(Practice.objects.published().order_by("pk").values_list("pk", flat=True))
    seconds = random.integers(int((DUE_AT - SINCE).total_seconds()), size=len(practices)).tolist()
    return Rows(
        News,
        ["kind", "practice_id", "at"],
        [
            (NewsKind.PUBLISHED.value, practice, SINCE + timedelta(seconds=second))
            for practice, second in zip(practices, seconds, strict=True)
        ],
    )


@transaction.atomic
def subscribe(number, seed=1):
    """Have people with *number* subscriptions hear of all practices, in an empty database."""
    random = numpy.random.default_rng([seed, 3])
    people = max(1, round(number / (1 + WITH_SECOND)))
    with connection.cursor() as cursor:
        for rows in _people(random, people):
            copy(cursor, rows)
        for rows in _subscriptions(random, number, people):
            copy(cursor, rows)
        copy(cursor, _news(random))
        models = [User, Recipient, Subscription, SubscriptionChoice, News]
        for sql in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(sql)


def take_back():
    """Have nobody told of anything, as before the edition was opened. Not in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"TRUNCATE {Delivery._meta.db_table}, {Edition._meta.db_table}"
            " RESTART IDENTITY CASCADE"
        )
    Subscription.objects.update(covered_until=SINCE, next_at=DUE_AT)
    with connection.cursor() as cursor:
        for model in (User, Recipient, Subscription, SubscriptionChoice, News, Delivery):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
