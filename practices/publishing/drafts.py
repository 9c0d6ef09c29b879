"""What is typed is kept while one types, before it is saved."""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from practices.models import WritingDraft
from practices.publishing.steps import STEPS

LONGEST_DRAFT = 400_000  # characters, as a browser encodes them
NOT_TYPED = ("csrfmiddlewaretoken", "written_by", "next")
AT_WORK = timedelta(minutes=15)  # who typed within them is taken to be writing still
KEPT = timedelta(days=180)


class DraftTooLong(Exception):
    """More was typed than any practice holds."""


def keep(practice, person, step, typed):
    """Keep *typed*, a ``QueryDict``, as what *person* has not saved yet; returns the draft.

    Raises ``DraftTooLong``.
    """
    typed = typed.copy()
    for name in NOT_TYPED:
        typed.pop(name, None)
    encoded = typed.urlencode()
    if len(encoded) > LONGEST_DRAFT:
        raise DraftTooLong
    draft, _created = WritingDraft.objects.update_or_create(
        practice=practice,
        person=person,
        step=step.name,
        defaults={"typed": encoded, "saved_at": timezone.now()},
    )
    return draft


def kept(practice, person, step):
    """What *person* typed into *step* and did not save: a ``WritingDraft``, or None."""
    return WritingDraft.objects.filter(practice=practice, person=person, step=step.name).first()


def discard(practice, person, step):
    """Forget what *person* typed into *step* and did not save."""
    WritingDraft.objects.filter(practice=practice, person=person, step=step.name).delete()


def others_at_work(practice, person):
    """Who else is writing *practice* now, in words for *person*; empty where nobody is."""
    drafts = (
        WritingDraft.objects.filter(practice=practice, saved_at__gt=timezone.now() - AT_WORK)
        .exclude(person=person)
        .select_related("person")
        .order_by("-saved_at")
    )
    return " ".join(
        _("%(person)s is writing here too (%(part)s, %(time)s).")
        % {
            "person": draft.person,
            "part": STEPS[draft.step].label,
            "time": time_format(timezone.localtime(draft.saved_at)),
        }
        for draft in drafts
        if draft.step in STEPS
    )


def forget_old():
    """Delete what nobody has come back to for half a year; returns how many."""
    old = WritingDraft.objects.filter(saved_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
