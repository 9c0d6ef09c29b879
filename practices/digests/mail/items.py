"""What is told of each of the news, made once in each language."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

import css_inline
from django.conf import settings
from django.db import connection
from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from efus.validators import one_line
from practices.digests.enums import NewsKind
from practices.digests.mail.wrapping import WIDTH, as_bytes, fits, wrapped, wrapped_lines
from practices.digests.models import News
from practices.models import Practice
from practices.models.original_language import ShownText

MOST_KEPT = 4_000  # pieces, of some 3 kB each
LONGEST_IN_SUBJECT = 70  # characters of a title

# Rules of @media stay as they are: they cannot be inlined.
inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True)
class Piece:
    """What a mail says of one of the news, as text and as HTML."""

    headline: str  # as a subject has it
    is_demonstration: bool
    text: bytes
    html: bytes
    has_short_lines: bool


@dataclass(frozen=True)
class Fact:
    """Which of the news it is, what it is about, and what it was made of when it was read.

    *stamp* is another one as soon as any row has changed that a mail shows something of.
    """

    pk: int
    kind: str
    themes: tuple  # keys, in their order
    stamp: str


# A row's place and the transaction that wrote it: no two versions of a row have the same.
FACTS = """
SELECT news.id, news.kind,
    ARRAY(
        SELECT theme.id
        FROM practices_practice_themes AS given
        JOIN practices_theme AS theme ON theme.id = given.theme_id
        WHERE given.practice_id = practice.id ORDER BY theme.position, theme.slug
    ),
    concat(
        practice.xmin, practice.ctid, origin.xmin, origin.ctid, adoption.xmin, adoption.ctid,
        city.xmin, city.ctid
    ),
    ARRAY(
        SELECT concat(translation.language, translation.xmin, translation.ctid)
        FROM translations_translation AS translation
        WHERE translation.practice_id = practice.id ORDER BY translation.language
    )
FROM digests_news AS news
LEFT JOIN practices_practice AS practice ON practice.id = news.practice_id
LEFT JOIN cities_city AS origin ON origin.id = practice.city_id
LEFT JOIN practices_adoption AS adoption ON adoption.id = news.adoption_id
LEFT JOIN cities_city AS city ON city.id = news.city_id
WHERE news.id = ANY(%s)
"""


def facts_of(keys):
    """The ``Fact`` of each of the news *keys*, in one query: a dict."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [list(keys)])
        return {
            pk: Fact(pk, kind, tuple(themes), f"{stamp} {' '.join(translations)}")
            for pk, kind, themes, stamp, translations in cursor.fetchall()
        }


@lru_cache
def style():
    """The style sheet of the mails."""
    return render_to_string("digests/mail/mail.css")


@lru_cache(maxsize=1024)
def heading(name):
    """The heading of a group called *name*: a pair, text and HTML."""
    html = render_to_string("digests/mail/group.html", {"name": name})
    line = "-" * min(len(name), WIDTH)
    return (
        as_bytes(f"{wrapped(name)}\n{line}\n\n"),
        as_bytes(inliner.inline_fragment(html, style())),
    )


def _shortened(title):
    return Truncator(title).chars(LONGEST_IN_SUBJECT)


def _of_a_practice(news, language):
    practice = news.practice
    title, summary = (
        ShownText(one_line(shown.text), shown.language)
        for shown in (practice.shown(field, language) for field in ("title", "summary"))
    )
    headline, label = _shortened(title.text), ""
    if news.kind == NewsKind.UPDATED:
        headline = _("Changed: %(title)s") % {"title": headline}
        label = pgettext("news", "Changed a lot")
    elif news.kind == NewsKind.ADOPTED:
        names = {"city": news.city.shown_name, "title": headline}
        headline = _("%(city)s takes up: %(title)s") % names
        label = _("%(city)s takes it up") % names
    adoption_is_demonstration = news.adoption is not None and news.adoption.is_demonstration
    return headline, {
        "title": title,
        "summary": summary,
        "city": practice.city,
        "label": label,
        "address": practice.get_absolute_url(),
        "is_machine_translation": practice.shows_machine_translation,
        "is_demonstration": practice.is_demonstration or adoption_is_demonstration,
    }


def _of_a_member(news, language):
    name = one_line(news.city.shown_name)
    return _("New member: %(city)s") % {"city": name}, {
        "title": ShownText(name, language),
        "city": news.city,
        "is_member": True,
        "address": news.city.get_absolute_url(),
        "is_demonstration": False,
    }


def context_of(news, language):
    """(headline, what the templates of an item show) of *news*, in the language in force."""
    make = _of_a_member if news.kind == NewsKind.MEMBER else _of_a_practice
    headline, context = make(news, language)
    return headline, context | {"site_url": settings.SITE_URL}


def _piece(news, language):
    headline, context = context_of(news, language)
    html = render_to_string("digests/mail/item.html", context)
    html = as_bytes(inliner.inline_fragment(html, style()))
    text = render_to_string("digests/mail/item.txt", context).rstrip()
    text = as_bytes(wrapped_lines(text) + "\n")
    return Piece(
        headline=one_line(headline),
        is_demonstration=context["is_demonstration"],
        text=text,
        html=html,
        has_short_lines=fits(text, html),
    )


class _Kept(OrderedDict):
    """The pieces used last, at most ``MOST_KEPT``."""

    def get(self, key):
        piece = super().get(key)
        if piece is not None:
            self.move_to_end(key)
        return piece

    def put(self, key, piece):
        self[key] = piece
        if len(self) > MOST_KEPT:
            self.popitem(last=False)


_kept = _Kept()


def pieces(facts, wanted):
    """The ``Piece`` of each (key of the news, language) of *wanted*: a dict.

    Those whose fact has the same stamp as when they were made are not made again. Takes a
    constant number of queries for each language of which some are missing; what they can read
    anyway, all of *facts*, is then made in that language, for the mails to come.
    """
    found, lacking = {}, set()
    for pk, language in wanted:
        piece = _kept.get((settings.SITE_URL, pk, language, facts[pk].stamp))
        if piece is None:
            lacking.add(language)
        else:
            found[pk, language] = piece
    for language in lacking:
        keys = [pk for pk in facts if (pk, language) not in found]
        practices = Prefetch("practice", Practice.objects.as_cards(language))
        rows = News.objects.filter(pk__in=keys).select_related("adoption", "city")
        with override(language):
            for news in rows.prefetch_related(practices):
                kept_as = settings.SITE_URL, news.pk, language, facts[news.pk].stamp
                piece = found[news.pk, language] = _kept.get(kept_as) or _piece(news, language)
                _kept.put(kept_as, piece)
    return found
