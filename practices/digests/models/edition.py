"""A run of mails, and one mail to one recipient in it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus.bounces.models import UndeliverableAddress
from efus.outbox.enums import DeliveryState
from efus.outbox.models import Outgoing, OutgoingQuerySet
from practices.digests.enums import Frequency
from practices.digests.models.recipient import Recipient
from practices.digests.models.subscription import Subscription


class Edition(models.Model):
    """What was due at one moment, for all subscriptions of one frequency."""

    frequency = models.CharField(_("frequency"), max_length=10, choices=Frequency.choices)
    due_at = models.DateTimeField(_("due"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    paused_at = models.DateTimeField(_("paused"), null=True)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-due_at", "frequency"]
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="edition_frequency_known"
            ),
            models.UniqueConstraint(fields=["frequency", "due_at"], name="edition_once"),
        ]

    def __str__(self):
        return f"{self.frequency} {self.due_at:%Y-%m-%d %H:%M}"


class DeliveryQuerySet(OutgoingQuerySet):
    def ready(self):
        """What may be sent now: not what is in an edition that staff have paused."""
        return super().ready().filter(edition__paused_at__isnull=True)

    def too_late(self):
        """As of any mails; but time stands still for an edition that staff have paused."""
        return super().too_late().filter(edition__paused_at__isnull=True)

    def with_address(self):
        """Each with ``address``, where its mail goes."""
        return self.annotate(address=Coalesce("recipient__user__email", "recipient__email"))

    def resendable(self):
        """Those that failed and go to an address that mails reach, as far as we know."""
        dead = UndeliverableAddress.objects.filter(address=Lower(OuterRef("address")))
        return self.failed().with_address().filter(~Exists(dead))

    def batch(self, keys):
        """The mails of the deliveries *keys* (``compose``), for the engine of efus.outbox."""
        # Mails stand on the models.
        from practices.digests.mail.batch import Batch

        return Batch(keys)


class Delivery(Outgoing):
    """One mail to one recipient, once for each subscription and edition.

    It tells of what happened in the half-open [starts_at, due_at of the edition).
    """

    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.CASCADE,
        related_name="deliveries",
        verbose_name=_("subscription"),
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("edition")
    )
    recipient = models.ForeignKey(
        Recipient, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("recipient")
    )
    starts_at = models.DateTimeField(_("from"))
    items = ArrayField(
        models.BigIntegerField(),
        verbose_name=_("items"),
        help_text=_("The keys of the news it tells of, the best first."),
    )
    new_practices = ArrayField(
        models.IntegerField(), default=list, verbose_name=_("practices told of as new")
    )
    more = models.PositiveIntegerField(
        _("more"), default=0, help_text=_("How many news match beside those.")
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(
                fields=["subscription", "edition"], name="delivery_once_per_edition"
            ),
            models.CheckConstraint(condition=~Q(items=[]), name="delivery_has_items"),
            # A practice is new to a recipient once, whatever their subscriptions have in common.
            # Signatures of the arrays are much quicker to keep up than ranges of their values.
            ExclusionConstraint(
                name="delivery_new_once",
                expressions=[
                    ("recipient", RangeOperators.EQUAL),
                    (OpClass("new_practices", name="gist__intbig_ops"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(state=DeliveryState.SKIPPED),
            ),
        ]
        indexes = [
            *Outgoing.Meta.indexes,
            models.Index(fields=["edition", "state"], name="delivery_edition_state"),
        ]

    def __str__(self):
        return f"{self.edition_id} {self.subscription_id} {self.state}"
