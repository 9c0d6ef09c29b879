"""Searching by words, in the dictionary of each text's own language."""

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, Max, OuterRef, Q, Subquery, When

from practices.models.original_language import LANGUAGE_CODES
from practices.search.models import SearchDocument


def _query(words, language):
    # See SearchConfiguration for the name.
    return SearchQuery(words, config=f"efus_{language}", search_type="websearch")


def documents_matching(words, language):
    """Documents that a reader of *language* finds by *words*.

    These are the texts in the reader's language, and the originals in any other, each
    searched in its own dictionary. Quotes make a phrase, a minus excludes a word.
    """
    condition = Q(language=language, vector=_query(words, language))
    for code in LANGUAGE_CODES:
        if code != language:
            condition |= Q(language=code, is_original=True, vector=_query(words, code))
    return SearchDocument.objects.filter(condition)


def _rank(words):
    # Each text is ranked in its own language, so that originals in other languages are too.
    return Case(
        *[
            When(language=code, then=SearchRank(F("vector"), _query(words, code)))
            for code in LANGUAGE_CODES
        ]
    )


def found_by(practices, words, language):
    """Those of the queryset *practices* that a reader of *language* finds by *words*."""
    return practices.filter(pk__in=documents_matching(words, language).values("practice_id"))


def best_match_first(practices, words, language):
    """Order *practices* by how well *words* match, best first, then newest first."""
    rank = (
        documents_matching(words, language)
        .filter(practice=OuterRef("pk"))
        .order_by()
        .values("practice")
        .annotate(best=Max(_rank(words)))
        .values("best")
    )
    return practices.annotate(rank=Subquery(rank)).order_by("-rank", "-published_at", "-pk")
