"""The practices found, in an order, read page by page."""

from dataclasses import dataclass

from pyroaring import BitMap

from practices.models import Practice
from practices.search.sets import Sets, practice_ids


@dataclass
class Results:
    """Practices in an order, as ``buckets`` that follow one another.

    A bucket is a list of numbers as they are to be shown, or a set, shown newest first. A
    slice asks only for the rows that it holds: the keys of the practices, or what the
    queryset given to ``showing`` has of each.
    """

    sets: Sets
    buckets: list
    queryset: object = None

    def showing(self, queryset):
        """The same practices, as *queryset* has them."""
        return Results(self.sets, self.buckets, queryset)

    def as_cards(self, language):
        """The same practices, as lists show them in *language*."""
        return self.showing(Practice.objects.published().as_cards(language))

    def count(self):
        return sum(map(len, self.buckets))

    __len__ = count

    def __getitem__(self, asked):
        if isinstance(asked, int):
            return self[asked : asked + 1][0]
        start, stop, _step = asked.indices(self.count())
        keys = practice_ids(self.sets, self._numbers(start, stop))
        if self.queryset is None:
            return keys
        # A practice that was withdrawn a moment ago is not among them any more.
        rows = self.queryset.in_bulk(keys)
        return [rows[key] for key in keys if key in rows]

    def _numbers(self, start, stop):
        numbers = []
        for bucket in self.buckets:
            size = len(bucket)
            first, last = max(start, 0), min(stop, size)
            if first < last:
                if isinstance(bucket, BitMap):
                    numbers += reversed(bucket[size - last : size - first])
                else:
                    numbers += bucket[first:last]
            start, stop = start - size, stop - size
        return numbers
