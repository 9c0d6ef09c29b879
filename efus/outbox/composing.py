"""What a model of outgoing mails answers when it is asked for the mail of a row."""

from typing import NamedTuple


class Composed(NamedTuple):
    """A mail as it goes out: to whom, and its bytes, header and body."""

    address: str
    message: bytes


class NotWanted(Exception):
    """There is nothing to send (any more); *reason* says why, for staff."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason
