"""What the platform has to send: rows that a worker claims, sends and settles.

What is promised, and what a crash can do, is said in docs/digests.md.
"""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus.bounces.models import UndeliverableAddress
from efus.outbox.enums import DeliveryState, MailKind
from efus.outbox.messages import MailBatch

LASTS = timedelta(days=3)
UNSETTLED = [DeliveryState.DUE, DeliveryState.SENDING]


class OutgoingQuerySet(models.QuerySet):
    def due(self):
        """What may be sent now, as far as its own row says."""
        return self.filter(state=DeliveryState.DUE, not_before__lte=Now())

    def ready(self):
        """What may be sent now; a model narrows it where more must be true."""
        return self.due().filter(give_up_at__gt=Now())

    def stuck(self, before):
        """What a worker claimed before *before* and never settled."""
        return self.filter(state=DeliveryState.SENDING, claimed_at__lt=before)

    def batch(self, keys):
        """The messages of the rows with *keys* (see ``efus.outbox.messages``)."""
        raise NotImplementedError

    def too_late(self):
        """What is due and too late to be tried; a model narrows it as it does ``ready``."""
        return self.filter(state=DeliveryState.DUE, give_up_at__lte=Now())

    def give_up_late(self):
        """Settle as failed what is too late to be tried; returns how many."""
        return self.too_late().update(
            state=DeliveryState.FAILED,
            settled_at=Now(),
            reason=Case(
                When(reason="", then=Value("It was too late to send it.", models.TextField())),
                default="reason",
            ),
        )

    def failed(self):
        return self.filter(state=DeliveryState.FAILED)

    def resend(self, lasts=LASTS):
        """Have those that failed tried anew, for as long as *lasts*; returns how many."""
        return self._resend(Now() + lasts)

    def _resend(self, give_up_at):
        return self.failed().update(
            state=DeliveryState.DUE,
            attempts=0,
            not_before=Now(),
            give_up_at=give_up_at,
            settled_at=None,
        )

    def settled_before(self, moment):
        return self.filter(settled_at__lt=moment)


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

    # Somebody waits for it: it overtakes other mails, and no rate of ours holds it up.
    goes_first = False
    # Fields of text that nobody may read any more once the mail is sent or skipped.
    emptied_once_over = ()

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
            # What was never tried comes first, however much waits for another try.
            models.Index(
                fields=["domain", "not_before"],
                name="%(class)s_untried",
                condition=Q(state=DeliveryState.DUE, attempts=0),
            ),
            models.Index(
                fields=["claimed_at"],
                name="%(class)s_sending",
                condition=Q(state=DeliveryState.SENDING),
            ),
            # What staff look at.
            models.Index(
                fields=["settled_at"],
                name="%(class)s_failed",
                condition=Q(state=DeliveryState.FAILED),
            ),
        ]


class MailQuerySet(OutgoingQuerySet):
    def batch(self, keys):
        return MailBatch(self.in_bulk(keys))

    def address_of(self, key):
        """The address that the mail with *key* went to; None where there is no such mail."""
        return self.filter(pk=key).values_list("address", flat=True).first()

    def resendable(self):
        """Those that failed and may arrive if they are tried again.

        A mail about an account opens it for a while only; who still wants in asks for another.
        Others do not go to addresses that mails do not reach.
        """
        dead = UndeliverableAddress.objects.filter(address=Lower(OuterRef("address")))
        return self.failed().filter(
            Q(kind=MailKind.ACCOUNT, give_up_at__gt=timezone.now())
            | ~Q(kind=MailKind.ACCOUNT) & ~Exists(dead)
        )

    def resend(self, lasts=LASTS):
        """As of any mails; but one about an account is tried no longer than it opens it."""
        return self.resendable()._resend(
            Case(
                When(kind=MailKind.ACCOUNT, then="give_up_at"),
                default=timezone.now() + lasts,
                output_field=models.DateTimeField(),
            )
        )


class Mail(Outgoing):
    """A mail to one person that is no digest: a code, an invitation, news of a practice."""

    kind = models.CharField(_("kind"), max_length=20, choices=MailKind.choices)
    address = models.EmailField(_("e-mail address"))
    subject = models.TextField(_("subject"))
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("text as HTML"), blank=True)
    reply_to = models.EmailField(_("answers go to"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    objects = MailQuerySet.as_manager()

    goes_first = True
    emptied_once_over = ("text", "html")  # codes and links that open an account

    class Meta(Outgoing.Meta):
        abstract = False
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="mail_kind_known"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="mail_language_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[DeliveryState.SENT, DeliveryState.SKIPPED])
                | Q(text="", html=""),
                name="mail_over_keeps_no_secrets",
            ),
        ]
        indexes = [
            *Outgoing.Meta.indexes,
            # How staff read them, newest first.
            models.Index(fields=["state", "id"], name="mail_by_state"),
            models.Index(fields=["kind", "id"], name="mail_by_kind"),
            # How many of them somebody has had the platform send to an address.
            models.Index(
                fields=["address", "created_at"],
                name="mail_subscription_address",
                condition=Q(kind=MailKind.SUBSCRIPTION),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_asked_for(self):
        """Whether somebody waits for it at this moment, as for a code to sign in."""
        return self.kind == MailKind.ACCOUNT


class DomainRate(models.Model):
    """How much of its allowance a mail domain has used (see ``efus.outbox.rates``)."""

    domain = models.CharField(_("domain"), max_length=255, primary_key=True)
    free_at = models.DateTimeField(
        _("whole again"), default=timezone.now, help_text=_("When all of its allowance is free.")
    )
    closed_until = models.DateTimeField(_("asked for patience until"), default=timezone.now)

    class Meta:
        verbose_name = _("rate of a domain")
        verbose_name_plural = _("rates of domains")

    def __str__(self):
        return self.domain
