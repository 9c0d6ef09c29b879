"""What triggers would have written for searches, in bulk (see the migrations of practices.search).

Passages, which search by meaning looks in, are only noted as due: encoding them is left to
workers, or to ``manage.py make_passages``, and takes days for a million practices.
"""

from practices.models.original_language import LANGUAGE_CODES
from practices.search.operations import WEIGHTS


def write_documents(cursor, first, last):
    """As the trigger refresh_search_documents does for each practice from *first* to *last*."""
    vector = " || ".join(
        f"setweight(to_tsvector(configuration, coalesce(text.{field}, '')), '{weight}')"
        for field, weight in WEIGHTS.items()
    )
    texts = ", ".join(
        f"('{code}', 'efus_{code}'::regconfig,"
        f" {', '.join(f'practice.{field}_{code}' for field in WEIGHTS)})"
        for code in LANGUAGE_CODES
    )
    cursor.execute(
        f"""
        INSERT INTO search_searchdocument (practice_id, language, is_original, vector)
        SELECT practice.id, text.language, text.language = practice.original_language, {vector}
        FROM practices_practice AS practice
        CROSS JOIN LATERAL (VALUES {texts}) AS text (language, configuration, {", ".join(WEIGHTS)})
        WHERE practice.id BETWEEN %s AND %s AND coalesce(text.title, '') <> ''
        """,  # noqa: S608, language codes and field names of ours
        [first, last],
    )


def write_names(cursor, first):
    """As the trigger refresh_names does, of the cities from the one with the key *first* on."""
    cursor.execute("SELECT add_city_names(city) FROM cities_city AS city WHERE id >= %s", [first])


def write_what_is_due(cursor, first):
    """As the trigger note_passages_due does, of the practices from the key *first* on."""
    cursor.execute(
        "INSERT INTO search_passagesdue (practice_id, since)"
        " SELECT id, now() FROM practices_practice WHERE id >= %s",
        [first],
    )
