"""A mail server that takes every mail and keeps none, to measure how fast mails are sent.

Run as ``python -m efus.embedded.mail_sink SOCKET``, the number of an inherited socket.
"""

import asyncio
import socket
import sys

from aiosmtpd.smtp import SMTP


class Sink:
    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        return "250 OK"


async def serve(listening: socket.socket) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Sink(), enable_SMTPUTF8=True, hostname="localhost"), sock=listening
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
