"""The words of a search as they were typed: which are quoted, which are excluded."""

import re
from dataclasses import dataclass

# As PostgreSQL's websearch_to_tsquery reads them: a quote opens a phrase, which the next one or
# the end closes; a minus excludes what it stands directly before.
PART = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<plain>[^\s"]+))')
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class TypedWord:
    """A word and where it stands; words of the same *part* stand together, in quotes or not."""

    text: str
    start: int
    end: int
    part: int
    quoted: bool
    excluded: bool


def typed_words(words):
    """The ``TypedWord``s of the search *words*, in their order."""
    found, part = [], 0
    for match in PART.finditer(words):
        quoted, excluded = match["phrase"] is not None, match["minus"] is not None
        apart = quoted or excluded
        part += apart
        start, end = match.span("phrase" if quoted else "plain")
        found += [
            TypedWord(word[0], word.start(), word.end(), part, quoted, excluded)
            for word in WORD.finditer(words, start, end)
        ]
        part += apart
    return found
