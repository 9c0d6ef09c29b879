"""The parts in which a practice is written, and where each of them stands."""

from dataclasses import dataclass
from itertools import pairwise

from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from practices.models import TEXT_FIELDS, Practice
from practices.publishing.transitions import lacking_for_publication


@dataclass(frozen=True)
class Step:
    """A part of a practice that is written on a page of its own."""

    name: str
    label: Promise
    fields: tuple


STEPS = {
    step.name: step
    for step in [
        Step("in-short", _("In short"), ("original_language", "title", "summary")),
        Step("practice", _("The practice"), ("problem", "objectives", "how_it_works")),
        Step("outcome", _("What came of it"), ("results", "lessons", "adoption_needs")),
        Step("terms", _("So that others find it"), ("themes", "target_groups", "methods")),
        Step(
            "facts",
            _("Facts"),
            (
                "status",
                "started_on",
                "ended_on",
                "cost_band",
                "evidence",
                "licence",
                "partnerships",
            ),
        ),
    ]
}

FILES = _("Files")  # have a page of their own, which keeps no draft

# What is filled in without anybody having written it says nothing of a part.
GIVEN_FIELDS = {"original_language", "status", "evidence", "licence"}


class StepStanding(models.TextChoices):
    """What the outline says of a part."""

    FILLED = "filled", pgettext_lazy("part of a practice", "filled in")
    NEEDED = "needed", pgettext_lazy("part of a practice", "still missing")
    EMPTY = "empty", pgettext_lazy("part of a practice", "empty, may stay so")


@dataclass(frozen=True)
class OutlineEntry:
    """A part as the outline shows it."""

    label: Promise
    address: str
    standing: StepStanding
    lacking: list  # names of the fields that publication needs, for a reader
    is_current: bool
    has_draft: bool  # the reader has typed something there that is not saved


def _has_content(practice, name):
    if name in TEXT_FIELDS:
        return bool(practice.original(name))
    value = getattr(practice, name)
    return value.exists() if hasattr(value, "exists") else bool(value)


def outline(practice, person, current=None):
    """The parts of *practice* in the order of writing, as *person* sees them.

    *current* is the ``Step`` at which the person is, or ``FILES``.
    """
    lacking = set(lacking_for_publication(practice))
    drafts = set(practice.writing_drafts.filter(person=person).values_list("step", flat=True))
    entries = []
    for step in STEPS.values():
        missing = [name for name in step.fields if name in lacking]
        if missing:
            standing = StepStanding.NEEDED
        elif any(_has_content(practice, name) for name in step.fields if name not in GIVEN_FIELDS):
            standing = StepStanding.FILLED
        else:
            standing = StepStanding.EMPTY
        entries.append(
            OutlineEntry(
                step.label,
                reverse("workspace:write", args=[practice.pk, step.name]),
                standing,
                [str(Practice._meta.get_field(name).verbose_name) for name in missing],
                step == current,
                step.name in drafts,
            )
        )
    has_files = practice.files.exists()
    entries.append(
        OutlineEntry(
            FILES,
            reverse("files:files", args=[practice.pk]),
            StepStanding.FILLED if has_files else StepStanding.EMPTY,
            [],
            current == FILES,
            False,
        )
    )
    return entries


def following(entries):
    """Of the *entries* of an outline the one after the current one, or None."""
    for entry, after in pairwise(entries):
        if entry.is_current:
            return after
    return None
