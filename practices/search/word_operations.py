"""Names, vocabulary and titles on the side of the database, as migration operations.

Codes of languages and names of columns are put into the SQL; they are ours, no input.
"""

from django.db import migrations

from practices.search.operations import WEIGHTS

TERM_TABLES = {
    "theme": "practices_theme",
    "group": "practices_targetgroup",
    "method": "practices_method",
}

CONFIGURATIONS = """
-- Words as they are written, for names and titles of which one types the beginning.
CREATE TEXT SEARCH CONFIGURATION efus_names (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION efus_names
    ALTER MAPPING FOR word, hword, hword_part, asciiword, asciihword, hword_asciipart
    WITH unaccent, simple;
-- Words with their accents, and nothing else than words, for the vocabulary.
CREATE TEXT SEARCH CONFIGURATION efus_words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION efus_words DROP MAPPING FOR
    email, url, url_path, host, file, float, sfloat, int, uint, version,
    numword, numhword, hword_numpart, hword, asciihword;
"""

# What a word is in the dictionary of a language; without one, the word without accents.
KEYS = """
CREATE FUNCTION search_stem(language text, word text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN language = '' THEN lower(unaccent(word)) ELSE (
        SELECT coalesce(string_agg(lexeme, '' ORDER BY positions[1]), '')
        FROM unnest(to_tsvector(('efus_' || language)::regconfig, word))
    ) END
$$;
CREATE FUNCTION search_key(language text, written text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT language || ':' || coalesce(string_agg(stem, ' ' ORDER BY number), '')
    FROM regexp_split_to_table(normalize(written), '[^[:alnum:]]+')
            WITH ORDINALITY AS part (word, number),
        LATERAL (SELECT nullif(search_stem(language, word), '') AS stem) AS stemmed
$$;
"""


class WordConfigurations(migrations.RunSQL):
    """The text search configurations and functions that the others stand on."""

    def __init__(self):
        super().__init__(
            CONFIGURATIONS + KEYS,
            """
            DROP FUNCTION search_key(text, text);
            DROP FUNCTION search_stem(text, text);
            DROP TEXT SEARCH CONFIGURATION efus_words;
            DROP TEXT SEARCH CONFIGURATION efus_names;
            """,
        )

    def deconstruct(self):
        return self.__class__.__name__, [], {}


def _name_functions(languages):
    names = ", ".join(f"('{code}', known.name_{code})" for code in languages)
    insert = """
        INSERT INTO search_knownname
            (kind, value, language, written, is_search_word, key, words)
        SELECT {kind}, {value}, language, written, {is_search_word},
            search_key({dictionary}, written), to_tsvector('efus_names', written)
        FROM ({rows}) AS name (language, written)
        WHERE coalesce(written, '') <> '';
    """
    city = insert.format(
        kind="'city'",
        value="known.slug",
        is_search_word="false",
        dictionary="''",
        rows=f"VALUES ('', known.official_name), {names}",
    )
    term = insert.format(
        kind="term_kind",
        value="known.slug",
        is_search_word="false",
        dictionary="language",
        rows=f"VALUES {names}",
    )
    word = insert.format(
        kind="known.kind",
        value="known.value",
        is_search_word="true",
        dictionary="language",
        rows="VALUES (known.language, known.word)",
    )
    return f"""
        CREATE OR REPLACE FUNCTION add_city_names(known cities_city) RETURNS void
        LANGUAGE plpgsql AS $$ BEGIN {city} END $$;
        CREATE OR REPLACE FUNCTION add_search_word(known search_searchword) RETURNS void
        LANGUAGE plpgsql AS $$ BEGIN {word} END $$;
    """ + "".join(
        f"""
        CREATE OR REPLACE FUNCTION add_{kind}_names(known {table}) RETURNS void
        LANGUAGE plpgsql AS $$ DECLARE term_kind text := '{kind}'; BEGIN {term} END $$;
        """
        for kind, table in TERM_TABLES.items()
    )


def _refresh(table, remove, add):
    """A trigger that removes the names of the old row of *table* and adds those of the new."""
    return f"""
        CREATE FUNCTION refresh_names_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM search_knownname WHERE {remove};
            END IF;
            IF TG_OP <> 'DELETE' THEN
                PERFORM {add}(NEW);
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER refresh_names AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refresh_names_of_{table}();
        SELECT {add}(known) FROM {table} AS known;
    """  # noqa: S608


def _of_kind(kind):
    return f"kind = '{kind}' AND value = OLD.slug AND NOT is_search_word"


NAMED_TABLES = [
    ("cities_city", _of_kind("city"), "add_city_names"),
    *[(table, _of_kind(kind), f"add_{kind}_names") for kind, table in TERM_TABLES.items()],
    (
        "search_searchword",
        "kind = OLD.kind AND value = OLD.value AND language = OLD.language"
        " AND written = OLD.word AND is_search_word",
        "add_search_word",
    ),
]


