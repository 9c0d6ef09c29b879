"""Which terms a reader asks for, read from the address and written back to it."""

from django.http import QueryDict
from django.utils.translation import get_language, get_language_info

from practices.models.original_language import LANGUAGE_CODES
from practices.translations.glossary.models import GlossaryTerm

LONGEST_WORDS = 200  # characters


class GlossaryListing:
    """A pair of languages, and words in its terms."""

    def __init__(self, query):
        self.source = self._language(query.get("from"), get_language())
        other = next(code for code in LANGUAGE_CODES if code != self.source)
        self.target = self._language(query.get("into"), other)
        self.words = " ".join(query.get("q", "").split())[:LONGEST_WORDS]

    def _language(self, code, default):
        return code if code in LANGUAGE_CODES else default

    def results(self):
        return GlossaryTerm.objects.from_into(self.source, self.target).containing(self.words)

    @property
    def languages(self):
        """The languages to choose from: (code, name)."""
        return [(code, get_language_info(code)["name_translated"]) for code in LANGUAGE_CODES]

    @property
    def query_string(self):
        """What was asked for, as the query of an address."""
        query = QueryDict(mutable=True)
        query["from"] = self.source
        query["into"] = self.target
        if self.words:
            query["q"] = self.words
        return query.urlencode()
