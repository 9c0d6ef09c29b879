"""The tasks that beat and the workers run; each may run twice without harm."""

import logging
import time
from datetime import timedelta
from functools import partial

from celery import shared_task
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from efus.outage import OUTAGES
from efus.outbox import rates
from efus.outbox.claims import claim, claim_one, recover_stuck
from efus.outbox.models import Outgoing
from efus.outbox.sending import send_claimed
from efus.outbox.server import MailServer

logger = logging.getLogger(__name__)

BATCH = 100  # mails that a worker has in hand at a time
MOST_TASKS = 20  # tasks started at a time; a task goes on until nothing is due
LONGEST = 60  # seconds; then a task hands on
EXPIRES = 60  # seconds; what is due is found by beat again
FORGOTTEN_AT_ONCE = 1000


def outgoing_models():
    """Every model of mails, those that somebody waits for first."""
    models = [model for model in apps.get_models() if issubclass(model, Outgoing)]
    return sorted(models, key=lambda model: not model.goes_first)


@shared_task
def run_outbox():
    """See that everything due is being sent, and that nothing stays with a dead worker."""
    for model in outgoing_models():
        if recovered := recover_stuck(model):
            logger.warning("%s of %s are due again", recovered, model._meta.label)
        ready = model.objects.ready()[: MOST_TASKS * BATCH].count()
        for _task in range(-(-ready // BATCH)):
            start_sending(model)


def start_sending(model, after=""):
    """Have a worker send what is due of *model*."""
    send_due.apply_async([model._meta.label, after], expires=EXPIRES)


def wake(model):
    """Have a worker send what is due of *model* once it is committed.

    While the broker does not answer, it waits for beat.
    """
    transaction.on_commit(partial(_start_if_the_broker_answers, model))


def _start_if_the_broker_answers(model):
    try:
        start_sending(model)
    except OUTAGES as outage:
        logger.warning("A mail waits for the broker, which does not answer: %s", outage)


@shared_task
def send_due(label, after=""):
    """Send what is due of the model called *label* over one connection, for about a minute.

    What somebody waits for is sent in between. *after* is the domain to go on after.
    """
    model = apps.get_model(label)
    ends_at = time.monotonic() + LONGEST
    with MailServer() as server:
        while time.monotonic() < ends_at:
            after = send_batch(model, server, after)
            if after is None:
                return
    start_sending(model, after)


def send_batch(model, server, after=""):
    """Send a batch of what is due, of *model* or of what goes first, over *server*.

    Returns the domain to go on after; None where nothing is due or the server takes no mails.
    """
    claimed = _claim_what_goes_first(model) or claim(model, BATCH, after)
    if not claimed or not send_claimed(claimed, server):
        return None
    return claimed.last_domain if claimed.model is model else after


@shared_task
def send_one(label, key):
    """Send one mail of the model called *label*, if it is due and nobody has it in hand."""
    if claimed := claim_one(apps.get_model(label), key):
        send_claimed(claimed)


def wake_for_one(mail):
    """Have a worker send *mail* alone once that is committed.

    Beat does not find it: should no worker hear of it, whoever tries a mail tries again.
    """
    transaction.on_commit(
        partial(send_one.apply_async, [mail._meta.label, mail.pk], expires=EXPIRES)
    )


def _claim_what_goes_first(model):
    for other in outgoing_models():
        if other.goes_first and other is not model and (claimed := claim(other, BATCH)):
            return claimed
    return None


@shared_task
def forget_old():
    """Delete what was settled too long ago for anybody to ask."""
    before = timezone.now() - timedelta(days=settings.MAIL_LOG_DAYS)
    for model in outgoing_models():
        old = model.objects.settled_before(before).order_by().values_list("pk", flat=True)
        while keys := list(old[:FORGOTTEN_AT_ONCE]):
            model.objects.filter(pk__in=keys).delete()
    rates.forget_idle()
