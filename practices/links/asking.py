"""Asking a server whether an address still leads somewhere, and no more than that."""

import http.client
import socket
import ssl
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urljoin

from django.conf import settings

from practices.enums import LinkOutcome
from practices.links.addresses import AddressRefused, target_of

SECONDS = 10  # to connect, and to wait for what comes next
SECONDS_IN_ALL = 40  # for one link, however slowly answers drip
MOST_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
# The page is there, but not for a program, or not for one that is not signed in.
KEPT_FROM_PROGRAMS = {401, 403, 429}


@dataclass(frozen=True)
class Answer:
    outcome: str
    status_code: int | None = None


class PinnedConnection(http.client.HTTPConnection):
    """A connection to the addresses that were looked at, whatever the name says by now."""

    def __init__(self, target, seconds):
        super().__init__(target.host, target.port, timeout=seconds)
        self.target = target

    def connect(self):
        for number, address in enumerate(self.target.addresses, start=1):
            try:
                self.sock = socket.create_connection((address, self.port), self.timeout)
                break
            except OSError:
                if number == len(self.target.addresses):
                    raise
        if self.target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.target.host)


@contextmanager
def _ended_after(connection, seconds):
    """Cut *connection* off after so many seconds."""

    def cut():
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()


def _ask(method, target, seconds, until):
    """(status code, address of a redirect or None); what follows the headers is not read."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection = PinnedConnection(target, min(seconds, left))
    with _ended_after(connection, left):
        connection.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", target.host_header)
        connection.putheader("User-Agent", f"EfusLinkCheck/1.0 (+{settings.SITE_URL})")
        connection.putheader("Accept", "*/*")
        connection.putheader("Connection", "close")
        connection.endheaders()
        with closing(connection.getresponse()) as response:
            if time.monotonic() >= until:  # cut off, which looks like the end of the headers
                raise TimeoutError
            location = response.headers.get("Location")
            return response.status, location if response.status in REDIRECTS else None


def _follow(method, address, seconds, until):
    """The last answer on the way from *address*."""
    for _step in range(MOST_REDIRECTS + 1):
        status, location = _ask(method, target_of(address), seconds, until)
        if location is None:
            works = status < 300 or status in KEPT_FROM_PROGRAMS
            return Answer(LinkOutcome.WORKS if works else LinkOutcome.BROKEN, status)
        address = urljoin(address, location)
    return Answer(LinkOutcome.BROKEN, status)


def ask(address, seconds=SECONDS, seconds_in_all=SECONDS_IN_ALL):
    """What became of *address*: an ``Answer``, whatever happens."""
    until = time.monotonic() + seconds_in_all
    answer = Answer(LinkOutcome.UNREACHABLE)
    for method in ("HEAD", "GET"):  # there are servers that know no HEAD
        try:
            answer = _follow(method, address, seconds, until)
        except AddressRefused:
            return Answer(LinkOutcome.REFUSED)
        except (OSError, http.client.HTTPException, ValueError) as error:
            answer = Answer(LinkOutcome.UNREACHABLE)
            if isinstance(error, TimeoutError):
                break
        if answer.outcome == LinkOutcome.WORKS:
            break
    return answer
