from smtplib import SMTPException

from celery import shared_task
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command


@shared_task
def forget_ended_sessions():
    """Delete sessions that have ended, with what was kept in them."""
    call_command("clearsessions")


@shared_task(
    autoretry_for=(OSError, SMTPException),
    retry_backoff=True,
    retry_backoff_max=600,  # seconds, within the broker's visibility timeout
    max_retries=10,
)
def send_account_mail(subject, body, from_email, to, html=None, reply_to=None):
    """Send a mail about somebody's account, and try again while the mail server cannot."""
    message = EmailMultiAlternatives(subject, body, from_email, to, reply_to=reply_to)
    if html:
        message.attach_alternative(html, "text/html")
    message.send()
