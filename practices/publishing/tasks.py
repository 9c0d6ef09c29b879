"""What workers do for the workspace; each task may run twice without harm."""

from celery import shared_task

from practices.models import Practice
from practices.publishing import drafts
from practices.publishing.schedule import publish_if_due

MOST_TASKS = 100  # started at a time; the next tick goes on
EXPIRES = 60  # seconds, when the next tick starts them anew


@shared_task
def publish_due():
    """Start a task for each practice that is due, so that none holds up another."""
    due = Practice.objects.due_for_publication().order_by("publish_at", "pk")
    for pk in due.values_list("pk", flat=True)[:MOST_TASKS]:
        publish_scheduled.apply_async([pk], expires=EXPIRES)


@shared_task
def publish_scheduled(pk):
    publish_if_due(pk)


@shared_task
def forget_old_drafts():
    """Delete unsaved writing that nobody has come back to for half a year."""
    drafts.forget_old()