class NameTriggers(migrations.RunSQL):
    """Keep the names of cities and terms in *languages*, and the search words, in one table.

    *before* are the languages that were known until now; reversing goes back to them.
    """

    def __init__(self, languages, before=()):
        self._arguments = (languages, before)
        if before:
            forwards, backwards = _name_functions(languages), _name_functions(before)
        else:
            forwards = _name_functions(languages) + "".join(
                _refresh(*each) for each in NAMED_TABLES
            )
            backwards = "".join(
                f"""
                DROP TRIGGER refresh_names ON {table};
                DROP FUNCTION refresh_names_of_{table}();
                DROP FUNCTION {add}({table});
                """
                for table, _remove, add in NAMED_TABLES
            )
        super().__init__(forwards, backwards)

    def deconstruct(self):
        return self.__class__.__name__, list(self._arguments), {}


def _columns(code):
    return ", ".join(f"{field}_{code}" for field in WEIGHTS)


def _texts(code, row):
    """The texts of *row* in one language, or an empty text where it has no title there."""
    columns = ", ".join(f"{row}.{field}_{code}" for field in WEIGHTS)
    return (
        f"CASE WHEN coalesce({row}.title_{code}, '') = '' THEN ''"
        f" ELSE concat_ws(E'\\n', {columns}) END"
    )


def _note_functions(languages):
    known = "".join(
        f"""
        PERFORM note_words('{code}', {_texts(code, "before")}, {_texts(code, "after")},
            before.original_language = '{code}', after.original_language = '{code}');
        """
        for code in languages
    )
    return f"""
        CREATE OR REPLACE FUNCTION note_words_of_practice() RETURNS trigger
        LANGUAGE plpgsql AS $$
        DECLARE
            before practices_practice;
            after practices_practice;
        BEGIN
            -- What is not published has no words.
            IF TG_OP <> 'INSERT' AND OLD.state = 'published' THEN
                before := OLD;
            END IF;
            IF TG_OP <> 'DELETE' AND NEW.state = 'published' THEN
                after := NEW;
            END IF;
            IF before.id IS NULL AND after.id IS NULL THEN
                RETURN NULL;
            END IF;
            {known}
            RETURN NULL;
        END $$;
    """


def _rebuild_function(languages):
    words = "to_tsvector(''efus_words'', {})"
    counted = [
        f"""
        SELECT '{code}', word, ndoc, {originals}, 0 FROM ts_stat('
            SELECT {words.format(f"concat_ws('' '', {_columns(code)})")} FROM practices_practice
            WHERE state = ''published'' AND title_{code} <> ''''
                AND original_language {operator} ''{code}''')
        """  # noqa: S608
        for code in languages
        for operator, originals in [("=", "ndoc"), ("<>", "0")]
    ] + [
        f"""
        SELECT '{code}', word, 0, 0, ndoc FROM ts_stat('
            SELECT {words.format("written")} FROM search_knownname
            WHERE language = ''{code}''')
        """  # noqa: S608
        for code in ["", *languages]
    ]
    return f"""
        CREATE OR REPLACE FUNCTION rebuild_search_vocabulary() RETURNS void
        LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('search vocabulary'));
            -- One statement sees one moment: notes of what is committed later stay.
            WITH noted AS (DELETE FROM search_vocabularychange),
            counted AS MATERIALIZED (
                SELECT language, word, search_stem(language, word) AS stem,
                    sum(texts) AS texts, sum(originals) AS originals, sum(names) AS names
                FROM ({" UNION ALL ".join(counted)})
                    AS each (language, word, texts, originals, names)
                WHERE length(word) BETWEEN 2 AND 40
                GROUP BY language, word
            ),
            gone AS (
                DELETE FROM search_vocabularyword AS known WHERE NOT EXISTS (
                    SELECT FROM counted
                    WHERE (counted.language, counted.word) = (known.language, known.word)
                )
            )
            INSERT INTO search_vocabularyword AS known
                (language, word, folded, stem, texts, originals, names)
            SELECT language, word, lower(unaccent(word)), stem, texts, originals, names
            FROM counted
            ON CONFLICT (language, word) DO UPDATE SET texts = excluded.texts,
                originals = excluded.originals, names = excluded.names, stem = excluded.stem
            WHERE (known.texts, known.originals, known.names)
                <> (excluded.texts, excluded.originals, excluded.names);
        END $$;
    """  # noqa: S608


# How many notes are applied at a time: each has the words of a practice in one language.
NOTES_AT_A_TIME = 500

