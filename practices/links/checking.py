"""Which links there are, what became of them, and when to look again."""

import time
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.utils import timezone

from practices.enums import LinkOutcome, PublicationState
from practices.links.asking import SECONDS, SECONDS_IN_ALL, ask
from practices.links.mails import tell_coordinators
from practices.models import RICH_TEXT_FIELDS, Practice, PracticeLink
from practices.models.link import CONFIRMED_AFTER, LONGEST_ADDRESS
from practices.models.original_language import LANGUAGE_CODES
from practices.rich_text import links_in

AGAIN = timedelta(days=30)
FAILING_AGAIN = CONFIRMED_AFTER + timedelta(hours=1)
PAUSE = timedelta(hours=1)  # after which a save has a failing link tried once more
MOST_LINKS = 10
MOST_LINKS_OF_PRACTICE = 200  # so that nobody has others' links wait, or a site flooded
MOST_SECONDS = 60  # after which no further link of a batch is begun
LOCK = 4526_002


def places_of_links(practice):
    """Address of each link to the web → [(field, language)] of the texts that it stands in."""
    places = {}
    for language in LANGUAGE_CODES:
        for field in RICH_TEXT_FIELDS:
            for address in links_in(getattr(practice, f"{field}_{language}")):
                if urlsplit(address).scheme in {"http", "https"} and (
                    len(address.encode()) <= LONGEST_ADDRESS
                ):
                    places.setdefault(address, []).append((field, language))
    return places


@transaction.atomic
def refresh(pk):
    """Make the rows those of the links that the practice has now; returns what is due.

    New links are due, and so are failing ones, which somebody may have put right elsewhere.
    """
    # So that of two refreshes at once the second sees what the first wrote.
    practice = Practice.objects.select_for_update(of=["self"], no_key=True).filter(pk=pk).first()
    if practice is None:
        return False
    addresses = list(places_of_links(practice))[:MOST_LINKS_OF_PRACTICE]
    rows = PracticeLink.objects.filter(practice=practice)
    rows.exclude(address__in=addresses).delete()
    known = set(rows.values_list("address", flat=True))
    PracticeLink.objects.bulk_create(
        PracticeLink(practice=practice, address=address)
        for address in addresses
        if address not in known
    )
    now = timezone.now()
    rows.failing().filter(checked_at__lt=now - PAUSE).update(due_at=now)
    if practice.state == PublicationState.PUBLISHED:
        rows.filter(due_at=None).update(due_at=now)
    return rows.due().exists()


@contextmanager
def _alone():
    """Whether nobody else is checking; holds the lock until the end if so.

    One at a time is quick enough, and no server ever gets two requests at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (held,) = cursor.fetchone()
        try:
            yield held
        finally:
            if held:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def note(link, answer):
    """Write down what became of *link*, and when to look again."""
    now = timezone.now()
    values = {"checked_at": now, "outcome": answer.outcome, "status_code": answer.status_code}
    if answer.outcome == LinkOutcome.WORKS:
        values |= {"failures": 0, "first_failed_at": None, "told_at": None}
        again = now + AGAIN
    else:
        values |= {
            "failures": min(link.failures + 1, 32_767),
            "first_failed_at": link.first_failed_at or now,
        }
        again = now + (AGAIN if link.told_at else FAILING_AGAIN)
    is_public = link.practice.state == PublicationState.PUBLISHED
    values["due_at"] = again if is_public else None
    # It may have left the text meanwhile; then there is nothing to write down.
    PracticeLink.objects.filter(pk=link.pk).update(**values)


def check_batch(seconds=SECONDS, seconds_in_all=SECONDS_IN_ALL):
    """Check a few of the links that are due; returns whether there are more.

    Where another worker is at it, that one goes on.
    """
    with _alone() as alone:
        if not alone:
            return False
        begun = time.monotonic()
        due = (
            PracticeLink.objects.due()
            .select_related("practice")
            .only(*[field.name for field in PracticeLink._meta.concrete_fields], "practice__state")
        )
        for link in due[:MOST_LINKS]:
            if time.monotonic() - begun > MOST_SECONDS:
                break
            note(link, ask(link.address, seconds, seconds_in_all))
        tell_of_broken_links()
        return PracticeLink.objects.due().exists()


@transaction.atomic
def tell_of_broken_links():
    """Have the coordinators told, once, of each link that is broken for good."""
    broken = (
        PracticeLink.objects.newly_broken()
        .select_for_update(of=["self"], skip_locked=True)
        .order_by("practice", "pk")
    )
    by_practice = {}
    for link in broken:
        by_practice.setdefault(link.practice_id, []).append(link)
    for pk, links in by_practice.items():
        PracticeLink.objects.filter(pk__in=[link.pk for link in links]).update(
            told_at=timezone.now(), due_at=timezone.now() + AGAIN
        )
        tell_coordinators(Practice.objects.select_related("city").get(pk=pk), links)
