"""What somebody would have been told of in the last month."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from practices.digests.matching import matching
from practices.digests.models import News

A_MONTH = timedelta(days=30)
MOST_SHOWN = 5
MANY = 100  # in a month; more than any mail can tell of


@dataclass(frozen=True)
class Estimate:
    """``number`` is how many news there were, ``first`` the best of them."""

    number: int
    first: list

    @property
    def is_much(self):
        return self.number > MANY


def last_month(wish):
    """What *wish* would have been told of in the last 30 days: an ``Estimate``."""
    with transaction.atomic():
        keys = matching(wish, timezone.now() - A_MONTH)
    rows = News.objects.select_related("practice__city", "city").in_bulk(keys[:MOST_SHOWN])
    return Estimate(len(keys), [rows[key] for key in keys[:MOST_SHOWN] if key in rows])
