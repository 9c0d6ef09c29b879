"""What happened that digests tell of.

Triggers write the rows, under the lock of practices.publication_lock, so that whatever an
edition does not see carries a later time than its end: ``news_published`` (a practice became
public for the first time, or again within 30 days), ``news_adopted`` (a city says in public
that it takes up a practice), ``news_member`` (a city is a member for the first time). What
changed a lot is noted by practices.digests.updates.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City
from practices.digests.enums import NewsKind
from practices.models import Adoption, Practice


class News(models.Model):
    kind = models.CharField(_("kind"), max_length=20, choices=NewsKind.choices)
    practice = models.ForeignKey(
        Practice, on_delete=models.CASCADE, null=True, related_name="news"
    )
    adoption = models.ForeignKey(
        Adoption, on_delete=models.CASCADE, null=True, related_name="news"
    )
    city = models.ForeignKey(
        City,
        on_delete=models.CASCADE,
        null=True,
        related_name="news",
        help_text=_("The new member, or the city that takes up the practice."),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[NewsKind.PUBLISHED, NewsKind.UPDATED],
                    practice__isnull=False,
                    adoption__isnull=True,
                    city__isnull=True,
                )
                | Q(
                    kind=NewsKind.ADOPTED,
                    practice__isnull=False,
                    adoption__isnull=False,
                    city__isnull=False,
                )
                | Q(
                    kind=NewsKind.MEMBER,
                    practice__isnull=True,
                    adoption__isnull=True,
                    city__isnull=False,
                ),
                name="news_of_what",
            ),
            models.UniqueConstraint(fields=["adoption"], name="news_of_adoption_once"),
            models.UniqueConstraint(
                fields=["city"], condition=Q(kind=NewsKind.MEMBER), name="news_of_member_once"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="news_at"),
            models.Index(fields=["practice", "at"], name="news_practice"),
        ]

    def __str__(self):
        return f"{self.kind} {self.practice_id or self.city_id}"
