"""The dialogue with the mail server: one connection for many mails."""

import logging
from contextlib import suppress
from email.utils import parseaddr
from enum import Enum

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.message import sanitize_address

logger = logging.getLogger(__name__)

SHUTTING_DOWN = 421


class Step(Enum):
    """What the server was told when it did not go on."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class Unreachable(Exception):
    """No mail can be offered to the server at the moment."""


class Refused(Exception):
    """The server did not take a mail, and said so."""

    def __init__(self, step, code, answer):
        self.step = step
        self.code = code
        self.answer = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        super().__init__(f"{code} {self.answer}")


class Interrupted(Exception):
    """The connection ended, or the server did not answer, before it took a mail."""

    def __init__(self, step, reason):
        self.step = step
        super().__init__(reason)


def envelope_from():
    """The address that mails which cannot be delivered come back to."""
    return settings.BOUNCE_ADDRESS or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


class MailServer:
    """A connection to the mail server of the settings, opened when it is needed."""

    def __init__(self):
        self._backend = get_connection()
        self._sender = envelope_from()
        self._taken = 0  # mails over this connection

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def open(self):
        """Be connected; raises ``Unreachable``."""
        if self._backend.connection is not None:
            return
        self._taken = 0
        try:
            self._backend.open()
            self._backend.connection.ehlo_or_helo_if_needed()
        except OSError as error:  # smtplib's errors are of this kind, too
            self._backend = get_connection()
            raise Unreachable(f"The mail server cannot be reached: {error}") from error

    def close(self):
        connection, self._backend.connection = self._backend.connection, None
        if connection is not None:
            with suppress(OSError):
                connection.quit()
            connection.close()

    def offer(self, address, content):
        """Have the server take *content*, bytes, for *address*, word for word.

        Raises ``Unreachable``, ``Interrupted`` or ``Refused``. A server that ends a
        connection after some mails is connected to anew.
        """
        if not address.isascii():
            address = sanitize_address(address, "utf-8")
        while True:
            self.open()
            try:
                self._talk(address, content)
            except (Refused, Interrupted) as failure:
                if isinstance(failure, Refused) and failure.code != SHUTTING_DOWN:
                    raise
                is_fresh = self._taken == 0
                self.close()
                if failure.step == Step.SENDER and is_fresh:
                    raise Unreachable(f"The mail server hung up: {failure}") from failure
                if failure.step == Step.CONTENT or is_fresh:
                    raise
            else:
                self._taken += 1
                return

    def _talk(self, address, content):
        smtp = self._backend.connection
        size = [f"size={len(content)}"] if smtp.has_extn("size") else []
        self._say(Step.SENDER, smtp.mail, self._sender, size)
        self._say(Step.RECIPIENT, smtp.rcpt, address)
        self._say(Step.CONTENT, smtp.data, content)

    def _say(self, step, command, *arguments):
        try:
            code, answer = command(*arguments)
        except OSError as error:
            code, answer = getattr(error, "smtp_code", -1), getattr(error, "smtp_error", b"")
            if code < 400:
                raise Interrupted(step, str(error)) from error
        if code in (250, 251):
            return
        if not 400 <= code < 600:
            raise Interrupted(step, f"The answer makes no sense: {code} {answer!r}")
        if code != SHUTTING_DOWN:
            self._begin_anew()
        raise Refused(step, code, answer)

    def _begin_anew(self):
        try:
            self._backend.connection.rset()
        except OSError:
            self.close()
