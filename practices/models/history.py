"""What happened to a practice, and what it said before; both only ever grow.

The triggers ``append_only`` and ``append_only_kept`` refuse to change or delete a row. Rows go
with their practice, and forget a person who is deleted.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext_lazy as _

from practices.enums import (
    COMMENTED_KINDS,
    TRANSLATION_KINDS,
    EventKind,
    Licence,
    PublicationState,
)
from practices.models.original_language import LANGUAGE_CODES
from practices.models.practice import Practice


class PracticeEventQuerySet(models.QuerySet):
    def newest_first(self):
        """Each with who did it, and whose correction was accepted, if it was one."""
        return self.select_related(
            "person", "correction__offered_by", "correction__offered_from"
        ).order_by("-at", "-pk")


class PracticeEvent(models.Model):
    """Who did what with a practice, and when."""

    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, related_name="events", verbose_name=_("practice")
    )
    kind = models.CharField(_("what happened"), max_length=20, choices=EventKind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="practice_events",
        verbose_name=_("person"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    language = models.CharField(  # noqa: DJ001 (added to a table in use)
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        null=True,
        help_text=_("The language that was translated into."),
    )
    comment = models.TextField(_("comment"), blank=True)
    from_state = models.CharField(
        _("state before"),
        max_length=20,
        choices=PublicationState.choices,
        blank=True,
        help_text=_("Empty when the practice was written for the first time."),
    )
    to_state = models.CharField(
        _("state afterwards"), max_length=20, choices=PublicationState.choices
    )

    objects = PracticeEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="practice_event_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(from_state__in=["", *PublicationState.values])
                & Q(to_state__in=PublicationState.values),
                name="practice_event_states_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=COMMENTED_KINDS) | ~Q(comment=""),
                name="practice_event_says_why",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=TRANSLATION_KINDS,
                    language__isnull=False,
                    language__in=LANGUAGE_CODES,
                )
                | ~Q(kind__in=TRANSLATION_KINDS) & Q(language__isnull=True),
                name="practice_event_language_known",
            ),
        ]
        indexes = [models.Index(fields=["practice", "-at"], name="practice_event_newest")]

    def __str__(self):
        return f"{self.practice_id} · {self.kind} · {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_automatic(self):
        """Whether nobody did it: it came about at its time."""
        return self.kind == EventKind.NOT_PUBLISHED

    @property
    def what_happened(self):
        """What happened, in the language in force."""
        if self.language:
            words = {
                EventKind.TRANSLATED: pgettext("history", "translated into %(language)s"),
                EventKind.MACHINE_TRANSLATED: pgettext(
                    "history", "translated into %(language)s by machine"
                ),
            }[self.kind]
            return words % {"language": get_language_info(self.language)["name_translated"]}
        return self.get_kind_display()


class PracticeVersion(models.Model):
    """A practice as it was saved: its texts in every language, and its facts."""

    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, related_name="versions", verbose_name=_("practice")
    )
    number = models.PositiveIntegerField(_("number"))
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="practice_versions",
        verbose_name=_("saved by"),
    )
    restored_from = models.PositiveIntegerField(
        _("restored from"), null=True, help_text=_("The number of the version that it repeats.")
    )
    original_language = models.CharField(
        _("original language"), max_length=10, choices=settings.LANGUAGES
    )
    texts = models.JSONField(_("texts"), help_text=_("Language, then part, then text."))
    facts = models.JSONField(_("facts"))
    translations = models.JSONField(
        _("translations"),
        null=True,
        help_text=_("Language, then how it came about; empty in versions older than this."),
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "number"], name="practice_version_number_once"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1)
                & (Q(restored_from__isnull=True) | Q(restored_from__lt=models.F("number"))),
                name="practice_version_number_valid",
            ),
            models.CheckConstraint(
                condition=Q(original_language__in=LANGUAGE_CODES),
                name="practice_version_language_known",
            ),
        ]

    def __str__(self):
        return f"{self.practice_id} · {self.number}"

    @property
    def content(self):
        """All that the version keeps, as ``practices.versions`` writes it.

        Those that say nothing of a licence are of a time when all had the same.
        """
        return {
            "original_language": self.original_language,
            "texts": self.texts,
            "facts": {"licence": Licence.CC_BY.value} | self.facts,
        }
