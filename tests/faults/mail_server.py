"""A mail server that misbehaves on demand, and knows what it said 250 to."""

import asyncio
import email
import random
from collections import Counter
from dataclasses import dataclass

from tests.faults.readers import number_of


@dataclass(frozen=True)
class Accepted:
    """A mail that was answered with 250, and the number of the connection that it came over."""

    address: str
    identifier: str
    connection: int


class UnreliableServer:
    """An SMTP handler; each of its tempers is a number, and 0 is none of it.

    ``refuses_for_good=7`` answers every 7th reader with 550, ``refuses_for_now=11`` every 11th
    with 451, the first two times. ``closes=0.03`` ends three connections in a hundred
    when it gets a recipient, and as many once it has the content. ``hangs=97`` does not answer
    every 97th reader's first mail. A mail takes it *pace* seconds, more or less.
    """

    def __init__(self, seed, *, pace=0.0, refuses_for_good=0, refuses_for_now=0, closes=0.0,
                 hangs=0):  # fmt: skip
        self.random = random.Random(seed)  # noqa: S311
        self.pace = pace
        self.refuses_for_good = refuses_for_good
        self.refuses_for_now = refuses_for_now
        self.closes = closes
        self.hangs = hangs
        self.accepted = []
        self.connections = 0
        self.misbehaved = Counter()  # how often it was in which temper
        self.tries = Counter()

    def is_refused_for_good(self, address):
        return self._is_turn(address, self.refuses_for_good)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        self.connections += 1
        session.number = self.connections
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self._perhaps_close(server, "closed at the recipient")
        self.tries[address] += 1
        if self.is_refused_for_good(address):
            self.misbehaved["refused for good"] += 1
            return "550 5.1.1 There is no such mailbox"
        if self._is_turn(address, self.refuses_for_now) and self.tries[address] <= 2:
            self.misbehaved["refused for now"] += 1
            return "451 4.3.0 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        (address,) = envelope.rcpt_tos
        if self._is_turn(address, self.hangs) and self.tries[address] == 1:
            self.misbehaved["hung"] += 1
            await asyncio.sleep(3600)
        await asyncio.sleep(self.random.uniform(0, 2 * self.pace))
        self._perhaps_close(server, "closed after the content")
        identifier = email.message_from_bytes(envelope.content)["Message-ID"]
        self.accepted.append(Accepted(address, identifier, session.number))
        return "250 OK"

    def _is_turn(self, address, every):
        return bool(every) and number_of(address) % every == 0

    def _perhaps_close(self, server, how):
        if self.random.random() < self.closes:
            self.misbehaved[how] += 1
            server.transport.abort()
            raise asyncio.CancelledError
