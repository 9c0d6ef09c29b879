"""Making passages in the background; the task may run twice without harm."""

from celery import shared_task

from practices.search.meaning.making import make_batch


@shared_task
def make_due_passages():
    """Make a batch of what is due, and hand on the rest to a task of its own."""
    if make_batch():
        make_due_passages.delay()
