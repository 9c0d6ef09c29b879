from celery import shared_task

from efus import undo


@shared_task
def forget_deleted():
    """Delete for good what nobody has brought back."""
    undo.forget_old()
