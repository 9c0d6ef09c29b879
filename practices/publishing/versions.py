"""Going back to what a practice said before."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from practices.enums import COMPLETE_STATES, EventKind
from practices.models import TEXT_FIELDS, Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.publishing.transitions import missing_for_publication
from practices.translations.models import Translation, original_texts
from practices.versions import CHOICES, DATES, TERMS, record, texts_in, until_now


class RestoreRefused(Exception):
    """A version that cannot be restored; its text says why and what to do, to the person."""


def _put_back(practice, version):
    """Give *practice* what *version* says; terms that are gone since stay away."""
    practice.original_language = version.original_language
    for code in LANGUAGE_CODES:
        for name in TEXT_FIELDS:
            setattr(practice, f"{name}_{code}", version.texts.get(code, {}).get(name, ""))
    for name in CHOICES:
        if name in version.facts:  # older versions say nothing of the licence
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


def _put_translations_back(practice, version, written, person):
    """Have the translations that came back say how they came about, as they did then.

    *written* is what *practice* said before in each language: what says the same still is as
    it was, even where somebody has reviewed it since.
    """
    practice.translations.filter(language=practice.original_language).delete()
    known = set(practice.translations.values_list("language", flat=True))
    Translation.objects.record_missing(practice, person)
    for language, then in (version.translations or {}).items():
        if language not in known or texts_in(practice, language) != written[language]:
            snapshot = original_texts(practice) | then["made_from"]
            Translation.objects.record(
                practice, language, then["state"], person, snapshot=snapshot
            )


@transaction.atomic
def restore(version, person):
    """Make its practice say again what *version* says, as a new version.

    *person* is known to be allowed to, and the practice's row is locked. Raises
    ``RestoreRefused``, and then changes nothing.
    """
    practice = Practice.objects.select_related("city").get(pk=version.practice_id)
    before = until_now(practice)
    written = {code: texts_in(practice, code) for code in LANGUAGE_CODES}
    _put_back(practice, version)
    if practice.state in COMPLETE_STATES and (missing := missing_for_publication(practice)):
        raise RestoreRefused(
            _("That version lacks what others need: %(fields)s. Make it a draft first.")
            % {"fields": ", ".join(missing)}
        )
    practice.save()
    _put_translations_back(practice, version, written, person)
    restored = record(
        practice, person, before, kind=EventKind.RESTORED, restored_from=version.number
    )
    if restored is None:
        raise RestoreRefused(_("The practice says this already; there is nothing to restore."))
    return restored
