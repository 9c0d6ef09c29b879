"""A reader's search, read from the address and written back to it."""

from dataclasses import dataclass, field

from django.db.models import Count, F
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practices.models import Practice
from practices.search.facets import FACETS
from practices.search.text import best_match_first, found_by

LONGEST_WORDS = 200  # characters
MOST_VALUES = 50  # values of one facet

NEWEST = "newest"
RELEVANCE = "relevance"
SORTS = {
    RELEVANCE: gettext_lazy("Best match"),
    NEWEST: gettext_lazy("Newest"),
}


@dataclass(frozen=True)
class FacetValue:
    """A value as it stands in a list of filters: its name, how many it has, whether chosen."""

    value: str
    label: str
    count: int
    chosen: bool
    depth: int


@dataclass(frozen=True)
class ChosenValue:
    """Something that narrows the list, and the address without it."""

    label: str
    facet_label: str
    address: str


@dataclass
class Search:
    """Words, values of facets and an order; ``problems`` says what could not be understood."""

    language: str
    words: str = ""
    chosen: dict = field(default_factory=dict)
    sort: str = NEWEST
    problems: list = field(default_factory=list)

    @classmethod
    def from_query(cls, query, language):
        """Read the query of an address; what is unknown is left out and said in ``problems``."""
        search = cls(language)
        search.facets = [facet() for facet in FACETS]
        search._read_words(query.get("q", ""))
        for facet in search.facets:
            search._read_values(facet, query.getlist(facet.parameter))
        search.sort = query.get("sort", "")
        if search.sort not in SORTS or not search.words:
            search.sort = RELEVANCE if search.words else NEWEST
        return search

    def _read_words(self, words):
        words = " ".join(words.split())
        if len(words) > LONGEST_WORDS:
            self.problems.append(
                _("Your words were too long; only the first %(number)d characters are used.")
                % {"number": LONGEST_WORDS}
            )
            words = words[:LONGEST_WORDS]
        self.words = words

    def _read_values(self, facet, values):
        values = list(dict.fromkeys(value for value in values if value))
        unknown = [value for value in values if value not in facet.labels]
        if unknown:
            self.problems.append(
                _("“%(value)s” is not known as a value of “%(facet)s”; it was left out.")
                % {"value": unknown[0][:40], "facet": facet.label}
            )
        known = [value for value in values if value in facet.labels][:MOST_VALUES]
        if known:
            self.chosen[facet.parameter] = known

    def _narrowed(self, without=None):
        practices = Practice.objects.published()
        if self.words:
            practices = found_by(practices, self.words, self.language)
        for facet in self.facets:
            if facet.parameter in self.chosen and facet is not without:
                practices = practices.filter(facet.matching(self.chosen[facet.parameter]))
        return practices

    def results(self):
        """The practices found, in order, as a queryset."""
        if self.sort == RELEVANCE and self.words:
            return best_match_first(self._narrowed(), self.words, self.language)
        return self._narrowed().newest_first()

    def city_counts(self):
        """How many of the practices found each city has: a dict by the city's key."""
        found = self._narrowed().order_by().annotate(place=F("city")).values("place")
        return dict(found.annotate(number=Count("pk")).values_list("place", "number"))

    def facet_values(self):
        """(facet, its values) for each facet; its counts leave out its own choice."""
        listing = []
        for facet in self.facets:
            chosen = self.chosen.get(facet.parameter, [])
            counts = facet.counts(self._narrowed(without=facet))
            values = [
                FacetValue(value, label, counts.get(value, 0), value in chosen, facet.depth(value))
                for value, label in facet.labels.items()
                if value in counts or value in chosen
            ]
            if values:
                listing.append((facet, values))
        return listing

    def query_string(self, **changes):
        """The search as the query of an address, with *changes* to single parameters."""
        query = QueryDict(mutable=True)
        if self.words:
            query["q"] = self.words
            if self.sort != RELEVANCE:
                query["sort"] = self.sort
        for parameter, values in self.chosen.items():
            query.setlist(parameter, values)
        for parameter, value in changes.items():
            if isinstance(value, list):
                query.setlist(parameter, value)
            elif value in (None, ""):
                query.pop(parameter, None)
            else:
                query[parameter] = value
        return query.urlencode()

    def chosen_values(self):
        """Everything that narrows the list, each with the address that drops it."""
        values = []
        if self.words:
            values.append(
                ChosenValue(
                    _("“%(words)s”") % {"words": self.words},
                    _("Words"),
                    self.query_string(q=None, sort=None),
                )
            )
        for facet in self.facets:
            chosen = self.chosen.get(facet.parameter, [])
            for value in chosen:
                rest = [other for other in chosen if other != value]
                values.append(
                    ChosenValue(
                        facet.labels[value],
                        facet.label,
                        self.query_string(**{facet.parameter: rest}),
                    )
                )
        return values
