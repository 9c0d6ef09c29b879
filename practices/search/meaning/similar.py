"""Which practices are most like one, for who has read it."""

from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Least

from practices.models import Practice
from practices.search import sets
from practices.search.meaning import vectors
from practices.search.meaning.nearness import LEAST_SIMILARITY

CANDIDATES = 30
NEWEST = 200  # among which likeness is looked for where there are no vectors
# What something shared is worth, beside a similarity of at most 1.
WORTH = {"themes": 0.1, "target_groups": 0.05, "methods": 0.05}
MOST_SHARED = 2


def _rows_shared_with(practice, field):
    """The rows of other practices that have a term of *field* in common with *practice*."""
    through = getattr(Practice, field).through
    term = Practice._meta.get_field(field).m2m_reverse_name()
    own = through.objects.filter(practice=practice).values(term)
    return through.objects.filter(**{f"{term}__in": own}).order_by()


def _likeness(practice):
    """What *practice* and another share, as an expression: a number from 0 to below 1."""
    total = Value(0.0)
    for field, worth in WORTH.items():
        rows = _rows_shared_with(practice, field).filter(practice=OuterRef("pk"))
        number = rows.values("practice").annotate(number=Count("pk")).values("number")
        total = total + Least(Coalesce(Subquery(number), 0), MOST_SHARED) * Value(worth)
    return total


def _sharing(practice):
    """The keys of the newest practices that have a theme or target group of *practice*."""
    known = sets.current()
    found = known.with_any("theme", [term.slug for term in practice.themes.all()])
    found |= known.with_any("group", [term.slug for term in practice.target_groups.all()])
    return sets.practice_ids(known, sets.newest(found, NEWEST))


def similar(practice, language, limit=3):
    """The practices most like *practice*, as links in *language*, best first.

    By the meaning of all their texts, and by the terms in common; by these alone where there
    are no vectors.
    """
    near = {}
    if vectors.are_kept():
        rows = vectors.nearest_to_practice(practice.pk, CANDIDATES, LEAST_SIMILARITY)
        near = {pk: similarity for pk, similarity, *_rest in rows}
    keys = near or _sharing(practice)
    others = Practice.objects.published().filter(pk__in=keys).exclude(pk=practice.pk)
    found = others.as_links(language).annotate(likeness=_likeness(practice)).select_related("city")
    return sorted(
        found, key=lambda other: (near.get(other.pk, 0) + other.likeness, other.pk), reverse=True
    )[:limit]
