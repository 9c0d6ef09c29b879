"""What changed in a text, word by word."""

import re
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

MOST_EXACT_WORDS = 1500  # beyond it frequent words are left out of the comparison: it is faster


def paragraphs_of(text):
    """The paragraphs of *text*, which empty lines part."""
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def _words(text):
    """*text* in words, each with the spaces and line ends after it."""
    return re.findall(r"\S+\s*", text)


def _mark(tag, words, spoken):
    return format_html(
        '<{tag}><span class="visually-hidden" lang="{language}">{spoken} </span>{text}</{tag}>',
        tag=tag,
        language=get_language(),
        spoken=spoken,
        text="".join(words).strip(" "),
    )


def marked_changes(before, after):
    """*after*, with what was added in ``<ins>`` and what was removed in ``<del>``.

    Both say in words what they are, since few screen readers tell.
    """
    old, new = _words(before), _words(after)
    matcher = SequenceMatcher(
        a=[word.strip() for word in old],
        b=[word.strip() for word in new],
        autojunk=len(old) + len(new) > MOST_EXACT_WORDS,
    )
    parts = []
    for operation, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if operation == "equal":
            parts.append("".join(new[new_from:new_to]).strip(" "))
            continue
        if old_to > old_from:
            parts.append(_mark("del", old[old_from:old_to], _("Removed:")))
        if new_to > new_from:
            parts.append(_mark("ins", new[new_from:new_to], _("Added:")))
    return format_html_join(" ", "{}", ((part,) for part in parts))
