"""A reader's search, read from the address and written back to it."""

from collections import Counter
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pyroaring import BitMap

from cities.models import City
from practices.enums import Evidence
from practices.search import sets, text
from practices.search.facets import FACETS
from practices.search.meaning.nearness import nearest, similarities
from practices.search.meaning.terms import probable_terms
from practices.search.results import Results
from practices.search.suggestions import did_you_mean

LONGEST_WORDS = 200  # characters
MOST_WORDS = 24
MOST_BY_MEANING = 50  # practices
MOST_COMPARED = 100  # practices found by their text, by their meaning too
MOST_TAKEN_UP = 1_000  # practices, the newest, for journeys from city to city
TERM_WORTH = 0.1  # of a term that is certainly meant, for each time that it is twice as rare

NEWEST = "newest"
RELEVANCE = "relevance"
MOST_ADOPTED = "adopted"
BEST_EVIDENCE = "evidence"
SORTS = {
    RELEVANCE: gettext_lazy("Best match"),
    NEWEST: gettext_lazy("Newest"),
    MOST_ADOPTED: gettext_lazy("Most adopted"),
    BEST_EVIDENCE: gettext_lazy("Best evidence"),
}

BEST_EVIDENCE_FIRST = [
    Evidence.REPLICATED,
    Evidence.INDEPENDENTLY_EVALUATED,
    Evidence.EVALUATED,
    Evidence.MONITORED,
]


@dataclass(frozen=True)
class ChosenValue:
    """Something that narrows the list, and the address without it."""

    label: str
    facet_label: str
    address: str


@dataclass(frozen=True)
class NamedValue:
    """A name in the words, what it stands for, and the address that narrows to it instead."""

    spelled: str
    label: str
    facet_label: str
    address: str


@dataclass(frozen=True)
class WayOut:
    """What to drop where nothing is found, and how many practices that leads to."""

    label: str
    number: int
    address: str


