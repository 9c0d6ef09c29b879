"""What of a search a subscription can hold, and what it cannot hold yet."""

from django.http import QueryDict

from practices.models import TargetGroup, Theme
from practices.search.filters import Search

HELD = ("theme", "country", "group")  # parameters of an address


class Parts:
    """``held`` and ``left_out`` are what was chosen, as a reader sees it."""

    def __init__(self, query, language):
        given = QueryDict(query)
        kept = QueryDict(mutable=True)
        for name in HELD:
            kept.setlist(name, given.getlist(name))
        self._chosen = Search.from_query(kept, language).chosen
        self.held = Search.from_query(kept, language).chosen_values()
        labels = {(value.facet_label, value.label) for value in self.held}
        self.left_out = [
            value
            for value in Search.from_query(given, language).chosen_values()
            if (value.facet_label, value.label) not in labels
        ]

    @property
    def themes(self):
        return Theme.objects.filter(slug__in=self._chosen.get("theme", []))

    @property
    def countries(self):
        return sorted(self._chosen.get("country", []))

    @property
    def target_groups(self):
        return TargetGroup.objects.filter(slug__in=self._chosen.get("group", []))
