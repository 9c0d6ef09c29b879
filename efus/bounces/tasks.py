import imaplib
import logging
from contextlib import contextmanager

from celery import shared_task
from django.conf import settings
from django.db import connection

from efus.bounces.configuration import mailbox_at
from efus.bounces.mailbox import MailboxRefuses, opened, take_back

logger = logging.getLogger(__name__)

LOCK = 4526_007


@contextmanager
def _alone():
    """Whether nobody else reads the mailbox; PostgreSQL lets go if this process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        is_alone = cursor.fetchone()[0]
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@shared_task
def read_mailbox():
    """Read what has come back to the bounce mailbox, if the settings name one."""
    mailbox = mailbox_at(settings.BOUNCE_MAILBOX)
    if mailbox is None:
        return
    with _alone() as is_alone:
        if not is_alone:
            return
        try:
            with opened(mailbox) as opened_mailbox:
                moved = take_back(opened_mailbox)
        except (MailboxRefuses, imaplib.IMAP4.error, OSError) as problem:
            # What was not moved is read by the next run.
            logger.error("The bounce mailbox at %s cannot be read: %s", mailbox.host, problem)
        else:
            if any(moved.values()):
                logger.info("What came back by mail: %s", moved)
