"""“Did you mean”: words by which nothing is found, put right."""

from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from math import log10

from django.db import connection

from efus.spelling import fold
from practices.models.original_language import LANGUAGE_CODES
from practices.search.names import names_in_code
from practices.search.typed import typed_words

MOST_WORDS = 32  # of a search that are looked at
MOST_CORRECTED = 4
SHORTEST, LONGEST = 3, 40  # characters of a word
LONG_WORD = 8  # characters; two slips make another word of a shorter one
LIKELY = 0.75  # how alike two words are at least, from 0 to 1
CANDIDATES = 40  # for each word
OWN_LANGUAGE = 0.05  # what the reader's language counts for among words as alike

# A reader finds texts in their language, originals in any other, and names in all of them.
FOUND = "((known.language = %(language)s AND known.texts > 0) OR originals > 0 OR names > 0)"

KNOWN = f"""
    SELECT DISTINCT word
    FROM unnest(%(words)s::text[]) AS word, unnest(%(languages)s::text[]) AS dictionary,
        LATERAL (SELECT search_stem(dictionary, word) AS stem OFFSET 0) AS stemmed
    WHERE stem = '' OR EXISTS (
        SELECT FROM search_vocabularyword AS known
        WHERE known.language = dictionary AND known.stem = stemmed.stem AND {FOUND}
    )
"""  # noqa: S608 (nothing typed is in it)

LIKE = f"""
    SELECT typed.word, near.word, near.folded, near.language, near.texts + near.names
    FROM unnest(%(words)s::text[]) AS typed (word), LATERAL (
        SELECT * FROM search_vocabularyword AS known WHERE {FOUND}
        ORDER BY folded <-> lower(unaccent(typed.word)) LIMIT {CANDIDATES}
    ) AS near
"""  # noqa: S608


@dataclass(frozen=True)
class Candidate:
    word: str
    folded: str
    language: str
    number: int

    def likeness(self, folded, language):
        """How likely somebody reading *language* who typed *folded* means this word."""
        matcher = SequenceMatcher(None, folded, self.folded, autojunk=False)
        alike = matcher.ratio()
        if alike < LIKELY or folded == self.folded:
            return 0
        if _slips(matcher) > (2 if len(folded) >= LONG_WORD else 1):
            return 0
        own = OWN_LANGUAGE if self.language == language else 0
        return alike + own + log10(self.number + 1) / 100


def _slips(matcher):
    """How many letters were missed, added or replaced; two that changed places are one slip."""
    slips = sum(
        max(end - start, other_end - other_start)
        for what, start, end, other_start, other_end in matcher.get_opcodes()
        if what != "equal"
    )
    return 1 if slips == 2 and sorted(matcher.a) == sorted(matcher.b) else slips


@lru_cache(maxsize=1)
def _words_in_code():
    return sorted({word for name in names_in_code() for word in name.split()})


def _rows(query, words, language):
    languages = ["", *LANGUAGE_CODES]
    with connection.cursor() as cursor:
        cursor.execute(query, {"words": words, "language": language, "languages": languages})
        return cursor.fetchall()


def _unknown(typed, language):
    """Those of the words *typed* that nothing is found by, each once, in their order."""
    words = list(dict.fromkeys(word.text for word in typed))
    words = [word for word in words if SHORTEST <= len(word) <= LONGEST and word.isalpha()]
    if not words:
        return []
    known = {word for (word,) in _rows(KNOWN, words, language)}
    in_code = set(_words_in_code())
    return [word for word in words if word not in known and fold(word) not in in_code]


def _corrections(words, language):
    """The word that is most likely meant for each of *words* that one is alike to: a dict."""
    candidates = {word: [] for word in words}
    for word, *candidate in _rows(LIKE, words, language):
        candidates[word].append(Candidate(*candidate))
    corrections = {}
    for word in words:
        folded = fold(word)
        for near in get_close_matches(folded, _words_in_code(), cutoff=LIKELY):
            candidates[word].append(Candidate(near, near, language, 0))
        likeliest = max(
            candidates[word],
            key=lambda candidate: candidate.likeness(folded, language),
            default=None,
        )
        if likeliest and likeliest.likeness(folded, language):
            corrections[word] = likeliest.word
    return corrections


def did_you_mean(words, language):
    """The search *words* with those put right that nothing is found by, or None.

    Quotes, minus signs and whatever else is between the words stay; excluded words do, too.
    """
    typed = [word for word in typed_words(words) if not word.excluded][:MOST_WORDS]
    unknown = _unknown(typed, language)[:MOST_CORRECTED]
    corrections = _corrections(unknown, language) if unknown else {}
    for word in reversed(typed):
        if word.text in corrections:
            words = words[: word.start] + corrections[word.text] + words[word.end :]
    return words if corrections else None
