"""The vectors in the database: a column that is only there where the server has pgvector.

Django does not know it, so that everything else works without it.
"""

import logging

from django.db import DatabaseError, connection, connections, transaction

from practices.search.meaning.encoder import DIMENSIONS, VERSION

logger = logging.getLogger(__name__)

OLDEST = (0, 8)  # of pgvector: half vectors and iterative scans
PASSAGES_A_PRACTICE = 8  # looked at for each practice that is wanted
CANDIDATES_FOR_EACH = 2
PASSAGES_COMPARED = 3  # of each practice: one may be near by chance
MOST_PASSAGES = 800  # PostgreSQL looks at 1,000 at most in a first round


def are_kept(using="default"):
    """Whether there is a place for vectors."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_attribute WHERE attname = 'vector'"
            " AND attrelid = to_regclass('search_passage') AND NOT attisdropped)"
        )
        return cursor.fetchone()[0]


def _has_extension(cursor):
    cursor.execute("SELECT FROM pg_available_extensions WHERE name = 'vector'")
    if cursor.fetchone() is None:
        return False
    cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
    cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    (version,) = cursor.fetchone()
    return tuple(int(number) for number in version.split(".")[:2]) >= OLDEST


def make_room(using="default"):
    """Make a place for vectors, where the server can; returns whether there is one.

    Where it is new, every published practice is due. No row has a vector yet, so neither step
    takes long on a table of any size.
    """
    if are_kept(using):
        return True
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute("SELECT to_regclass('search_passage') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return False
            if not _has_extension(cursor):
                logger.warning("PostgreSQL lacks pgvector 0.8: no search by meaning for now")
                return False
            cursor.execute(
                f"""
                ALTER TABLE search_passage
                    ADD COLUMN IF NOT EXISTS vector halfvec({DIMENSIONS});
                CREATE INDEX IF NOT EXISTS search_passage_vector
                    ON search_passage USING hnsw (vector halfvec_ip_ops);
                DELETE FROM search_passage;
                INSERT INTO search_passagesdue (practice_id, since)
                    SELECT id, now() FROM practices_practice WHERE state = 'published';
                """  # noqa: S608 (a constant of ours)
            )
    except DatabaseError as error:  # most likely a role that may not create extensions
        logger.warning("No search by meaning for now: %s", error)
        return False
    return True


def make_old_ones_due(using="default"):
    """Have passages made anew that an earlier version of the encoder has made."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_passagesdue (practice_id, since)"
            " SELECT DISTINCT practice_id, now() FROM search_passage WHERE version <> %s",
            [VERSION],
        )


def after_migrate(using, **_more):
    """Bring the vectors up to date with the server and with the encoder."""
    if make_room(using):
        make_old_ones_due(using)


def as_literal(vector):
    """*vector* as PostgreSQL reads it."""
    return f"[{','.join(format(float(number), '.4g') for number in vector)}]"


def write(practice_id, passages, vectors):
    """Keep *passages* of a practice, each with its vector, in place of those that stood there."""
    if not passages:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO search_passage
                (practice_id, version, language, field, number, digest, vector)
            SELECT %s, %s, language, field, number, digest, vector::halfvec
            FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[], %s::text[])
                AS made (language, field, number, digest, vector)
            ON CONFLICT (practice_id, language, field, number) DO UPDATE SET
                version = excluded.version, digest = excluded.digest, vector = excluded.vector
            """,
            [
                practice_id,
                VERSION,
                [passage.language for passage in passages],
                [passage.field for passage in passages],
                [passage.number for passage in passages],
                [passage.digest for passage in passages],
                [as_literal(vector) for vector in vectors],
            ],
        )


# The passages that count of each candidate, and the mean of their similarity.
_BEST = f"""
best AS (
    SELECT passage.practice_id, passage.language, passage.id,
        -(passage.vector <#> {{to}}) AS similarity,
        row_number() OVER (
            PARTITION BY passage.practice_id ORDER BY passage.vector <#> {{to}}, passage.id
        ) AS place
    FROM candidate JOIN search_passage AS passage USING (practice_id)
    WHERE {{condition}}
)
SELECT practice_id, avg(similarity) AS mean,
    min(language) FILTER (WHERE place = 1), min(id) FILTER (WHERE place = 1)
FROM best WHERE place <= {PASSAGES_COMPARED} GROUP BY practice_id
"""  # noqa: S608


def similarities(vector, practices):
    """{practice: similarity to *vector*} of those of *practices*, keys, that have vectors."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH candidate AS (SELECT unnest(%(practices)s::bigint[]) AS practice_id), "
            + _BEST.format(to="%(vector)s::halfvec", condition="true"),
            {"vector": as_literal(vector), "practices": list(practices)},
        )
        return {practice: similarity for practice, similarity, *_passage in cursor.fetchall()}


def _nearest(to, parameters, limit, least, condition):
    # *to* and *condition* are SQL of ours. An inner product of vectors of unit length is their
    # similarity; <#> is its negative, by which the index is ordered. The index is asked for
    # more until the condition has left enough.
    passages = min(limit * PASSAGES_A_PRACTICE, MOST_PASSAGES)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            SET LOCAL hnsw.ef_search = {max(passages, 40)};
            SET LOCAL hnsw.iterative_scan = strict_order;
            WITH near AS MATERIALIZED (
                SELECT practice_id, vector <#> {to} AS distance
                FROM search_passage WHERE {condition}
                ORDER BY vector <#> {to} LIMIT {passages}
            ), candidate AS MATERIALIZED (
                SELECT practice_id FROM near
                GROUP BY practice_id ORDER BY min(distance), practice_id
                LIMIT %(limit)s * {CANDIDATES_FOR_EACH}
            ), {_BEST.format(to=to, condition=condition)}
            HAVING avg(similarity) >= %(least)s
            ORDER BY mean DESC, practice_id LIMIT %(limit)s
            """,  # noqa: S608
            parameters | {"least": least, "limit": limit},
        )
        return cursor.fetchall()


def nearest_to(vector, limit, least, within=None):
    """(practice, similarity, language, passage) of the practices nearest to *vector*.

    The similarity is the mean of its best passages, the passage the best; none below the
    similarity *least*; among the practices *within*, if any are given.
    """
    return _nearest(
        "%(vector)s::halfvec",
        {"vector": as_literal(vector), "within": within},
        limit,
        least,
        "true" if within is None else "practice_id = ANY(%(within)s::bigint[])",
    )


def nearest_to_practice(pk, limit, least):
    """As ``nearest_to``, of practices near to the mean of what the practice *pk* says."""
    return _nearest(
        "(SELECT l2_normalize(avg(vector)) FROM search_passage WHERE practice_id = %(pk)s)",
        {"pk": pk},
        limit,
        least,
        "practice_id <> %(pk)s",
    )
