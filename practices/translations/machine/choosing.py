"""What of a translation a machine may write, and whether anybody has touched it since."""

import json
from hashlib import sha256

from practices.models import TEXT_FIELDS
from practices.translations.enums import TranslationState
from practices.translations.models import original_texts, texts_in


def fingerprint(practice, language, translation):
    """What tells whether anybody has touched the *translation* of *practice* since."""
    touched = [translation.state, translation.translated_at.isoformat()] if translation else []
    content = [texts_in(practice, language), touched]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def fields_to_translate(practice, language, translation):
    """The texts that are missing in *language*, or whose original has changed since.

    What people or machines have translated of the present original stays as it is.
    """
    originals, translated = original_texts(practice), texts_in(practice, language)
    before = translation.original_snapshot if translation else {}
    return [
        field
        for field in TEXT_FIELDS
        if originals[field] and (not translated[field] or before.get(field) != originals[field])
    ]


def replaces_reviewed(translation):
    """Whether a machine would change what a person has reviewed: it is asked for expressly."""
    return bool(translation) and translation.state == TranslationState.REVIEWED


def can_be_translated(practice, language, translation):
    """Whether there is something in *language* for a machine to translate.

    What a person has reviewed and what agrees with the original is never touched.
    """
    if language == practice.original_language:
        return False
    if replaces_reviewed(translation) and not translation.is_outdated(practice):
        return False
    return bool(fields_to_translate(practice, language, translation))
