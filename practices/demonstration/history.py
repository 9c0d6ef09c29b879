"""What the demonstration practices have been through, as if people had written them here."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from cities.enums import SeatRole
from cities.models import Seat
from practices.demonstration.accounts import ACCOUNTS
from practices.enums import EventKind, PublicationState
from practices.models import Practice, PracticeEvent, PracticeVersion
from practices.versions import content_of, translations_of

State = PublicationState

# How long before the last step the earlier ones were taken.
SAVED_BEFORE = timedelta(days=18, hours=3)
SUBMITTED_BEFORE = timedelta(days=4, hours=2)
HAS_WAITED = timedelta(days=3)


def _person(city, *roles):
    """The demonstration account with a seat in *city* in the first of *roles* that has one."""
    seats = Seat.objects.filter(
        city=city, user__email__in=[account.email for account in ACCOUNTS]
    ).select_related("user")
    people = {seat.role: seat.user for seat in seats}
    return next((people[role] for role in roles if role in people), None)


def _steps(practice):
    """(kind, when, person, state before, state afterwards) of each event, in order."""
    writer = _person(practice.city, SeatRole.EDITOR, SeatRole.COORDINATOR)
    if practice.state == State.PUBLISHED:
        published = practice.published_at
        submitted = published - SUBMITTED_BEFORE
    else:
        submitted = timezone.now() - HAS_WAITED
    saved = submitted + SUBMITTED_BEFORE - SAVED_BEFORE
    yield EventKind.SAVED, saved, writer, "", State.DRAFT
    yield EventKind.SUBMIT, submitted, writer, State.DRAFT, State.SUBMITTED
    if practice.state == State.PUBLISHED:
        coordinator = _person(practice.city, SeatRole.COORDINATOR)
        yield EventKind.PUBLISH, published, coordinator, State.SUBMITTED, State.PUBLISHED


@transaction.atomic
def load_history():
    """Give the demonstration practices that have none a history and a first version.

    Returns how many there were.
    """
    without = Practice.objects.filter(
        is_demonstration=True,
        events=None,
        versions=None,
        state__in=[State.SUBMITTED, State.PUBLISHED],
    ).select_related("city")
    for practice in without:
        steps = list(_steps(practice))
        PracticeEvent.objects.bulk_create(
            PracticeEvent(
                practice=practice,
                kind=kind,
                at=at,
                person=person,
                from_state=before,
                to_state=afterwards,
            )
            for kind, at, person, before, afterwards in steps
        )
        _kind, saved, writer, *_states = steps[0]
        PracticeVersion.objects.create(
            practice=practice,
            number=1,
            saved_at=saved,
            saved_by=writer,
            translations=translations_of(practice),
            **content_of(practice),
        )
        Practice.objects.filter(pk=practice.pk).update(created_at=saved, updated_at=steps[-1][1])
    return len(without)
