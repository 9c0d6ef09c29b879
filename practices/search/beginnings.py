"""Suggestions while a search is typed: cities, themes and titles in which a word begins so."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import OperationalError, connection, transaction
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import override
from psycopg2.errors import QueryCanceled

from practices.models import Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.search.known_names import KnownName, NameKind
from practices.search.names import labelled
from practices.search.typed import WORD
from practices.search.word_operations import titles_vector

MOST = 8
MOST_NAMES = 3  # of each kind
SHORTEST = 2  # characters that are typed at least
LONGEST_TYPED = 200  # of it are looked at
MOST_WORDS = 8
LONGEST_WORD = 40
MOST_TITLES_READ = 1000
MILLISECONDS = "250"  # that looking for titles may take


@dataclass(frozen=True)
class Suggestion:
    label: str
    language: str
    address: str


def _query(typed):
    """Words in any order, of which the last one may go on; None if that is too little."""
    words = [word[:LONGEST_WORD] for word in WORD.findall(typed[:LONGEST_TYPED])[:MOST_WORDS]]
    if len("".join(words)) < SHORTEST:
        return None
    # Letters and digits only, so that nothing of it is an operator.
    return " & ".join([f"'{word}'" for word in words[:-1]] + [f"'{words[-1]}':*"])


def _matching(query):
    return SearchQuery(query, config="efus_names", search_type="raw")


def _names(kind, query, language):
    found = KnownName.objects.filter(kind=kind, is_search_word=False, words=_matching(query))
    named = labelled(found, language).values_list("value", "label")
    # A city is found by each of its names, and suggested once.
    in_order = named.order_by(Length("written"), "value")[: MOST_NAMES * len(LANGUAGE_CODES)]
    return list(dict(in_order).items())[:MOST_NAMES]


def _cities(query, language):
    return [
        Suggestion(label, language, reverse("cities:city", args=[slug]))
        for slug, label in _names(NameKind.CITY, query, language)
    ]


def _themes(query, language):
    browse = reverse("practices:browse")
    return [
        Suggestion(label, language, f"{browse}?{urlencode({'theme': slug})}")
        for slug, label in _names(NameKind.THEME, query, language)
    ]


def _titles(query, language, most):
    """Published practices, newest first, by the title that the reader sees."""
    # Found by the index before they are sorted: else all of the newest would be looked at.
    candidates = f"""
        WITH found AS MATERIALIZED (
            SELECT id FROM practices_practice
            WHERE state = 'published'
                AND {titles_vector(LANGUAGE_CODES)} @@ to_tsquery('efus_names', %s)
            LIMIT {MOST_TITLES_READ}
        ) SELECT id FROM found
    """  # noqa: S608 (what is typed is a parameter)
    practices = (
        Practice.objects.published()
        .as_links(language)
        .filter(pk__in=RawSQL(candidates, [query]))  # noqa: S611
        .annotate(title_words=SearchVector("shown_title", config="efus_names"))
        .filter(title_words=_matching(query))
        .newest_first()
    )
    return [
        Suggestion(str(title), title.language, practice.get_absolute_url())
        for practice in practices[:most]
        for title in [practice.shown("title", language)]
    ]


def _titles_in_time(query, language, most):
    """As ``_titles``; none where finding them takes too long, as with very short beginnings."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [MILLISECONDS])
            titles = _titles(query, language, most)
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
            return titles
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return []
        raise


def suggestions(typed, language):
    """What somebody reading *language* may mean who has *typed* so far: (label, suggestions).

    At most ``MOST`` in all, in groups, none of which is empty.
    """
    query = _query(typed)
    if query is None:
        return []
    with override(language):
        cities, themes = _cities(query, language), _themes(query, language)
        titles = _titles_in_time(query, language, MOST - len(cities) - len(themes))
        groups = [(_("Cities"), cities), (_("Themes"), themes), (_("Practices"), titles)]
    return [(label, found) for label, found in groups if found]
