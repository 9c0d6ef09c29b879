"""A text on its way to a service and back: what must survive the journey, and whether it did."""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

import nh3
from django.core.exceptions import ValidationError
from django.utils.html import escape

from efus.validators import validate_one_line
from practices.models import RICH_TEXT_FIELDS, Practice
from practices.rich_text import blocks_of, from_html, to_html
from practices.translations.machine.enums import LeftOut

TAG = re.compile(r"""(<(?:"[^"]*"|'[^']*'|[^'">])*>)""")
ADDRESS = r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]|[\w.+-]+@[\w-]+\.[\w.-]*\w"
INLINE = {"a", "strong", "em"}


class NotAccepted(Exception):
    """A translated text that lost something on its way."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class _Outline(HTMLParser):
    """What of some HTML must survive: its structure, the addresses of its links, its words."""

    def __init__(self, html):
        super().__init__()
        self.structure, self.inline, self.links, self.words = [], set(), Counter(), []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag not in INLINE:
            self.structure.append(tag)
            return
        self.inline.add(tag)
        if tag == "a":
            self.links[dict(attributes).get("href")] += 1

    def handle_endtag(self, tag):
        if tag not in INLINE:
            self.structure.append(f"/{tag}")

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


def names_of(practice):
    """The names in the texts of *practice* that stay as they are in every language."""
    names = {practice.city.official_name}
    for partnership in practice.partnerships.prefetch_related("organisations"):
        names.add(partnership.model)
        names.update(organisation.name for organisation in partnership.organisations.all())
    return sorted(name for name in names if name.strip())


def _pattern(names):
    """What finds the *names*, and addresses, in plain text; the longest first."""
    found = [re.escape(name) for name in sorted(names, key=len, reverse=True)]
    return re.compile("|".join([ADDRESS, *[rf"(?<!\w){name}(?!\w)" for name in found]]))


def _names_in(text, names):
    return Counter(_pattern([" ".join(name.split()) for name in names]).findall(text))


def _guard(html, names, guarded):
    """*html* with each of *names* that stands in it as *guarded* shows it to the service."""
    pattern = _pattern(names)

    def mark(text):
        parts, position = [], 0
        for match in pattern.finditer(text):
            parts += [escape(text[position : match.start()]), guarded(match[0])]
            position = match.end()
        return "".join([*parts, escape(text[position:])])

    pieces = TAG.split(html)
    return "".join(
        piece if number % 2 else mark(unescape(piece)) for number, piece in enumerate(pieces)
    )


def pieces_of(field, text, names, guarded):
    """The pieces of HTML in which *text* is sent: blocks, or the lines of plain text."""
    if field in RICH_TEXT_FIELDS:
        pieces = blocks_of(text)
    else:
        pieces = [escape(line) for line in text.splitlines() if line.strip()]
    return [_guard(piece, names, guarded) for piece in pieces]


def text_from(field, original, pieces, names):
    """The text that the translated *pieces* make, or ``NotAccepted``."""
    if field in RICH_TEXT_FIELDS:
        text = from_html("\n".join(pieces))
        if not text:
            raise NotAccepted(LeftOut.EMPTY)
        before, after = _Outline(to_html(original)), _Outline(to_html(text))
        if after.links != before.links:
            raise NotAccepted(LeftOut.LINKS)
        if (after.structure, after.inline) != (before.structure, before.inline):
            raise NotAccepted(LeftOut.STRUCTURE)
        before, after = before.text, after.text
    else:
        text = _plain(original, pieces)
        before, after = " ".join(original.split()), " ".join(text.split())
    if _names_in(before, names) - _names_in(after, names):
        raise NotAccepted(LeftOut.NAMES)
    if len(text) > Practice._meta.get_field(field).max_length:
        raise NotAccepted(LeftOut.LENGTH)
    return text


def _plain(original, pieces):
    """Plain text of translated lines; empty lines stand where they stood in *original*."""
    lines = [unescape(nh3.clean(piece, tags=set())).strip() for piece in pieces]
    for line in lines:
        if not line:
            raise NotAccepted(LeftOut.EMPTY)
        try:
            validate_one_line(line)
        except ValidationError:
            raise NotAccepted(LeftOut.LINES) from None
    translated = iter(lines)
    return "\n".join(next(translated) if line.strip() else "" for line in original.splitlines())