NOTING = f"""
CREATE FUNCTION note_words(
    code text, earlier text, later text, was_original boolean, is_original boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone text[];
    come text[];
BEGIN
    IF earlier = later AND (earlier = '' OR was_original = is_original) THEN
        RETURN;
    END IF;
    gone := tsvector_to_array(to_tsvector('efus_words', earlier));
    come := tsvector_to_array(to_tsvector('efus_words', later));
    IF was_original = is_original THEN
        SELECT ARRAY(SELECT unnest(gone) EXCEPT SELECT unnest(come)),
            ARRAY(SELECT unnest(come) EXCEPT SELECT unnest(gone)) INTO gone, come;
    END IF;
    INSERT INTO search_vocabularychange (language, words, texts, originals, names)
    SELECT code, words, texts, CASE WHEN original THEN texts ELSE 0 END, 0
    FROM (VALUES (gone, -1, was_original), (come, 1, is_original))
        AS change (words, texts, original)
    WHERE words <> '{{}}';
END $$;

CREATE FUNCTION note_words_of_name() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    name search_knownname;
BEGIN
    IF TG_OP = 'DELETE' THEN
        name := OLD;
    ELSE
        name := NEW;
    END IF;
    INSERT INTO search_vocabularychange (language, words, texts, originals, names)
    VALUES (name.language, tsvector_to_array(to_tsvector('efus_words', name.written)), 0, 0,
        CASE WHEN TG_OP = 'DELETE' THEN -1 ELSE 1 END);
    RETURN NULL;
END $$;

CREATE FUNCTION apply_search_vocabulary() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    applied bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('search vocabulary'));
    WITH noted AS (
        DELETE FROM search_vocabularychange WHERE id IN (
            SELECT id FROM search_vocabularychange ORDER BY id LIMIT {NOTES_AT_A_TIME}
        ) RETURNING *
    ),
    summed AS (
        SELECT language, word, sum(texts) AS texts, sum(originals) AS originals,
            sum(names) AS names
        FROM noted, unnest(words) AS word
        WHERE length(word) BETWEEN 2 AND 40
        GROUP BY language, word
        HAVING sum(texts) <> 0 OR sum(originals) <> 0 OR sum(names) <> 0
    ),
    counted AS (
        INSERT INTO search_vocabularyword AS known
            (language, word, folded, stem, texts, originals, names)
        SELECT language, word, lower(unaccent(word)), search_stem(language, word),
            texts, originals, names
        FROM summed
        ON CONFLICT (language, word) DO UPDATE SET
            texts = known.texts + excluded.texts,
            originals = known.originals + excluded.originals,
            names = known.names + excluded.names
    )
    SELECT count(*) FROM noted INTO applied;
    DELETE FROM search_vocabularyword WHERE texts <= 0 AND names <= 0;
    RETURN applied;
END $$;

CREATE TRIGGER note_words AFTER INSERT OR UPDATE OR DELETE ON practices_practice
    FOR EACH ROW EXECUTE FUNCTION note_words_of_practice();
CREATE TRIGGER note_words AFTER INSERT OR DELETE ON search_knownname
    FOR EACH ROW EXECUTE FUNCTION note_words_of_name();
SELECT rebuild_search_vocabulary();
"""  # noqa: S608


class VocabularyTriggers(migrations.RunSQL):
    """Note which words come and go with published practices and names, and count them.

    *before* are the languages that were known until now; reversing goes back to them.
    """

    def __init__(self, languages, before=()):
        self._arguments = (languages, before)
        forwards = _note_functions(languages) + _rebuild_function(languages)
        if before:
            backwards = _note_functions(before) + _rebuild_function(before)
        else:
            forwards += NOTING
            backwards = """
                DROP TRIGGER note_words ON search_knownname;
                DROP TRIGGER note_words ON practices_practice;
                DROP FUNCTION apply_search_vocabulary();
                DROP FUNCTION rebuild_search_vocabulary();
                DROP FUNCTION note_words_of_name();
                DROP FUNCTION note_words_of_practice();
                DROP FUNCTION note_words(text, text, text, boolean, boolean);
            """
        super().__init__(forwards, backwards)

    def deconstruct(self):
        return self.__class__.__name__, list(self._arguments), {}


def titles_vector(languages):
    """The words of all titles of a practice, as SQL: what the index is made of."""
    titles = " || ' ' || ".join(f"coalesce(title_{code}, '')" for code in languages)
    return f"to_tsvector('efus_names'::regconfig, {titles})"


def _title_index(name, languages):
    return f"""
        CREATE INDEX CONCURRENTLY {name} ON practices_practice
        USING gin (({titles_vector(languages)})) WHERE state = 'published'
    """


class TitleIndex(migrations.RunSQL):
    """Find published practices by the beginnings of words in their titles in *languages*.

    In a migration that is not atomic, so that writing goes on meanwhile. With *before*, the
    index on fewer languages is there until then; reversing makes it anew.
    """

    name = "practice_title_words"

    def __init__(self, languages, before=()):
        self._arguments = (languages, before)
        drop = f"DROP INDEX CONCURRENTLY IF EXISTS {self.name}"
        forwards, backwards = [drop, _title_index(self.name, languages)], [drop]
        if before:
            backwards.append(_title_index(self.name, before))
        super().__init__(forwards, backwards)

    def deconstruct(self):
        return self.__class__.__name__, list(self._arguments), {}
