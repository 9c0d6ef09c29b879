"""Writing what is generated, in bulk: all of it, or nothing.

The triggers rest meanwhile; what they keep is written a batch at a time, and
``checking`` counts afterwards what breaks a rule that they or foreign keys stand for. Indexes
and the sets that searches count with are made anew at the end, which is quicker than to keep
them up to date.
"""

import io
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max

from cities.models import City, Membership
from practices.generation import searching
from practices.generation.checking import broken_rules
from practices.generation.rows import CITY_NAME, Batch, First, Terms, World
from practices.models import (
    Adoption,
    AdoptionEvent,
    Method,
    Organisation,
    Partner,
    Partnership,
    Practice,
    TargetGroup,
    Theme,
)
from practices.search import indexing
from practices.search.loading import load_search_words
from practices.search.models import (
    FacetSet,
    KnownName,
    PassagesDue,
    Position,
    SearchDocument,
    VocabularyWord,
    WordSet,
)
from practices.search.vocabulary import rebuild_vocabulary
from practices.taxonomy import load_taxonomy
from practices.translations.models import Translation

BATCH = 10_000  # practices
WRITTEN = [
    City,
    Membership,
    Organisation,
    Partnership,
    Partner,
    Practice,
    Practice.themes.through,
    Practice.target_groups.through,
    Practice.methods.through,
    Partnership.practices.through,
    Translation,
    Adoption,
    AdoptionEvent,
    SearchDocument,
    KnownName,
    PassagesDue,
]
MADE_OF_THEM = [VocabularyWord, Position, FacetSet, WordSet]


class RulesBroken(Exception):
    """What was generated breaks rules of the platform: a fault of the generator."""


def others():
    """The practices that were not generated."""
    return Practice.objects.exclude(
        is_demonstration=True, city__listed_as__startswith=f"{CITY_NAME} "
    )


def may_rest_triggers():
    """Whether this database lets us have the triggers rest: superusers may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        return cursor.fetchone()[0]


def generate(number, *, cities, seed, say):
    """Add *number* practices of *cities* cities, and tell by *say* what is being done.

    The same *seed* in an equally empty database makes the same rows.
    """
    with transaction.atomic():
        load_taxonomy()
        load_search_words()
        with connection.cursor() as cursor:
            # Nobody else keeps the sets until they are built below.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [indexing.LOCK])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            indexes = _drop_indexes(cursor)
            world = World(number, cities, seed, _first_keys())
            for rows in world.rows():
                copy(cursor, rows)
            searching.write_names(cursor, world.first.city)
            _write_practices(cursor, world, say)
            say("Making the indexes")
            for name, definition in indexes:
                started = time.monotonic()
                cursor.execute(definition)
                if (seconds := time.monotonic() - started) >= 1:
                    say(f"  index {name}: {seconds:.0f} s")
            say("Counting the words")
            searching.write_what_is_due(cursor, world.first.practice)
            rebuild_vocabulary()
            cursor.execute("SET LOCAL session_replication_role = origin")
            for sql in connection.ops.sequence_reset_sql(no_style(), WRITTEN):
                cursor.execute(sql)
            say("Looking at the data for the planner, and for rules that are broken")
            cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in WRITTEN)}")
        broken = {rule: rows for rule, rows in broken_rules() if rows}
        if broken:
            raise RulesBroken(", ".join(f"{rule}: {rows} rows" for rule, rows in broken.items()))
        say("Building the sets that searches count with")
        indexing.build()


def tidy():
    """Let PostgreSQL note which pages everybody sees, so that indexes alone answer.

    Not within a transaction.
    """
    with connection.cursor() as cursor:
        for model in [*WRITTEN, *MADE_OF_THEM]:
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def _first_keys():
    models = {
        "city": City,
        "organisation": Organisation,
        "partnership": Partnership,
        "practice": Practice,
        "adoption": Adoption,
    }
    return First(
        **{
            name: (model.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
            for name, model in models.items()
        }
    )


def _terms(seed):
    """Themes, target groups and methods, in an order of chance from frequent to rare."""
    random = numpy.random.default_rng([seed, 2])
    kinds = [
        (Practice.themes.through, "theme_id", Theme, [0, 0.5, 0.35, 0.15]),
        (Practice.target_groups.through, "targetgroup_id", TargetGroup, [0.1, 0.45, 0.3, 0.15]),
        (Practice.methods.through, "method_id", Method, [0.05, 0.6, 0.35]),
    ]
    terms = []
    for through, column, model, numbers in kinds:
        keys = list(model.objects.order_by("slug").values_list("pk", flat=True))
        random.shuffle(keys)
        terms.append(Terms(through, column, keys, numbers))
    return terms


def _write_practices(cursor, world, say):
    terms = _terms(world.seed)
    started = time.monotonic()

    def prepared(begin):
        batch = Batch(world, begin, min(BATCH, world.number - begin))
        return batch, list(batch.rows(terms))

    # The next batch is made up while the database takes this one.
    with ThreadPoolExecutor(max_workers=1) as ahead:
        waiting = ahead.submit(prepared, 0)
        for begin in range(0, world.number, BATCH):
            batch, all_rows = waiting.result()
            if begin + BATCH < world.number:
                waiting = ahead.submit(prepared, begin + BATCH)
            for rows in all_rows:
                copy(cursor, rows)
            searching.write_documents(cursor, batch.keys[0], batch.keys[-1])
            done = begin + batch.size
            say(f"  {done:,} of {world.number:,} after {time.monotonic() - started:.0f} s")


def copy(cursor, rows):
    """Write *rows*; what they do not name has its default."""
    fields = rows.model._meta.concrete_fields
    missing = {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in fields
        if field.column not in rows.columns and not field.null and not field.primary_key
    }
    constant = "".join(f"\t{_as_text(value)}" for value in missing.values())
    lines = ["\t".join(map(_as_text, row)) + constant + "\n" for row in rows.values]
    columns = ", ".join([*rows.columns, *missing])
    cursor.copy_expert(
        f"COPY {rows.model._meta.db_table} ({columns}) FROM STDIN", io.StringIO("".join(lines))
    )


def _as_text(value):
    # Nothing that is generated holds a tab, a line break or a backslash.
    return r"\N" if value is None else str(value)


def _drop_indexes(cursor):
    """Drop the indexes that no constraint stands on; returns (name, how to make it) of each."""
    cursor.execute(
        """
        SELECT relation.relname, pg_get_indexdef(relation.oid)
        FROM pg_index AS index JOIN pg_class AS relation ON relation.oid = index.indexrelid
        WHERE index.indrelid = ANY (%s::regclass[])
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = index.indexrelid)
        ORDER BY relation.relname
        """,
        [[model._meta.db_table for model in WRITTEN]],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    return indexes
