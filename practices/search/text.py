"""Searching by words, in the dictionary of each text's own language.

A reader finds the texts in their language, and the originals in any other. Words are
looked up as sets: those of common words are kept (``WordSet``), rarer ones come from the
index of the texts, whose cost is bounded by their being rare. Quotes make a phrase, a minus
excludes a word.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from django.db import connection
from pyroaring import BitMap

from practices.models.original_language import LANGUAGE_CODES
from practices.search.sets import as_set
from practices.search.text_query import All, Any, Not, Phrase, Word, parse, phrases_in, words_in

MOST_COMPARED = 2_000  # texts of common words that a phrase is looked for in, the newest
MOST_RANKED = 400  # practices of those found; the others follow by date
MOST_HELD = 300  # sets of common words in the memory of a process


@dataclass
class Found:
    """The practices that words lead to, and what it takes to rank them."""

    practices: BitMap = field(default_factory=BitMap)
    in_title: BitMap = field(default_factory=BitMap)
    queries: dict = field(default_factory=dict)  # tsquery in its text form, by language
    is_bounded: bool = False  # whether more may match than were compared


def understood(clauses):
    """For each of *clauses*, words as people type them, {language: tsquery in its text form}."""
    # Language codes and configurations of ours (see SearchConfiguration), no input.
    columns = ", ".join(
        f"websearch_to_tsquery('efus_{code}', clause)::text" for code in LANGUAGE_CODES
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM unnest(%s::text[])"  # noqa: S608
            " WITH ORDINALITY AS typed (clause, place) ORDER BY place",
            [list(clauses)],
        )
        return [dict(zip(LANGUAGE_CODES, queries, strict=True)) for queries in cursor.fetchall()]


def find(queries, language, sets):
    """What a reader of *language* finds by *queries*, {language: tsquery}: a ``Found``."""
    trees = {code: tree for code in LANGUAGE_CODES if (tree := parse(queries[code]))}
    lookup = _Lookup(trees, sets)
    found = Found(queries=queries)
    for code, tree in trees.items():
        written = sets.with_value("language", code)
        practices = lookup.practices(tree, code, written)
        if code != language:
            practices = practices & sets.with_value("original", code)
        found.practices |= practices
        found.in_title |= practices & lookup.titles(tree, code)
    found.is_bounded = lookup.is_bounded
    return found


class _Lookup:
    """The sets of the words and phrases of *trees*, in as few queries as there are kinds."""

    def __init__(self, trees, sets):
        self.is_bounded = False
        self._sets = sets
        words = {
            (code, word.text): word for code, tree in trees.items() for word, _no in words_in(tree)
        }
        self._common = _common_words(words, sets)
        self._found = {key: found for key, (found, _titles) in self._common.items()}
        self._look_up_rare({key: word for key, word in words.items() if key not in self._common})
        if self._common and sets.changed:
            self._look_up_changed({key: words[key] for key in self._common})
        self._phrases = {}
        phrases = [(code, phrase) for code, tree in trees.items() for phrase in phrases_in(tree)]
        if phrases:
            self._compare(phrases)

    def _look_up_rare(self, words):
        for key, found in _in_texts(words, self._sets.positions).items():
            self._found[key] = found

    def _look_up_changed(self, words):
        changed = self._sets.changed
        now = _in_texts(words, self._sets.positions, within=changed)
        for key in words:
            self._found[key] = (self._found[key] - changed) | now.get(key, BitMap())

    def _compare(self, phrases):
        """Which of the texts that have all words of a phrase have the phrase."""
        candidates = {}
        for code, phrase in phrases:
            having = BitMap(self._sets.with_value("language", code))
            for word, negated in words_in(phrase):
                if not negated:
                    having &= self._found.get((code, word.text), BitMap())
            if len(having) > MOST_COMPARED:
                having = having[len(having) - MOST_COMPARED :]
                self.is_bounded = True
            candidates[code, phrase.query] = having
        self._phrases = _having_phrases(candidates, self._sets.positions)

    def practices(self, tree, code, written):
        """Which of the practices *written* in the language *code* match *tree*."""
        match tree:
            case Word(text):
                return self._found.get((code, text), BitMap()) & written
            case Phrase(query=query):
                return self._phrases.get((code, query), BitMap()) & written
            case Not(inner):
                return written - self.practices(inner, code, written)
            case All(parts):
                return BitMap.intersection(
                    *[self.practices(part, code, written) for part in parts]
                )
            case Any(parts):
                return BitMap.union(*[self.practices(part, code, written) for part in parts])

    def titles(self, tree, code):
        """Which have every word in their title, as far as sets are kept of that."""
        having = [
            self._common[code, word.text][1]
            for word, negated in words_in(tree)
            if not negated and (code, word.text) in self._common
        ]
        return BitMap.intersection(*having) if having else BitMap()


_held = OrderedDict()  # common words that this process has read, the last used at the end


def _common_words(words, sets):
    """{(language, word): (its practices, those that have it in the title)} of common *words*."""
    if sets.words is None or not words:
        return {}
    database = connection.settings_dict["NAME"]
    missing = [key for key in words if (database, sets.words, *key) not in _held]
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT kept.language, kept.word, kept.practices, kept.in_title"
                " FROM unnest(%s::text[], %s::text[]) AS asked (language, word)"
                " JOIN search_wordset AS kept USING (language, word)"
                " WHERE EXISTS (SELECT FROM search_searchindex WHERE words = %s)",
                [[key[0] for key in missing], [key[1] for key in missing], sets.words],
            )
            for code, word, practices, in_title in cursor.fetchall():
                _held[database, sets.words, code, word] = (
                    BitMap.deserialize(bytes(practices)),
                    BitMap.deserialize(bytes(in_title)),
                )
    common = {}
    for key in words:
        if found := _held.get((database, sets.words, *key)):
            _held.move_to_end((database, sets.words, *key))
            common[key] = found
    while len(_held) > MOST_HELD:
        _held.popitem(last=False)
    return common


def _in_texts(words, positions, within=None):
    """{(language, word): its practices} from the index of the texts, only *within* if given."""
    if not words:
        return {}
    parts, parameters = [], []
    for code in LANGUAGE_CODES:
        asked = [word for (language, _text), word in words.items() if language == code]
        if asked:
            parts.append(
                f"""
                SELECT '{code}', asked.word, string_agg(int4send(position.number), ''::bytea)
                FROM unnest(%s::text[], %s::text[]) AS asked (word, query)
                JOIN search_searchdocument AS document
                    ON document.language = '{code}' AND document.vector @@ asked.query::tsquery
                JOIN {positions} AS position USING (practice_id)
                {"WHERE position.number = ANY(%s)" if within is not None else ""}
                GROUP BY asked.word
                """  # noqa: S608
            )
            parameters += [[word.text for word in asked], [word.query for word in asked]]
            if within is not None:
                parameters.append(list(within))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return {(code, word): as_set(found) for code, word, found in cursor.fetchall()}


def _having_phrases(candidates, positions):
    """{(language, query): those of the *candidates* whose text matches the query}."""
    parts, parameters = [], []
    for (code, query), having in candidates.items():
        parts.append(
            f"""
            SELECT %s, %s, string_agg(int4send(position.number), ''::bytea)
            FROM {positions} AS position
            JOIN search_searchdocument AS document USING (practice_id)
            WHERE position.number = ANY(%s) AND document.language = %s
                AND document.vector @@ %s::tsquery
            """  # noqa: S608
        )
        parameters += [code, query, list(having), code, query]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return {(code, query): as_set(found) for code, query, found in cursor.fetchall()}


def best_candidates(found, practices):
    """Those of *practices* to rank: with the words in the title first, then the newest."""
    if len(practices) <= MOST_RANKED:
        return practices
    titled = found.in_title & practices
    if len(titled) >= MOST_RANKED:
        return titled[len(titled) - MOST_RANKED :]
    rest = practices - titled
    return titled | rest[len(rest) - (MOST_RANKED - len(titled)) :]


def ranks(queries, candidates, language, sets):
    """{number: how well its best text matches *queries*} of *candidates*.

    Each text is ranked in its own language, so that originals in other languages are too.
    """
    whens, parameters = [], []
    for code in LANGUAGE_CODES:
        if queries[code]:
            whens.append(
                f"WHEN document.language = '{code}' THEN ts_rank(document.vector, %s::tsquery)"
            )
            parameters.append(queries[code])
    if not whens or not candidates:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT position.number, max(CASE {" ".join(whens)} ELSE 0 END)
            FROM {sets.positions} AS position
            JOIN search_searchdocument AS document USING (practice_id)
            WHERE position.number = ANY(%s)
                AND (document.language = %s OR document.is_original)
            GROUP BY position.number
            """,  # noqa: S608 (codes and conditions of ours)
            [*parameters, list(candidates), language],
        )
        return dict(cursor.fetchall())
