"""The database side of searching, as migration operations (see docs/languages.md).

Each language has a text search configuration of its own, ``efus_<code>``: a dictionary of
PostgreSQL's, with accents removed before stemming, so that accents never matter.
"""

from django.db import migrations

# Text columns of a practice and the weight of each in ranking, A to D.
WEIGHTS = {
    "title": "A",
    "summary": "B",
    "problem": "C",
    "objectives": "C",
    "how_it_works": "C",
    "results": "C",
    "lessons": "D",
    "adoption_needs": "D",
}


class SearchConfiguration(migrations.RunSQL):
    """Create the text search configuration of *language* on PostgreSQL's *dictionary*.

    For a language that PostgreSQL has no dictionary for, ``simple`` does not stem.
    """

    def __init__(self, language, dictionary):
        self._arguments = (language, dictionary)
        stemmer = "simple" if dictionary == "simple" else f"{dictionary}_stem"
        super().__init__(
            f"""
            CREATE TEXT SEARCH CONFIGURATION efus_{language} (COPY = {dictionary});
            ALTER TEXT SEARCH CONFIGURATION efus_{language}
                ALTER MAPPING FOR word, hword, hword_part, asciiword, asciihword, hword_asciipart
                WITH unaccent, {stemmer};
            """,
            f"DROP TEXT SEARCH CONFIGURATION efus_{language};",
        )

    def deconstruct(self):
        return self.__class__.__name__, list(self._arguments), {}


def _trigger(languages):
    vector = " || ".join(
        f"setweight(to_tsvector(configuration, coalesce(texts->>('{field}_' || code), '')),"
        f" '{weight}')"
        for field, weight in WEIGHTS.items()
    )
    pairs = ", ".join(f"('{code}', 'efus_{code}'::regconfig)" for code in languages)
    # Language codes and weights of ours, no input.
    return f"""
        CREATE OR REPLACE FUNCTION refresh_search_documents() RETURNS trigger
        LANGUAGE plpgsql AS $$
        DECLARE
            texts jsonb := to_jsonb(NEW);
            code text;
            configuration regconfig;
        BEGIN
            FOR code, configuration IN SELECT * FROM (VALUES {pairs}) AS known LOOP
                IF coalesce(texts->>('title_' || code), '') = '' THEN
                    DELETE FROM search_searchdocument
                        WHERE practice_id = NEW.id AND language = code;
                ELSE
                    INSERT INTO search_searchdocument
                        (practice_id, language, is_original, vector)
                    VALUES (NEW.id, code, code = NEW.original_language, {vector})
                    ON CONFLICT (practice_id, language) DO UPDATE SET
                        is_original = excluded.is_original, vector = excluded.vector;
                END IF;
            END LOOP;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER refresh_search_documents
            AFTER INSERT OR UPDATE ON practices_practice
            FOR EACH ROW EXECUTE FUNCTION refresh_search_documents();
        """  # noqa: S608


class SearchTrigger(migrations.RunSQL):
    """Keep one search document for each practice and each of *languages* that it is written in.

    *before* are the languages that the trigger knew until now; reversing goes back to them.
    """

    def __init__(self, languages, before=()):
        self._arguments = (languages, before)
        super().__init__(
            _trigger(languages),
            _trigger(before)
            if before
            else """
            DROP TRIGGER refresh_search_documents ON practices_practice;
            DROP FUNCTION refresh_search_documents();
            """,
        )

    def deconstruct(self):
        return self.__class__.__name__, list(self._arguments), {}


QUEUE_FUNCTION = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        EXECUTE 'INSERT INTO {queue} (practice_id) SELECT DISTINCT id FROM ('
            || replace(TG_ARGV[0], '{{rows}}', 'come') || ') AS noted (id)';
    END IF;
    IF TG_OP IN ('DELETE', 'UPDATE') THEN
        EXECUTE 'INSERT INTO {queue} (practice_id) SELECT DISTINCT id FROM ('
            || replace(TG_ARGV[0], '{{rows}}', 'gone') || ') AS noted (id)';
    END IF;
    RETURN NULL;
END $$;
"""
TRANSITIONS = {
    "INSERT": "NEW TABLE AS come",
    "UPDATE": "OLD TABLE AS gone NEW TABLE AS come",
    "DELETE": "OLD TABLE AS gone",
}


class QueueTriggers(migrations.RunSQL):
    """Note in the table *queue* the practices that a statement concerns.

    *sources* says for each table how its changed rows, ``{rows}``, lead to practices.
    """

    def __init__(self, function, queue, sources):
        self._arguments = (function, queue, sources)
        create = [QUEUE_FUNCTION.format(function=function, queue=queue)]
        drop = []
        for table, practices in sources.items():
            quoted = " ".join(practices.split()).replace("'", "''")
            for operation, rows in TRANSITIONS.items():
                name = f"{function}_{operation.lower()}"
                create.append(
                    f"CREATE TRIGGER {name} AFTER {operation} ON {table} REFERENCING {rows} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {function}('{quoted}');"
                )
                drop.append(f"DROP TRIGGER {name} ON {table};")
        drop.append(f"DROP FUNCTION {function}();")
        super().__init__("\n".join(create), "\n".join(drop))

    def deconstruct(self):
        return self.__class__.__name__, list(self._arguments), {}


class PassagesTrigger(migrations.RunSQL):
    """Note which practices' passages are due, and remove those that are no longer public.

    Everything that changes a published practice counts, but for the time of the change: what
    has the same text is found to be so by its digest.
    """

    def __init__(self):
        super().__init__(
            """
            CREATE FUNCTION note_passages_due() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                texts jsonb := to_jsonb(NEW) - 'updated_at';
            BEGIN
                IF NEW.state <> 'published' THEN
                    IF TG_OP = 'UPDATE' AND OLD.state = 'published' THEN
                        DELETE FROM search_passage WHERE practice_id = NEW.id;
                    END IF;
                ELSIF TG_OP = 'INSERT' OR texts <> to_jsonb(OLD) - 'updated_at' THEN
                    DELETE FROM search_passage WHERE practice_id = NEW.id
                        AND coalesce(texts->>('title_' || language), '') = '';
                    INSERT INTO search_passagesdue (practice_id, since) VALUES (NEW.id, now());
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER note_passages_due AFTER INSERT OR UPDATE ON practices_practice
                FOR EACH ROW EXECUTE FUNCTION note_passages_due();
            """,
            """
            DROP TRIGGER note_passages_due ON practices_practice;
            DROP FUNCTION note_passages_due();
            """,
        )

    def deconstruct(self):
        return self.__class__.__name__, [], {}
