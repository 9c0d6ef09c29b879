"""What staff did about an edition, and who; it only ever grows.

The triggers ``append_only`` and ``edition_event_kept`` refuse to change or delete a row. Rows
go with their edition or their delivery, and forget a person who is deleted.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practices.digests.enums import EditionEventKind
from practices.digests.models.edition import Delivery, Edition


class EditionEvent(models.Model):
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=10, choices=EditionEventKind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text=_("The one that it was about, where it was about one."),
    )
    number = models.PositiveIntegerField(_("mails"), help_text=_("How many it was about."))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("event of an edition")
        verbose_name_plural = _("events of editions")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EditionEventKind.values), name="edition_event_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(delivery__isnull=True) | Q(number=1), name="edition_event_of_one"
            ),
        ]
        indexes = [models.Index(fields=["edition", "at"], name="edition_event_edition")]

    def __str__(self):
        return f"{self.edition_id} {self.kind}"
