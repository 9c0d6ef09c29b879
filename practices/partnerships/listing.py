"""Which partnerships or organisations a reader asks for: read from an address, written to it."""

from dataclasses import dataclass

from django.db.models import Count
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pyroaring import BitMap

from practices.enums import POLICE, OrganisationKind
from practices.models import Partnership
from practices.partnerships.facets import FACETS, KindFacet
from practices.search.facets import ChoiceFacet
from practices.search.filters import ChosenValue

LONGEST_WORDS = 200  # characters

# What many come for: the kinds of partners that they want to see work together.
COMBINATIONS = [
    [POLICE, OrganisationKind.SOCIAL_SERVICES],
    [POLICE, OrganisationKind.SOCIAL_SERVICES, OrganisationKind.CIVIL_SOCIETY],
    [OrganisationKind.SCHOOL, OrganisationKind.YOUTH_WORK, POLICE],
]


@dataclass(frozen=True)
class Way:
    """A link to another list: its words, its address, how many it leads to."""

    label: str
    address: str
    count: int
    is_taken: bool = False


class PartnershipListing:
    """What is chosen in each facet; ``problems`` says what could not be understood."""

    def __init__(self, query):
        self.problems = []
        self.facets = [facet() for facet in FACETS]
        self.chosen = {}
        for facet in self.facets:
            if known := facet.choose(query.getlist(facet.parameter), self.problems):
                self.chosen[facet.parameter] = list(known)

    @cached_property
    def _in_order(self):
        """The keys of all public partnerships, city by city."""
        rows = Partnership.objects.public()
        rows = rows.order_by("city__country", "city__official_name", "pk")
        return list(rows.values_list("pk", flat=True))

    @cached_property
    def _public(self):
        return BitMap(self._in_order)

    @cached_property
    def _conditions(self):
        """(facet, values, the partnerships allowed) of everything that narrows the list."""
        return [
            (facet, values, allowed)
            for facet in self.facets
            if facet.parameter in self.chosen
            for values, allowed in facet.conditions(self.chosen[facet.parameter])
        ]

    def _found(self, without=lambda facet, values: False):
        """The partnerships that meet every condition, leaving out some."""
        allowed = [keys for facet, values, keys in self._conditions if not without(facet, values)]
        return BitMap.intersection(self._public, *allowed)

    def results(self):
        """The keys of the partnerships asked for, city by city."""
        found = self._found()
        return [key for key in self._in_order if key in found]

    def facet_values(self):
        """(facet, its values) for each facet that has any.

        Where one value is enough, counts leave out the facet's own choice. Where all must be
        there, they say what adding one leaves.
        """
        listing = []
        for facet in self.facets:
            chosen = self.chosen.get(facet.parameter, [])
            own = None if facet.needs_all else facet
            counts = facet.counts(self._found(lambda other, _values, own=own: other is own))
            if values := facet.listed(counts, chosen):
                listing.append((facet, facet.shortened(values)))
        return listing

    def query_string(self, **changes):
        """What was asked for, as the query of an address, with *changes* to single facets."""
        query = QueryDict(mutable=True)
        for parameter, values in (self.chosen | changes).items():
            query.setlist(parameter, values)
        return query.urlencode()

    def _without(self, facet, dropped):
        kept = [value for value in self.chosen[facet.parameter] if value not in dropped]
        return self.query_string(**{facet.parameter: kept})

    def chosen_values(self):
        """Everything that narrows the list, each with the address that drops it."""
        return [
            ChosenValue(facet.labels[value], facet.label, self._without(facet, [value]))
            for facet in self.facets
            for value in self.chosen.get(facet.parameter, [])
        ]

    def ways_out(self):
        """Where nothing is found: what to drop, and how many partnerships are found then."""
        ways = []
        for facet, values, _allowed in self._conditions:
            dropped = (facet, values)
            number = len(self._found(lambda *condition, dropped=dropped: condition == dropped))
            if number:
                address = "?" + self._without(facet, values)
                ways.append(Way(_named(facet, values), address, number))
        return ways

    def combinations(self):
        """Kinds of partners that many look for together, beside whatever else is chosen."""
        kinds = next(facet for facet in self.facets if isinstance(facet, KindFacet))
        others = self._found(lambda facet, _values: facet is kinds)
        chosen = set(self.chosen.get(kinds.parameter, []))
        return [
            Way(
                " + ".join(str(kinds.labels[kind]) for kind in combination),
                "?" + self.query_string(**{kinds.parameter: combination}),
                len(BitMap.intersection(others, *[keys for _kind, keys in conditions])),
                chosen == set(combination),
            )
            for combination in COMBINATIONS
            for conditions in [kinds.conditions(combination)]
        ]


def _named(facet, values):
    names = ", ".join(capfirst(str(facet.labels[value])) for value in values)
    return _("%(label)s: %(value)s") % {"label": facet.label, "value": names}


class OrganisationKindFacet(ChoiceFacet):
    parameter = "kind"
    label = gettext_lazy("Kind")
    choices = OrganisationKind


class OrganisationListing:
    """Words and a kind, among the organisations *of_cities*."""

    def __init__(self, query, of_cities):
        self.problems = []
        self.words = " ".join(query.get("q", "").split())[:LONGEST_WORDS]
        kinds = OrganisationKindFacet()
        chosen = kinds.choose(query.getlist(kinds.parameter), self.problems)
        self.kind = next(iter(chosen), "")
        self.kinds = [(value, label, value == self.kind) for value, label in kinds.labels.items()]
        self._rows = of_cities

    def results(self):
        """The organisations asked for, by name, each with how many partnerships use it."""
        rows = self._rows.named_like(self.words)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        return (
            rows.select_related("city")
            .annotate(partnership_count=Count("parts"))
            .order_by("folded_name", "pk")
        )

    @property
    def query_string(self):
        """What was asked for, as the query of an address."""
        query = QueryDict(mutable=True)
        if self.words:
            query["q"] = self.words
        if self.kind:
            query["kind"] = self.kind
        return query.urlencode()
