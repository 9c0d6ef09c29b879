"""How many practices a saved search finds, and how many since it was last opened."""

from dataclasses import dataclass

from django.utils.translation import get_language

from practices.digests.mail.labels import when
from practices.saved_searches.models import SavedSearch
from practices.search import sets
from practices.search.filters import Search


@dataclass(frozen=True)
class Standing:
    saved: SavedSearch
    search: Search
    found: int
    new: int

    @property
    def when(self):
        """How often what is new comes by e-mail, in words; empty where it does not."""
        subscription = self.saved.current_subscription
        if subscription is None:
            return ""
        return when(subscription.frequency, subscription.weekday, get_language())


def standings(rows):
    """What each of the saved searches *rows* finds now, all at the same moment."""
    known = sets.current()
    return [_standing(saved, known) for saved in rows]


def _standing(saved, known):
    search = saved.search
    search.sets = known
    return Standing(saved, search, len(search.found), search.count_since(saved.opened_at))
