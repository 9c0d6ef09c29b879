"""Sending deliveries: claimed before, settled after, each in its own short transaction.

What is promised, and what a crash can do, is said in docs/digests.md.
"""

import logging
import smtplib
from datetime import timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from practices.digests.enums import DeliveryState
from practices.digests.mail import build_message
from practices.digests.models import Delivery

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
CLAIM_EXPIRES = timedelta(minutes=15)  # longer than the time limit of a task


def claim(number):
    """Claim at most *number* due deliveries for this worker alone."""
    with transaction.atomic():
        claimed = list(
            Delivery.objects.due()
            .select_for_update(skip_locked=True)
            # What was tried before comes last, so that one bad mail holds up no other.
            .order_by("attempts", "not_before", "pk")
            .values_list("pk", flat=True)[:number]
        )
        Delivery.objects.filter(pk__in=claimed).update(
            state=DeliveryState.SENDING, claimed_at=timezone.now()
        )
    return claimed


def recover_stuck(now=None):
    """Make deliveries due again whose worker ended before settling them; returns how many."""
    now = now or timezone.now()
    stuck = Delivery.objects.stuck(now - CLAIM_EXPIRES)
    reason = "The worker ended before it settled this delivery."
    stuck.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=DeliveryState.FAILED, settled_at=now, reason=reason
    )
    return stuck.update(state=DeliveryState.DUE, claimed_at=None, not_before=now, reason=reason)


def _settle(pk, state, reason=""):
    Delivery.objects.filter(pk=pk, state=DeliveryState.SENDING).update(
        state=state, settled_at=timezone.now(), reason=reason
    )


def _postpone(delivery, reason):
    if delivery.attempts >= MOST_ATTEMPTS:
        _settle(delivery.pk, DeliveryState.FAILED, reason)
        return
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING).update(
        state=DeliveryState.DUE,
        claimed_at=None,
        not_before=timezone.now() + timedelta(minutes=2**delivery.attempts),
        reason=reason,
    )


def _is_permanent(error):
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in error.recipients.values())
    answers = (smtplib.SMTPDataError, smtplib.SMTPSenderRefused)
    return isinstance(error, answers) and error.smtp_code >= 500


def _send_one(delivery, connection):
    subscription = delivery.subscription
    if subscription.ended_at or not subscription.user.is_active:
        _settle(delivery.pk, DeliveryState.SKIPPED, "The subscription has ended.")
        return
    message = build_message(delivery)
    if message is None:
        _settle(delivery.pk, DeliveryState.SKIPPED, "Nothing in it is public any more.")
        return
    message.connection = connection
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("Delivery %s was not accepted: %s", delivery.pk, error)
        connection.close()
        if _is_permanent(error):
            _settle(delivery.pk, DeliveryState.FAILED, str(error))
        else:
            _postpone(delivery, str(error))
        return
    _settle(delivery.pk, DeliveryState.SENT)


def send_claimed(claimed):
    """Send the deliveries with the identifiers *claimed*, over one connection."""
    connection = get_connection()
    try:
        for pk in claimed:
            # Read just before its mail: the person may have unsubscribed a moment ago.
            delivery = (
                Delivery.objects.filter(pk=pk, state=DeliveryState.SENDING)
                .select_related("subscription__user", "edition")
                .first()
            )
            if delivery is None:
                continue
            delivery.attempts += 1
            delivery.save(update_fields=["attempts"])
            if connection.connection is None:
                try:
                    connection.open()
                except (OSError, smtplib.SMTPException) as error:
                    _postpone(delivery, str(error))
                    continue
            try:
                _send_one(delivery, connection)
            except Exception:
                # One mail that cannot be built must not keep the others from going out.
                logger.exception("Delivery %s could not be built", delivery.pk)
                _postpone(delivery, "The mail could not be built; see the log.")
    finally:
        connection.close()
