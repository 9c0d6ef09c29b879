"""The practices that a search found, for a file: in its order, and not without end."""

from dataclasses import dataclass

from practices.models import Partner, Practice

MOST_PRACTICES = 10_000  # in one file
BATCH = 500  # practices in memory at once


@dataclass(frozen=True)
class Selection:
    """What is taken along of a search: the keys of its practices, and how many it found."""

    search: object
    keys: list
    found: int

    @classmethod
    def of(cls, search):
        """The first of what *search* finds."""
        results = search.results()
        return cls(search, results[:MOST_PRACTICES], results.count())

    def practices(self):
        """The practices in order, each with its ``partner_kinds``; five queries a batch.

        What is no longer published when its turn comes is left out.
        """
        for start in range(0, len(self.keys), BATCH):
            keys = self.keys[start : start + BATCH]
            rows = Practice.objects.published().as_rows(self.search.language)
            practices = {practice.pk: practice for practice in rows.filter(pk__in=keys)}
            kinds = _partner_kinds(keys)
            for key in keys:
                if key in practices:
                    practices[key].partner_kinds = kinds.get(key, [])
                    yield practices.pop(key)


def _partner_kinds(keys):
    """For each practice of *keys* that has partners: their kinds."""
    kinds = {}
    rows = Partner.objects.filter(partnership__practices__in=keys).order_by("organisation__kind")
    for key, kind in rows.values_list("partnership__practices", "organisation__kind").distinct():
        kinds.setdefault(key, []).append(kind)
    return kinds
