"""Putting a mail into the outbox."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_supported_language_variant

from efus.outbox.models import LASTS, Mail
from efus.outbox.tasks import wake
from efus.validators import one_line


def domain_of(address):
    """What comes after the @ of *address*, in lower case."""
    return address.rpartition("@")[2].lower()


def post(kind, address, subject, text, *, language, html="", reply_to="", lasts=LASTS):
    """Have *text* mailed to *address* once the transaction is committed.

    It is tried for as long as *lasts*. A worker is told at once; should none hear it, beat
    finds the mail.
    """
    mail = Mail.objects.create(
        kind=kind,
        address=address,
        domain=domain_of(address),
        subject=one_line(subject),
        text=text.replace("\0", ""),
        html=(html or "").replace("\0", ""),
        reply_to=reply_to or "",
        language=get_supported_language_variant(language or settings.LANGUAGE_CODE),
        give_up_at=timezone.now() + lasts,
    )
    wake(Mail)
    return mail
