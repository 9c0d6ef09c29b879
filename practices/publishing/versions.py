"""Keeping what a practice said, and going back to it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from practices.enums import COMPLETE_STATES, EventKind
from practices.links.tasks import refresh_links
from practices.models import TEXT_FIELDS, Practice, PracticeEvent, PracticeVersion
from practices.models.original_language import LANGUAGE_CODES
from practices.publishing.transitions import missing_for_publication
from practices.translations.models import Translation

CHOICES = ["status", "cost_band", "evidence"]
DATES = ["started_on", "ended_on"]
TERMS = ["themes", "target_groups", "methods"]


class RestoreRefused(Exception):
    """A version that cannot be restored; its text says why and what to do, to the person."""


def content_of(practice):
    """All that a version keeps of *practice*, as the database and JSON hold it."""
    texts = {}
    for code in LANGUAGE_CODES:
        written = {
            # Browsers send other line ends than files have; that is no change of the text.
            name: text.replace("\r\n", "\n")
            for name in TEXT_FIELDS
            if (text := getattr(practice, f"{name}_{code}"))
        }
        if written:
            texts[code] = written
    facts = {name: getattr(practice, name) for name in CHOICES}
    for name in DATES:
        day = getattr(practice, name)
        facts[name] = day.isoformat() if day else None
    for name in TERMS:
        facts[name] = sorted(getattr(practice, name).values_list("slug", flat=True))
    facts["partnerships"] = sorted(practice.partnerships.values_list("pk", flat=True))
    return {"original_language": practice.original_language, "texts": texts, "facts": facts}


def record(practice, person, before=None, *, kind=EventKind.SAVED, restored_from=None):
    """Keep *practice*, as *person* has just saved it, as a version and in the history.

    *before* is what it said until then and when that was saved: ``(content, moment)``. Where
    no version says so yet (it was written elsewhere than in the form), that is kept too.
    Nothing is kept, and None returned, when nothing changed. The caller has locked the row.
    """
    last = practice.versions.first()
    content = content_of(practice)
    if before is not None:
        content_before, saved_at = before
        if content == content_before:
            return None
        if last is None or last.content != content_before:
            last = PracticeVersion.objects.create(
                practice=practice,
                number=last.number + 1 if last else 1,
                saved_at=saved_at,
                **content_before,
            )
    version = PracticeVersion.objects.create(
        practice=practice,
        number=last.number + 1 if last else 1,
        saved_by=person,
        restored_from=restored_from,
        **content,
    )
    PracticeEvent.objects.create(
        practice=practice,
        kind=kind,
        person=person,
        from_state="" if before is None else practice.state,
        to_state=practice.state,
    )
    refresh_links.delay_on_commit(practice.pk)
    return version


def _put_back(practice, version):
    """Give *practice* what *version* says; terms that are gone since stay away."""
    practice.original_language = version.original_language
    for code in LANGUAGE_CODES:
        for name in TEXT_FIELDS:
            setattr(practice, f"{name}_{code}", version.texts.get(code, {}).get(name, ""))
    for name in CHOICES:
        setattr(practice, name, version.facts[name])
    for name in DATES:
        day = version.facts[name]
        setattr(practice, name, date.fromisoformat(day) if day else None)
    for name in TERMS:
        field = getattr(practice, name)
        field.set(field.model.objects.filter(slug__in=version.facts[name]))
    carried = practice.partnerships.model.objects.filter(
        city=practice.city_id, pk__in=version.facts["partnerships"]
    )
    practice.partnerships.set(carried)


@transaction.atomic
def restore(version, person):
    """Make its practice say again what *version* says, as a new version.

    *person* is known to be allowed to, and the practice's row is locked. Raises
    ``RestoreRefused``, and then changes nothing.
    """
    practice = Practice.objects.select_related("city").get(pk=version.practice_id)
    before = content_of(practice), practice.updated_at
    _put_back(practice, version)
    if practice.state in COMPLETE_STATES and (missing := missing_for_publication(practice)):
        raise RestoreRefused(
            _("That version lacks what others need: %(fields)s. Make it a draft first.")
            % {"fields": ", ".join(missing)}
        )
    practice.save()
    practice.translations.filter(language=practice.original_language).delete()
    Translation.objects.record_missing(practice, person)
    restored = record(
        practice, person, before, kind=EventKind.RESTORED, restored_from=version.number
    )
    if restored is None:
        raise RestoreRefused(_("The practice says this already; there is nothing to restore."))
    return restored
