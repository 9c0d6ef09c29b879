"""What partnerships can be narrowed by.

Of several values one is enough, except of kinds of partners: all that are chosen take part.
Facets among each other mean *and*. Each facet fetches once which partnerships have which
value; whatever is chosen, the rest is arithmetic with these sets.
"""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from efus.spelling import fold
from practices.enums import (
    POLICE,
    POLICE_KINDS,
    OrganisationKind,
    PartnershipFormality,
    PublicationState,
)
from practices.models import Partner, Partnership
from practices.partnerships.known_models import KNOWN_MODELS
from practices.search import facets

MOST_MODELS_LISTED = 30  # the others are reached by their address, as from a link


class PartnershipFacet(facets.Facet):
    """One way to narrow partnerships; also knows which of them have which value."""

    needs_all = False

    @cached_property
    def partnerships(self):
        """The partnerships of each value that any has: a dict of sets of their keys."""
        raise NotImplementedError

    def read(self, value):
        """*value* as the address has it, as it is known here."""
        return value

    def choose(self, values, problems):
        return super().choose([self.read(value) for value in values], problems)

    def conditions(self, values):
        """(values, the partnerships allowed) of each condition that choosing *values* makes."""
        groups = [[value] for value in values] if self.needs_all else [list(values)]
        return [
            (group, BitMap.union(*[self.partnerships.get(value, BitMap()) for value in group]))
            for group in groups
        ]

    def counts(self, found):
        """How many of the set *found* have each value, where any has: a dict."""
        sets = self.partnerships.items()
        counts = {value: keys.intersection_cardinality(found) for value, keys in sets}
        return {value: number for value, number in counts.items() if number}

    def shortened(self, values):
        """Those of the counted *values* that are listed."""
        return values


def _keys_by(rows, value, key):
    """The set of *key* for each *value* of the queryset *rows*."""
    # Named in a step of its own: with expressions only, modeltranslation's values() selects,
    # and so groups by, every column.
    named = rows.order_by().annotate(value=F(value)).values("value")
    return {value: BitMap(keys) for value, keys in named.values_list("value", ArrayAgg(key))}


class ColumnFacet(PartnershipFacet):
    """A facet whose value is one column of the partnership or its city."""

    column = ""

    @cached_property
    def partnerships(self):
        return _keys_by(Partnership.objects.all(), self.column, "pk")


class CountryFacet(ColumnFacet, facets.CountryFacet):
    column = "city__country"


class FormalityFacet(ColumnFacet, facets.ChoiceFacet):
    parameter = "formality"
    label = _("Formality")
    column = "formality"
    choices = PartnershipFormality


class ModelFacet(PartnershipFacet):
    """The model that a partnership follows; spellings that fold to the same are one value."""

    parameter = "model"
    label = _("Model")

    @cached_property
    def _spelled(self):
        return _keys_by(Partnership.objects.exclude(model=""), "model", "pk")

    @cached_property
    def partnerships(self):
        folded = {}
        for model, keys in self._spelled.items():
            folded[fold(model)] = folded.get(fold(model), BitMap()) | keys
        return folded

    @cached_property
    def labels(self):
        # The last of these has the word: a name that is known, or the most used spelling.
        used = sorted(self._spelled, key=lambda model: (len(self._spelled[model]), model))
        known = [model for models in KNOWN_MODELS.values() for model in models]
        names = {fold(model): model for model in [*used, *known]}
        return dict(sorted(names.items()))

    def read(self, value):
        return fold(value)

    def shortened(self, values):
        most_used = sorted(values, key=lambda value: (not value.chosen, -value.count))
        return [value for value in values if value in most_used[:MOST_MODELS_LISTED]]


class ThemeFacet(PartnershipFacet, facets.ThemeFacet):
    """Themes of the published practices that it carries; a parent includes its children."""

    @cached_property
    def partnerships(self):
        carried = Partnership.practices.through.objects.filter(
            practice__state=PublicationState.PUBLISHED, practice__themes__isnull=False
        )
        own = _keys_by(carried, "practice__themes__slug", "partnership")
        with_children = dict(own)
        for slug, keys in own.items():
            if parent := self.parents.get(slug):
                with_children[parent] = with_children.get(parent, BitMap()) | keys
        return with_children


class KindFacet(PartnershipFacet):
    """The kinds of partners that a partnership joins; the police may be local or national."""

    parameter = "partner"
    label = _("Kinds of partners joined")
    needs_all = True

    @cached_property
    def labels(self):
        return {POLICE: _("police"), **dict(OrganisationKind.choices)}

    def depth(self, value):
        return int(value in POLICE_KINDS)

    @cached_property
    def partnerships(self):
        kinds = _keys_by(Partner.objects.all(), "organisation__kind", "partnership")
        police = BitMap.union(*[kinds.get(kind, BitMap()) for kind in POLICE_KINDS])
        return kinds | {POLICE: police}


FACETS = [KindFacet, CountryFacet, ModelFacet, ThemeFacet, FormalityFacet]
