"""What changed in a text, word by word."""

import re
from array import array
from dataclasses import dataclass
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

EQUAL, DELETED, INSERTED = "equal", "deleted", "inserted"

# Beyond this a text has been written anew, and looking for what stayed would take too long.
MOST_CHANGES = 1000  # words and spaces


@dataclass(frozen=True)
class Piece:
    """A run of words that both texts have, or only the earlier or the later one."""

    kind: str
    text: str


def _trail(before, after):
    """How far along each diagonal 0, 1, 2 … changes lead, until they lead to the end.

    This is E. W. Myers, An O(ND) Difference Algorithm and Its Variations (1986). None when
    more than ``MOST_CHANGES`` are needed.
    """
    trail = []
    last = array("l", [0])
    for changes in range(MOST_CHANGES + 1):
        reached = array("l")
        for diagonal in range(-changes, changes + 1, 2):
            left = (diagonal + changes) // 2 - 1  # of the diagonal below, in the last round
            if changes == 0:
                at = 0
            elif left < 0 or (left + 1 < changes and last[left] < last[left + 1]):
                at = last[left + 1]
            else:
                at = last[left] + 1
            other = at - diagonal
            while at < len(before) and other < len(after) and before[at] == after[other]:
                at += 1
                other += 1
            reached.append(at)
            if at >= len(before) and other >= len(after):
                return [*trail, reached]
        trail.append(reached)
        last = reached
    return None


def _shortest(before, after):
    """(kind, word) in the order of reading, by the fewest changes; None when they are too many."""
    trail = _trail(before, after)
    if trail is None:
        return None
    found = []
    at, other = len(before), len(after)
    for changes in range(len(trail) - 1, 0, -1):
        last = trail[changes - 1]
        left = (at - other + changes) // 2 - 1
        inserted = left < 0 or (left + 1 < changes and last[left] < last[left + 1])
        came_to = last[left + 1] if inserted else last[left] + 1
        found += [(EQUAL, word) for word in reversed(before[came_to:at])]
        at, other = came_to, other - (at - came_to)
        if inserted:
            other -= 1
            found.append((INSERTED, after[other]))
        else:
            at -= 1
            found.append((DELETED, before[at]))
    found += [(EQUAL, word) for word in reversed(before[:at])]
    return found[::-1]


def _script(before, after):
    """As ``_shortest``, with what both begin and end with left out of the search."""
    start, shorter = 0, min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    removed, added = before[start : len(before) - end], after[start : len(after) - end]
    if removed and added:
        between = _shortest(removed, added)
        if between is None:
            return None
    else:
        between = [(DELETED, word) for word in removed] + [(INSERTED, word) for word in added]
    begin = [(EQUAL, word) for word in before[:start]]
    return begin + between + [(EQUAL, word) for word in before[len(before) - end :]]


def _together(script):
    """Pieces in which what was removed and added between two words that stayed is together."""
    removed = added = ""
    for kind, words in groupby(script, key=lambda step: step[0]):
        text = "".join(word for _kind, word in words)
        if kind == EQUAL and not text.strip() and (removed or added):
            removed, added = removed + text, added + text
            continue
        if kind == EQUAL:
            yield from ((DELETED, removed), (INSERTED, added))
            yield EQUAL, text
            removed = added = ""
        elif kind == DELETED:
            removed += text
        else:
            added += text
    yield from ((DELETED, removed), (INSERTED, added))


def compare(before, after):
    """The pieces of two texts, in the order in which they are read, in bounded time.

    Where words differ too much lines are compared, and where these do, nothing stayed.
    """
    for part in (r"\s+|\S+", r"[^\n]*\n|[^\n]+"):
        script = _script(re.findall(part, before), re.findall(part, after))
        if script is not None:
            break
    else:
        script = [(DELETED, before), (INSERTED, after)]
    return [Piece(kind, text) for kind, text in _together(script) if text]


def _spoken(tag, words, text):
    return format_html(
        '<{tag}><span class="visually-hidden" lang="{language}">[{words} </span>{text}'
        '<span class="visually-hidden">]</span></{tag}>',
        tag=tag,
        language=get_language(),
        words=words,
        text=text,
    )


def marked(pieces):
    """*pieces* as HTML: what was removed in ``<del>``, what was added in ``<ins>``.

    Both say in words what they are, since few screen readers tell.
    """
    parts = []
    for piece in pieces:
        if piece.kind == DELETED:
            parts.append(_spoken("del", _("removed:"), piece.text))
        elif piece.kind == INSERTED:
            parts.append(_spoken("ins", _("added:"), piece.text))
        else:
            parts.append(piece.text)
    return format_html_join("", "{}", ((part,) for part in parts))
