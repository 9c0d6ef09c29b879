from celery import shared_task
from django.core.management import call_command


@shared_task
def forget_ended_sessions():
    """Delete sessions that have ended, with what was kept in them."""
    call_command("clearsessions")
