"""How many rows break a rule that triggers and foreign keys keep, or the steps to publication.

What check and unique constraints keep, the database has seen to in any case.
"""

# ruff: noqa: S608 (all names in these queries are ours, or the database's own)

from django.db import connection

from practices.models import TEXT_FIELDS
from practices.models.original_language import LANGUAGE_CODES


def broken_rules():
    """(rule, how many rows break it) for each rule."""
    with connection.cursor() as cursor:
        for rule, sql in [*_RULES.items(), *_foreign_keys(cursor)]:
            cursor.execute(sql)
            yield rule, cursor.fetchone()[0]


def _has_text(language):
    texts = ", ".join(f"nullif(practice.{field}_{language}, '')" for field in TEXT_FIELDS)
    return f"coalesce({texts}) IS NOT NULL"


_LANGUAGES = ", ".join(f"('{code}', {_has_text(code)})" for code in LANGUAGE_CODES)
_TITLES = ", ".join(f"('{code}', practice.title_{code})" for code in LANGUAGE_CODES)
_ORIGINALS = {
    field: "CASE original_language "
    + " ".join(f"WHEN '{code}' THEN {field}_{code}" for code in LANGUAGE_CODES)
    + " END"
    for field in ("title", "summary", "how_it_works")
}
_SUMMARY_TOO_LONG = " OR ".join(f"length(summary_{code}) > 300" for code in LANGUAGE_CODES)

_RULES = {
    "translation_recorded": f"""
        SELECT count(*) FROM practices_practice AS practice
        CROSS JOIN LATERAL (VALUES {_LANGUAGES}) AS text (language, is_written)
        LEFT JOIN translations_translation AS recorded
            ON recorded.practice_id = practice.id AND recorded.language = text.language
        WHERE (text.is_written AND text.language <> practice.original_language)
            <> (recorded.id IS NOT NULL)
    """,
    "search document for each title, and for nothing else": f"""
        SELECT count(*) FROM (
            SELECT practice.id AS practice_id, text.language,
                text.language = practice.original_language AS is_original
            FROM practices_practice AS practice
            CROSS JOIN LATERAL (VALUES {_TITLES}) AS text (language, title)
            WHERE coalesce(text.title, '') <> ''
        ) AS written
        FULL JOIN search_searchdocument AS document
            USING (practice_id, language, is_original)
        WHERE written.practice_id IS NULL OR document.id IS NULL
    """,
    "published with title, summary and how it works": f"""
        SELECT count(*) FROM practices_practice
        WHERE state = 'published' AND is_demonstration
            AND ({" OR ".join(f"coalesce({text}, '') = ''" for text in _ORIGINALS.values())})
    """,
    "published with a theme": """
        SELECT count(*) FROM practices_practice AS practice
        WHERE state = 'published' AND is_demonstration AND NOT EXISTS (
            SELECT FROM practices_practice_themes WHERE practice_id = practice.id
        )
    """,
    "summary not too long": f"""
        SELECT count(*) FROM practices_practice WHERE is_demonstration AND ({_SUMMARY_TOO_LONG})
    """,
    "published in the past": """
        SELECT count(*) FROM practices_practice
        WHERE state = 'published' AND is_demonstration AND published_at > now()
    """,
    "partnership_two_partners": """
        SELECT count(*) FROM (
            SELECT partnership.id FROM practices_partnership AS partnership
            LEFT JOIN practices_partner AS partner ON partner.partnership_id = partnership.id
            GROUP BY partnership.id HAVING count(partner.id) < 2
        ) AS small
    """,
    "partnership_one_city: partners": """
        SELECT count(*) FROM practices_partner AS partner
        JOIN practices_partnership AS partnership ON partnership.id = partner.partnership_id
        JOIN practices_organisation AS organisation ON organisation.id = partner.organisation_id
        WHERE organisation.city_id <> partnership.city_id
    """,
    "partnership_one_city: practices": """
        SELECT count(*) FROM practices_partnership_practices AS carried
        JOIN practices_partnership AS partnership ON partnership.id = carried.partnership_id
        JOIN practices_practice AS practice ON practice.id = carried.practice_id
        WHERE practice.city_id <> partnership.city_id
    """,
    "adoption_elsewhere": """
        SELECT count(*) FROM practices_adoption AS adoption
        JOIN practices_practice AS practice ON practice.id = adoption.practice_id
        WHERE practice.city_id = adoption.city_id
    """,
}


def _foreign_keys(cursor):
    """(name, count of rows without the row that they refer to) of each foreign key."""
    cursor.execute(
        """
        SELECT key.conname, key.conrelid::regclass::text, own.attname,
            key.confrelid::regclass::text, other.attname
        FROM pg_constraint AS key
        JOIN pg_attribute AS own ON own.attrelid = key.conrelid AND own.attnum = key.conkey[1]
        JOIN pg_attribute AS other
            ON other.attrelid = key.confrelid AND other.attnum = key.confkey[1]
        WHERE key.contype = 'f'
        ORDER BY key.conname
        """
    )
    for name, table, column, other_table, other_column in cursor.fetchall():
        yield (
            name,
            f"""
            SELECT count(*) FROM {table} AS child WHERE child.{column} IS NOT NULL
                AND NOT EXISTS (
                    SELECT FROM {other_table} AS parent
                    WHERE parent.{other_column} = child.{column}
                )
            """,
        )
