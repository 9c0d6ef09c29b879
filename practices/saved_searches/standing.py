"""How many practices a saved search finds, and how many since it was last opened."""

from dataclasses import dataclass

from practices.saved_searches.models import SavedSearch
from practices.search.filters import Search


@dataclass(frozen=True)
class Standing:
    saved: SavedSearch
    search: Search
    found: int
    new: int


def standing(saved):
    """What *saved* finds now."""
    search = saved.search
    return Standing(saved, search, len(search.found), search.count_since(saved.opened_at))
