"""What a mail says that came back: a delivery status, a bounce in other words, a complaint."""

import email
from dataclasses import dataclass, field
from email.message import Message
from itertools import chain

from flufl.bounce import all_failures

from efus.bounces.identifiers import found_in
from efus.bounces.statuses import first_status, is_dead

UNWANTED = {"abuse", "fraud", "opt-out", "opt-out-list"}  # kinds of feedback, RFC 5965
MOST_BOUNDARIES = 50  # parts within parts make reading slow; a report has a few


@dataclass
class Report:
    """What was understood of a mail that came back.

    *mails* are those of ours that it is about, as (kind, keys); *dead* maps addresses, in lower
    case, to what was answered; *is_complaint* that the reader wants no more; *is_understood*
    that it is a report at all, if only of a delay.
    """

    mails: list = field(default_factory=list)
    dead: dict = field(default_factory=dict)
    is_complaint: bool = False
    is_understood: bool = False


def _text(part):
    """The text of a part that has no parts of its own, whatever it claims to be."""
    content = part.get_payload(decode=True) or b""
    return content.decode("utf-8", errors="replace")


def _fields(message, content_type):
    """The blocks of fields in the parts of *content_type*."""
    parts = [part for part in message.walk() if part.get_content_type() == content_type]
    return [
        block
        for part in parts
        if part.is_multipart()
        for block in part.get_payload()
        if isinstance(block, Message)
    ]


def _returned(message):
    """The texts in which the returned mail, its headers or its Message-ID stand."""
    for block in _fields(message, "message/delivery-status"):
        yield str(block.get("X-Original-Message-ID", ""))
    for part in message.walk():
        if part is message:
            continue
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            yield str(part.get_payload(0).get("Message-ID", ""))
        elif not part.is_multipart():
            yield _text(part)
    if not message.is_multipart():
        yield _text(message)


def _address(block):
    """The address in the fields of one recipient, in lower case; empty where there is none."""
    for name in ("Final-Recipient", "Original-Recipient"):
        kind, _semicolon, address = str(block.get(name, "")).partition(";")
        address = (address or kind).strip().strip("<>").lower()
        if "@" in address:
            return address
    return ""


def _dead_by_status(blocks):
    """{address: what was answered} of those that the delivery status says are dead."""
    dead = {}
    for block in blocks:
        answer = " ".join(str(block.get("Diagnostic-Code", "")).split())
        status = first_status(str(block.get("Status", "")))
        action = str(block.get("Action", "")).strip().lower()
        if action.startswith("fail") and is_dead(status, answer):
            dead[_address(block)] = answer or status
    return dead


def _in_words(message):
    """The text that a person would read, without what is returned below it."""
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.is_multipart():
            return _text(part)
    return ""


def _dead_by_words(message, permanent):
    """{address: what was answered} of those that flufl.bounce found in *message*."""
    words = " ".join(_in_words(message).split())
    if not is_dead("", words):
        return {}
    return {address.decode().lower(): words for address in permanent}


def understand(content):
    """The ``Report`` in *content*, the bytes of a mail, of which the end may be missing.

    Raises whatever its parsers raise over what is no mail.
    """
    if content.lower().count(b"boundary") > MOST_BOUNDARIES:
        return Report()
    message = email.message_from_bytes(content)
    mails = chain.from_iterable(map(found_in, _returned(message)))
    report = Report(mails=list(dict.fromkeys(mails)))
    feedback = _fields(message, "message/feedback-report")
    statuses = [
        block for block in _fields(message, "message/delivery-status") if "Action" in block
    ]
    if feedback:
        kinds = {str(block.get("Feedback-Type", "")).strip().lower() for block in feedback}
        report.is_understood = True
        report.is_complaint = bool(kinds & UNWANTED)
    elif statuses:
        report.is_understood = True
        report.dead = _dead_by_status(statuses)
    else:
        temporary, permanent = all_failures(message)
        report.is_understood = bool(temporary or permanent)
        report.dead = _dead_by_words(message, permanent)
    return report
