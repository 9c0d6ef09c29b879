"""What a subscription asks for, in words."""

from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from cities.models import City
from practices.digests.enums import Frequency, NewsKind, Weekday
from practices.models import Method, TargetGroup, Theme
from practices.models.original_language import LANGUAGE_CODES
from practices.search.facets import FACETS

MOST_VALUES = 4  # of one facet that are named; the others are counted

TERMS = {"theme": Theme, "group": TargetGroup, "method": Method}
NAMES = [f"name_{code}" for code in LANGUAGE_CODES]
# Their values speak for themselves; those of others follow the name of the facet.
NAMELESS = ["theme", "country", "city", "group", "method", "partner"]
OTHERS = [facet.parameter for facet in FACETS if facet.parameter not in NAMELESS]
ORDER = [*NAMELESS, *OTHERS]

_facets = {facet.parameter: facet for facet in FACETS}


@lru_cache(maxsize=4096)
def _fixed_label(parameter, value, language):
    """The name of a value that no table names; None where it is unknown."""
    with override(language):
        facet = _facets.get(parameter)
        label = facet().known([value]).get(value) if facet else None
        return None if label is None else str(label)


@lru_cache
def when(frequency, weekday, language):
    """How often, in words."""
    with override(language):
        if frequency == Frequency.WEEKLY:
            return _("every %(weekday)s") % {"weekday": Weekday(weekday).label}
        return str(Frequency(frequency).label)


class Labels:
    """The names of what some subscriptions have chosen and of all themes, in every language.

    Read anew for each batch or page, in as many queries as there are kinds of names.
    """

    def __init__(self, chosen):
        """*chosen*: for each subscription, its lists of values by facet."""
        used = {}
        for choices in chosen:
            for parameter, values in choices.items():
                used.setdefault(parameter, set()).update(values)
        self._names = {}
        self.themes = {}  # (slug, slug of the parent or None), by key
        for pk, slug, parent, *names in Theme.objects.order_by().values_list(
            "pk", "slug", "parent__slug", *NAMES
        ):
            self.themes[pk] = (slug, parent)
            self._keep("theme", slug, names)
        for parameter in ("group", "method"):
            if parameter in used:
                terms = TERMS[parameter].objects.order_by().filter(slug__in=used[parameter])
                for slug, *names in terms.values_list("slug", *NAMES):
                    self._keep(parameter, slug, names)
        if "city" in used:
            cities = City.objects.order_by().filter(slug__in=used["city"])
            for slug, official, *names in cities.values_list("slug", "official_name", *NAMES):
                self._keep("city", slug, names, official)

    def _keep(self, parameter, value, names, otherwise=""):
        for code, name in zip(LANGUAGE_CODES, names, strict=True):
            self._names[parameter, value, code] = (
                name or otherwise or names[LANGUAGE_CODES.index("en")]
            )

    def label(self, parameter, value, language):
        """The name of *value*, or None where it is not known any more."""
        if parameter in TERMS or parameter == "city":
            return self._names.get((parameter, value, language))
        return _fixed_label(parameter, value, language)

    def known(self, chosen, language):
        """What is *chosen* and still known: lists of (value, name in *language*), by facet."""
        known = {}
        for parameter in ORDER:
            pairs = []
            for value in chosen.get(parameter, ()):
                if label := self.label(parameter, value, language):
                    pairs.append((value, label))
            if pairs:
                known[parameter] = pairs
        return known


def parts(known, words, kinds):
    """What is asked for, each part in words; *known* as of ``Labels.known``."""
    found = []
    if len(kinds) < len(NewsKind):
        found.append(", ".join(str(kind.label) for kind in NewsKind if kind in kinds))
    for parameter, pairs in known.items():
        names = ", ".join([label for _value, label in pairs[:MOST_VALUES]])
        if (others := len(pairs) - MOST_VALUES) > 0:
            names = ngettext(
                "%(names)s and %(number)d other", "%(names)s and %(number)d others", others
            ) % {"names": names, "number": others}
        if parameter in OTHERS:
            names = f"{_facets[parameter].label}: {names}"
        found.append(names)
    if words:
        found.append(_("“%(words)s”") % {"words": words})
    return found


def asked_for(reader, known):
    """What *reader* asked for, of which *known* are the choices, in the language in force."""
    return _("You asked for: %(what)s — %(when)s") % {
        "what": " · ".join(parts(known, reader.words, reader.kinds)) or _("everything"),
        "when": when(reader.frequency, reader.weekday, reader.language),
    }
