"""The way to publication: which step leads from where to where, and who may take it."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from practices import publication_lock
from practices.enums import (
    COMMENTED_KINDS,
    COMPLETE_STATES,
    PUBLISHABLE_STATES,
    EventKind,
    PublicationState,
)
from practices.links.tasks import refresh_links
from practices.models import NEEDED_FOR_PUBLICATION, Practice, PracticeEvent
from practices.publishing.mails import tell_the_people_concerned
from practices.search.meaning.tasks import make_due_passages
from practices.versions import note

State = PublicationState


class TransitionRefused(Exception):
    """A step that cannot be taken; its text says why and what to do, to the person."""


@dataclass(frozen=True)
class Transition:
    name: str
    sources: frozenset
    target: str
    permission: str
    label: Promise
    done: Promise
    forward: bool = True

    @property
    def needs_comment(self):
        """Whether one has to say why."""
        return self.name in COMMENTED_KINDS


TRANSITIONS = {
    transition.name: transition
    for transition in [
        Transition(
            "submit",
            frozenset({State.DRAFT}),
            State.SUBMITTED,
            "practices.submit_practice",
            gettext_lazy("Submit for publication"),
            gettext_lazy("The practice is submitted. A coordinator of your city can publish it."),
        ),
        Transition(
            "send-back",
            frozenset({State.SUBMITTED}),
            State.DRAFT,
            "practices.send_back_practice",
            gettext_lazy("Send back to draft"),
            gettext_lazy("The practice is a draft again."),
            forward=False,
        ),
        Transition(
            "publish",
            frozenset(PUBLISHABLE_STATES),
            State.PUBLISHED,
            "practices.publish_practice",
            pgettext_lazy("command", "Publish"),
            gettext_lazy("The practice is published: everybody can read it now."),
        ),
        Transition(
            "unpublish",
            frozenset({State.PUBLISHED}),
            State.UNPUBLISHED,
            "practices.unpublish_practice",
            gettext_lazy("Unpublish"),
            gettext_lazy("The practice is no longer public. Its city can publish it again."),
            forward=False,
        ),
        Transition(
            "archive",
            frozenset({State.DRAFT, State.UNPUBLISHED}),
            State.ARCHIVED,
            "practices.archive_practice",
            gettext_lazy("Archive"),
            gettext_lazy("The practice is archived. You can restore it from the archive."),
            forward=False,
        ),
        Transition(
            "unarchive",
            frozenset({State.ARCHIVED}),
            State.DRAFT,
            "practices.archive_practice",
            gettext_lazy("Restore from the archive"),
            gettext_lazy("The practice is a draft again."),
        ),
    ]
}


def open_transitions(practice, user):
    """The steps that *user* may take with *practice* now."""
    return [
        transition
        for transition in TRANSITIONS.values()
        if practice.state in transition.sources
        and user.has_perm(transition.permission, practice)
        and not lacks_membership(transition, practice)
    ]


def lacks_membership(transition, practice):
    """Whether *transition* leads to readers, and the city of *practice* is not a member now."""
    return transition.target == State.PUBLISHED and practice.city.current_membership is None


def lacking_for_publication(practice):
    """The names of the fields that *practice* still lacks before others can use it."""
    lacking = [
        field
        for field in NEEDED_FOR_PUBLICATION
        if field != "themes" and not practice.original(field).strip()
    ]
    if not practice.themes.exists():
        lacking.append("themes")
    return lacking


def missing_for_publication(practice):
    """The same for a reader: what *practice* still lacks, in words."""
    return [
        str(Practice._meta.get_field(field).verbose_name)
        for field in lacking_for_publication(practice)
    ]


def why_refused(transition, practice, comment=""):
    """Why *transition* cannot be taken with *practice* as it is, in words; empty when it can."""
    if practice.state not in transition.sources:
        return _(
            "This practice is “%(state)s” now, so this step is not open."
            " Somebody else may have changed it."
        ) % {"state": practice.get_state_display()}
    if transition.needs_comment and not comment.strip():
        return _("Please say why, so that the writers know what to do next.")
    if transition.target in COMPLETE_STATES and (missing := missing_for_publication(practice)):
        return _("Before that, please fill in: %(fields)s.") % {"fields": ", ".join(missing)}
    if lacks_membership(transition, practice):
        return _(
            "The membership of %(city)s is not active, so nothing can be published for it."
        ) % {"city": practice.city}
    return ""


@transaction.atomic
def perform(name, practice, user, comment="", *, by_itself=False):
    """Take the step *name* with *practice* for *user*, who is known to be allowed to.

    *by_itself* says that *user* had set it for this moment and need not be there.

    It is written into the practice's history, and the people concerned are told by mail. A
    publication that was scheduled is so no longer. Returns the practice as it is afterwards.
    Raises ``TransitionRefused``.
    """
    transition = TRANSITIONS[name]
    practice = Practice.objects.select_for_update(of=["self"]).get(pk=practice.pk)
    if reason := why_refused(transition, practice, comment):
        raise TransitionRefused(reason)
    publication_lock.share()
    before = practice.state
    if practice.publish_at and transition.target != State.PUBLISHED:
        note(practice, user, EventKind.UNSCHEDULE)
    practice.publish_at = practice.scheduled_by = None
    practice.state = transition.target
    if practice.state == State.PUBLISHED and practice.published_at is None:
        practice.published_at = timezone.now()
    practice.save(
        update_fields=["state", "published_at", "publish_at", "scheduled_by", "updated_at"]
    )
    event = PracticeEvent.objects.create(
        practice=practice,
        kind=name,
        person=user,
        comment=comment.strip(),
        from_state=before,
        to_state=practice.state,
    )
    tell_the_people_concerned(event, by_itself=by_itself)
    if practice.state == State.PUBLISHED:
        refresh_links.delay_on_commit(practice.pk)
        make_due_passages.delay_on_commit()
    return practice
