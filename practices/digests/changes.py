"""What people do with their subscriptions."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from practices.digests.models import Recipient, Subscription

MOST_SUBSCRIPTIONS = 50  # of one recipient
MOST_ENDED = 10  # shown of those that can be gone on with
ENDED_SHOWN = timedelta(days=30)


class SubscriptionRefused(Exception):
    """What cannot be done; its text says why and what to do, to the person."""


def hold(recipient):
    """Have whatever else concerns *recipient* wait until the transaction has ended."""
    Recipient.objects.select_for_update(no_key=True).get(pk=recipient.pk)


def check_room(recipient):
    """Raise ``SubscriptionRefused`` where *recipient* has all they can have."""
    if recipient.subscriptions.active().count() >= MOST_SUBSCRIPTIONS:
        raise SubscriptionRefused(
            _("You have %(number)d subscriptions, which is the most. End one first.")
            % {"number": MOST_SUBSCRIPTIONS}
        )


def _as_sets(chosen):
    return {facet: set(values) for facet, values in chosen.items() if values}


def same(recipient, wish):
    """The subscription of *recipient*, confirmed or not, that asks for the same; or None."""
    rows = recipient.subscriptions.filter(
        ended_at=None, words=wish.words, language=wish.language
    ).prefetch_related("choices")
    for subscription in rows:
        if set(subscription.kinds) == set(wish.kinds) and _as_sets(
            subscription.chosen
        ) == _as_sets(wish.chosen):
            return subscription
    return None


def create(recipient, wish, times, **fields):
    subscription = Subscription.objects.create(
        recipient=recipient,
        words=wish.words,
        kinds=wish.kinds,
        language=wish.language,
        **times,
        **fields,
    )
    subscription.choose(wish.chosen)
    return subscription


def retime(subscription, times):
    """Have its mails come at other *times*."""
    if any(getattr(subscription, name) != value for name, value in times.items()):
        for name, value in times.items():
            setattr(subscription, name, value)
        subscription.save(update_fields=list(times))
        subscription.reschedule()


@transaction.atomic
def subscribe(user, wish, times):
    """Subscribe *user*: (the subscription, whether it is new). Raises ``SubscriptionRefused``.

    Nobody has two that ask for the same: the one there is comes at these *times* from now on.
    """
    recipient = Recipient.objects.for_user(user)
    hold(recipient)
    subscription = same(recipient, wish)
    is_known = subscription is not None and subscription.confirmed_at is not None
    if not is_known:
        check_room(recipient)
    if subscription is None:
        return create(recipient, wish, times), True
    subscription.confirm()
    retime(subscription, times)
    return subscription, not is_known


@transaction.atomic
def change(subscription, wish, times, zone=None):
    """Have *subscription* ask for *wish* at *times*, and its recipient be in *zone*."""
    hold(subscription.recipient)
    subscription = Subscription.objects.with_choices().get(pk=subscription.pk)
    subscription.words, subscription.kinds = wish.words, wish.kinds
    subscription.language = wish.language
    subscription.save(update_fields=["words", "kinds", "language"])
    subscription.choose(wish.chosen)
    recipient = subscription.recipient
    if zone and zone != recipient.zone:
        recipient.time_zone = zone
        recipient.save(update_fields=["time_zone"])
        for each in recipient.subscriptions.active().exclude(pk=subscription.pk):
            each.reschedule()
        subscription.reschedule()
    retime(subscription, times)
    return subscription


@transaction.atomic
def resume(subscription):
    """Undo that *subscription* was ended. Raises ``SubscriptionRefused``."""
    hold(subscription.recipient)
    subscription.refresh_from_db()
    if subscription.ended_at:
        check_room(subscription.recipient)
        subscription.resume()


def lately_ended(user):
    """What *user* may go on with, ended last first."""
    rows = Subscription.objects.filter(
        recipient__user=user, ended_at__gt=timezone.now() - ENDED_SHOWN
    )
    return rows.with_choices().order_by("-ended_at", "-pk")[:MOST_ENDED]
