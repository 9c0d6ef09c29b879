"""What an address subscribed to becomes a person's, once they have an account with it."""

from django.db import transaction

from practices.digests.models import Delivery, Recipient


@transaction.atomic
def take_over(user, email):
    """Give *user*, who has confirmed *email*, the subscriptions of that address."""
    guest = Recipient.objects.filter(email__iexact=email).select_for_update().first()
    if guest is None:
        return
    person = Recipient.objects.filter(user=user).select_for_update().first()
    if person is None:
        guest.user, guest.email, guest.time_zone = user, "", ""
        guest.save(update_fields=["user", "email", "time_zone"])
        person = guest
    else:
        # What both were told of as new stays known of one of them.
        Delivery.objects.filter(recipient=guest).update(new_practices=[], recipient=person)
        guest.subscriptions.update(recipient=person)
        guest.delete()
    for subscription in person.subscriptions.all():
        subscription.reschedule()
