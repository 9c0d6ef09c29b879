"""A correction of a translation, offered by somebody elsewhere, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City
from practices.models import TEXT_FIELDS, Practice, PracticeEvent
from practices.models.original_language import LANGUAGE_CODES
from practices.translations.corrections.enums import DECIDED_STATES, CorrectionState


class CorrectionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=CorrectionState.OFFERED)

    def offered_to(self, user):
        """Those of translations that *user* may decide on."""
        return self.filter(practice__city__in=City.objects.written_for_by(user))

    def with_people(self):
        return self.select_related("offered_by", "offered_from")

    def for_list(self, language):
        """What a list shows of each: the practice's title then, who offered it, from where."""
        return (
            self.annotate(listed_title=KeyTextTransform("title", "original_snapshot"))
            .defer("texts", "original_snapshot", "translation_snapshot", "remark", "answer")
            .with_people()
            .prefetch_related(
                models.Prefetch(
                    "practice", Practice.objects.as_links(language).select_related("city")
                )
            )
            .order_by("-created_at", "-pk")
        )


class Correction(models.Model):
    """Other texts for a translation; only those that differ from it."""

    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, related_name="corrections", verbose_name=_("practice")
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    texts = models.JSONField(_("texts"), help_text=_("Part, then text."))
    original_snapshot = models.JSONField(_("the original that it was made from"))
    translation_snapshot = models.JSONField(_("the translation that it corrects"))
    remark = models.TextField(
        _("remark"),
        max_length=2000,
        blank=True,
        help_text=_("Why it should be so, for the people of the city."),
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="corrections_offered",
        verbose_name=_("offered by"),
    )
    offered_from = models.ForeignKey(
        City,
        on_delete=models.PROTECT,
        null=True,
        related_name="corrections_offered",
        verbose_name=_("offered from"),
        help_text=_("Empty for the people of Efus."),
    )
    created_at = models.DateTimeField(_("offered on"), default=timezone.now)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=CorrectionState.choices,
        default=CorrectionState.OFFERED,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="corrections_decided",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided on"), null=True)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    event = models.OneToOneField(
        PracticeEvent,
        on_delete=models.CASCADE,
        null=True,
        related_name="correction",
        verbose_name=_("event"),
        help_text=_("The change of the translation that came of it."),
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES), name="correction_language_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CorrectionState.values), name="correction_state_known"
            ),
            models.CheckConstraint(condition=~Q(texts={}), name="correction_changes_something"),
            models.CheckConstraint(
                condition=Q(original_snapshot__has_keys=TEXT_FIELDS)
                & Q(translation_snapshot__has_keys=TEXT_FIELDS),
                name="correction_snapshots_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED_STATES, decided_at__isnull=False)
                | ~Q(state__in=DECIDED_STATES) & Q(decided_at__isnull=True),
                name="correction_decided_at",
            ),
            models.CheckConstraint(
                condition=~Q(state=CorrectionState.DECLINED) | ~Q(answer=""),
                name="correction_declined_says_why",
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=True) | Q(state=CorrectionState.ACCEPTED),
                name="correction_event_when_accepted",
            ),
            models.UniqueConstraint(
                fields=["practice", "language", "offered_by"],
                condition=Q(state=CorrectionState.OFFERED),
                name="correction_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "state"], name="correction_of_practice"),
            models.Index(fields=["offered_by", "-created_at"], name="correction_of_person"),
        ]

    def __str__(self):
        return f"{self.practice_id} · {self.language} · {self.state}"

    @property
    def title(self):
        """The title that its city had given the practice when the correction was offered.

        What it is called since may not be public.
        """
        if hasattr(self, "listed_title"):
            return self.listed_title
        return self.original_snapshot["title"]

    @property
    def is_open(self):
        return self.state == CorrectionState.OFFERED

    @property
    def from_whom(self):
        """Who offered it, by name and city; never by address."""
        place = self.offered_from.shown_name if self.offered_from else "Efus"
        if self.offered_by and self.offered_by.name:
            return f"{self.offered_by.name} ({place})"
        return place
