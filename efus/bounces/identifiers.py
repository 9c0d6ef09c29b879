"""The Message-ID of a mail: what it was, said so that nobody else can make it up.

Whoever forges a bounce would have to know the Message-ID of a mail of ours to silence
somebody by it, and only those who got the mail do.
"""

import re
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SHAPE = re.compile(
    r"<?([a-z]{1,20})((?:-(?:0|[1-9]\d{0,18})){1,5})-([0-9a-f]{16})@[^@<>\s]+>?", re.ASCII
)


def _signature(kind, keys):
    text = "-".join([kind, *map(str, keys)])
    return salted_hmac("efus message identifier", text, algorithm="sha256").hexdigest()[:16]


def message_identifier(kind, *keys):
    """The Message-ID, always the same, of the mail of *kind* (letters) with numbers *keys*."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{'-'.join([kind, *map(str, keys)])}-{_signature(kind, keys)}@{domain}>"


def read(identifier):
    """(kind, keys) of the mail of ours that has this Message-ID; None where there is none.

    The domain does not count: it may have changed since.
    """
    match = SHAPE.fullmatch(identifier.strip())
    if match is None:
        return None
    kind, numbers, signature = match.groups()
    keys = tuple(int(number) for number in numbers[1:].split("-"))
    if not constant_time_compare(signature, _signature(kind, keys)):
        return None
    return kind, keys


def found_in(text):
    """(kind, keys) of each mail of ours whose Message-ID is in *text*, in their order."""
    found = [read(match.group()) for match in SHAPE.finditer(text)]
    return list(dict.fromkeys(filter(None, found)))
