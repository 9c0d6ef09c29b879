"""Addresses as mail servers are told them."""

import re

from django.core.mail.message import sanitize_address

# One that goes as it is; others are made by Django, which takes longer.
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)


def as_sent(address):
    """*address*, as headers and SMTP have it; raises ``ValueError`` where it is none."""
    if PLAIN_ADDRESS.fullmatch(address):
        return address
    return sanitize_address(address, "utf-8")
