"""Keeping the sets: built once, then changed practice by practice, by workers.

Whoever changes a practice leaves a note in the database (triggers, see the migrations);
``update`` takes the notes away in the transaction in which it changes the sets, so that a
worker that is killed has done nothing, and one that runs twice does nothing the second time.
"""

from collections import defaultdict

from django.db import connection, transaction
from pyroaring import BitMap

from practices.models.original_language import LANGUAGE_CODES
from practices.search.models import FacetSet, Position, PracticeToIndex, SearchIndex, WordSet
from practices.search.sets import CHANGED, PUBLISHED, as_set

LOCK = 4526_002
MOST_AT_A_TIME = 2_000  # practices; of more, all sets are built anew
COMMON_WORD = 1_000  # texts; rarer words are looked up in the texts themselves
MOST_CHANGED = 1_000  # practices that the sets of words may not know
BATCH = 50_000  # practices whose words are gathered at a time

NUMBER_ALL = """
INSERT INTO search_position (numbering, number, practice_id, published_at)
SELECT %s, row_number() OVER (ORDER BY published_at, id) - 1, id, published_at
FROM practices_practice WHERE state = 'published'
"""
NUMBER_NEW = """
INSERT INTO search_position (numbering, number, practice_id, published_at)
SELECT %(numbering)s,
    last.number + row_number() OVER (ORDER BY practice.published_at, practice.id),
    practice.id, practice.published_at
FROM practices_practice AS practice, (
    SELECT coalesce(max(number), -1) AS number FROM search_position
    WHERE numbering = %(numbering)s
) AS last
WHERE practice.id = ANY(%(practices)s) AND practice.state = 'published' AND NOT EXISTS (
    SELECT FROM search_position AS position
    WHERE position.numbering = %(numbering)s AND position.practice_id = practice.id
)
"""
# Of practices published at other times than the numbers say.
OUT_OF_ORDER = """
SELECT EXISTS (
    SELECT FROM practices_practice AS practice
    LEFT JOIN search_position AS position
        ON position.numbering = %(numbering)s AND position.practice_id = practice.id
    WHERE practice.id = ANY(%(practices)s) AND practice.state = 'published' AND CASE
        WHEN position.number IS NULL THEN practice.published_at <= (
            SELECT published_at FROM search_position WHERE numbering = %(numbering)s
            ORDER BY number DESC LIMIT 1
        )
        ELSE practice.published_at <> position.published_at
    END
)
"""
VALUES = """
SELECT facet, value, string_agg(int4send(number), ''::bytea)
FROM search_facetvalue JOIN search_position USING (practice_id)
WHERE numbering = %s {only}
GROUP BY facet, value
"""
WORDS = """
SELECT entry.lexeme, string_agg(int4send(position.number), ''::bytea),
    string_agg(int4send(position.number), ''::bytea) FILTER (WHERE 'A' = ANY(entry.weights))
FROM search_position AS position
JOIN search_searchdocument AS document USING (practice_id)
CROSS JOIN LATERAL unnest(document.vector) AS entry
WHERE position.numbering = %s AND position.number >= %s AND position.number < %s
    AND document.language = %s
GROUP BY entry.lexeme
"""


