"""What somebody has typed into a practice and not saved yet."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practices.models.practice import Practice


class WritingDraft(models.Model):
    """A person's unsaved writing of one part of a practice.

    It is nobody else's to read, and changes nothing of the practice until it is saved.
    """

    practice = models.ForeignKey(
        Practice,
        on_delete=models.CASCADE,
        related_name="writing_drafts",
        verbose_name=_("practice"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="writing_drafts",
        verbose_name=_("person"),
    )
    step = models.CharField(_("part"), max_length=20)
    typed = models.TextField(
        _("typed"), help_text=_("The form's fields, as a browser sends them.")
    )
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)

    class Meta:
        verbose_name = _("unsaved writing")
        verbose_name_plural = _("unsaved writings")
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "person", "step"], name="writing_draft_once"
            ),
        ]
        indexes = [models.Index(fields=["saved_at"], name="writing_draft_age")]

    def __str__(self):
        return f"{self.practice_id} · {self.step} · {self.person}"
