"""What elsewhere concerns digests."""

from allauth.account.signals import email_confirmed
from django.db.models.signals import post_save
from django.dispatch import receiver

from efus.accounts.models import User
from practices.digests.models import Subscription
from practices.digests.taking_over import take_over
from practices.digests.updates import note_update
from practices.models import PracticeVersion


@receiver(post_save, sender=PracticeVersion)
def note_what_changed(instance, created, **kwargs):
    if created:
        note_update(instance)


@receiver(post_save, sender=User)
def follow_the_time_zone(instance, created, update_fields, **kwargs):
    """Mails come at hours of the time zone that the person now has."""
    if created or (update_fields is not None and "time_zone" not in update_fields):
        return
    subscriptions = Subscription.objects.active().filter(recipient__user=instance)
    for subscription in subscriptions.select_related("recipient__user"):
        subscription.reschedule()


@receiver(email_confirmed)
def keep_subscriptions(email_address, **kwargs):
    take_over(email_address.user, email_address.email)
