"""The bytes of a mail: a fixed structure, joined rather than generated.

Django's own way (EmailMultiAlternatives) says the same, also in 8bit and UTF-8, but takes
most of the time of sending. Only what is personal is made for each mail.
"""

import base64
import re
import secrets
from functools import lru_cache

from django.core.mail.message import sanitize_address

# An address that stands in a header as it is; others are made by Django.
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)

LONGEST_HEADER_LINE = 76  # characters
ENCODED_AT_ONCE = 42  # bytes: a word of 68 characters, so that the name stands before the first

MESSAGE = """\
{head}\
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="{boundary}"\r
\r
--{boundary}\r
Content-Type: text/plain; charset="utf-8"\r
Content-Transfer-Encoding: {encoding}\r
\r
"""
BETWEEN = """\
\r
--{boundary}\r
Content-Type: text/html; charset="utf-8"\r
Content-Transfer-Encoding: {encoding}\r
\r
"""


def address_in_header(address):
    """*address* as headers and SMTP have it; raises ``ValueError`` where it is none."""
    if PLAIN_ADDRESS.fullmatch(address):
        return address
    if "@" not in address:
        raise ValueError("That is no address.")
    return sanitize_address(address, "utf-8")


def _encoded_words(text):
    """*text* in encoded words (RFC 2047), none of which ends within a character."""
    words, data = [], b""
    for character in text:
        encoded = character.encode()
        if len(data) + len(encoded) > ENCODED_AT_ONCE:
            words.append(data)
            data = b""
        data += encoded
    return [f"=?utf-8?b?{base64.b64encode(data).decode()}?=" for data in [*words, data]]


def subject_in_header(subject):
    """*subject*, one line, as a header has it: encoded where it is not ASCII, and folded.

    As ``email.header.Header`` does, which takes longer than all else of a mail.
    """
    if not subject.isascii() or "=?" in subject:
        return "\r\n ".join(_encoded_words(subject))
    lines, line = [], "Subject:"
    for word in subject.split(" "):
        if len(line) + 1 + len(word) > LONGEST_HEADER_LINE and line != "Subject:":
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]).removeprefix("Subject: ")


@lru_cache
def sender(address):
    """*address*, with a name, as a header has it."""
    return sanitize_address(address, "utf-8")


def _base64(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def message_bytes(headers, content):
    """The mail of *content*, with *headers*: (name, value in ASCII) pairs."""
    text, html, encoding = content.text, content.html, "8bit"
    if not content.has_short_lines:
        text, html, encoding = _base64(text), _base64(html), "base64"
    # Nobody can know it before, so no text can hold it.
    boundary = secrets.token_hex(16)
    head = "".join([f"{name}: {value}\r\n" for name, value in headers])
    names = {"boundary": boundary, "encoding": encoding}
    return b"".join(
        [
            MESSAGE.format(head=head, **names).encode("ascii"),
            text,
            BETWEEN.format(**names).encode("ascii"),
            html,
            f"\r\n--{boundary}--\r\n".encode("ascii"),
        ]
    )
