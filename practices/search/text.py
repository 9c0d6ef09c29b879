"""Searching by words, in the dictionary of each text's own language.

A reader finds the texts in their language, and the originals in any other. Words are
looked up as sets: those of common words are kept (``WordSet``), rarer ones come from the
index of the texts, whose cost is bounded by their being rare. Quotes make a phrase, a minus
excludes a word. A name in a search finds what it names as well as where it is written. Where
few practices have all of the words, those with most of them are found too.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from django.db import connection
from pyroaring import BitMap

from practices.models.original_language import LANGUAGE_CODES
from practices.search.names import recognised
from practices.search.sets import Sets, as_set, newest
from practices.search.text_query import All, Any, Not, Phrase, Word, parse, phrases_in, words_in
from practices.search.typed import typed_words

MOST_COMPARED = 2_000  # texts of common words that a phrase is looked for in, the newest
MOST_RANKED = 400  # practices of those found; the others follow by date
MOST_HELD = 300  # sets of common words in the memory of a process

FEW = 10  # practices with all of the words, below which most of the words are enough
MOST_WORDS_PART = 1 / 3  # of the worth of all words, that a practice must have
MOST_WEIGHED = 2_000  # practices with some of the words
MOST_ADDED = 50  # of these

# Worth of what a practice has of a search, for each time that it is twice as rare, measured on
# the tuning half of practices/search/benchmark beside a similarity of at most 1.
WORD_WORTH = 0.02
NAME_WORTH = {
    "city": 0.1,
    "country": 0.05,
    "theme": 0.05,
    "method": 0.035,
    "group": 0.025,
    "partner": 0.015,
}
RANK_WORTH = 0.1  # of PostgreSQL's rank, which says where and how often the words stand

# Of minus signs before a word the last one counts: PostgreSQL refuses more than 32 together.
ALL_BUT_LAST_MINUS = re.compile(r"(?<!\w)-(?=[-!&|():\s]*-)")


@dataclass
class Part:
    """A word of a search, or a name, and the practices that have it."""

    text: str
    names: list = field(default_factory=list)
    written: BitMap = field(default_factory=BitMap)
    named: list = field(default_factory=list)  # (worth, practices) for each name

    @property
    def practices(self):
        return BitMap.union(self.written, *[practices for _worth, practices in self.named])

    def worths(self, sets):
        """(worth of having it, the practices that do) for what is written and what is named."""
        for worth, practices in [(WORD_WORTH, self.written), *self.named]:
            if practices:
                yield worth * sets.rarity(practices), practices


@dataclass
class Found:
    """The practices that words lead to, and what it takes to rank them."""

    practices: BitMap = field(default_factory=BitMap)
    in_title: BitMap = field(default_factory=BitMap)
    names: list = field(default_factory=list)
    parts: list = field(default_factory=list)
    queries: dict = field(default_factory=dict)  # tsquery in its text form, by language
    is_bounded: bool = False  # whether more may match than were compared
    sets: Sets = field(default_factory=Sets)

    def worth(self, candidates):
        """{number: what each of the set *candidates* has of the words}."""
        worth = dict.fromkeys(candidates, 0.0)
        for part in self.parts:
            for each, practices in part.worths(self.sets):
                for number in candidates & practices:
                    worth[number] += each
        return worth


def _taken_apart(words, language):
    """(names, parts, what is to be taken by the letter) of *words*."""
    typed = typed_words(words)
    plain = [word for word in typed if not (word.quoted or word.excluded)]
    if any(word.text.lower() == "or" for word in plain):
        return [], [], words
    names = recognised(words, language)
    parts = {}
    for name in names:
        parts.setdefault((name.start, name.end), Part(name.spelled)).names.append(name)
    for word in plain:
        if not any(start <= word.start < end for start, end in parts):
            parts[word.start, word.end] = Part(word.text)
    exact = "".join(
        " " if any(word.start <= place < word.end for word in plain) else character
        for place, character in enumerate(words)
    )
    ordered = [parts[span] for span in sorted(parts)]
    return names, ordered, exact if re.search(r"[^\W_]", exact) else ""


def requirements(searches):
    """What a text must have for each of *searches*, pairs of words and the reader's language.

    {(words, language): [({language of a text: tsquery}, [(facet, value) that is named])]}: all of
    the list, each as words or as one of the names. Nothing has the empty list.
    """
    taken_apart = {search: _taken_apart(*search) for search in searches}
    clauses = [
        clause
        for _names, parts, exact in taken_apart.values()
        for clause in [exact, *[part.text for part in parts]]
    ]
    queries = iter(_understood(clauses))
    required = {}
    for (words, language), (_names, parts, exact) in taken_apart.items():
        by_letter = next(queries)
        asked = [(by_letter, [])] if exact else []
        for part, query in zip(parts, queries, strict=False):
            if query[language] or part.names:  # “the” says nothing to a reader of English
                asked.append((query, [(name.kind, name.value) for name in part.names]))
        required[words, language] = asked
    return required


def find(words, language, sets):
    """What a reader of *language* finds by *words*, as people type them: a ``Found``."""
    names, parts, exact = _taken_apart(words, language)
    whole, by_letter, *queries = _understood([words, exact, *[part.text for part in parts]])
    lookup = _Lookup([by_letter, *queries], language, sets)
    found = Found(queries=whole, names=names, sets=sets)
    narrowing = []
    if exact:
        narrowing.append(lookup.practices(by_letter))
    titles = []
    for part, query in zip(parts, queries, strict=True):
        if not (query[language] or part.names):
            continue  # “the” says nothing to a reader of English
        part.written = lookup.practices(query)
        part.named = [
            (NAME_WORTH[name.kind], sets.with_value(name.kind, name.value)) for name in part.names
        ]
        found.parts.append(part)
        titles.append(lookup.titles(query))
    found.is_bounded = lookup.is_bounded
    if found.parts or exact:
        all_parts = [part.practices for part in found.parts]
        found.practices = BitMap.intersection(sets.published, *narrowing, *all_parts)
        if titles:
            found.in_title = BitMap.intersection(found.practices, *titles)
        if len(found.practices) < FEW and len(found.parts) > 1:
            found.practices |= _with_most(found, narrowing)
    return found


def _with_most(found, narrowing):
    """Practices that have most of the words, the best of them."""
    worths = [pair for part in found.parts for pair in part.worths(found.sets)]
    candidates = BitMap()
    for _worth, practices in sorted(worths, key=lambda pair: len(pair[1])):
        if len(candidates) + len(practices) <= MOST_WEIGHED:
            candidates |= practices
    worth = found.worth(BitMap.intersection(candidates, *narrowing))
    enough = MOST_WORDS_PART * sum(
        max((each for each, _practices in part.worths(found.sets)), default=0)
        for part in found.parts
    )
    good = [number for number in worth if worth[number] >= enough]
    return BitMap(sorted(good, key=worth.get, reverse=True)[:MOST_ADDED])


def _understood(clauses):
    """For each of *clauses*, words as people type them, {language: tsquery in its text form}."""
    # Language codes and configurations of ours (see SearchConfiguration), no input.
    columns = ", ".join(
        f"websearch_to_tsquery('efus_{code}', clause)::text" for code in LANGUAGE_CODES
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM unnest(%s::text[])"  # noqa: S608
            " WITH ORDINALITY AS typed (clause, place) ORDER BY place",
            [[ALL_BUT_LAST_MINUS.sub(" ", clause) for clause in clauses]],
        )
        return [dict(zip(LANGUAGE_CODES, queries, strict=True)) for queries in cursor.fetchall()]


class _Lookup:
    """The sets of all words and phrases of *queries*, in as few statements as there are kinds."""

    def __init__(self, queries, language, sets):
        self.is_bounded = False
        self._language = language
        self._sets = sets
        self._trees = {
            query: parse(query) for by_language in queries for query in by_language.values()
        }
        asked = {(code, query) for by_language in queries for code, query in by_language.items()}
        words = {
            (code, word.text): word
            for code, query in asked
            for word, _negated in words_in(self._trees[query])
        }
        self._common = _common_words(words, sets)
        self._found = {key: found for key, (found, _titles) in self._common.items()}
        self._look_up_rare({key: word for key, word in words.items() if key not in self._common})
        if self._common and sets.changed:
            self._look_up_changed({key: words[key] for key in self._common})
        self._phrases = {}
        phrases = [
            (code, phrase) for code, query in asked for phrase in phrases_in(self._trees[query])
        ]
        if phrases:
            self._compare(phrases)

    def practices(self, query):
        """The practices that *query*, {language: tsquery}, leads to."""
        found = BitMap()
        for code, text in query.items():
            if tree := self._trees[text]:
                matching = self._matching(tree, code, self._sets.with_value("language", code))
                if code != self._language:
                    matching = matching & self._sets.with_value("original", code)
                found |= matching
        return found

    def titles(self, query):
        """Which have every word in their title, as far as sets are kept of that."""
        found = BitMap()
        for code, text in query.items():
            having = [
                self._common[code, word.text][1]
                for word, negated in words_in(self._trees[text])
                if not negated and (code, word.text) in self._common
            ]
            if having:
                found |= BitMap.intersection(*having)
        return found

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
                having = newest(having, MOST_COMPARED)
                self.is_bounded = True
            candidates[code, phrase.query] = having
        self._phrases = _having_phrases(candidates, self._sets.positions)

    def _matching(self, tree, code, written):
        """Which of the practices *written* in the language *code* match *tree*."""
        match tree:
            case Word(text):
                return self._found.get((code, text), BitMap()) & written
            case Phrase(query=query):
                return self._phrases.get((code, query), BitMap()) & written
            case Not(inner):
                return written - self._matching(inner, code, written)
            case All(parts):
                return BitMap.intersection(
                    *[self._matching(part, code, written) for part in parts]
                )
            case Any(parts):
                return BitMap.union(*[self._matching(part, code, written) for part in parts])


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
                JOIN practices_practice AS practice
                    ON practice.id = document.practice_id AND practice.state = 'published'
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


def _best_candidates(found, practices):
    """Those of *practices* to rank: with the words in the title first, then the newest."""
    titled = newest(found.in_title & practices, MOST_RANKED)
    return titled | newest(practices - found.in_title, MOST_RANKED - len(titled))


def ranked(found, within, language, sets):
    """{number: score} of the best of the set *within*, by what they have of the words."""
    candidates = _best_candidates(found, found.practices & within)
    scores = found.worth(candidates)
    for number, rank in _ranks(found.queries, candidates, language, sets).items():
        scores[number] += RANK_WORTH * rank
    return scores


def _ranks(queries, candidates, language, sets):
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
