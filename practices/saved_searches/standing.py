"""How many practices a saved search finds, and how many since it was last opened."""

from dataclasses import dataclass

from django.db.models import Count, Q

from practices.models import Practice
from practices.saved_searches.models import SavedSearch
from practices.search.filters import Search


@dataclass(frozen=True)
class Standing:
    saved: SavedSearch
    search: Search
    found: int
    new: int


def standing(saved):
    """What *saved* finds now, counted in one query."""
    search = saved.search
    practices = Practice.objects.filter(pk__in=search.results().order_by().values("pk"))
    numbers = practices.aggregate(
        found=Count("pk"), new=Count("pk", filter=Q(published_at__gt=saved.opened_at))
    )
    return Standing(saved, search, **numbers)
