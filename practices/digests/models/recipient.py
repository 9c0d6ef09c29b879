"""Who gets digests: a person with an account, or an address without one."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus.accounts.models import validate_time_zone


class RecipientQuerySet(models.QuerySet):
    def for_user(self, user):
        """The recipient that *user* is."""
        return self.get_or_create(user=user)[0]

    def at(self, address):
        """Those whose mails go to *address*, however it is capitalised."""
        folded = Lower(Coalesce("user__email", "email"))
        return self.alias(folded=folded).filter(folded=address.lower())

    def address_of(self, edition, subscription):
        """Where the mail of *subscription* in *edition*, their keys, went; None if not known."""
        found = self.filter(
            deliveries__edition=edition, deliveries__subscription=subscription
        ).select_related("user")
        return next((recipient.address for recipient in found), None)


class Recipient(models.Model):
    """A person's digests go to their account's address, at hours of its time zone.

    Without an account, the address and the time zone stand here. Who makes an account with
    that address keeps the subscriptions (see practices.digests.taking_over).
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="digest_recipient",
        verbose_name=_("person"),
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, email="", time_zone="")
                | Q(Q(user__isnull=True), ~Q(email=""), ~Q(time_zone="")),
                name="recipient_person_or_address",
            ),
            models.UniqueConstraint(
                Lower("email"), name="recipient_email_once", condition=~Q(email="")
            ),
        ]

    def __str__(self):
        return self.address

    @property
    def address(self):
        """Where mails go."""
        return self.user.email if self.user else self.email

    @property
    def zone(self):
        """The name of the time zone whose hours count."""
        return self.user.time_zone if self.user else self.time_zone
