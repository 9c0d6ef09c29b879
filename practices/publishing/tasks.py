"""What workers do for the workspace."""

from celery import shared_task

from practices.publishing import drafts


@shared_task
def forget_old_drafts():
    """Delete unsaved writing that nobody has come back to for half a year."""
    drafts.forget_old()
