"""A mailbox on a real IMAP server, and a mail of ours that comes back to it."""

import imaplib
import os
import socket
import sys
import threading

import pytest

from efus.bounces import senders
from efus.bounces.identifiers import message_identifier
from efus.embedded.processes import Processes
from efus.embedded.redis import free_port
from tests.conftest import give_up_waiting

USER, PASSWORD = "bounces", "secret of the mailbox"


class ImapServer:
    """*mailbox* is its address; *put* delivers a mail, *folder* reads one."""

    def __init__(self, port):
        self.port = port

    @property
    def mailbox(self):
        return f"imap://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/INBOX"

    def _connected(self):
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        connection.login(USER, PASSWORD)
        return connection

    def answers(self):
        try:
            self._connected().logout()
        except (OSError, imaplib.IMAP4.error):
            return False
        return True

    def empty(self):
        with self._connected() as connection:
            for name in ("Handled", "Unclear"):
                connection.delete(name)
            connection.select("INBOX")
            connection.store("1:*", "+FLAGS", r"(\Deleted)")
            connection.expunge()

    def put(self, *mails):
        with self._connected() as connection:
            for mail in mails:
                content = mail if isinstance(mail, bytes) else mail.encode()
                content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                assert connection.append("INBOX", None, None, content)[0] == "OK"

    def folder(self, name):
        """The subjects of the mails in a folder, in the order they were put there."""
        with self._connected() as connection:
            if connection.select(name, readonly=True)[0] != "OK":
                return []
            numbers = connection.search(None, "UNDELETED")[1][0].split()
            return [
                connection.fetch(number, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0][1]
                .decode()
                .removeprefix("Subject: ")
                .strip()
                for number in numbers
            ]


@pytest.fixture(scope="session")
def imap_process(tmp_path_factory):
    folder = tmp_path_factory.mktemp("imap")
    processes = Processes(folder, folder, os.environ)
    server = ImapServer(free_port())
    command = [sys.executable, "-c", "from pymap.main import main; main()"]
    command += ["--host", "127.0.0.1", "--port", str(server.port), "--no-tls"]
    command += ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    process = processes.start("imap", command)
    processes.wait_until(server.answers, lambda seconds: give_up_waiting(process, seconds))
    yield server
    processes.stop()


@pytest.fixture
def imap_server(imap_process, settings):
    """A real IMAP server that the settings name, with an empty mailbox."""
    imap_process.empty()
    settings.BOUNCE_MAILBOX = imap_process.mailbox
    return imap_process


class Hurdle:
    """Between us and the server: it may rewrite what either says, or end the connection."""

    def __init__(self, port):
        self.server_port = port
        self.ends_before = None  # a word of a command
        self.hides = b""  # a word of the server's
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                ours, _address = self.listening.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", self.server_port))
            for pair in [(ours, theirs, True), (theirs, ours, False)]:
                threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source, target, is_command):
        while content := self._from(source):
            if is_command and self.ends_before and self.ends_before in content:
                source.shutdown(socket.SHUT_RDWR)
                break
            if not is_command and self.hides:
                content = content.replace(self.hides, b"")
            try:
                target.sendall(content)
            except OSError:
                break
        for end in (source, target):
            end.close()

    @staticmethod
    def _from(source):
        try:
            return source.recv(65536)
        except OSError:
            return b""


@pytest.fixture
def hurdle(imap_server, settings):
    """The settings name this instead of the server behind it."""
    hurdle = Hurdle(imap_server.port)
    settings.BOUNCE_MAILBOX = imap_server.mailbox.replace(str(imap_server.port), str(hurdle.port))
    yield hurdle
    hurdle.listening.close()


@pytest.fixture
def mails(settings, monkeypatch):
    """Mails of ours: ``mails(address)`` is the Message-ID of one that went there."""
    settings.DEFAULT_FROM_EMAIL = "Efus <network@efus.example>"
    sent = {}
    monkeypatch.setitem(senders._senders, "story", sent.get)

    def send(address="marie@city.example"):
        sent[len(sent) + 1] = address
        return message_identifier("story", len(sent))

    return send
