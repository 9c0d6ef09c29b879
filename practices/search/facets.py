"""What practices can be narrowed by.

Several values of one facet mean *or*, facets among each other mean *and*.
"""

from django.conf import settings
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from practices.enums import Evidence, OrganisationKind
from practices.models import Partner, Practice, TargetGroup, Theme
from practices.search.models import SearchDocument


class Facet:
    """One way to narrow; made anew for each request, since labels are in its language."""

    parameter = ""
    label = ""

    @cached_property
    def labels(self):
        """The name of each known value, in the order in which they are listed."""
        raise NotImplementedError

    def matching(self, values):
        """The condition that a practice has one of *values*."""
        raise NotImplementedError

    def counts(self, practices):
        """How many of the queryset *practices* have each value: a dict."""
        raise NotImplementedError

    def depth(self, value):
        """How deep *value* stands in a tree of values, from 0."""
        return 0


def _with_value(practices, expression):
    # Named in a step of its own: with expressions only, modeltranslation's values() selects,
    # and so groups by, every column.
    return practices.order_by().annotate(value=expression).values("value")


def _counted(rows):
    return dict(rows.values_list("value", "number"))


class CountryFacet(Facet):
    parameter = "country"
    label = _("Country")

    @cached_property
    def labels(self):
        return dict(countries)

    def matching(self, values):
        return Q(city__country__in=values)

    def counts(self, practices):
        return _counted(_with_value(practices, F("city__country")).annotate(number=Count("pk")))


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
    def _nested(self):
        return {theme.slug for theme in self._themes if theme.parent_id}

    def depth(self, value):
        return int(value in self._nested)

    def matching(self, values):
        return Q(
            pk__in=Practice.themes.through.objects.filter(
                theme__in=Theme.objects.within(values)
            ).values("practice")
        )

    def counts(self, practices):
        joined = Practice.themes.through.objects.filter(practice__in=practices.order_by())
        own = joined.values(value=F("theme__slug")).annotate(number=Count("practice"))
        with_children = joined.values(
            value=Coalesce("theme__parent__slug", "theme__slug")
        ).annotate(number=Count("practice", distinct=True))
        return _counted(own) | _counted(with_children)


class TargetGroupFacet(Facet):
    parameter = "group"
    label = _("Target group")

    @cached_property
    def labels(self):
        return {group.slug: group.name for group in TargetGroup.objects.all()}

    def matching(self, values):
        return Q(
            pk__in=Practice.target_groups.through.objects.filter(
                targetgroup__slug__in=values
            ).values("practice")
        )

    def counts(self, practices):
        return _counted(
            Practice.target_groups.through.objects.filter(practice__in=practices.order_by())
            .values(value=F("targetgroup__slug"))
            .annotate(number=Count("practice"))
        )


class PartnerFacet(Facet):
    parameter = "partner"
    label = _("Kind of partner")

    @cached_property
    def labels(self):
        return dict(OrganisationKind.choices)

    def matching(self, values):
        return Q(
            pk__in=Partner.objects.filter(organisation__kind__in=values).values(
                "partnership__practices"
            )
        )

    def counts(self, practices):
        return _counted(
            Partner.objects.filter(partnership__practices__in=practices.order_by())
            .order_by()
            .values(value=F("organisation__kind"))
            .annotate(number=Count("partnership__practices", distinct=True))
        )


class LanguageFacet(Facet):
    parameter = "language"
    label = _("Available in")

    @cached_property
    def labels(self):
        return dict(settings.LANGUAGES)

    def matching(self, values):
        return Q(pk__in=SearchDocument.objects.filter(language__in=values).values("practice"))

    def counts(self, practices):
        return _counted(
            SearchDocument.objects.filter(practice__in=practices.order_by())
            .values(value=F("language"))
            .annotate(number=Count("practice"))
        )


class EvidenceFacet(Facet):
    parameter = "evidence"
    label = _("Evidence")

    @cached_property
    def labels(self):
        return dict(Evidence.choices)

    def matching(self, values):
        return Q(evidence__in=values)

    def counts(self, practices):
        return _counted(_with_value(practices, F("evidence")).annotate(number=Count("pk")))


FACETS = [
    CountryFacet,
    ThemeFacet,
    TargetGroupFacet,
    PartnerFacet,
    LanguageFacet,
    EvidenceFacet,
]
