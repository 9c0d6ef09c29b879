"""Making the passages of published practices, in the background.

A trigger notes which practices are due (see the migrations), in the transaction that changes
them. Whoever makes passages holds those notes until the vectors are written, so that whatever
happens to the worker, what is not done stays noted.
"""

import logging
import time

from django.db import connection, transaction

from practices.models import Practice
from practices.search.meaning import vectors
from practices.search.meaning.encoder import VERSION, centred, encode
from practices.search.meaning.passages import passages_of
from practices.search.meaning.terms import make_terms
from practices.search.models import Passage, PassagesDue

logger = logging.getLogger(__name__)

SECONDS = 20  # after which no further practice of a batch is begun
LOCK = 4526_004


def _wait_for_others_at(pk):
    # The trigger may have noted a practice anew while its passages are being made.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [LOCK, pk])


def _vectors_of(passages):
    return centred(
        encode([passage.text for passage in passages]),
        [passage.language for passage in passages],
    )


@transaction.atomic
def make_passages_of(pk):
    """Make the passages those that the practice has now; encode only what is new."""
    practice = Practice.objects.published().filter(pk=pk).first()
    wanted = passages_of(practice) if practice else []
    rows = Passage.objects.filter(practice=pk)
    known = {row.place: row for row in rows}
    new = [
        passage
        for passage in wanted
        if passage.place not in known
        or (known[passage.place].digest, known[passage.place].version) != (passage.digest, VERSION)
    ]
    made = _vectors_of(new) if new else []
    # It may have been unpublished meanwhile; from here on that waits.
    locked = Practice.objects.published().select_for_update(of=["self"], no_key=True)
    if wanted and not locked.filter(pk=pk).values_list("pk").first():
        wanted, new, made = [], [], []
    places = {passage.place for passage in wanted}
    rows.filter(pk__in=[row.pk for place, row in known.items() if place not in places]).delete()
    vectors.write(pk, new, made)
    return len(new)


@transaction.atomic
def _make_next(failed):
    """Make the passages of the practice that waits longest; its key, or None if none waits.

    What fails is added to *failed*, and stays due.
    """
    due = PassagesDue.objects.select_for_update(skip_locked=True)
    first = due.exclude(practice__in=failed).order_by("pk").first()
    if first is None:
        return None
    pk = first.practice_id
    _wait_for_others_at(pk)
    notes = list(due.filter(practice=pk).values_list("pk", flat=True))
    try:
        make_passages_of(pk)
    except Exception:  # one text that cannot be encoded must not hold up all others
        logger.exception("No passages of practice %s", pk)
        failed.append(pk)
    else:
        PassagesDue.objects.filter(pk__in=notes).delete()
    return pk


def make_batch(seconds=SECONDS):
    """Make what is due, for a while; returns whether there may be more."""
    if not vectors.are_kept():
        return False
    until = time.monotonic() + seconds
    failed = []
    if not make_terms(is_late=lambda: time.monotonic() > until):
        return True
    while time.monotonic() < until:
        if _make_next(failed) is None:
            return False
    return True
