"""Subscribing without an account: nothing comes but one mail, until its link is confirmed.

Whoever asks learns nothing of the address: not whether it has an account, nor what comes there.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from efus.outbox.enums import MailKind
from efus.outbox.models import Mail
from efus.outbox.posting import post
from practices.digests.changes import check_room, create, hold, retime, same
from practices.digests.models import Recipient, Subscription
from practices.digests.tokens import confirmation_address, preferences_address
from practices.digests.wording import described

MOST_MAILS = 3  # a day to one address


def _recipient(email, zone):
    """Who mails to *email* go to: a person where it is known to be theirs, or the address."""
    account = (
        EmailAddress.objects.filter(email__iexact=email, verified=True, user__email__iexact=email)
        .select_related("user")
        .first()
    )
    if account:
        return Recipient.objects.for_user(account.user)
    recipient = Recipient.objects.filter(email__iexact=email).first()
    return (
        recipient
        or Recipient.objects.get_or_create(email=email.lower(), defaults={"time_zone": zone})[0]
    )


def _may_be_mailed(recipient):
    """Whether *recipient* had fewer of these mails within a day than they may be sent."""
    mails = Mail.objects.filter(
        kind=MailKind.SUBSCRIPTION,
        address=recipient.address,
        created_at__gt=timezone.now() - timedelta(days=1),
    )
    return mails.count() < MOST_MAILS


def _mail(subscription, template, subject, address):
    """Mail the text of *template* about *subscription*, with the link *address*."""
    (in_words,) = described([subscription])
    text = render_to_string(f"digests/{template}.txt", {"described": in_words, "address": address})
    post(
        MailKind.SUBSCRIPTION,
        subscription.recipient.address,
        subject,
        text.strip() + "\n",
        language=subscription.language,
        lasts=timedelta(days=1),
    )


@transaction.atomic
def ask(email, zone, wish, times):
    """Have the person at *email* asked whether they want *wish* at *times*.

    What they have already is left as it is; they are mailed the link to change it.
    """
    recipient = _recipient(email, zone)
    hold(recipient)
    if not _may_be_mailed(recipient):
        return
    if recipient.user is None and not recipient.subscriptions.active().exists():
        recipient.time_zone = zone  # nothing comes at hours of another one
        recipient.save(update_fields=["time_zone"])
    subscription = same(recipient, wish)
    if subscription is None:
        subscription = create(recipient, wish, times, confirmed_at=None)
    elif subscription.confirmed_at is None:
        retime(subscription, times)
        subscription.created_at = timezone.now()  # it waits anew
        subscription.save(update_fields=["created_at"])
    subscription = Subscription.objects.with_choices().get(pk=subscription.pk)
    with override(subscription.language):
        if subscription.confirmed_at is None:
            subject = _("Confirm that you want news by e-mail")
            _mail(subscription, "confirm_mail", subject, confirmation_address(subscription))
        else:
            subject = _("You get these news already")
            _mail(subscription, "known_mail", subject, preferences_address(subscription))


@transaction.atomic
def confirm(subscription):
    """The person at the address wants it. Raises ``SubscriptionRefused``."""
    hold(subscription.recipient)
    subscription.refresh_from_db(fields=["confirmed_at"])
    if subscription.confirmed_at is None:
        check_room(subscription.recipient)
        subscription.confirm()


@transaction.atomic
def mail_fresh_link(subscription):
    """Mail the link to change *subscription*, valid from now on, to where its mails go."""
    hold(subscription.recipient)
    if _may_be_mailed(subscription.recipient):
        with override(subscription.language):
            subject = _("The link to change your subscription")
            _mail(subscription, "link_mail", subject, preferences_address(subscription))
