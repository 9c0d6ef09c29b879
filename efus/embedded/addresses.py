"""Where the demonstration listens: PORT and HOST, and what is free beside them."""

import os
import socket

from efus.embedded.processes import Failure

LOOPBACK = "127.0.0.1"
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104, recognised where a person asks for it


class Addresses:
    """The sockets of web server, mail reader and mail server.

    They are there before anything starts, so that a port in use is known at once, and
    handed to the processes that answer. There are no mail sockets where EMAIL_URL names a
    mail server of the person's own. Raises ``Failure`` for a PORT or HOST that cannot be.
    """

    def __init__(self):
        self.host = os.environ.get("HOST") or LOOPBACK
        self.port = port_number(os.environ.get("PORT") or "8000")
        self.name = LOOPBACK if self.host in EVERYWHERE else self.host
        self.web = listen_on(self.host, self.port)
        self.mail_reader = self.smtp = None
        if not os.environ.get("EMAIL_URL"):
            self.mail_reader = self._mail_reader()
            self.smtp = listen_on(LOOPBACK, 0)

    @property
    def host_header(self) -> str:
        return f"[{self.name}]" if ":" in self.name else self.name

    def url(self, listening: socket.socket) -> str:
        """What a browser on this machine types to get to *listening*."""
        return f"http://{self.host_header}:{listening.getsockname()[1]}"

    def _mail_reader(self) -> socket.socket:
        try:
            return listen_on(self.host, self.port + 1)
        except (Failure, OverflowError):
            return listen_on(self.host, 0)


def port_number(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise Failure(f"PORT must be a number from 1 to 65535, not {text!r}.")


def listen_on(host: str, port: int) -> socket.socket:
    """A socket that listens on *port* of *host*, for a child to answer on.

    It listens at once: until then, Linux would let somebody else have the port as well.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
    except (OSError, UnicodeError) as error:
        raise Failure(f"HOST={host} is not an address of this machine: {error}.") from error
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise Failure(
            f"Port {port} of {host} cannot be used ({error.strerror}): "
            "choose another one, such as make demo PORT=8100."
        ) from error
    return listening
