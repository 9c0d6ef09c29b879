"""The tasks that beat and the workers run; each may run twice without harm."""

import logging

from celery import shared_task

from practices.digests.models import Delivery
from practices.digests.schedule import open_due_editions
from practices.digests.sending import claim, recover_stuck, send_claimed

logger = logging.getLogger(__name__)

BATCH = 50  # deliveries that one task claims at a time
MOST_TASKS = 20  # tasks started at a time; a task goes on until nothing is due


@shared_task
def run_digests():
    """Open what has fallen due and see that everything due is being sent."""
    for edition in open_due_editions():
        logger.info("Opened edition %s", edition)
    if recovered := recover_stuck():
        logger.warning("%s deliveries are due again after a worker ended", recovered)
    start_sending()


def start_sending():
    """Start as many sending tasks as the number of due deliveries asks for."""
    due = Delivery.objects.due().count()
    for _task in range(min(MOST_TASKS, -(-due // BATCH))):
        send_due_deliveries.delay()


@shared_task
def send_due_deliveries():
    """Send a batch of what is due, and hand on the rest to a task of its own."""
    claimed = claim(BATCH)
    if claimed:
        send_claimed(claimed)
        if Delivery.objects.due().exists():
            send_due_deliveries.delay()
