"""Requests to a service: limited in time and size, and never led on to another address."""

import json
import time
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import requests
from django.conf import settings

from practices.translations.machine.enums import Problem
from practices.translations.machine.errors import (
    QuotaExhausted,
    Refused,
    TooLarge,
    TryLater,
    Unreadable,
)

CONNECT_SECONDS = 5
LARGEST_ANSWER = 4 * 1024 * 1024  # bytes
LONGEST_WAIT = 86_400  # seconds; longer ones are not believed


@cache
def _session(address):
    """One session for each service and process: its connections are used again."""
    session = requests.Session()
    session.headers["User-Agent"] = "Efus"
    return session


def _unchanged(request):
    """No further authentication, not even that of a ``.netrc``."""
    return request


def seconds_until(retry_after):
    """The seconds that the header *retry_after* asks to wait, or None."""
    try:
        seconds = float(retry_after)
    except (TypeError, ValueError):
        try:
            seconds = (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 1), LONGEST_WAIT) if seconds == seconds else None


class Exchange:
    def __init__(self, address):
        self.address = address

    def send(self, method, path, *, auth=_unchanged, **options):
        """The JSON that the service answers with, or what went wrong as an exception."""
        status, headers, body = self._answer(method, path, auth, options)
        if status == 429 or status >= 500:
            raise TryLater(
                f"status {status}",
                Problem.BUSY if status in {429, 503, 529} else None,
                seconds_until(headers.get("Retry-After")),
            )
        if status == 408:
            raise TryLater(f"status {status}")
        if status == 456:
            raise QuotaExhausted(f"status {status}")
        if status in {401, 403}:
            raise Refused(f"status {status}", Problem.KEY_REFUSED)
        if status in {413, 414}:
            raise TooLarge(f"status {status}")
        if status == 400:
            raise self._refusal(body)
        if not 200 <= status < 300:
            raise Refused(f"status {status}")
        try:
            return json.loads(body)
        except ValueError as error:
            raise Unreadable("no JSON") from error

    def _answer(self, method, path, auth, options):
        """(status, headers, body) of the answer, read within the limits."""
        seconds = settings.MACHINE_TRANSLATION_SECONDS
        ends = time.monotonic() + seconds
        body = bytearray()
        try:
            with closing(
                _session(self.address).request(
                    method,
                    self.address + path,
                    auth=auth,
                    timeout=(min(CONNECT_SECONDS, seconds), seconds),
                    allow_redirects=False,
                    stream=True,
                    **options,
                )
            ) as response:
                for chunk in response.iter_content(65_536):
                    body += chunk
                    if len(body) > LARGEST_ANSWER:
                        raise Unreadable("an answer that is too large")
                    if time.monotonic() > ends:
                        raise TryLater("an answer that takes too long")
                return response.status_code, response.headers, bytes(body)
        except (requests.RequestException, OSError) as error:
            # Its text may hold the address; the kind of error says enough.
            raise TryLater(type(error).__name__) from None

    @staticmethod
    def _refusal(body):
        """What a refused request is about, as far as the words of the answer say."""
        words = body[:2000].decode(errors="replace").lower()
        if "api key" in words or "api_key" in words:
            return Refused("the key", Problem.KEY_REFUSED)
        if "limit" in words or "too long" in words:
            return TooLarge("the text")
        if "language" in words or "not supported" in words or "_lang" in words:
            return Refused("the language", Problem.LANGUAGE_UNKNOWN)
        return Refused("status 400")
