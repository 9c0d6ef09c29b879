"""Which members are like a city.

The likeness of two cities is a sum of four parts, each between 0 and 1, times its weight:

- size (0.30): 1 for the same number of inhabitants, 0 for ten times as many or few, in
  between by the logarithm;
- themes (0.35): of the themes of their published practices and these themes' parents, the
  share that both have (Jaccard);
- partners (0.25): of the kinds of partners that their partnerships join, the share that both
  have; the police is one kind, local or national;
- country (0.10): 1 for the same country.

What a city has not said counts 0. So that the work does not grow with the network, only
those are compared that are nearest in size or share most themes or kinds of partners.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import log

from django.db.models import Count, Q
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from cities.models import City
from practices.enums import POLICE, POLICE_KINDS, OrganisationKind, PublicationState
from practices.models import Partner, Practice, Theme

WEIGHTS = {"size": 0.30, "themes": 0.35, "partners": 0.25, "country": 0.10}
FARTHEST_SIZE = 10  # times as many inhabitants: no likeness left
ABOUT_THE_SAME_SIZE = 1.5  # times as many inhabitants
LEAST_LIKENESS = 0.15

CANDIDATES = 200  # by each of size, themes and partners
MOST_SHOWN = 6
MOST_NAMED = 3  # themes or kinds in a reason


@dataclass(frozen=True)
class Likeness:
    """A city, how like it is, and what both have in common, in words."""

    city: City
    value: float
    reasons: list

    @property
    def words(self):
        return "; ".join(self.reasons)


@dataclass(frozen=True)
class Traits:
    """What of a city is compared."""

    city: City
    themes: frozenset = frozenset()
    kinds: frozenset = frozenset()


def cities_like(city):
    """The members most like *city*, each with the reasons: ``Likeness``, most like first."""
    own = _traits([city], _public_partners(city))[0]
    others = candidates(own)
    # All that a member has entered is public.
    partners = Partner.objects.filter(partnership__city__in=[other.pk for other in others])
    names = _Names()
    found = []
    for other in _traits(others, partners):
        value = likeness(own, other)
        reasons = names.reasons(own, other)
        if value >= LEAST_LIKENESS and reasons:
            found.append(Likeness(other.city, value, reasons))
    found.sort(key=lambda like: (-like.value, like.city.official_name, like.city.pk))
    return found[:MOST_SHOWN]


def likeness(one, other):
    """How like each other two cities are, from 0 to 1; see the module."""
    parts = {
        "size": _size_likeness(one.city.population, other.city.population),
        "themes": _shared(one.themes, other.themes),
        "partners": _shared(one.kinds, other.kinds),
        "country": float(one.city.country == other.city.country),
    }
    return sum(WEIGHTS[name] * part for name, part in parts.items())


def _size_likeness(one, other):
    if not one or not other:
        return 0.0
    return max(0.0, 1 - abs(log(one / other)) / log(FARTHEST_SIZE))


def _shared(ones, others):
    return len(ones & others) / len(ones | others) if ones or others else 0.0


def _public_partners(city):
    return Partner.objects.filter(partnership__in=city.partnerships.public().values("pk"))


def candidates(own):
    """The members that are worth comparing with *own*, each once."""
    members = City.objects.members().exclude(pk=own.city.pk)
    found = set()
    if own.city.population:
        sizes = members.values_list("pk", flat=True)
        size, half = own.city.population, CANDIDATES // 2
        found.update(sizes.filter(population__gte=size).order_by("population", "pk")[:half])
        found.update(sizes.filter(population__lt=size).order_by("-population", "pk")[:half])
    if own.themes:
        found.update(
            _most_sharing(
                members.filter(
                    Q(practices__themes__in=own.themes)
                    | Q(practices__themes__parent__in=own.themes),
                    practices__state=PublicationState.PUBLISHED,
                ),
                "practices__themes",
            )
        )
    if own.kinds:
        found.update(
            _most_sharing(
                members.filter(partnerships__organisations__kind__in=_kinds_meant(own.kinds)),
                "partnerships__organisations__kind",
            )
        )
    return list(City.objects.filter(pk__in=found))


def _most_sharing(cities, what):
    # Named in a step of its own, as in practices.partnerships.facets.
    counted = cities.order_by().annotate(shared=Count(what, distinct=True))
    return counted.order_by("-shared", "pk").values_list("pk", flat=True)[:CANDIDATES]


def _kinds_meant(kinds):
    return (kinds - {POLICE}) | (set(POLICE_KINDS) if POLICE in kinds else set())


def _traits(cities, partners):
    """``Traits`` of each of *cities*, whose partners are *partners*."""
    themes, kinds = defaultdict(set), defaultdict(set)
    tagged = (
        Practice.themes.through.objects.filter(
            practice__state=PublicationState.PUBLISHED,
            practice__city__in=[city.pk for city in cities],
        )
        .values_list("practice__city", "theme", "theme__parent")
        .distinct()
    )
    for city, theme, parent in tagged:
        themes[city].update({theme, parent} - {None})
    joined = partners.order_by().values_list("partnership__city", "organisation__kind").distinct()
    for city, kind in joined:
        kinds[city].add(POLICE if kind in POLICE_KINDS else kind)
    return [Traits(city, frozenset(themes[city.pk]), frozenset(kinds[city.pk])) for city in cities]


class _Names:
    """What two cities have in common, in the language in force."""

    def __init__(self):
        self.themes = {theme.pk: theme for theme in Theme.objects.all()}
        self.kinds = {POLICE: _("police"), **dict(OrganisationKind.choices)}

    def reasons(self, own, other):
        return [
            reason
            for reason in (
                self._size(own.city, other.city),
                self._themes(own.themes & other.themes),
                self._kinds(own.kinds & other.kinds),
                own.city.country == other.city.country and _("in the same country"),
            )
            if reason
        ]

    def _size(self, own, other):
        if not own.population or not other.population:
            return ""
        smaller, larger = sorted([own.population, other.population])
        return _("about the same size") if larger <= smaller * ABOUT_THE_SAME_SIZE else ""

    def _themes(self, shared):
        # A parent is said only where none of its children is.
        said = [
            theme
            for pk, theme in self.themes.items()
            if pk in shared and not any(self.themes[other].parent_id == pk for other in shared)
        ]
        names = _listed([_("“%(name)s”") % {"name": theme.name} for theme in said])
        return names and _("works on %(themes)s too") % {"themes": names}

    def _kinds(self, shared):
        names = _listed([name for kind, name in self.kinds.items() if kind in shared])
        return names and _("also joins %(kinds)s") % {"kinds": names}


def _listed(names):
    return get_text_list([str(name) for name in names[:MOST_NAMED]], _("and"))
