"""The tasks that beat and the workers run; each may run twice without harm."""

import logging

from celery import shared_task

from practices.translations.machine.connectors import connector
from practices.translations.machine.errors import TranslationFailed
from practices.translations.machine.models import MachineTranslationRun
from practices.translations.machine.running import carry_out, claim, recover

logger = logging.getLogger(__name__)

MOST_TASKS = 50  # started at a time
TASK_EXPIRES = 60  # seconds: then the next tick starts it again


@shared_task
def translate_practice(run_id):
    """Translate what one run asks for, if it is due."""
    run = claim(run_id)
    if run is not None:
        carry_out(run)


@shared_task
def run_machine_translations():
    """See to what was left alone, and that everything due is being translated."""
    if recovered := recover():
        logger.warning("%s machine translations are due again after a worker ended", recovered)
    due = MachineTranslationRun.objects.due().order_by("next_attempt_at", "pk")
    for run_id in due.values_list("pk", flat=True)[:MOST_TASKS]:
        translate_practice.apply_async([run_id], expires=TASK_EXPIRES)
    if service := connector():
        try:
            service.learn_languages()
        except TranslationFailed as error:
            logger.warning("%s does not say which languages it knows: %s", service.name, error)
