"""A link in the texts of a practice, and what became of it."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practices.enums import LinkOutcome, PublicationState
from practices.models.practice import Practice

LONGEST_ADDRESS = 2000  # characters; also keeps the unique index within PostgreSQL's limits
CONFIRMED_AFTER = timedelta(days=1)


class PracticeLinkQuerySet(models.QuerySet):
    def due(self):
        """Those to check now, the longest waiting first."""
        return self.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")

    def failing(self):
        """Those that did not work when they were last tried."""
        return self.filter(failures__gt=0)

    def newly_broken(self):
        """Links of published practices that failed on two days, and nobody was told yet."""
        return self.filter(
            practice__state=PublicationState.PUBLISHED,
            failures__gte=2,
            checked_at__gte=models.F("first_failed_at") + CONFIRMED_AFTER,
            told_at=None,
        )


class PracticeLink(models.Model):
    """An address that texts of a practice link to, whatever the part and the language."""

    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, related_name="links", verbose_name=_("practice")
    )
    address = models.CharField(_("address"), max_length=LONGEST_ADDRESS)
    due_at = models.DateTimeField(
        _("to be checked"),
        null=True,
        default=timezone.now,
        help_text=_("Empty while the practice is not public and nobody has saved it."),
    )
    checked_at = models.DateTimeField(_("checked"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=LinkOutcome.choices, blank=True
    )
    status_code = models.PositiveSmallIntegerField(_("status code"), null=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    first_failed_at = models.DateTimeField(_("failing since"), null=True)
    told_at = models.DateTimeField(_("city told"), null=True)

    objects = PracticeLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["practice", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "address"], name="practice_link_once_per_practice"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", checked_at__isnull=True)
                | Q(outcome__in=LinkOutcome.values, checked_at__isnull=False),
                name="practice_link_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=["", LinkOutcome.WORKS],
                    failures=0,
                    first_failed_at__isnull=True,
                    told_at__isnull=True,
                )
                | Q(
                    ~Q(outcome__in=["", LinkOutcome.WORKS]),
                    failures__gt=0,
                    first_failed_at__isnull=False,
                ),
                name="practice_link_failures_valid",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="practice_link_due", condition=Q(due_at__isnull=False)
            )
        ]

    def __str__(self):
        return self.address
