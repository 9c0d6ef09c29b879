"""Where the words of a search occur in the long texts of the practices found."""

from dataclasses import dataclass
from itertools import cycle

from django.db import connection

from practices.models import RICH_TEXT_FIELDS, Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.search.typed import typed_words

MOST_PRACTICES = 20  # those of a page
MOST_WORDS = 32
LONGEST_READ = 6000  # characters of each text

# Control characters mark the words, after those in the text are taken out: no text has them.
START, STOP = "\x02", "\x03"
OPTIONS = (
    f"StartSel={START}, StopSel={STOP}, MaxWords=32, MinWords=14, ShortWord=0, MaxFragments=1"
)

# The signs of Markdown: links but for their text, what begins a line, emphasis, backslashes.
PLAIN = r"""
    regexp_replace(regexp_replace(regexp_replace(
        translate(left(text, %(longest)s), E'\x02\x03', ''),
        '\[([^][]*)\]\([^()\s]*\)', '\1', 'g'),
        '^[ \t]*(#{1,6}|[-*+>]|\d{1,9}[.)])[ \t]+', '', 'gn'),
        '\\([[:punct:]])|\*+|(?<![[:alnum:]])_+|_+(?![[:alnum:]])', '\1', 'g')
"""


@dataclass(frozen=True)
class Excerpt:
    """A piece of the text *field*: (text, whether it is what was searched) one after another."""

    parts: list
    language: str
    field: str

    @property
    def field_label(self):
        """What the text is called, in the language in force."""
        return Practice._meta.get_field(self.field).verbose_name


def _any_of(words):
    """A search for any of what *words* ask for, phrases kept whole."""
    typed = [word for word in typed_words(words) if not word.excluded][:MOST_WORDS]
    phrases = {}
    for place, word in enumerate(typed):
        phrases.setdefault((word.part,) if word.quoted else (word.part, place), []).append(word)
    return " or ".join(
        '"{}"'.format(" ".join(word.text for word in phrase)) for phrase in phrases.values()
    )


def _texts(language):
    """SQL for the texts that a reader of *language* may have found a practice by."""
    rows = []
    for field in RICH_TEXT_FIELDS:
        original = " ".join(f"WHEN '{code}' THEN {field}_{code}" for code in LANGUAGE_CODES)
        rows.append(f"('{field}', '{language}', {field}_{language})")
        rows.append(
            f"('{field}', nullif(original_language, '{language}'),"
            f" CASE original_language {original} END)"
        )
    return f"VALUES {', '.join(rows)}"


def _query(language):
    # Names of ours; what is typed goes in as a parameter.
    return f"""
        SELECT practice.id, best.field, best.language,
            ts_headline(configuration, {PLAIN}, search, %(options)s)
        FROM practices_practice AS practice, LATERAL (
            SELECT * FROM (
                SELECT *, to_tsvector(configuration, left(text, %(longest)s)) AS vector
                FROM ({_texts(language)}) AS written (field, language, text)
                JOIN (
                    SELECT code, ('efus_' || code)::regconfig AS configuration,
                        websearch_to_tsquery(('efus_' || code)::regconfig, %(words)s) AS search
                    FROM unnest(%(languages)s::text[]) AS code OFFSET 0
                ) AS searched ON code = language
                WHERE text <> '' OFFSET 0
            ) AS read
            WHERE vector @@ search
            ORDER BY language = %(language)s DESC, ts_rank(vector, search) DESC LIMIT 1
        ) AS best
        WHERE practice.id = ANY(%(practices)s)
    """  # noqa: S608


def _parts(headline):
    pieces = headline.replace(STOP, START).split(START)
    marked = zip(pieces, cycle([False, True]), strict=False)
    return [(text, is_marked) for text, is_marked in marked if text]


def excerpts(practice_ids, words, language):
    """Where *words* occur in each of the practices, in *language* or else in the original.

    A dict of ``Excerpt`` by key, of those in whose long texts one of the words occurs.
    """
    practices = list(practice_ids)[:MOST_PRACTICES]
    search = _any_of(words)
    if not practices or not search or language not in LANGUAGE_CODES:
        return {}
    parameters = {
        "practices": practices,
        "words": search,
        "language": language,
        "languages": LANGUAGE_CODES,
        "longest": LONGEST_READ,
        "options": OPTIONS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_query(language), parameters)
        return {
            key: Excerpt(_parts(headline), text_language, field)
            for key, field, text_language, headline in cursor.fetchall()
        }
