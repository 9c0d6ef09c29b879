"""When editions fall due, and the opening of each.

An edition begins where the last one of its frequency ended, whenever it is opened: an
outage makes one longer edition, never a gap, and an edition opened by hand before its
time makes the next one shorter.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from practices import publication_lock
from practices.digests.enums import Frequency
from practices.digests.matching import create_deliveries
from practices.digests.models import Edition

SENT_AT = time(6, 0)  # local time of the network


def _on(day, moment=SENT_AT):
    return datetime.combine(day, moment, tzinfo=ZoneInfo(settings.TIME_ZONE))


def last_boundary(frequency, now):
    """The latest moment not after *now* at which an edition of *frequency* falls due."""
    day = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    if now < _on(day):
        day -= timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        day -= timedelta(days=day.weekday())
    elif frequency == Frequency.MONTHLY:
        day = day.replace(day=1)
    return _on(day)


def boundary_before(frequency, boundary):
    """The boundary that comes before *boundary*, for the first edition of all."""
    return last_boundary(frequency, boundary - timedelta(seconds=1))


@transaction.atomic
def open_edition(frequency, ends_at=None):
    """Open the edition of *frequency* that ends at *ends_at*, or now, with its deliveries.

    Returns it, or None when that period is covered already, so that opening twice, even at
    the same moment, does nothing the second time.
    """
    publication_lock.hold()
    ends_at = ends_at or timezone.now()
    latest = Edition.objects.filter(frequency=frequency).order_by("-ends_at").first()
    starts_at = (
        latest.ends_at if latest else boundary_before(frequency, last_boundary(frequency, ends_at))
    )
    if starts_at >= ends_at:
        return None
    edition = Edition.objects.create(frequency=frequency, starts_at=starts_at, ends_at=ends_at)
    create_deliveries(edition)
    return edition


def open_due_editions(now=None):
    """Open every edition that has fallen due; returns those opened."""
    now = now or timezone.now()
    opened = [open_edition(frequency, last_boundary(frequency, now)) for frequency in Frequency]
    return [edition for edition in opened if edition]
