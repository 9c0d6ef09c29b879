"""Mails to the people whom a step on the way to publication concerns."""

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cities.enums import SeatRole
from cities.models import Seat
from efus.accounts.models import User
from efus.outbox.enums import MailKind
from efus.outbox.posting import post
from practices.enums import EventKind
from practices.models import PracticeEvent

# For each step: the subject, what happened, what one can do next.
WORDS = {
    EventKind.SUBMIT: (
        _("Submitted for publication: %(title)s"),
        _("%(person)s has submitted “%(title)s” (%(city)s) for publication."),
        _("Read it, then publish it or send it back:"),
    ),
    EventKind.SEND_BACK: (
        _("Sent back: %(title)s"),
        _("%(person)s has sent “%(title)s” (%(city)s) back to draft."),
        _("Go on writing, then submit it again:"),
    ),
    EventKind.PUBLISH: (
        _("Published: %(title)s"),
        _("%(person)s has published “%(title)s” (%(city)s). Everybody can read it now."),
        _("See what became of it:"),
    ),
    EventKind.UNPUBLISH: (
        _("No longer public: %(title)s"),
        _("%(person)s has unpublished “%(title)s” (%(city)s). It is no longer public."),
        _("Go on writing; a coordinator of your city can publish it again:"),
    ),
    EventKind.ARCHIVE: (
        _("Archived: %(title)s"),
        _("%(person)s has archived “%(title)s” (%(city)s)."),
        _("See what became of it:"),
    ),
    EventKind.UNARCHIVE: (
        _("Restored from the archive: %(title)s"),
        _("%(person)s has restored “%(title)s” (%(city)s) from the archive. It is a draft again."),
        _("Go on writing, then submit it again:"),
    ),
}


# For these its city's coordinators are told, too, when somebody of Efus took the step.
STEPS_BY_EFUS = {EventKind.SEND_BACK, EventKind.UNPUBLISH, EventKind.ARCHIVE}


def coordinators_of(city):
    """The condition that a person coordinates *city* today."""
    seats = Seat.objects.current().filter(city=city, role=SeatRole.COORDINATOR)
    return Q(pk__in=seats.values("user"))


def _is_by_efus(event):
    """Whether somebody took the step who works for Efus and holds no seat in the city."""
    person = event.person
    return bool(
        person
        and person.staff_role
        and not person.seats.current().filter(city=event.practice.city_id).exists()
    )


def following(practice, concerned):
    """The people of whom *concerned* is true and who may follow *practice* today."""
    people = User.objects.filter(concerned, is_active=True)
    return [user for user in people if user.has_perm("practices.follow_practice", practice)]


def people_concerned(event, *, by_itself=False):
    """Whom to tell of *event*: never who may not follow the practice any more.

    Nor who did it, unless that was set for this moment and came about *by_itself*.

    A submission concerns the city's coordinators, any other step who wrote or submitted it;
    what Efus takes back concerns them all.
    """
    practice = event.practice
    coordinators = coordinators_of(practice.city)
    if event.kind == EventKind.SUBMIT:
        concerned = coordinators
    else:
        submissions = PracticeEvent.objects.filter(practice=practice, kind=EventKind.SUBMIT)
        last = submissions.order_by("-at", "-pk").values("person")[:1]
        concerned = Q(pk=practice.created_by_id) | Q(pk__in=last)
        if event.kind in STEPS_BY_EFUS and _is_by_efus(event):
            concerned |= coordinators
    doer = Q(pk=event.person_id)
    return following(practice, concerned | doer if by_itself else concerned & ~doer)


def mail(user, practice, subject, sentence, next_step, comment="", **words):
    """Have a worker mail *user* about *practice*, once the change is committed.

    *subject*, *sentence* and *next_step* are translatable; the language of *user* is in force.
    """
    words |= {"title": practice.shown("title", user.language), "city": practice.city.shown_name}
    body = render_to_string(
        "workspace/step_mail.txt",
        {
            "sentence": sentence % words,
            "comment": comment,
            "next_step": next_step,
            "address": settings.SITE_URL + reverse("workspace:edit", args=[practice.pk]),
        },
    )
    post(MailKind.STEP, user.email, subject % words, body, language=user.language)


def tell_the_people_concerned(event, *, by_itself=False):
    """Have a worker mail each of them, in their language, once the step is committed."""
    for user in people_concerned(event, by_itself=by_itself):
        with override(user.language):
            mail(
                user,
                event.practice,
                *WORDS[event.kind],
                comment=event.comment,
                person=event.person,
            )
