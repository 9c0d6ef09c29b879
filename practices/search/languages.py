"""The PostgreSQL dictionary that each language is searched with.

Each language has a text search configuration of its own, ``efus_<code>``: the
dictionary's, with accents removed before stemming, so that accents never matter.
A language that PostgreSQL has no dictionary for uses ``simple``, which does not stem.
"""

DICTIONARIES = {
    "en": "english",
    "fr": "french",
    "de": "german",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "sv": "swedish",
}


def configuration(language):
    """The name of the text search configuration of *language*, a language code."""
    return f"efus_{language}"
