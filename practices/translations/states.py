"""Where each language of a practice stands, and what follows from it."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from practices.models.original_language import LANGUAGE_CODES
from practices.translations.enums import TranslationState
from practices.translations.models import Translation, original_texts, texts_in


class Standing(models.TextChoices):
    """What a reader or a translator is told of a language."""

    ORIGINAL = "original", pgettext_lazy("translation", "original")
    MACHINE = "machine", pgettext_lazy("translation", "machine translation, not reviewed")
    REVIEWED = "reviewed", pgettext_lazy("translation", "reviewed")
    OUTDATED = "outdated", pgettext_lazy("translation", "the original has changed since")
    MISSING = "missing", pgettext_lazy("translation", "missing")


ACTIONS = {
    Standing.MACHINE: _("Check and correct"),
    Standing.REVIEWED: _("Look at it"),
    Standing.OUTDATED: _("Update"),
    Standing.MISSING: _("Translate"),
}


def standing(practice, language, translation):
    """The standing of *language*, in which *practice* has *translation* or None."""
    if language == practice.original_language:
        return Standing.ORIGINAL
    if translation is None:
        return Standing.MISSING
    if translation.is_outdated(practice):
        return Standing.OUTDATED
    if translation.state == TranslationState.MACHINE:
        return Standing.MACHINE
    return Standing.REVIEWED


@dataclass(frozen=True)
class BoardRow:
    """A language on the board."""

    code: str
    standing: Standing
    translation: Translation | None
    written: int  # texts that exist in it
    needed: int  # texts of the original

    @property
    def action(self):
        return ACTIONS.get(self.standing)

    @property
    def is_unreviewed(self):
        """Outdated and never reviewed either: of the two the standing only says the first."""
        return bool(
            self.standing == Standing.OUTDATED
            and self.translation.state == TranslationState.MACHINE
        )


def board(practice):
    """A row for each language, the original first."""
    translations = {
        translation.language: translation
        for translation in practice.translations.select_related("translated_by")
    }
    needed = {field for field, text in original_texts(practice).items() if text}
    first = practice.original_language
    rows = []
    for code in [first, *(code for code in LANGUAGE_CODES if code != first)]:
        translation = translations.get(code)
        texts = texts_in(practice, code)
        rows.append(
            BoardRow(
                code,
                standing(practice, code, translation),
                translation,
                sum(bool(texts[field]) for field in needed),
                len(needed),
            )
        )
    return rows


def reader_note(practice, language):
    """What the page of *practice* says to a reader of *language* about the translation.

    None where the page shows the original.
    """
    if language == practice.original_language:
        return None
    translation = practice.translations.filter(language=language).first()
    now = standing(practice, language, translation)
    if now == Standing.MISSING:
        return None
    if now == Standing.OUTDATED and translation.state == TranslationState.MACHINE:
        return _("Machine translation, not reviewed. The original has changed since.")
    return {
        Standing.REVIEWED: _("Translation reviewed by the city."),
        Standing.MACHINE: _("Machine translation, not reviewed."),
        Standing.OUTDATED: _("The original has changed since this translation."),
    }[now]
