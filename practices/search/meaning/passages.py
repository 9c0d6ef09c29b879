"""The passages of a practice: what is compared with the words of a search.

A vector says one thing well, and several things badly; so each long text is taken apart. Each
passage begins with the title, without which few say what they are about.
"""

import hashlib
import re
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags

from practices.models import RICH_TEXT_FIELDS
from practices.rich_text import blocks_of
from practices.search.meaning.swedish import in_english

LONGEST = 700  # characters: some 100 words
SUMMARY = "summary"  # title and summary together
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class PassageText:
    """A passage, and where it stands: its number is that within the text."""

    language: str
    field: str
    number: int
    text: str  # as the encoder gets it

    @property
    def place(self):
        return self.language, self.field, self.number

    @property
    def digest(self):
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()


def _plain(html):
    return " ".join(unescape(strip_tags(html)).split())


def _pieces(text):
    """*text* in pieces of at most ``LONGEST`` characters, at ends of sentences if it has any."""
    if len(text) <= LONGEST:
        return [text]
    return [
        sentence[start : start + LONGEST]
        for sentence in SENTENCE_END.split(text)
        for start in range(0, len(sentence), LONGEST)
    ]


def parts_of(text):
    """The rich *text* as plain parts of sensible length; a heading begins a new one."""
    parts = []
    for block in blocks_of(text):
        begins = block.startswith("<h")
        for piece in _pieces(_plain(block)):
            if parts and not begins and len(parts[-1]) + len(piece) < LONGEST:
                parts[-1] += " " + piece
            elif piece:
                parts.append(piece)
            begins = False
    return parts


def _as_encoded(text, language):
    return (in_english(text) if language == "sv" else "") or text


def passages_of(practice):
    """All passages of *practice*, in every language that it has a title in."""
    found = []
    for language in practice.languages_of("title"):

        def add(field, number, text, language=language):
            found.append(PassageText(language, field, number, _as_encoded(text, language)))

        title = getattr(practice, f"title_{language}")
        add(SUMMARY, 1, f"{title}. {getattr(practice, f'summary_{language}') or ''}".strip())
        for field in RICH_TEXT_FIELDS:
            parts = parts_of(getattr(practice, f"{field}_{language}"))
            for number, part in enumerate(parts, start=1):
                add(field, number, f"{title}. {part}")
    return found
