"""Publishing at a time that was chosen before: the choice, its end, and what comes of it."""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from practices.enums import EventKind
from practices.models import Practice
from practices.publishing.mails import coordinators_of, following, mail
from practices.publishing.transitions import (
    TRANSITIONS,
    TransitionRefused,
    perform,
    why_refused,
)
from practices.versions import note

PUBLISH = TRANSITIONS["publish"]

NOT_PUBLISHED = (
    gettext_lazy("Not published as scheduled: %(title)s"),
    gettext_lazy(
        "“%(title)s” (%(city)s) was to be published on %(moment)s. That was not possible, and it"
        " is no longer scheduled. %(reason)s"
    ),
    gettext_lazy("When that is settled, publish it or schedule it again:"),
)


def in_words(moment):
    """*moment* in the language and the time zone in force, with the zone."""
    here = timezone.localtime(moment)
    shift = here.strftime("%z")
    return (
        f"{date_format(here, 'DATETIME_FORMAT')}"
        f" ({timezone.get_current_timezone()}, UTC{shift[:3]}:{shift[3:]})"
    )


def _set(practice, moment, person):
    # Not updated_at: whoever writes meanwhile has nothing to be warned of.
    practice.publish_at, practice.scheduled_by = moment, person
    practice.save(update_fields=["publish_at", "scheduled_by"])


def _locked(practice):
    rows = Practice.objects.select_for_update(of=["self"]).select_related("city")
    return rows.get(pk=practice.pk)


@transaction.atomic
def schedule(practice, user, moment):
    """Have *practice* published at *moment* for *user*, who is known to be allowed to.

    Raises ``TransitionRefused`` where it could not be published now.
    """
    practice = _locked(practice)
    if reason := why_refused(PUBLISH, practice):
        raise TransitionRefused(reason)
    if (practice.publish_at, practice.scheduled_by_id) == (moment, user.pk):
        return
    _set(practice, moment, user)
    zone = timezone.get_current_timezone()
    chosen = f"{timezone.localtime(moment):%Y-%m-%d %H:%M} {zone}"
    note(practice, user, EventKind.SCHEDULE, comment=chosen)


@transaction.atomic
def unschedule(practice, user):
    """Leave *practice* as it is; returns whether there was a schedule to cancel."""
    practice = _locked(practice)
    if practice.publish_at is None:
        return False
    _set(practice, None, None)
    note(practice, user, EventKind.UNSCHEDULE)
    return True


def _why_not_published(practice, person):
    """Why *practice* cannot be published for *person*, in the language in force, or nothing."""
    if person is None:
        return _("The person who scheduled it has no account any more.")
    if not (person.is_active and person.has_perm(PUBLISH.permission, practice)):
        return _("%(person)s, who scheduled it, may not publish it any more.") % {"person": person}
    return why_refused(PUBLISH, practice)


@transaction.atomic
def publish_if_due(pk):
    """Publish the practice if its time has come, or say why that cannot be, once.

    Where another worker is at it, nothing is done.
    """
    due = Practice.objects.due_for_publication().select_related("city", "scheduled_by")
    practice = due.select_for_update(of=["self"], skip_locked=True).filter(pk=pk).first()
    if practice is None:
        return
    person = practice.scheduled_by
    # The history speaks the language of those who write the practice.
    with override(practice.original_language):
        reason = _why_not_published(practice, person)
        if not reason:
            perform(PUBLISH.name, practice, person, by_itself=True)
            return
        moment = practice.publish_at
        _set(practice, None, None)
        note(practice, None, EventKind.NOT_PUBLISHED, comment=reason)
    concerned = coordinators_of(practice.city)
    if person:
        concerned |= Q(pk=person.pk)
    for user in following(practice, concerned):
        with override(user.language), timezone.override(ZoneInfo(user.time_zone)):
            mail(
                user,
                practice,
                *NOT_PUBLISHED,
                moment=in_words(moment),
                reason=_why_not_published(practice, person),
            )
