"""Whom a mail of ours went to, as the apps know that send mails."""

_senders = {}


def register_sender(kind, address_of):
    """Have *address_of* asked about mails of *kind*.

    It is called with the numbers of the mail's Message-ID, one argument each, and returns the
    address that the mail went to; None where that is not known any more.
    """
    _senders[kind] = address_of


def address_of(kind, keys):
    """The address that a mail of ours went to; None where that is not known."""
    known = _senders.get(kind)
    return known(*keys) if known else None
