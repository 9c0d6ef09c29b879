"""Of each translation of a practice: how it came about, and from which original."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practices.models import TEXT_FIELDS, Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.translations.corrections.models import Correction
from practices.translations.enums import TranslationState
from practices.translations.glossary.models import GlossaryTerm
from practices.translations.machine.models import MachineTranslationRun
from practices.versions import texts_in

__all__ = ["Correction", "GlossaryTerm", "MachineTranslationRun", "Translation"]


def original_texts(practice):
    """The texts of *practice* as its city wrote them, by field."""
    return texts_in(practice, practice.original_language)


class TranslationManager(models.Manager):
    def record(self, practice, language, state, by=None, *, fields=None, snapshot=None):
        """Say how the present texts of *practice* in *language* came about.

        They, or only those of *fields*, were made from the original of *snapshot*, or else
        from the present one. Where no text is left, neither is the row.
        """
        rows = self.filter(practice=practice, language=language)
        if not any(texts_in(practice, language).values()):
            rows.delete()
            return None
        snapshot = snapshot or original_texts(practice)
        before = rows.first() if fields is not None else None
        if before:
            snapshot = before.original_snapshot | {field: snapshot[field] for field in fields}
        translation, _created = self.update_or_create(
            practice=practice,
            language=language,
            defaults={
                "state": state,
                "translated_by": by,
                "translated_at": timezone.now(),
                "original_snapshot": snapshot,
            },
        )
        return translation

    def record_missing(self, practice, by=None):
        """Make the rows agree with texts that *by* wrote elsewhere, as in the admin.

        What has a row already keeps its state: a typing error that is corrected there does
        not make a translation up to date.
        """
        known = set(self.filter(practice=practice).values_list("language", flat=True))
        for language in LANGUAGE_CODES:
            if language == practice.original_language:
                continue
            if language not in known or not any(texts_in(practice, language).values()):
                self.record(practice, language, TranslationState.REVIEWED, by)


class Translation(models.Model):
    """One for each language other than the original in which a practice has a text.

    That there is one, and none for the original language, is kept by the deferred trigger
    translation_recorded: whoever writes a translated text says how it came about.
    """

    practice = models.ForeignKey(
        Practice,
        on_delete=models.CASCADE,
        related_name="translations",
        verbose_name=_("practice"),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    state = models.CharField(_("state"), max_length=20, choices=TranslationState.choices)
    translated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="translations",
        verbose_name=_("translated by"),
    )
    translated_at = models.DateTimeField(_("translated"))
    original_snapshot = models.JSONField(_("the original that it was made from"))

    objects = TranslationManager()

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["practice_id", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "language"], name="translation_once_per_language"
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES), name="translation_language_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=TranslationState.values), name="translation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(original_snapshot__has_keys=TEXT_FIELDS),
                name="translation_snapshot_whole",
            ),
        ]

    def __str__(self):
        return f"{self.practice} · {self.get_language_display()}"

    def is_outdated(self, practice=None):
        """Whether the original (of *practice*, where it is at hand) has changed since."""
        return self.original_snapshot != original_texts(practice or self.practice)
