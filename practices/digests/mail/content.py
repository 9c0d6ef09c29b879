"""What one reader gets: the subject, the text and the HTML, joined from pieces."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from efus.validators import one_line
from practices.digests.enums import NewsKind
from practices.digests.mail.frame import LONGEST_PART, frame
from practices.digests.mail.items import heading
from practices.digests.mail.labels import asked_for
from practices.digests.mail.wrapping import as_bytes, fits, wrapped


@dataclass(frozen=True)
class Reader:
    """What a mail has to know of a subscription."""

    pk: int  # of the subscription
    language: str
    words: str
    kinds: list
    frequency: str
    weekday: int
    has_account: bool
    chosen: dict  # lists of values, by facet

    # Of a subscription, as ``of`` takes their values.
    COLUMNS: ClassVar = [
        "pk",
        "language",
        "words",
        "kinds",
        "frequency",
        "weekday",
        "recipient__user",
    ]

    @classmethod
    def of(cls, pk, language, words, kinds, frequency, weekday, user, *, chosen):
        return cls(
            pk, language, one_line(words), kinds, frequency, weekday, user is not None, chosen
        )


@dataclass(frozen=True)
class Content:
    subject: str
    text: bytes
    html: bytes
    has_short_lines: bool


@lru_cache(maxsize=4096)
def _subject(headline, others, topic, is_demonstration, language):
    """The subject, in the language in force."""
    subject = headline
    if others:
        names = {"first": headline, "number": others, "topic": topic}
        if topic:
            subject = ngettext(
                "%(first)s, and %(number)d more on %(topic)s",
                "%(first)s, and %(number)d more on %(topic)s",
                others,
            )
        else:
            subject = ngettext(
                "%(first)s, and %(number)d more", "%(first)s, and %(number)d more", others
            )
        subject %= names
    return one_line(f"[Demo] {subject}" if is_demonstration else subject)


def _topic(reader, known):
    """The one theme or the words that *reader* asked for, if it is one."""
    themes = known.get("theme", ())
    if len(themes) == 1:
        return themes[0][1]
    if reader.words and not themes:
        return _("“%(words)s”") % {"words": reader.words}
    return ""


def _group_of(fact, chosen, themes):
    """The slug of the theme that *fact* stands under: one of *chosen*, or its first."""
    given = [themes[pk] for pk in fact.themes if pk in themes]
    if chosen:
        for slug, parent in given:
            if slug in chosen:
                return slug
            if parent in chosen:
                return parent
    for slug, parent in given:
        return parent or slug
    return ""


def _in_groups(facts, reader, labels):
    """*facts* under the names of their groups, new members in the last: a dict of lists."""
    chosen, groups, members = reader.chosen.get("theme", ()), {}, []
    for fact in facts:
        if fact.kind == NewsKind.MEMBER:
            members.append(fact)
        else:
            groups.setdefault(_group_of(fact, chosen, labels.themes), []).append(fact)
    named = {
        labels.label("theme", slug, reader.language) or _("Practices"): group
        for slug, group in groups.items()
    }
    if members:
        named[_("New members")] = members
    return named


@lru_cache
def _path(name, language):
    with override(language):
        return reverse(name)


def _address_of_more(reader, known):
    """Where everything is found that *reader* asked for, the newest first."""
    if reader.kinds == [NewsKind.MEMBER]:
        return settings.SITE_URL + _path("cities:members", reader.language)
    query = [("q", reader.words), ("sort", "newest")] if reader.words else []
    query += [(parameter, value) for parameter, pairs in known.items() for value, _label in pairs]
    path = _path("practices:browse", reader.language)
    return f"{settings.SITE_URL}{path}{'?' if query else ''}{urlencode(query)}"


def content_for(reader, facts, pieces, more, labels, *, preferences, unsubscribe):
    """The ``Content`` of a mail to *reader* that tells of *facts*, the best first.

    *pieces*: those of practices.digests.mail.items; *more*: how many news match beside;
    *preferences* and *unsubscribe*: addresses.
    """
    language = reader.language
    used = [pieces[fact.pk, language] for fact in facts]
    is_demonstration = any(piece.is_demonstration for piece in used)
    known = labels.known(reader.chosen, language)
    with override(language):
        others = len(used) - 1 + more
        subject = _subject(
            used[0].headline, others, _topic(reader, known), is_demonstration, language
        )
        asked = wrapped(asked_for(reader, known))
        more_words = more_address = ""
        if more:
            more_words = ngettext(
                "%(number)d more that matches", "%(number)d more that match", more
            ) % {"number": more}
            more_address = _address_of_more(reader, known)
        texts, htmls = [], []
        for name, group in _in_groups(facts, reader, labels).items():
            text, html = heading(name)
            texts.append(text)
            htmls.append(html)
            for fact in group:
                piece = pieces[fact.pk, language]
                texts.append(piece.text)
                htmls.append(piece.html)
    personal = {
        "subject": subject,
        "asked": asked,
        "more": more_words,
        "more_address": more_address,
        "preferences": preferences,
        "unsubscribe": unsubscribe,
    }
    in_text = {slot: as_bytes(value) for slot, value in personal.items()}
    in_html = {slot: as_bytes(escape(value)) for slot, value in personal.items()}
    around = frame(
        settings.SITE_URL,
        language,
        is_demonstration=is_demonstration,
        has_more=bool(more),
        has_account=reader.has_account,
    )
    return Content(
        subject=subject,
        text=around.text.filled(in_text | {"items": b"".join(texts)}),
        html=around.html.filled(in_html | {"items": b"".join(htmls)}),
        has_short_lines=(
            around.has_short_lines
            and all(piece.has_short_lines for piece in used)
            and fits(*in_html.values(), longest=LONGEST_PART)
        ),
    )
