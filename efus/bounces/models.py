"""Addresses that mails do not reach any more, or that want none."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus.bounces.enums import BounceReason

LONGEST_DETAIL = 500  # characters


class UndeliverableAddressQuerySet(models.QuerySet):
    def among(self, addresses):
        """Those of *addresses* that get no mails, in lower case: a set."""
        folded = [address.lower() for address in addresses]
        return set(self.filter(address__in=folded).values_list("address", flat=True))

    def mark(self, address, reason, detail=""):
        """Send nothing more to *address*; *detail* is what was answered, for staff."""
        now = timezone.now()
        writable = detail.replace("\x00", "").encode(errors="replace").decode()
        told = {
            "reason": reason,
            "detail": writable[:LONGEST_DETAIL],
            "last_at": now,
        }
        return self.update_or_create(
            address=address.lower(), defaults=told, create_defaults=told | {"since": now}
        )[0]


class UndeliverableAddress(models.Model):
    """An address that gets no more mails until somebody says that it works again."""

    address = models.EmailField(_("e-mail address"), unique=True)
    reason = models.CharField(_("reason"), max_length=20, choices=BounceReason.choices)
    detail = models.TextField(_("what was answered"), blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    last_at = models.DateTimeField(_("last time"), default=timezone.now)

    objects = UndeliverableAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("undeliverable address")
        verbose_name_plural = _("undeliverable addresses")
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=BounceReason.values), name="undeliverable_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(address=Lower("address")), name="undeliverable_in_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(last_at__gte=F("since")), name="undeliverable_period_valid"
            ),
        ]

    def __str__(self):
        return self.address
