"""The terms that a translator needs, and those that occur in a text."""

import re

from efus.spelling import fold
from practices.translations.glossary.models import GlossaryTerm

FEWEST_LETTERS = 4  # a shorter word has to occur as it is


def terms_for(source, target):
    """The terms of the language *source* with what they are in *target*, as a list."""
    return list(GlossaryTerm.objects.from_into(source, target))


def _pattern(term):
    words = [
        re.escape(word) + (r"\w*" if len(word) >= FEWEST_LETTERS else r"\b")
        for word in re.findall(r"\w+", term)
    ]
    return r"\b" + r"\W{1,3}".join(words)


def terms_in(text, terms):
    """Those of *terms* whose words follow one another in *text*, inflected at the end or not.

    Case, accents and hyphens make no difference.
    """
    folded = fold(text)
    found = []
    for term in terms:
        words = fold(term.source_term)
        first = words.partition(" ")[0]
        # Most terms are ruled out by this, which is quicker than a pattern.
        if first and first in folded and re.search(_pattern(words), folded):
            found.append(term)
    return found
