"""Which partnerships a reader asks for, read from the address and written back to it."""

from django.db.models import Count, F
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django_countries import countries

from efus.spelling import fold
from practices.enums import OrganisationKind
from practices.models import Partner, Partnership
from practices.search.filters import FacetValue

LONGEST_WORDS = 200  # characters
MOST_VALUES = 50


def known_values(query, parameter, labels, label, problems):
    """The values of *parameter* that are in *labels*; others are said in *problems*."""
    values = list(dict.fromkeys(value for value in query.getlist(parameter) if value))
    unknown = [value for value in values if value not in labels]
    if unknown:
        problems.append(
            _("“%(value)s” is not known as a value of “%(facet)s”; it was left out.")
            % {"value": unknown[0][:40], "facet": label}
        )
    return [value for value in values if value in labels][:MOST_VALUES]


class PartnershipListing:
    """Countries (one of them) and kinds of partners joined (all of them)."""

    def __init__(self, query):
        self.problems = []
        self.country_names = dict(countries)
        self.kind_names = dict(OrganisationKind.choices)
        self.countries = known_values(
            query, "country", self.country_names, _("Country"), self.problems
        )
        self.kinds = known_values(
            query, "partner", self.kind_names, _("Kind of partner"), self.problems
        )

    @cached_property
    def _of_kinds(self):
        return Partnership.objects.public().joining(self.kinds)

    def results(self):
        """The partnerships asked for, city by city."""
        rows = self._of_kinds
        if self.countries:
            rows = rows.filter(city__country__in=self.countries)
        return rows.order_by("city__country", "city__official_name", "pk")

    def country_values(self):
        """The countries, each with how many partnerships of the chosen kinds it has."""
        counts = dict(
            self._of_kinds.order_by()
            .annotate(value=F("city__country"))
            .values("value")
            .annotate(number=Count("pk"))
            .values_list("value", "number")
        )
        shown = sorted(
            {*counts, *self.countries}, key=lambda code: fold(self.country_names.get(code, code))
        )
        return [
            FacetValue(
                code,
                self.country_names.get(code, code),
                counts.get(code, 0),
                code in self.countries,
                0,
            )
            for code in shown
        ]

    def kind_values(self):
        """The kinds, each with how many of the results join it: what adding it leaves."""
        counts = dict(
            Partner.objects.filter(partnership__in=self.results().order_by().values("pk"))
            .order_by()
            .values(value=F("organisation__kind"))
            .annotate(number=Count("partnership", distinct=True))
            .values_list("value", "number")
        )
        return [
            FacetValue(kind, label, counts.get(kind, 0), kind in self.kinds, 0)
            for kind, label in self.kind_names.items()
            if kind in counts or kind in self.kinds
        ]

    @property
    def query_string(self):
        """What was asked for, as the query of an address."""
        query = QueryDict(mutable=True)
        query.setlist("country", self.countries)
        query.setlist("partner", self.kinds)
        return query.urlencode()


class OrganisationListing:
    """Words and a kind, among the organisations *of_cities*."""

    def __init__(self, query, of_cities):
        self.problems = []
        self.words = " ".join(query.get("q", "").split())[:LONGEST_WORDS]
        kinds = dict(OrganisationKind.choices)
        chosen = known_values(query, "kind", kinds, _("Kind"), self.problems)
        self.kind = chosen[0] if chosen else ""
        self.kinds = [(value, label, value == self.kind) for value, label in kinds.items()]
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
