"""The published practices as sets of numbers, so that counting costs the same however many.

Each value of a facet is a roaring bitmap of the numbers of the practices that have it
(Lemire et al., *Roaring bitmaps: implementation of an optimized software library*, 2018).
Numbers follow the time of publication, so the newest of a set are its highest.

Workers keep the sets in the database (``practices.search.indexing``), each with the version
that changed it; a process holds what it has read and asks only for what is newer, in one
query. Before they are built for the first time, and where no worker has kept them for long,
SQL makes the same sets for the one request.
"""

import sys
from array import array
from dataclasses import dataclass, field
from datetime import timedelta
from math import log

from django.db import connection
from django.utils import timezone
from pyroaring import BitMap

STALE_AFTER = timedelta(minutes=2)  # without a worker
MOST_MADE_AT_ONCE = 20_000  # practices; of more, stale sets are better than a slow page

PUBLISHED = ("published", "")
CHANGED = ("changed", "")  # whose texts the sets of words do not know

# Where SQL finds the number of each practice.
POSITIONS_NOW = """(
    SELECT id AS practice_id,
        (row_number() OVER (ORDER BY published_at, id) - 1)::integer AS number
    FROM practices_practice WHERE state = 'published'
)"""
KEPT_POSITIONS = "(SELECT practice_id, number FROM search_position WHERE numbering = %d)"

NEWER = """
SELECT state.version, state.numbering, state.words,
    (SELECT min(at) FROM search_practicetoindex), kept.facet, kept.value, kept.practices
FROM search_searchindex AS state
LEFT JOIN search_facetset AS kept ON kept.version > %s
"""

# A set leaves SQL as its numbers of four bytes each, the highest byte first.
MADE_NOW = f"""
SELECT facet, value, string_agg(int4send(number), ''::bytea)
FROM search_facetvalue JOIN {POSITIONS_NOW} AS position USING (practice_id)
GROUP BY facet, value
"""  # noqa: S608 (no input)


def as_set(numbers):
    """The set of *numbers*, bytes as ``string_agg(int4send(…), '')`` returns them, or None."""
    members = array("I")
    members.frombytes(bytes(numbers or b""))
    if sys.byteorder == "little":
        members.byteswap()
    return BitMap(members)


def newest(found, number):
    """The newest *number* of the practices *found*, as a set."""
    return found[max(len(found) - number, 0) :]


@dataclass
class Sets:
    """What is known of the published practices at one version."""

    version: int = 0
    numbering: int = 0
    words: int | None = None  # the version of the sets of words, if there are any
    positions: str = POSITIONS_NOW
    facets: dict = field(default_factory=dict)  # {facet: {value: its practices}}

    @property
    def published(self):
        return self.with_value(*PUBLISHED)

    @property
    def changed(self):
        return self.with_value(*CHANGED)

    def with_value(self, facet, value):
        """The practices that have *value* of *facet*."""
        return self.facets.get(facet, {}).get(value, BitMap())

    def with_any(self, facet, values):
        """The practices that have one of *values* of *facet*."""
        return BitMap.union(BitMap(), *[self.with_value(facet, value) for value in values])

    def rarity(self, found):
        """How rare it is to be in *found*, a set that is not empty: the rarer, the more."""
        return log(1 + len(self.published) / len(found))

    def values(self, facet):
        """(value, its practices) for each value of *facet* that there is."""
        return self.facets.get(facet, {}).items()

    def counts(self, facets, within=None):
        """How many of *within* (by default, of all) have each value: {facet: {value: number}}.

        Values that none has are left out.
        """
        return {facet: dict(self._counted(facet, within)) for facet in facets}

    def _counted(self, facet, within):
        for value, found in self.values(facet):
            number = len(found) if within is None else found.intersection_cardinality(within)
            if number:
                yield value, number


def _by_facet(rows, facets=None):
    """{facet: {value: its practices}} of *rows*, added to what *facets* has."""
    by_facet = {facet: dict(values) for facet, values in (facets or {}).items()}
    for facet, value, practices in rows:
        by_facet.setdefault(facet, {})[value] = practices
    return by_facet


_held = {}  # by database: what this process has read


def current():
    """The sets to answer one request from, read in one query (two where SQL makes them)."""
    database = connection.settings_dict["NAME"]
    held = _held.get(database)
    with connection.cursor() as cursor:
        cursor.execute(NEWER, [held.version if held else 0])
        rows = cursor.fetchall()
        if rows and held and rows[0][0] < held.version:
            held = None
            cursor.execute(NEWER, [0])
            rows = cursor.fetchall()
    if not rows:
        return made_now()
    if held is None or rows[0][0] != held.version:
        held = _held[database] = _with_newer(held, rows)
    waiting_since = rows[0][3]
    if (
        waiting_since
        and waiting_since < timezone.now() - STALE_AFTER
        and len(held.published) <= MOST_MADE_AT_ONCE
    ):
        return made_now()
    return held


def _with_newer(held, rows):
    version, numbering, words = rows[0][:3]
    known = held.facets if held and held.numbering == numbering else {}
    newer = (
        (facet, value, BitMap.deserialize(bytes(practices)))
        for *_state, facet, value, practices in rows
        if facet is not None
    )
    return Sets(version, numbering, words, KEPT_POSITIONS % numbering, _by_facet(newer, known))


def made_now():
    """The sets as SQL has them, without any that were kept."""
    with connection.cursor() as cursor:
        cursor.execute(MADE_NOW)
        rows = cursor.fetchall()
    return Sets(facets=_by_facet((facet, value, as_set(found)) for facet, value, found in rows))


def _positions(sets, columns, known, values):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {sets.positions} AS position"  # noqa: S608
            f" WHERE {known} = ANY(%s)",
            [list(values)],
        )
        return dict(cursor.fetchall())


def keys_of(sets, numbers):
    """{number: key} of the practices with *numbers*."""
    return _positions(sets, "number, practice_id", "number", numbers)


def practice_ids(sets, numbers):
    """The keys of the practices with *numbers*, in their order."""
    found = keys_of(sets, numbers)
    return [found[number] for number in numbers if number in found]


def numbers_of(sets, practices):
    """{key: number} of the published ones among the keys *practices*."""
    return _positions(sets, "practice_id, number", "practice_id", practices)


def first_since(sets, moment):
    """The number of the first practice published after *moment*, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT position.number FROM practices_practice AS practice"  # noqa: S608
            f" JOIN {sets.positions} AS position ON position.practice_id = practice.id"
            " WHERE practice.state = 'published' AND practice.published_at > %s"
            " ORDER BY practice.published_at, practice.id LIMIT 1",
            [moment],
        )
        row = cursor.fetchone()
    return row[0] if row else None
