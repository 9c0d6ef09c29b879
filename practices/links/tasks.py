"""Checking links in the background; each task may run twice without harm."""

from celery import shared_task

from practices.links.checking import check_batch, refresh
from practices.models import Practice


@shared_task
def refresh_links(pk):
    """See which links a practice has after it was saved, and have them checked."""
    if refresh(pk):
        check_due_links.delay()


@shared_task
def refresh_links_of_published():
    """Find links that came into published texts by another way: a translation, the admin."""
    for pk in Practice.objects.published().values_list("pk", flat=True):
        refresh_links.delay(pk)


@shared_task
def check_due_links():
    """Check a batch of what is due, and hand on the rest to a task of its own."""
    if check_batch():
        check_due_links.delay()
