"""What a model of outgoing mails gives to the engine that sends them.

``Model.objects.batch(keys)`` returns a batch: ``addresses`` is a mapping of key to address,
and ``compose(key)`` returns what to send, or raises ``NotWanted``.
"""

from dataclasses import dataclass
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from efus.bounces.identifiers import message_identifier


class NotWanted(Exception):
    """This mail is not to be sent any more; the argument says why, to staff."""


@dataclass(frozen=True)
class Composed:
    """A message as the mail server gets it, byte for byte."""

    address: str
    content: bytes


class MailBatch:
    """The mails of a batch of ``Mail``, read at once."""

    def __init__(self, mails):
        self._mails = mails
        self.addresses = {key: mail.address for key, mail in mails.items()}

    def compose(self, key):
        if key not in self._mails:
            raise NotWanted("It was deleted.")
        mail = self._mails[key]
        message = EmailMultiAlternatives(
            subject=mail.subject,
            body=mail.text,
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[mail.address],
            reply_to=[mail.reply_to] if mail.reply_to else None,
            headers={
                "Message-ID": message_identifier("mail", mail.pk),
                "Date": format_datetime(mail.created_at),
                "Auto-Submitted": "auto-generated",
                "Content-Language": mail.language,
            },
        )
        if mail.html:
            message.attach_alternative(mail.html, "text/html")
        return Composed(mail.address, message.message().as_bytes(linesep="\r\n"))
