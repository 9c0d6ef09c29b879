"""The tasks that beat and the workers run; each may run twice without harm."""

import logging

from celery import shared_task

from efus.outbox.tasks import run_outbox
from practices.digests import forgetting
from practices.digests.opening import open_due_editions

logger = logging.getLogger(__name__)


@shared_task
def run_digests():
    """Open what has fallen due, and have it sent."""
    if opened := open_due_editions():
        for edition in opened:
            logger.info("Opened edition %s", edition)
        run_outbox()


@shared_task
def forget():
    """Forget what nobody confirmed, old news, and editions without deliveries."""
    forgetting.forget_abandoned()
    forgetting.forget_old()
