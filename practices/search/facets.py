"""What practices can be narrowed by.

Several values of one facet mean *or*, facets among each other mean *and*. Which practices
have a value is said by the database (the view ``search_facetvalue``); here is how values
are called. Partnerships are narrowed by facets of the same kind (practices.partnerships).
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from cities.enums import NationalForum
from cities.models import City
from practices.enums import CostBand, Evidence, OrganisationKind, PracticeStatus
from practices.models import Method, TargetGroup, Theme

MOST_VALUES = 50  # of one facet
EARLIEST_YEAR = 1950

CITY_SIZES = {
    "under-50000": _("under 50,000 inhabitants"),
    "from-50000": _("50,000 to 100,000"),
    "from-100000": _("100,000 to 250,000"),
    "from-250000": _("250,000 to 500,000"),
    "from-500000": _("500,000 to 1 million"),
    "from-1000000": _("over 1 million"),
}


@dataclass(frozen=True)
class FacetValue:
    """A value as it stands in a list of filters: its name, how many it has, whether chosen."""

    value: str
    label: str
    count: int
    chosen: bool
    depth: int


class Facet:
    """One way to narrow; made anew for each request, since labels are in its language."""

    parameter = ""
    label = ""
    is_listed = True  # among the filters; the others are reached from elsewhere

    @cached_property
    def labels(self):
        """The name of each known value, in the order in which they are listed."""
        raise NotImplementedError

    def known(self, values):
        """Those of *values* that are known, each with its name: a dict."""
        return {value: self.labels[value] for value in values if value in self.labels}

    def choose(self, values, problems):
        """Those of *values*, as an address has them, that are known; a dict, as of ``known``.

        What is not known is said in the list *problems*.
        """
        values = list(dict.fromkeys(value for value in values if value))
        known = self.known(values)
        if unknown := [value for value in values if value not in known]:
            problems.append(
                gettext("“%(value)s” is not known as a value of “%(facet)s”; it was left out.")
                % {"value": unknown[0][:40], "facet": self.label}
            )
        return dict(list(known.items())[:MOST_VALUES])

    def depth(self, value):
        """How deep *value* stands in a tree of values, from 0."""
        return 0

    def listed(self, counts, chosen):
        """The ``FacetValue``s that have anything, by *counts*, or are *chosen*."""
        return [
            FacetValue(value, label, counts.get(value, 0), value in chosen, self.depth(value))
            for value, label in self.labels.items()
            if value in counts or value in chosen
        ]


class ChoiceFacet(Facet):
    """A facet whose values are the choices of a field."""

    choices = None

    @cached_property
    def labels(self):
        return dict(self.choices.choices)


class TermFacet(Facet):
    """A facet whose values are terms that staff edit."""

    terms = None

    @cached_property
    def labels(self):
        return {term.slug: term.name for term in self.terms.objects.all()}


class CountryFacet(Facet):
    parameter = "country"
    label = _("Country")

    @cached_property
    def labels(self):
        return dict(countries)


class ThemeFacet(Facet):
    """Themes; a parent includes its children."""

    parameter = "theme"
    label = _("Theme")

    @cached_property
    def _themes(self):
        return list(Theme.objects.all())

    @cached_property
    def labels(self):
        children = {}
        for theme in self._themes:
            children.setdefault(theme.parent_id, []).append(theme)
        return {
            theme.slug: theme.name
            for root in children.get(None, [])
            for theme in [root, *children.get(root.pk, [])]
        }

    @cached_property
    def parents(self):
        """The parent of each theme that has one: slugs."""
        slugs = {theme.pk: theme.slug for theme in self._themes}
        return {theme.slug: slugs[theme.parent_id] for theme in self._themes if theme.parent_id}

    def depth(self, value):
        return int(value in self.parents)


class TargetGroupFacet(TermFacet):
    parameter = "group"
    label = _("Target group")
    terms = TargetGroup


class MethodFacet(TermFacet):
    parameter = "method"
    label = _("Method")
    terms = Method


class PartnerFacet(ChoiceFacet):
    parameter = "partner"
    label = _("Kind of partner")
    choices = OrganisationKind


class _LanguageFacet(Facet):
    @cached_property
    def labels(self):
        return dict(settings.LANGUAGES)


class LanguageFacet(_LanguageFacet):
    parameter = "language"
    label = _("Available in")


class OriginalLanguageFacet(_LanguageFacet):
    parameter = "original"
    label = _("Original language")


class EvidenceFacet(ChoiceFacet):
    parameter = "evidence"
    label = _("Evidence")
    choices = Evidence


class StatusFacet(ChoiceFacet):
    parameter = "status"
    label = _("Status")
    choices = PracticeStatus


class CostFacet(ChoiceFacet):
    parameter = "cost"
    label = _("Cost")
    choices = CostBand


class YearFacet(Facet):
    """The year in which the practice began."""

    parameter = "year"
    label = _("Begun in")

    @cached_property
    def labels(self):
        # Planned practices may begin in a year to come.
        years = range(timezone.localdate().year + 10, EARLIEST_YEAR - 1, -1)
        return {str(year): str(year) for year in years}


class ForumFacet(ChoiceFacet):
    parameter = "forum"
    label = _("National forum")
    choices = NationalForum


class CitySizeFacet(Facet):
    parameter = "size"
    label = _("Size of the city")
    labels = CITY_SIZES


class CityFacet(Facet):
    """A single city, as links from elsewhere choose it."""

    parameter = "city"
    label = _("City")
    is_listed = False

    def known(self, values):
        cities = City.objects.filter(slug__in=values) if values else []
        return {city.slug: city.shown_name for city in cities}


FACETS = [
    CountryFacet,
    ThemeFacet,
    TargetGroupFacet,
    MethodFacet,
    PartnerFacet,
    EvidenceFacet,
    LanguageFacet,
    OriginalLanguageFacet,
    StatusFacet,
    CostFacet,
    YearFacet,
    CitySizeFacet,
    ForumFacet,
    CityFacet,
]
