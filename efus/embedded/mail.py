"""The demonstration's mail server: it takes every mail and delivers none.

Each mail becomes a file, as it came, that the mail reader shows. Run as
``python -m efus.embedded.mail FOLDER SMTP_SOCKET READER_SOCKET``; the last two are the
numbers of inherited sockets.
"""

import os
import secrets
import socket
import sys
import time
from pathlib import Path

from aiosmtpd.controller import BaseThreadedController
from aiosmtpd.smtp import SMTP

from efus.embedded.mail_reader import serve


class Letterbox:
    """Keeps every mail in *folder*, named by the moment it came, newest last in order."""

    def __init__(self, folder: Path):
        self.folder = folder

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        moment = time.time_ns()
        name = f"{moment:020d}-{secrets.token_hex(4)}"
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(envelope.original_content)
        unfinished.rename(self.folder / f"{name}.eml")
        return "250 OK"


class MailServer(BaseThreadedController):
    """An SMTP server on a socket that is already there."""

    def __init__(self, handler, listening: socket.socket):
        super().__init__(handler)
        self.socket = listening

    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=True, hostname="localhost")

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self.socket)

    def _trigger_server(self):
        with socket.create_connection(self.socket.getsockname(), timeout=5) as client:
            client.recv(64)


def main() -> None:
    folder = Path(sys.argv[1])
    smtp, reader = (socket.socket(fileno=int(number)) for number in sys.argv[2:4])
    MailServer(Letterbox(folder), smtp).start()
    serve(folder, reader)


if __name__ == "__main__":
    os.umask(0o077)  # mails are private
    main()
