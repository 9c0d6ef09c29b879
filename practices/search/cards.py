"""What a list of results says of each practice, beside what every list says."""

from practices.search.excerpts import excerpts
from practices.search.models import SearchDocument


def describe(practices, search):
    """Say of each of *practices*, cards of *search*, why it was found and how it can be read.

    ``excerpt`` is where the words stand; ``is_by_meaning`` whether only the meaning led there;
    ``other_languages`` those that it can be read in, where the reader's is not among them.
    Three queries.
    """
    keys = [practice.pk for practice in practices]
    found = excerpts(keys, search.words, search.language) if search.words and keys else {}
    by_meaning = search.found_by_meaning_only(keys)
    foreign = [
        practice.pk for practice in practices if practice.shown_title_language != search.language
    ]
    languages = {}
    if foreign:
        documents = SearchDocument.objects.filter(practice__in=foreign).order_by(
            "-is_original", "language"
        )
        for key, language in documents.values_list("practice", "language"):
            languages.setdefault(key, []).append(language)
    for practice in practices:
        practice.excerpt = found.get(practice.pk)
        practice.is_by_meaning = practice.pk in by_meaning
        practice.other_languages = [
            (language, practice.address_in(language))
            for language in languages.get(practice.pk, [])
        ]
