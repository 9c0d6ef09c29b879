"""What ``make bench-digest`` measures and prints, by the servers of ``bench``."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from efus.embedded.data_folder import ROOT

SIZES = "1000,10000,100000"  # subscriptions
PRACTICES = 500
OPENINGS = 3
ROUNDS = 6
MAILS = 500  # in a round
OPENING_AIM = 10  # seconds, for the largest size
SENDING_AIM = 0.7  # of what smtplib manages with one message that is built already
MEBIBYTE = 2**20

# So that what is measured is the sending, not the patience with big mail domains.
MAILS_PER_DOMAIN_PER_MINUTE = "10000000"
ENVIRONMENT = {
    "MAILS_PER_DOMAIN_PER_MINUTE": MAILS_PER_DOMAIN_PER_MINUTE,
    "DEFAULT_FROM_EMAIL": "Efus <digest@efus.example>",
}


def database(size: int) -> str:
    return f"digests_{size}"


def start_sink(processes: Any) -> None:
    """Start the server that mails go to, and have all commands know it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "efus.embedded.mail_sink", str(listening.fileno())]
        processes.start("mail sink", command, pass_fds=[listening.fileno()], cwd=ROOT)
        port = listening.getsockname()[1]
    processes.environment |= ENVIRONMENT | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}


def measure(
    sizes: list[int], manage: Callable[..., Any], say: Callable[[str], None]
) -> dict[int, dict[str, dict[str, Any]]]:
    """What each of *sizes* took; *manage* runs a command and returns the file of what it said."""
    rounds = int(os.environ.get("ROUNDS") or ROUNDS)
    measured: dict[int, dict[str, dict[str, Any]]] = {}
    for size in sizes:
        say(f"{size:,} subscriptions")
        measured[size] = {}
        for what, options in {
            "open": [str(min(OPENINGS, rounds))],
            "send": [str(min(MAILS, size)), f"--rounds={rounds}"],
        }.items():
            output = manage("bench_digest", what, *options, database=database(size))
            measured[size][what] = json.loads(output.read_text().splitlines()[-1])
    return measured


def _ratio(sending: dict[str, Any], way: str) -> float:
    """How many mails *way* sends while smtplib sends one: the median of the rounds."""
    return median(raw / ours for raw, ours in zip(sending["raw"], sending[way], strict=True))


def table(measured: dict[int, dict[str, dict[str, Any]]]) -> Iterator[str]:
    """Lines of a table: a column for each size."""
    opening = [each["open"] for each in measured.values()]
    sending = [each["send"] for each in measured.values()]

    def line(name: str, values: list[str], aim: str = "") -> str:
        return f"{name:46}" + "".join(f"{value:>12}" for value in values) + f"   {aim}".rstrip()

    def memory(measures: list[dict[str, Any]], key: str) -> list[str]:
        return [f"{each[key] / MEBIBYTE:.0f} MB" if each[key] else "?" for each in measures]

    def rates(way: str) -> list[str]:
        return [f"{1 / median(each[way]):,.0f}/s" for each in sending]

    yield line("subscriptions", [f"{size:,}" for size in measured], "aim")
    yield line(
        f"opening an edition of {PRACTICES} practices",
        [f"{median(each['seconds']):.2f} s" for each in opening],
        f"{OPENING_AIM} s at most at 100,000",
    )
    yield line("  mails to send", [f"{each['deliveries']:,}" for each in opening])
    yield line("  most memory, this process", memory(opening, "memory"), "flat")
    yield line("  most memory, the database's", memory(opening, "database_memory"))
    yield line("smtplib, one message built before (raw)", rates("raw"))
    yield line("sending: claim, compose, send, settle", rates("ours"))
    yield line(
        "  beside raw",
        [f"{_ratio(each, 'ours'):.2f} ×" for each in sending],
        f"{SENDING_AIM} × at least",
    )
    yield line(
        "  the first round, nothing made yet", [f"{1 / each['first']:,.0f}/s" for each in sending]
    )
    yield line("  most memory, this process", memory(sending, "memory"), "flat")
    yield line("  most memory, the database's", memory(sending, "database_memory"), "flat")
    yield line("templates and EmailMultiAlternatives", rates("plain"))
    yield line("  beside raw", [f"{_ratio(each, 'plain'):.2f} ×" for each in sending])
    sizes = ", ".join(f"{each['size'] / 1000:.0f} kB" for each in sending)
    yield (
        f"Medians; a mail has {sizes}. {len(sending[0]['ours'])} rounds of at most {MAILS} mails "
        "in turns with raw, one process, one connection,"
    )
    yield (
        "into a server of ours that keeps nothing. MAILS_PER_DOMAIN_PER_MINUTE is set so high "
        "that it holds up nothing."
    )
