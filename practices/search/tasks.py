"""What workers do for searches; each task may run twice without harm."""

from celery import shared_task

from practices.search import indexing


@shared_task
def update_sets():
    """Bring the sets up to date with what has changed."""
    indexing.update()