def best_first(scores):
    """The numbers of *scores*, the best first, of equal ones the newest."""
    return sorted(scores, key=lambda number: (-scores[number], -number))


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
            if known := facet.choose(query.getlist(facet.parameter), search.problems):
                search.chosen[facet.parameter] = known
        search.sort = query.get("sort", "")
        if search.sort not in SORTS or (search.sort == RELEVANCE and not search.words):
            search.sort = search._usual_sort
        return search

    def _read_words(self, words):
        typed = words.split()
        words = " ".join(typed)
        if len(words) > LONGEST_WORDS:
            self.problems.append(
                _("Your words were too long; only the first %(number)d characters are used.")
                % {"number": LONGEST_WORDS}
            )
            words = words[:LONGEST_WORDS]
        elif len(typed) > MOST_WORDS:
            self.problems.append(
                _("You typed too many words; only the first %(number)d are used.")
                % {"number": MOST_WORDS}
            )
        self.words = " ".join(words.split()[:MOST_WORDS])

    @property
    def chosen_count(self):
        """How many values of facets are chosen."""
        return sum(map(len, self.chosen.values()))

    @property
    def _usual_sort(self):
        return RELEVANCE if self.words else NEWEST

    @property
    def sorts(self):
        """The orders to choose from: (value in the address, name, whether chosen).

        The usual one has no value, so that it becomes relevance once there are words.
        """
        return [
            ("" if name == self._usual_sort else name, label, name == self.sort)
            for name, label in SORTS.items()
            if self.words or name != RELEVANCE
        ]

    @cached_property
    def sets(self):
        """The practices as sets, at one version for everything that this search tells."""
        return sets.current()

    @cached_property
    def _text(self):
        return text.find(self.words, self.language, self.sets)

    @cached_property
    def _by_meaning(self):
        """{number: ``Hit``} of the practices nearest in meaning, best first."""
        hits = {
            hit.practice_id: hit for hit in nearest(self.words, self.language, MOST_BY_MEANING)
        }
        numbers = sets.numbers_of(self.sets, hits) if hits else {}
        return {numbers[key]: hit for key, hit in hits.items() if key in numbers}

    @cached_property
    def _by_words(self):
        """The practices that the words lead to, by what is written or by what is meant."""
        return self._text.practices | BitMap(self._by_meaning)

    @cached_property
    def _by_facet(self):
        """For each facet that narrows, the practices that have one of the values chosen."""
        return {
            parameter: self.sets.with_any(parameter, values)
            for parameter, values in self.chosen.items()
        }

    def _narrowed(self, without=None):
        """The practices found; *without* names a facet, or ``q`` for the words, to leave out."""
        narrowing = [self.sets.published]
        if self.words and without != "q":
            narrowing.append(self._by_words)
        narrowing += [found for parameter, found in self._by_facet.items() if parameter != without]
        return BitMap.intersection(*narrowing)

    @cached_property
    def found(self):
        """The practices found, as a set."""
        return self._narrowed()

    @property
    def is_bounded(self):
        """Whether more practices may match than were compared."""
        return bool(self.words) and self._text.is_bounded

    def results(self):
        """The practices found, in order: ``Results``."""
        return Results(self.sets, self._in_order())

    def _in_order(self):
        if self.sort == RELEVANCE:
            ranked = best_first(self.by_text_and_meaning())
            return [ranked, self.found - BitMap(ranked)]
        if self.sort == MOST_ADOPTED:
            adopted = sorted(self.sets.values("adoptions"), key=lambda pair: -int(pair[0]))
            return self._one_after_another(having for _number, having in adopted)
        if self.sort == BEST_EVIDENCE:
            return self._one_after_another(
                self.sets.with_value("evidence", stage) for stage in BEST_EVIDENCE_FIRST
            )
        return [self.found]

    def _one_after_another(self, groups):
        rest, buckets = self.found, []
        for group in groups:
            buckets.append(rest & group)
            rest = rest - group
        return [*buckets, rest]

    def by_text(self):
        """{number: score} of the best of the practices found by their text."""
        return text.ranked(self._text, self.found, self.language, self.sets)

    def by_meaning(self):
        """{number: similarity} of the best of the practices found by their meaning."""
        return {
            number: hit.similarity
            for number, hit in self._by_meaning.items()
            if number in self.found
        }

    def by_text_and_meaning(self):
        """{number: score} of the best of the practices found: the sum of both scores.

        Measured better than joining the ranks (docs/search.md).
        """
        scores, near = self.by_text(), self.by_meaning()
        others = [number for number in best_first(scores) if number not in near]
        keys = sets.keys_of(self.sets, others[:MOST_COMPARED]) if near else {}
        compared = similarities(self.words, self.language, keys.values())
        for number, key in keys.items():
            scores[number] += compared.get(key, 0)
        for number, similarity in near.items():
            scores[number] = scores.get(number, 0) + similarity
        for number, worth in self._by_terms(BitMap(scores)).items():
            scores[number] += worth
        return scores

    def _by_terms(self, candidates):
        """{number: worth} of *candidates* that have a term which the words probably mean."""
        worths = Counter()
        terms = probable_terms(self.words, self.language) if candidates else {}
        for (kind, value), probability in terms.items():
            if having := self.sets.with_value(kind, value):
                worth = TERM_WORTH * probability * self.sets.rarity(having)
                for number in candidates & having:
                    worths[number] += worth
        return worths

    def city_counts(self):
        """How many of the practices found each city has: a dict by the city's key."""
        counts = self.sets.counts(["city"], self.found)["city"]
        cities = City.objects.filter(slug__in=counts).values_list("pk", "slug")
        return {pk: counts[slug] for pk, slug in cities}

    def count_since(self, moment):
        """How many of the practices found were published after *moment*."""
        first = sets.first_since(self.sets, moment)
        return 0 if first is None else self.found.range_cardinality(first, 2**32)

    def newest_of(self, cities, number):
        """The keys of the newest *number* of the practices found of each of *cities*, slugs."""
        numbers = []
        for slug in cities:
            numbers += sets.newest(self.found & self.sets.with_value("city", slug), number)
        return sets.practice_ids(self.sets, numbers)

    def taken_up(self):
        """The keys of the practices found that cities have taken up, of the newest of them."""
        found = self.found & BitMap.union(
            BitMap(), *[having for _number, having in self.sets.values("adoptions")]
        )
        return sets.practice_ids(self.sets, sets.newest(found, MOST_TAKEN_UP))

    def facet_values(self):
        """(facet, its values) for each facet; its counts leave out its own choice."""
        counts = self.counts()
        listing = []
        for facet in self.facets:
            chosen = self.chosen.get(facet.parameter, {})
            if facet.is_listed and (values := facet.listed(counts[facet.parameter], chosen)):
                listing.append((facet, values))
        return listing

    def counts(self):
        """How many practices each value of each listed facet would show: by facet, by value."""
        listed = [facet.parameter for facet in self.facets if facet.is_listed]
        is_narrowed = bool(self.words or self.chosen)
        counts = self.sets.counts(
            [parameter for parameter in listed if parameter not in self.chosen],
            self.found if is_narrowed else None,
        )
        for parameter in listed:
            if parameter in self.chosen:
                counts |= self.sets.counts([parameter], self._narrowed(without=parameter))
        return counts

    def named_values(self):
        """What the names in the words stand for, each with the address that narrows to it."""
        facets = {facet.parameter: facet for facet in self.facets}
        named = []
        for name in self._text.names if self.words else []:
            if self.sets.with_value(name.kind, name.value):
                rest = f"{self.words[: name.start]} {self.words[name.end :]}"
                chosen = list(dict.fromkeys([*self.chosen.get(name.kind, {}), name.value]))
                address = self.query_string(q=" ".join(rest.split()), **{name.kind: chosen})
                facet = facets[name.kind]
                named.append(NamedValue(name.spelled, name.label, facet.label, address))
        return named

    @property
    def did_you_mean(self):
        """The words put right, where nothing is found by some of them: (words, address)."""
        if not self.words:
            return None
        words = did_you_mean(self.words, self.language)
        return (words, self.query_string(q=words)) if words else None

    def found_by_meaning_only(self, keys):
        """Those of *keys*, of practices found, whose text has not got the words."""
        if not self.words:
            return set()
        numbers = sets.numbers_of(self.sets, keys)
        return {key for key, number in numbers.items() if number not in self._text.practices}

    def ways_out(self):
        """What to drop where nothing is found; what leads to most practices comes first."""
        ways = []
        if self.words:
            number = len(self._narrowed(without="q"))
            label = _("without the words “%(words)s”") % {"words": self.words}
            ways.append(WayOut(label, number, self.query_string(q=None, sort=None)))
        for facet in self.facets:
            if chosen := self.chosen.get(facet.parameter):
                number = len(self._narrowed(without=facet.parameter))
                label = _("without “%(facet)s: %(values)s”") % {
                    "facet": facet.label,
                    "values": ", ".join(map(str, chosen.values())),
                }
                ways.append(WayOut(label, number, self.query_string(**{facet.parameter: []})))
        return sorted((way for way in ways if way.number), key=lambda way: -way.number)

    def query_string(self, **changes):
        """The search as the query of an address, with *changes* to single parameters."""
        query = QueryDict(mutable=True)
        if self.words:
            query["q"] = self.words
        if self.sort != self._usual_sort:
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
            chosen = self.chosen.get(facet.parameter, {})
            for value, label in chosen.items():
                rest = [other for other in chosen if other != value]
                values.append(
                    ChosenValue(
                        label,
                        facet.label,
                        self.query_string(**{facet.parameter: rest}),
                    )
                )
        return values