def _one(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def _run(statement, parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _sets(statement, parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {(facet, value): as_set(found) for facet, value, found in cursor.fetchall()}


def _next_version():
    return _one("SELECT nextval('search_version')")


def _alone():
    """Whether nobody else keeps the sets until the transaction ends."""
    return _one("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def build():
    """Build all sets anew, or do nothing where another process does so; returns whether.

    Readers keep the sets that they have until it is done.
    """
    if not _alone():
        return False
    noted = list(PracticeToIndex.objects.values_list("pk", flat=True))
    _build(noted)
    return True


def _build(noted):
    version = _next_version()
    before = SearchIndex.objects.first()
    # Pages begun under the last numbering still look their practices up.
    Position.objects.exclude(numbering=before.numbering if before else None).delete()
    _run(NUMBER_ALL, [version])
    FacetSet.objects.all().delete()
    _save(
        {PUBLISHED: BitMap(), CHANGED: BitMap()} | _sets(VALUES.format(only=""), [version]),
        version,
    )
    WordSet.objects.all().delete()
    SearchIndex.objects.update_or_create(
        defaults={"version": version, "numbering": version, "words": _gather_words(version)}
    )
    PracticeToIndex.objects.filter(pk__in=noted).delete()


def _save(sets, version):
    FacetSet.objects.bulk_create(
        [
            FacetSet(facet=facet, value=value, version=version, practices=found.serialize())
            for (facet, value), found in sets.items()
        ],
        update_conflicts=True,
        unique_fields=["facet", "value"],
        update_fields=["version", "practices"],
    )


def _gather_words(numbering):
    """Make the sets of common words; returns their version, or None with too few texts."""
    highest = _one("SELECT max(number) FROM search_position WHERE numbering = %s", [numbering])
    if (highest or 0) < COMMON_WORD:
        return None
    for language in LANGUAGE_CODES:
        practices, in_title = defaultdict(BitMap), defaultdict(BitMap)
        for first in range(0, highest + 1, BATCH):
            with connection.cursor() as cursor:
                cursor.execute(WORDS, [numbering, first, first + BATCH, language])
                for word, found, found_in_title in cursor:
                    practices[word] |= as_set(found)
                    if found_in_title:
                        in_title[word] |= as_set(found_in_title)
        WordSet.objects.bulk_create(
            (
                WordSet(
                    language=language,
                    word=word,
                    practices=found.serialize(),
                    in_title=in_title[word].serialize(),
                )
                for word, found in practices.items()
                if len(found) >= COMMON_WORD
            ),
            batch_size=500,
        )
    return _next_version()


@transaction.atomic
def update():
    """Bring the sets up to date with the practices noted; returns how many were.

    Builds them all where there are none, where more is noted than is worth doing one by one,
    or where a practice was published at a time between others.
    """
    if not PracticeToIndex.objects.exists() and SearchIndex.objects.exists():
        return 0
    if not _alone():
        return 0
    notes = list(PracticeToIndex.objects.order_by("pk").values_list("pk", "practice_id"))
    noted = [pk for pk, _practice in notes]
    practices = list({practice for _pk, practice in notes})
    state = SearchIndex.objects.first()
    if state is None or len(practices) > MOST_AT_A_TIME or _needs_new_numbers(state, practices):
        _build(noted)
    else:
        _change(state, practices)
        PracticeToIndex.objects.filter(pk__in=noted).delete()
    return len(practices)


def _needs_new_numbers(state, practices):
    return _one(OUT_OF_ORDER, {"numbering": state.numbering, "practices": practices})


def _change(state, practices):
    _run(NUMBER_NEW, {"numbering": state.numbering, "practices": practices})
    positions = Position.objects.filter(numbering=state.numbering, practice_id__in=practices)
    numbers = BitMap(positions.values_list("number", flat=True))
    before = {
        (kept.facet, kept.value): BitMap.deserialize(bytes(kept.practices))
        for kept in FacetSet.objects.all()
    }
    now = _sets(VALUES.format(only="AND practice_id = ANY(%s)"), [state.numbering, practices])
    if state.words:
        now[CHANGED] = numbers | before[CHANGED]
        if len(now[CHANGED]) > MOST_CHANGED:
            WordSet.objects.all().delete()
            state.words = _gather_words(state.numbering)
            now[CHANGED] = BitMap()
            before[CHANGED].clear()
    after = {
        key: (before.get(key, BitMap()) - numbers) | now.get(key, BitMap())
        for key in {*before, *now}
    }
    version = _next_version()
    _save(
        {key: found for key, found in after.items() if found != before.get(key)},
        version,
    )
    state.version = version
    state.save(update_fields=["version", "words"])
