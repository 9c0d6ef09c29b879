"""What PostgreSQL makes of a reader's words, as a tree that sets can answer.

The grammar is that of the text form of ``tsquery`` (PostgreSQL documentation, 8.11.2).
"""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"\s*(?:(?P<word>'(?:[^']|'')*')(?P<marks>:[A-Da-d*]+)?|(?P<sign><->|<\d+>|[!&|()]))"
)


@dataclass(frozen=True)
class Word:
    """A word as the dictionary of the language reduces it; ``query`` is its tsquery."""

    text: str
    query: str


@dataclass(frozen=True)
class Not:
    inner: object


@dataclass(frozen=True)
class All:
    parts: tuple


@dataclass(frozen=True)
class Any:
    parts: tuple


@dataclass(frozen=True)
class Phrase:
    """Words that stand at given distances; ``query`` is the tsquery that says so."""

    parts: tuple
    query: str


def parse(query):
    """The tree of *query*, a tsquery in its text form; None where it has no word."""
    return _Parser(query).whole() if query.strip() else None


def words_in(tree, negated=False):
    """Every word of *tree*, as (``Word``, whether it is one that must not occur)."""
    match tree:
        case None:
            return
        case Word():
            yield tree, negated
        case Not(inner):
            yield from words_in(inner, not negated)
        case _:
            for part in tree.parts:
                yield from words_in(part, negated)


def phrases_in(tree):
    """Every phrase of *tree*."""
    match tree:
        case Phrase():
            yield tree
        case Not(inner):
            yield from phrases_in(inner)
        case All(parts) | Any(parts):
            for part in parts:
                yield from phrases_in(part)


class _Parser:
    def __init__(self, query):
        self._query = query
        self._tokens = []
        position = 0
        while found := TOKEN.match(query, position):
            self._tokens.append(found)
            position = found.end()
        self._next = 0

    def _sign(self):
        """The sign that comes next, if one does."""
        if self._next < len(self._tokens):
            return self._tokens[self._next]["sign"]
        return None

    def whole(self):
        return self._any()

    def _joined(self, sign, part, join):
        parts = [part()]
        while self._sign() == sign:
            self._next += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else join(tuple(parts))

    def _any(self):
        return self._joined("|", self._all, Any)

    def _all(self):
        return self._joined("&", self._phrase, All)

    def _phrase(self):
        start = self._next
        parts = [self._single()]
        while (self._sign() or "").startswith("<"):
            self._next += 1
            parts.append(self._single())
        if len(parts) == 1:
            return parts[0]
        end = self._tokens[self._next - 1].end()
        return Phrase(tuple(parts), self._query[self._tokens[start].start() : end].strip())

    def _single(self):
        token = self._tokens[self._next]
        self._next += 1
        if token["sign"] == "!":
            return Not(self._single())
        if token["sign"] == "(":
            inner = self._any()
            self._next += 1
            return inner
        text = token["word"][1:-1].replace("''", "'").replace("\\\\", "\\")
        return Word(text, token["word"])
