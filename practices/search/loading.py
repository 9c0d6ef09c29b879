"""The search words that the platform starts with; staff edit them afterwards."""

import tomllib

from django.db import transaction

from practices.search.known_names import SearchWord
from practices.taxonomy import FILE

WORDS = FILE.with_name("search_words.toml")


@transaction.atomic
def load_search_words():
    """Add the words of whatever has none yet; what staff have changed stays as it is.

    Returns how many words were added.
    """
    content = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    loaded = set(SearchWord.objects.order_by().values_list("kind", "value").distinct())
    added = SearchWord.objects.bulk_create(
        SearchWord(kind=kind, value=value, language=language, word=word)
        for kind, values in content.items()
        for value, languages in values.items()
        if (kind, value) not in loaded
        for language, words in languages.items()
        for word in words
    )
    return len(added)
