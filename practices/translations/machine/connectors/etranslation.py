"""The European Commission's eTranslation, which answers later, to an address of ours.

All texts go as one HTML document, each in an element of its own, and so do they come back.
https://language-tools.ec.europa.eu/dev-corner/etranslation
"""

import base64
import binascii
from html.parser import HTMLParser

from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from requests.auth import HTTPDigestAuth

from practices.translations.machine.connectors.base import Connector
from practices.translations.machine.enums import Problem
from practices.translations.machine.errors import Refused, TooLarge, TryLater, Unreadable

LANGUAGES = {"bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "is"}
LANGUAGES |= {"it", "lt", "lv", "mt", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "tr", "uk"}
PIECE = "efus-text-"

# The error numbers that mean something else than a request that it does not understand.
LANGUAGE_NUMBERS = {-20000, -20001, -20002, -20003, -20013}
KEY_NUMBERS = {-20005, -20006, -20007, -20014}
LARGE_NUMBERS = {-20021, -20046, -40010}
BUSY_NUMBERS = {-20028}


def error_for(number):
    """What the error *number* of the service means."""
    if number in BUSY_NUMBERS:
        return TryLater(f"error {number}", Problem.BUSY)
    if number in LANGUAGE_NUMBERS:
        return Refused(f"error {number}", Problem.LANGUAGE_UNKNOWN)
    if number in KEY_NUMBERS:
        return Refused(f"error {number}", Problem.KEY_REFUSED)
    if number in LARGE_NUMBERS:
        return TooLarge(f"error {number}")
    return Refused(f"error {number}")


class ETranslation(Connector):
    kind = "etranslation"
    name = "eTranslation"
    answers_later = True

    def can(self, source, target):
        return source in LANGUAGES and target in LANGUAGES

    def send(self, texts, source, target, *, reference, answer_to, errors_to):
        """Have the *texts* translated later; returns the number of the request there."""
        document = document_of(texts).encode()
        number = self.exchange.send(
            "POST",
            "",
            auth=HTTPDigestAuth(self.service.user, self.service.password),
            json={
                "externalReference": reference,
                "callerInformation": {
                    "application": self.service.user,
                    "username": self.service.user,
                },
                "sourceLanguage": source.upper(),
                "targetLanguages": [target.upper()],
                "domain": "GEN",
                "requesterCallback": answer_to,
                "errorCallback": errors_to,
                "destinations": {"httpDestinations": [answer_to]},
                "documentToTranslateBase64": {
                    "content": base64.b64encode(document).decode(),
                    "format": "html",
                    "fileName": "texts",
                },
            },
        )
        if isinstance(number, dict):
            number = number.get("requestId")
        if not isinstance(number, int) or isinstance(number, bool):
            raise Unreadable("no number of a request")
        if number < 0:
            raise error_for(number)
        return str(number)


def document_of(texts):
    """One HTML document that holds *texts*."""
    body = format_html_join(
        "\n",
        '<div id="{}{}">{}</div>',
        ((PIECE, number, mark_safe(text)) for number, text in enumerate(texts)),  # noqa: S308
    )
    return f'<html><head><meta charset="utf-8"></head><body>\n{body}\n</body></html>'


def decoded(body):
    """The document in *body*, which is its Base64 or itself; None where it is neither."""
    text = body.strip()
    if not text.startswith(b"<"):
        try:
            text = base64.b64decode(text, validate=False)
        except (binascii.Error, ValueError):
            return None
    try:
        document = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return document if "<" in document and "\x00" not in document else None


class _Pieces(HTMLParser):
    """Collects what stands in each element whose ``id`` says that it is a text of ours."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.pieces = {}
        self.open = None
        self.depth = 0

    def handle_starttag(self, tag, attributes):
        number = (dict(attributes).get("id") or "").removeprefix(PIECE)
        if self.open is None:
            if tag == "div" and number.isdecimal() and number.isascii() and len(number) < 6:
                self.open, self.depth = int(number), 0
                self.pieces[self.open] = ""
            return
        self._add(self.get_starttag_text())
        if tag == "div":
            self.depth += 1

    def handle_startendtag(self, tag, attributes):
        if self.open is not None:
            self._add(self.get_starttag_text())

    def handle_endtag(self, tag):
        if self.open is None:
            return
        if tag == "div":
            if not self.depth:
                self.open = None
                return
            self.depth -= 1
        self._add(f"</{tag}>")

    def handle_data(self, data):
        self._add(data)

    def handle_entityref(self, name):
        self._add(f"&{name};")

    def handle_charref(self, name):
        self._add(f"&#{name};")

    def _add(self, text):
        if self.open is not None:
            self.pieces[self.open] += text


def texts_of(document):
    """The translated texts in *document*, by their number."""
    parser = _Pieces()
    parser.feed(document)
    parser.close()
    return parser.pieces
