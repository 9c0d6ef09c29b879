"""What stands around the news: made once in each language, with room for what is personal."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.translation import override

from practices.digests.mail.items import inliner, style
from practices.digests.mail.wrapping import LONGEST_LINE, as_bytes, fits, wrapped_lines

SLOTS = ["subject", "asked", "items", "more", "more_address", "preferences", "unsubscribe"]
# In bytes, so that a line of the frame can hold one that is filled in.
LONGEST_PART = LONGEST_LINE // 3
# Characters for private use, which no template has.
OPEN, CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True)
class Template:
    """Bytes with slots between them."""

    begin: bytes
    rest: tuple  # of (slot, bytes that follow)

    @classmethod
    def cut(cls, text):
        begin, *others = re.split(f"{OPEN}(\\w+){CLOSE}", text)
        rest = zip(others[::2], map(as_bytes, others[1::2]), strict=True)
        return cls(as_bytes(begin), tuple(rest))

    def filled(self, values):
        parts = [self.begin]
        for slot, after in self.rest:
            parts += (values[slot], after)
        return b"".join(parts)

    @property
    def has_short_lines(self):
        constant = [self.begin, *(after for _slot, after in self.rest)]
        return fits(*constant, longest=LONGEST_PART)


@dataclass(frozen=True)
class Frame:
    text: Template
    html: Template
    has_short_lines: bool


@lru_cache(maxsize=256)
def frame(site_url, language, *, is_demonstration, has_more, has_account):
    """The ``Frame`` of a mail in *language*."""
    context = {slot: f"{OPEN}{slot}{CLOSE}" for slot in SLOTS} | {
        "site_url": site_url,
        "language": language,
        "style": style(),
        "is_demonstration": is_demonstration,
        "has_more": has_more,
        "has_account": has_account,
    }
    with override(language):
        text = Template.cut(wrapped_lines(render_to_string("digests/mail/mail.txt", context)))
        html = inliner.inline(render_to_string("digests/mail/mail.html", context))
        html = Template.cut(html + "\n")
    return Frame(text, html, text.has_short_lines and html.has_short_lines)
