"""What follows from a mail that was not taken."""

import random
import re
from datetime import timedelta

from django.conf import settings

from efus.outbox.claims import Outcome
from efus.outbox.enums import DeliveryState
from efus.outbox.server import Refused, Step

LONGEST_ANSWER = 500
LONGEST_DELAY = timedelta(hours=1)

_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
_BARE_CODES_OF_MAILBOXES = {550, 551, 553}
_OF_THE_SENDER = {7, 8}  # 5.1.7 and 5.1.8 are about who sends
_NOT_ABOUT_THE_MAILBOX = re.compile(
    r"block|black|spam|polic|relay|reputation|sender|spf|dkim|dmarc", re.IGNORECASE
)
_TOO_MANY = re.compile(
    r"too many|too much|too fast|rate limit|limit exceeded|throttl|slow down|\b4\.7\.28\b",
    re.IGNORECASE,
)


def shown(reason):
    """*reason* as the database and a page can hold it."""
    readable = str(reason).replace("\0", "").encode(errors="replace").decode()
    return readable[:LONGEST_ANSWER]


def backoff(attempts):
    """How long to wait after so many attempts: twice as long each time, more or less."""
    seconds = settings.MAIL_RETRY_SECONDS * 2 ** min(attempts - 1, 16)
    delay = min(timedelta(seconds=seconds), LONGEST_DELAY)
    return delay * random.uniform(0.8, 1)  # noqa: S311


def postponed(row, reason):
    return Outcome(DeliveryState.DUE, shown(reason), backoff(row.attempts))


def skipped(reason):
    return Outcome(DeliveryState.SKIPPED, shown(reason))


def failed(reason):
    return Outcome(DeliveryState.FAILED, shown(reason))


def outcome_of(row, failure):
    """What becomes of *row*, which ended in a ``Refused`` or ``Interrupted``."""
    if isinstance(failure, Refused) and failure.code >= 500:
        return failed(f"The mail server refused it: {failure}")
    if isinstance(failure, Refused):
        return postponed(row, f"The mail server refused it for now: {failure}")
    return postponed(row, f"The connection to the mail server broke: {failure}")


def says_that_the_address_is_dead(failure):
    """Whether there is no such mailbox; a full one, or a blocked sender, is another thing."""
    if not (isinstance(failure, Refused) and failure.step == Step.RECIPIENT):
        return False
    if failure.code < 500:
        return False
    if status := _STATUS.match(failure.answer):
        kind, subject, detail = map(int, status.groups())
        if kind != 5:
            return False
        return (subject == 1 and detail not in _OF_THE_SENDER) or (subject, detail) == (2, 1)
    return failure.code in _BARE_CODES_OF_MAILBOXES and not _NOT_ABOUT_THE_MAILBOX.search(
        failure.answer
    )


def says_too_many(failure):
    """Whether the server asks for fewer mails at a time."""
    return (
        isinstance(failure, Refused)
        and failure.code < 500
        and bool(_TOO_MANY.search(failure.answer))
    )
