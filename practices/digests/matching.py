"""Which news go to which subscription, found over sets by the database.

All news of a run get a place, the best first, and with it a bit. Each value of a facet, each
text query and each period then is a string of bits, and what a subscription asks for is their
*or* and *and*: work for each value that somebody chose, never for each pair of a subscription
and a practice. Everything happens in temporary tables of one transaction.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from practices.digests.enums import NewsKind
from practices.search.text import requirements

MOST_ITEMS = 10  # of one mail
OLDEST_NEWS = timedelta(days=60)  # what happened before is not told of any more

# What is public now and happened in the period, the best first: new practices before others,
# of these what is better known to work, then the latest.
NEWS = """
CREATE TEMPORARY TABLE digest_news ON COMMIT DROP AS
SELECT news.*, row_number() OVER (ORDER BY worth DESC, at DESC, id DESC)::int - 1 AS place
FROM (
    SELECT news.id, news.kind, news.practice_id, news.city_id, news.at,
        CASE news.kind WHEN 'published' THEN 2 WHEN 'member' THEN 0 ELSE 1 END
        + CASE practice.evidence
            WHEN 'replicated' THEN 1 WHEN 'independently_evaluated' THEN 1
            WHEN 'evaluated' THEN 0.5 ELSE 0
        END AS worth
    FROM digests_news AS news
    LEFT JOIN practices_practice AS practice ON practice.id = news.practice_id
    LEFT JOIN practices_adoption AS adoption ON adoption.id = news.adoption_id
    WHERE news.at >= %(since)s AND news.at < %(until)s
        AND (practice.id IS NULL OR practice.state = 'published')
        AND (adoption.id IS NULL OR adoption.is_public)
        AND (news.kind <> 'member' OR EXISTS (
            SELECT FROM cities_membership AS membership
            WHERE membership.city_id = news.city_id AND membership.state = 'active'
        ))
) AS news;
"""

BITS = """
ALTER TABLE digest_news ADD bit bit({size});
UPDATE digest_news SET bit = set_bit(0::bit({size}), place, 1);
CREATE INDEX ON digest_news (place);
CREATE INDEX ON digest_news (practice_id);
ANALYZE digest_news;
"""

FACETS = """
CREATE TEMPORARY TABLE digest_facet ON COMMIT DROP AS
SELECT facet, value, bit_or(bit) AS bits
FROM (
    SELECT given.facet, given.value, news.bit
    FROM search_facetvalue AS given JOIN digest_news AS news USING (practice_id)
    WHERE given.practice_id = ANY(%(practices)s)
    UNION ALL
    SELECT 'country', city.country, news.bit
    FROM digest_news AS news JOIN cities_city AS city ON city.id = news.city_id
) AS given
GROUP BY facet, value;
ANALYZE digest_facet;
"""

# A practice has a text query if it has each part of it: as a word, in the reader's language or
# in its own, or as what is named.
DOCUMENTS = """
CREATE TEMPORARY TABLE digest_document ON COMMIT DROP AS
SELECT document.language, document.is_original, document.vector, news.bit
FROM search_searchdocument AS document JOIN digest_news AS news USING (practice_id);
CREATE INDEX ON digest_document USING gin (vector);
ANALYZE digest_document;
"""
WORDS = """
CREATE TEMPORARY TABLE digest_words ON COMMIT DROP AS
WITH word AS MATERIALIZED (
    SELECT words, reader, part, language, query::tsquery AS query
    FROM unnest(%(words)s::text[], %(readers)s::text[], %(parts)s::int[], %(languages)s::text[],
        %(queries)s::text[]) AS asked (words, reader, part, language, query)
), named AS (
    SELECT *
    FROM unnest(%(named_words)s::text[], %(named_readers)s::text[], %(named_parts)s::int[],
        %(facets)s::text[], %(values)s::text[]) AS asked (words, reader, part, facet, value)
), matched AS (
    SELECT word.words, word.reader, word.part, document.bit AS bits
    FROM word JOIN digest_document AS document
        ON document.vector @@ word.query AND document.language = word.language
        AND (document.is_original OR document.language = word.reader)
    UNION ALL
    SELECT named.words, named.reader, named.part, facet.bits
    FROM named JOIN digest_facet AS facet USING (facet, value)
), part AS (
    SELECT words, reader, part FROM word UNION SELECT words, reader, part FROM named
), part_bits AS (
    SELECT words, reader, part, coalesce(bit_or(bits), 0::bit({size})) AS bits
    FROM part LEFT JOIN matched USING (words, reader, part)
    GROUP BY words, reader, part
)
SELECT words, reader, bit_and(bits) AS bits FROM part_bits GROUP BY words, reader;
ANALYZE digest_words;
"""

# What each subscription of digest_asked is told, before it is compared with others.
FOUND = """
CREATE TEMPORARY TABLE digest_found ON COMMIT DROP AS
WITH period AS (
    SELECT asked.since, bit_or(news.bit) AS bits
    FROM (SELECT DISTINCT since FROM digest_asked) AS asked
    JOIN digest_news AS news ON news.at >= asked.since
    GROUP BY asked.since
), kind AS (
    SELECT asked.kinds, bit_or(news.bit) AS bits
    FROM (SELECT DISTINCT kinds FROM digest_asked) AS asked
    JOIN digest_news AS news ON news.kind = ANY(asked.kinds)
    GROUP BY asked.kinds
), chosen AS (
    SELECT chosen.subscription_id, chosen.facet,
        coalesce(bit_or(facet.bits), 0::bit({size})) AS bits
    FROM digest_chosen AS chosen LEFT JOIN digest_facet AS facet USING (facet, value)
    GROUP BY chosen.subscription_id, chosen.facet
), narrowed AS (
    SELECT subscription_id, bit_and(bits) AS bits FROM chosen GROUP BY subscription_id
)
SELECT asked.subscription_id, asked.recipient_id, asked.since,
    period.bits & kind.bits
        & CASE WHEN asked.words = '' THEN ~0::bit({size})
            ELSE coalesce(words.bits, 0::bit({size})) END
        & coalesce(narrowed.bits, ~0::bit({size})) AS bits
FROM digest_asked AS asked
JOIN period USING (since)
JOIN kind USING (kinds)
LEFT JOIN narrowed USING (subscription_id)
LEFT JOIN digest_words AS words
    ON words.words = asked.words AND words.reader = asked.language;
DELETE FROM digest_found WHERE bit_count(bits) = 0;
ANALYZE digest_found;
"""

# Nothing that the same person hears of from another subscription, in this run or before.
NOT_TWICE = """
WITH several AS (
    SELECT recipient_id FROM digests_subscription GROUP BY recipient_id HAVING count(*) > 1
), repeated AS (
    SELECT practice_id FROM digests_news
    WHERE kind = 'published' AND practice_id = ANY(%(practices)s)
    GROUP BY practice_id HAVING count(*) > 1
), earlier AS MATERIALIZED (
    SELECT found.subscription_id, delivery.items, delivery.new_practices
    FROM digest_found AS found
    JOIN digests_delivery AS delivery
        ON delivery.recipient_id = found.recipient_id AND delivery.state <> 'skipped'
    JOIN digests_edition AS edition
        ON edition.id = delivery.edition_id AND edition.due_at > %(oldest)s
    WHERE found.recipient_id IN (SELECT recipient_id FROM several)
        OR EXISTS (SELECT FROM repeated)
), told AS (
    SELECT subscription_id, bit_or(bit) AS bits
    FROM (
        SELECT earlier.subscription_id, news.bit
        FROM earlier, unnest(earlier.items) AS item (id) JOIN digest_news AS news USING (id)
        UNION ALL
        SELECT earlier.subscription_id, news.bit
        FROM earlier, unnest(earlier.new_practices) AS told (practice_id)
        JOIN digest_news AS news
            ON news.practice_id = told.practice_id AND news.kind = 'published'
    ) AS told
    GROUP BY subscription_id
), beside AS (
    SELECT subscription_id, bit_or(bits) OVER (
        PARTITION BY recipient_id ORDER BY subscription_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS bits
    FROM digest_found WHERE recipient_id IN (SELECT recipient_id FROM several)
)
UPDATE digest_found AS found
SET bits = found.bits
    & ~coalesce(told.bits, 0::bit({size})) & ~coalesce(beside.bits, 0::bit({size}))
FROM digest_found AS same
LEFT JOIN told USING (subscription_id)
LEFT JOIN beside USING (subscription_id)
WHERE same.subscription_id = found.subscription_id
    AND (told.bits IS NOT NULL OR beside.bits IS NOT NULL);
"""

LISTED = """
CREATE TEMPORARY TABLE digest_listed ON COMMIT DROP AS
SELECT found.bits, listed.items, listed.new_practices,
    bit_count(found.bits) - cardinality(listed.items) AS more
FROM (SELECT DISTINCT bits FROM digest_found WHERE bit_count(bits) > 0) AS found
CROSS JOIN LATERAL (
    SELECT array_agg(id ORDER BY place) AS items,
        coalesce(array_agg(DISTINCT practice_id) FILTER (WHERE kind = 'published'), '{{}}')::int[]
            AS new_practices
    FROM (
        SELECT id, place, kind, practice_id FROM digest_news
        WHERE get_bit(found.bits, place) = 1
        ORDER BY place LIMIT {most}
    ) AS best
) AS listed;
ANALYZE digest_listed;
"""

DELIVER = """
INSERT INTO digests_delivery (
    subscription_id, edition_id, recipient_id, domain, starts_at, items, new_practices, more,
    state, not_before, give_up_at, attempts, reason
)
SELECT found.subscription_id, %(edition)s, found.recipient_id,
    lower(split_part(coalesce(person.email, recipient.email), '@', 2)), found.since,
    listed.items, listed.new_practices, listed.more,
    'due', now(), %(give_up_at)s, 0, ''
FROM digest_found AS found
JOIN digest_listed AS listed USING (bits)
JOIN digests_recipient AS recipient ON recipient.id = found.recipient_id
LEFT JOIN accounts_user AS person ON person.id = recipient.user_id
ON CONFLICT (subscription_id, edition_id) DO NOTHING;
"""

TABLES = ["news", "facet", "document", "words", "asked", "chosen", "found", "listed"]


@dataclass
class Wish:
    """What a subscription asks for, saved or not."""

    language: str
    words: str = ""
    kinds: list = field(default_factory=lambda: list(NewsKind.values))
    chosen: dict = field(default_factory=dict)  # lists of values, by facet


def _run(sql, parameters=None, **names):
    # Names are numbers and conditions of ours, no input.
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**names) if names else sql, parameters)


def _rows(sql, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _understand(size):
    """Make digest_words of all text queries of digest_asked."""
    columns = {
        "words": [], "readers": [], "parts": [], "languages": [], "queries": [],
        "named_words": [], "named_readers": [], "named_parts": [], "facets": [], "values": [],
    }  # fmt: skip
    asked = _rows("SELECT DISTINCT words, language FROM digest_asked WHERE words <> ''")
    for (words, reader), parts in requirements(asked).items():
        for number, (queries, names) in enumerate(parts):
            for language, query in queries.items():
                row = [words, reader, number, language, query]
                for column, value in zip(list(columns)[:5], row, strict=True):
                    columns[column].append(value)
            for facet, value in names:
                row = [words, reader, number, facet, value]
                for column, each in zip(list(columns)[5:], row, strict=True):
                    columns[column].append(each)
    _run(DOCUMENTS)
    _run(WORDS, columns, size=size)


def _find(since, until):
    """Make digest_found of digest_asked and digest_chosen.

    Returns how many news there are and which practices they are of; None without news.
    """
    _run(NEWS, {"since": since, "until": until})
    ((size, practices),) = _rows(
        "SELECT count(*), coalesce(array_agg(DISTINCT practice_id), '{}') FROM digest_news"
    )
    if not size:
        return None
    practices = [key for key in practices if key]
    _run(BITS, size=size)
    _run(FACETS, {"practices": practices})
    _understand(size)
    _run(FOUND, size=size)
    return size, practices


def create_deliveries(edition, give_up_at):
    """Create the deliveries of *edition* to the subscriptions of digest_asked.

    That is a temporary table (subscription_id, recipient_id, since, words, language, kinds) that
    practices.digests.opening has made in the same transaction.
    """
    _run(
        "CREATE TEMPORARY TABLE digest_chosen ON COMMIT DROP AS"
        " SELECT subscription_id, facet, value FROM digests_subscriptionchoice"
        " JOIN digest_asked USING (subscription_id); ANALYZE digest_chosen"
    )
    ((since,),) = _rows("SELECT min(since) FROM digest_asked")
    if since is not None and (found := _find(since, edition.due_at)):
        size, practices = found
        oldest = edition.due_at - 2 * OLDEST_NEWS
        _run(NOT_TWICE, {"practices": practices, "oldest": oldest}, size=size)
        _run(LISTED, size=size, most=MOST_ITEMS)
        _run(DELIVER, {"edition": edition.pk, "give_up_at": give_up_at})
    forget()


def matching(wish, since, until=None):
    """The keys of the news from *since* to *until* (or now) that *wish* asks for, best first.

    Must run in a transaction.
    """
    chosen = [(facet, value) for facet, values in wish.chosen.items() for value in values]
    _run(
        "CREATE TEMPORARY TABLE digest_asked ON COMMIT DROP AS"
        " SELECT 0 AS subscription_id, 0 AS recipient_id, %s::timestamptz AS since,"
        " %s::text AS words, %s::text AS language, %s::text[] AS kinds",
        [since, wish.words, wish.language, wish.kinds],
    )
    _run(
        "CREATE TEMPORARY TABLE digest_chosen ON COMMIT DROP AS"
        " SELECT 0 AS subscription_id, facet, value"
        " FROM unnest(%s::text[], %s::text[]) AS chosen (facet, value)",
        [[facet for facet, _value in chosen], [value for _facet, value in chosen]],
    )
    keys = []
    if _find(since, until or timezone.now()):
        rows = _rows(
            "SELECT news.id FROM digest_news AS news, digest_found AS found"
            " WHERE get_bit(found.bits, news.place) = 1 ORDER BY news.place"
        )
        keys = [key for (key,) in rows]
    forget()
    return keys


def forget():
    """Drop the temporary tables, so that another run can follow in the same transaction."""
    names = ", ".join(f"digest_{name}" for name in TABLES)
    _run(f"DROP TABLE IF EXISTS {names}")
