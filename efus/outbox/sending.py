"""Sending what was claimed: one mail after the other, each settled before the next."""

import logging
from datetime import timedelta

from django.conf import settings

from efus.bounces.enums import BounceReason
from efus.bounces.models import UndeliverableAddress
from efus.outbox import failures, rates
from efus.outbox.claims import Outcome, persistently
from efus.outbox.enums import DeliveryState
from efus.outbox.messages import NotWanted
from efus.outbox.server import Interrupted, MailServer, Refused, Unreachable

logger = logging.getLogger(__name__)

NOT_BUILT = "The mail could not be built; see the log."


def send_claimed(claim, server=None):
    """Send what *claim* holds over *server*; returns whether the server takes mails."""
    if server is None:
        with MailServer() as server:
            return send_claimed(claim, server)
    try:
        batch = persistently(lambda: claim.model.objects.batch(claim.keys))
        undeliverable = persistently(
            lambda: UndeliverableAddress.objects.among(batch.addresses.values())
        )
    except Exception:
        logger.exception("A batch of %s could not be read", claim.model._meta.label)
        for row in claim.rows:
            claim.settle(row, failures.postponed(row, NOT_BUILT))
        return True
    done = None
    try:
        for row in claim.rows:
            is_ours = claim.turn_to(row, settling=done)
            done = None
            if is_ours and (outcome := _send_one(claim, row, batch, undeliverable, server)):
                done = (row, outcome)
        if done:
            claim.settle(*done)
    except Unreachable as failure:
        logger.warning("%s", failure)
        soon = timedelta(seconds=settings.MAIL_RETRY_SECONDS / 4)
        claim.release(failures.shown(failure), soon)
        return False
    return True


def _send_one(claim, row, batch, undeliverable, server):
    """What became of *row*; None when another worker has it meanwhile."""
    try:
        composed = persistently(lambda: batch.compose(row.pk))
    except NotWanted as reason:
        return failures.skipped(reason)
    except Exception:
        # One mail that cannot be built must not keep the others from going out.
        logger.exception("%s %s could not be built", claim.model._meta.label, row.pk)
        return failures.postponed(row, NOT_BUILT)
    if composed.address.lower() in undeliverable and not composed.despite_bounces:
        return failures.skipped("Mails do not reach this address any more.")
    server.open()
    if not claim.still_holds(row):
        return None
    try:
        server.offer(composed.address, composed.content)
    except (Refused, Interrupted) as failure:
        logger.warning("%s %s was not taken: %s", claim.model._meta.label, row.pk, failure)
        if failures.says_that_the_address_is_dead(failure):
            undeliverable.add(composed.address.lower())
            _mark(composed.address, failure)
        if failures.says_too_many(failure):
            persistently(lambda: rates.close(row.domain))
        return failures.outcome_of(row, failure)
    except UnicodeError:
        return failures.failed("No mail server could read this address.")
    return Outcome(DeliveryState.SENT)


def _mark(address, failure):
    detail = failures.shown(failure)
    persistently(lambda: UndeliverableAddress.objects.mark(address, BounceReason.REFUSED, detail))
