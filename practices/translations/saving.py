"""Writing a translation, whoever made it."""

from django.db import transaction

from practices.enums import EventKind
from practices.translations.enums import TranslationState
from practices.translations.models import Translation
from practices.versions import note, record, until_now

KINDS = {
    TranslationState.MACHINE: EventKind.MACHINE_TRANSLATED,
    TranslationState.REVIEWED: EventKind.TRANSLATED,
}


@transaction.atomic
def save_translation(practice, language, texts, state, person=None, snapshot=None):
    """Give *practice* these *texts*, by field, in *language*: a version, and in its history.

    They were made in *state* by *person* from the original of *snapshot*, or else from the
    present one. Unless a whole snapshot is given, fields that are not among
    them stay as they are, and as up to date. The caller has locked the practice, which itself
    counts as unchanged: who writes the original meanwhile is not disturbed. Returns the
    translation, or None where nothing is left of it.
    """
    before = until_now(practice)
    known = practice.translations.filter(language=language).first()
    columns = {f"{name}_{language}": text for name, text in texts.items()}
    for column, text in columns.items():
        setattr(practice, column, text)
    practice.save(update_fields=list(columns))
    translation = Translation.objects.record(
        practice,
        language,
        state,
        person,
        fields=texts if snapshot is None else None,
        snapshot=snapshot,
    )
    version = record(practice, person, before, kind=KINDS[state], language=language)
    if version is None and known and translation and known.state != state:
        # Nothing was wrong with the texts, yet that somebody has read them is news.
        note(practice, person, KINDS[state], language=language)
    return translation
