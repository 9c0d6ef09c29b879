"""What the platform has to send: rows that a worker claims, sends and settles.

What is promised, and what a crash can do, is said in docs/digests.md.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus.outbox.enums import DeliveryState

UNSETTLED = [DeliveryState.DUE, DeliveryState.SENDING]


class OutgoingQuerySet(models.QuerySet):
    def due(self):
        """What may be sent now, as far as its own row says."""
        return self.filter(state=DeliveryState.DUE, not_before__lte=timezone.now())

    def ready(self):
        """What may be sent now."""
        return self.due().filter(give_up_at__gt=timezone.now())

    def stuck(self, before):
        """What a worker claimed before *before* and never settled."""
        return self.filter(state=DeliveryState.SENDING, claimed_at__lt=before)


class Outgoing(models.Model):
    """One mail to one address, and how far it has got."""

    domain = models.CharField(
        _("domain of the address"), max_length=255, help_text=_("In lower case.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.DUE
    )
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    give_up_at = models.DateTimeField(
        _("not after"), help_text=_("From then on it is not tried any more.")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.UUIDField(_("claim"), null=True, editable=False)
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    reason = models.TextField(
        _("reason"), blank=True, help_text=_("Why it was skipped, failed or is tried again.")
    )

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENDING)
                ^ Q(claim__isnull=True, claimed_at__isnull=True),
                name="%(class)s_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False) ^ Q(state__in=UNSETTLED),
                name="%(class)s_settled_has_time",
            ),
        ]
        indexes = [
            # How a worker finds what is due for each domain.
            models.Index(
                fields=["domain", "not_before"],
                name="%(class)s_due",
                condition=Q(state=DeliveryState.DUE),
            ),
            models.Index(
                fields=["claimed_at"],
                name="%(class)s_sending",
                condition=Q(state=DeliveryState.SENDING),
            ),
        ]
