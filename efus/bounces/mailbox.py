"""The mailbox that bounces come back to.

What is read is moved: into one folder what was understood and is about a mail of ours, into
another what a person should look at. Nothing is deleted, and nothing counts that does not
carry the Message-ID of a mail of ours. A mail that is read twice, since the server went away
before it could be moved, marks the same address once more.
"""

import imaplib
import logging
import ssl
from contextlib import contextmanager, suppress

from efus.bounces.enums import BounceReason
from efus.bounces.models import UndeliverableAddress
from efus.bounces.reports import understand
from efus.bounces.senders import address_of

logger = logging.getLogger(__name__)

HANDLED, UNCLEAR = "Handled", "Unclear"
MOST_MAILS = 200  # in one run; the next goes on
MOST_BYTES = 2**18  # read of each mail; the report stands before what is returned
TIMEOUT = 30  # seconds


class MailboxRefuses(Exception):
    """The mail server says no; the text has its words."""


def _checked(answer):
    status, data = answer
    if status != "OK":
        words = b" ".join(part for part in data if isinstance(part, bytes))
        raise MailboxRefuses(words.decode(errors="replace"))
    return data


def _quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


class BounceMailbox:
    """A mailbox that is open: its mails are known by their numbers (UID)."""

    def __init__(self, connection, folder):
        self.connection = connection
        for name in (HANDLED, UNCLEAR):
            connection.create(name)  # refused where there is one already
            _checked(connection.status(name, "(MESSAGES)"))
        _checked(connection.select(_quoted(folder)))
        # Asked for anew: servers can do more once one has signed in.
        capabilities = _checked(connection.capability())[0].decode().upper().split()
        self.can_move = "MOVE" in capabilities
        if not (self.can_move or "UIDPLUS" in capabilities):
            raise MailboxRefuses("It knows neither MOVE nor UIDPLUS, without which nothing moves.")

    def first(self, number):
        """The numbers of the *number* mails that came first."""
        [found] = _checked(self.connection.uid("SEARCH", "UNDELETED"))
        return (found or b"").decode().split()[:number]

    def read(self, uid):
        """The beginning of a mail; None where somebody else has taken it away."""
        data = _checked(self.connection.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
        return next((part[1] for part in data if isinstance(part, tuple)), None)

    def move(self, uid, folder):
        if self.can_move:
            _checked(self.connection.uid("MOVE", uid, folder))
        else:
            _checked(self.connection.uid("COPY", uid, folder))
            _checked(self.connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
            _checked(self.connection.uid("EXPUNGE", uid))


@contextmanager
def opened(mailbox):
    """A ``BounceMailbox`` at a ``configuration.Mailbox``; raises what imaplib raises."""
    if mailbox.encrypted:
        context = ssl.create_default_context()
        connection = imaplib.IMAP4_SSL(
            mailbox.host, mailbox.port, ssl_context=context, timeout=TIMEOUT
        )
    else:
        connection = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=TIMEOUT)
    try:
        connection.login(mailbox.user, mailbox.password)
        yield BounceMailbox(connection, mailbox.folder)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            connection.logout()


def understood(content):
    """The ``Report`` in *content*; None where it cannot be read at all."""
    try:
        return understand(content)
    except Exception:  # whatever anybody sends; the others behind it are read all the same
        logger.exception("A mail in the bounce mailbox cannot be read")
        return None


def _mark(report):
    """Mark the addresses that *report* is about."""
    for kind, keys in report.mails:
        address = address_of(kind, keys)
        if address is None:
            continue
        if report.is_complaint:
            UndeliverableAddress.objects.mark(address, BounceReason.COMPLAINED)
        elif address.lower() in report.dead:
            answer = report.dead[address.lower()]
            UndeliverableAddress.objects.mark(address, BounceReason.BOUNCED, answer)
        elif report.dead and len(report.mails) == 1:
            # The address forwards its mails, and the next one is dead.
            forwarded = ", ".join(
                ": ".join(filter(None, [other, answer])) for other, answer in report.dead.items()
            )
            UndeliverableAddress.objects.mark(address, BounceReason.BOUNCED, forwarded)


def take_back(mailbox):
    """Read what has come back to *mailbox*, a ``BounceMailbox``; how many were moved where."""
    moved = {HANDLED: 0, UNCLEAR: 0}
    for uid in mailbox.first(MOST_MAILS):
        content = mailbox.read(uid)
        if content is None:
            continue
        report = understood(content)
        is_ours = report is not None and report.is_understood and bool(report.mails)
        if is_ours:
            _mark(report)
        folder = HANDLED if is_ours else UNCLEAR
        mailbox.move(uid, folder)
        moved[folder] += 1
    return moved
