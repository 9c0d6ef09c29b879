"""What staff do about an edition while it is sent; who did it is noted.

Each may be asked for twice: the second time nothing is left to do.
"""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from efus.outbox.enums import DeliveryState
from efus.outbox.models import UNSETTLED
from efus.outbox.tasks import wake, wake_for_one
from practices.digests.enums import EditionEventKind
from practices.digests.models import Delivery, Edition, EditionEvent, Recipient
from practices.digests.opening import TRIED


def _locked(edition):
    """*edition* as it is now, which nobody else pauses or resumes meanwhile."""
    return Edition.objects.select_for_update().get(pk=edition.pk)


def _note(edition, kind, person, number, delivery=None):
    EditionEvent.objects.create(
        edition=edition, kind=kind, person=person, number=number, delivery=delivery
    )


@transaction.atomic
def pause(edition, person):
    """Send no more mails of *edition*; returns how many wait, or None if it was paused."""
    edition = _locked(edition)
    if edition.paused_at:
        return None
    edition.paused_at = timezone.now()
    edition.save(update_fields=["paused_at"])
    waiting = edition.deliveries.filter(state=DeliveryState.DUE).count()
    _note(edition, EditionEventKind.PAUSED, person, waiting)
    return waiting


@transaction.atomic
def resume(edition, person):
    """Go on sending *edition*; returns how many mails, or None if it was not paused.

    What is due is tried for as much longer as the pause was.
    """
    edition = _locked(edition)
    if not edition.paused_at:
        return None
    paused_for = timezone.now() - edition.paused_at
    edition.paused_at = None
    edition.save(update_fields=["paused_at"])
    waiting = edition.deliveries.filter(state=DeliveryState.DUE).update(
        give_up_at=F("give_up_at") + paused_for
    )
    _note(edition, EditionEventKind.RESUMED, person, waiting)
    wake(Delivery)
    return waiting


@transaction.atomic
def resend(edition, person):
    """Send again what failed of *edition* and may arrive; returns how many."""
    number = edition.deliveries.resendable().resend(TRIED[edition.frequency])
    if number:
        _note(edition, EditionEventKind.RESENT, person, number)
        wake(Delivery)
    return number


@transaction.atomic
def resend_one(delivery, person):
    """Send *delivery* again; returns whether it had failed and may arrive."""
    edition = delivery.edition
    one = edition.deliveries.filter(pk=delivery.pk).resendable()
    if not one.resend(TRIED[edition.frequency]):
        return False
    _note(edition, EditionEventKind.RESENT, person, 1, delivery)
    wake(Delivery)
    return True


def to_address(edition, address):
    """The deliveries of *edition* that go to *address*, what is still to be sent first."""
    recipients = list(Recipient.objects.at(address).values_list("pk", flat=True))
    found = edition.deliveries.filter(recipient__in=recipients).select_related("edition")
    return sorted(found.order_by("pk")[:100], key=lambda each: each.state not in UNSETTLED)


@transaction.atomic
def try_one(delivery, person):
    """Have *delivery*, which is due, sent at once, even while its edition is paused."""
    _note(delivery.edition, EditionEventKind.TRIED, person, 1, delivery)
    wake_for_one(delivery)
