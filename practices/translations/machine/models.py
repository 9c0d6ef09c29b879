"""One request that a machine translate a practice into a language, and how far it is."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practices.models import TEXT_FIELDS, Practice
from practices.models.original_language import LANGUAGE_CODES
from practices.translations.machine.enums import OPEN_STATES, Problem, RunState


class MachineTranslationRunQuerySet(models.QuerySet):
    def open(self):
        """Those that have not ended."""
        return self.filter(state__in=OPEN_STATES)

    def due(self):
        """Those that a worker may take now."""
        return self.filter(state=RunState.WAITING, next_attempt_at__lte=timezone.now())

    def stuck(self, before):
        """Those whose worker has given no sign of life since *before*."""
        return self.filter(state=RunState.RUNNING, claimed_at__lt=before)

    def unanswered(self):
        """Those that the service should have answered by now."""
        return self.filter(state=RunState.SENT, next_attempt_at__lte=timezone.now())

    def latest_of_each_language(self):
        """Of each practice and language the last one."""
        return self.order_by("practice_id", "language", "-pk").distinct("practice_id", "language")


class MachineTranslationRun(models.Model):
    """The machine translation of some texts of a practice into one language.

    What is translated is kept in it at once, text by text, so that nothing is asked of the
    service twice; it goes into the practice when the run ends.
    """

    practice = models.ForeignKey(
        Practice,
        on_delete=models.CASCADE,
        related_name="machine_translation_runs",
        verbose_name=_("practice"),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    source_language = models.CharField(
        _("original language"), max_length=10, choices=settings.LANGUAGES
    )
    connector = models.CharField(_("service"), max_length=20)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="machine_translation_runs",
        verbose_name=_("asked for by"),
    )
    state = models.CharField(
        _("state"), max_length=20, choices=RunState.choices, default=RunState.WAITING
    )
    problem = models.CharField(_("problem"), max_length=30, blank=True)  # of ``Problem``
    original_snapshot = models.JSONField(_("the original that it is made from"))
    seen_translation = models.CharField(
        _("fingerprint of the translation that it may replace"), max_length=64
    )
    fields = models.JSONField(_("texts to translate"))
    results = models.JSONField(_("translated texts"), default=dict)
    left_out = models.JSONField(_("texts left out, and why"), default=dict)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    claimed_at = models.DateTimeField(_("last sign of its worker"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    external_reference = models.CharField(
        _("number of the request at the service"), max_length=100, blank=True
    )
    token_hash = models.CharField(
        _("fingerprint of the secret in the address of the answer"), max_length=64, blank=True
    )
    answer = models.TextField(_("answer of the service"), blank=True)

    objects = MachineTranslationRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("machine translation")
        verbose_name_plural = _("machine translations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "language"],
                condition=Q(state__in=OPEN_STATES),
                name="machine_translation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=RunState.values), name="machine_translation_state_known"
            ),
            models.CheckConstraint(
                condition=Q(problem__in=["", *Problem.values]),
                name="machine_translation_problem_known",
            ),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGE_CODES)
                & Q(source_language__in=LANGUAGE_CODES)
                & ~Q(language=F("source_language")),
                name="machine_translation_languages_known",
            ),
            models.CheckConstraint(
                condition=Q(original_snapshot__has_keys=TEXT_FIELDS),
                name="machine_translation_snapshot_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, ended_at__isnull=True)
                | (~Q(state__in=OPEN_STATES) & Q(ended_at__isnull=False)),
                name="machine_translation_ended_has_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="machine_translation_open",
                condition=Q(state__in=OPEN_STATES),
            )
        ]

    def __str__(self):
        return f"{self.practice} · {self.get_language_display()}"

    @property
    def is_open(self):
        return self.state in OPEN_STATES

    @property
    def settled(self):
        """How many texts are translated or left out."""
        return len(self.results) + len(self.left_out)

    @property
    def missing_fields(self):
        """The texts that are neither translated nor left out."""
        return [
            field
            for field in self.fields
            if field not in self.results and field not in self.left_out
        ]
