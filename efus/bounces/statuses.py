"""What the status codes of mail servers (RFC 3463) say about an address."""

import re

STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)", re.ASCII)
REPLY = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])", re.ASCII)
DEAD_REPLIES = {"550", "551", "553"}  # of RFC 5321, where nothing says more
UNDEFINED = "0"  # the subject of a status that says no more than that it failed
ADDRESS, MAILBOX, ROUTING, PROTOCOL = "1", "2", "4", "5"
MEANS_SOMETHING_ELSE = {
    "5.1.7",  # the sender's address
    "5.1.8",
    "5.2.2",  # the mailbox is full
    "5.2.3",  # this mail is too long for it
    "5.4.5",  # the network is busy
    "5.4.6",  # servers send it round in circles
    "5.4.7",  # it took too long
}


def first_status(text):
    """The first status code in *text*, such as "5.1.1"; empty where there is none."""
    found = STATUS.search(text)
    return found.group() if found else ""


def says_dead(status):
    """Whether *status* means that mails to this address will not arrive later either.

    What is temporary, or about the mail, the sender, the server or its policy, does not.
    """
    if not status.startswith("5.") or status in MEANS_SOMETHING_ELSE:
        return False
    return status.split(".")[1] in {UNDEFINED, ADDRESS, MAILBOX, ROUTING, PROTOCOL}


def is_dead(status, answer):
    """Whether an address is dead, by its *status*, or where that says no more by the *answer*.

    The answer is what its mail server said, in words with numbers; either may be empty.
    """
    if not status or status.startswith("5.0."):
        status = first_status(answer) or status
    reply = REPLY.search(answer)
    if reply and (not status or status.startswith("5.0.")):
        return reply.group() in DEAD_REPLIES
    return says_dead(status) if status else True
