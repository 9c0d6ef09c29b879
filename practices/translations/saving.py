"""Writing a translation, whoever made it."""

from django.db import transaction

from practices.enums import EventKind
from practices.translations.models import Translation
from practices.versions import content_of, record


@transaction.atomic
def save_translation(practice, language, texts, state, person=None):
    """Give *practice* these *texts*, by field, in *language*: a version, and in its history.

    They were made in *state* by *person* from the present original; fields that are not among
    them stay as they are, and as up to date. The caller has locked the practice, which itself
    counts as unchanged: who writes the original meanwhile is not disturbed. Returns the
    translation, or None where nothing is left of it.
    """
    before = content_of(practice), practice.updated_at
    columns = {f"{name}_{language}": text for name, text in texts.items()}
    for column, text in columns.items():
        setattr(practice, column, text)
    practice.save(update_fields=list(columns))
    translation = Translation.objects.record(practice, language, state, person, fields=texts)
    record(practice, person, before, kind=EventKind.TRANSLATED, language=language)
    return translation
