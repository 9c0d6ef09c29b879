"""What every test may ask for."""

import asyncio
import email
import os
import socket
import sys
import time
from email import policy
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import override_settings
from django.utils import translation

from efus.celery import application
from efus.embedded.processes import Processes
from tests.browser import browser, chromium  # noqa: F401  (fixtures)

ROOT = Path(__file__).resolve().parent.parent
WORKER = [sys.executable, "-m", "celery", "-A", "efus", "worker", "--concurrency=1"]
WORKER += ["--without-gossip", "--without-mingle"]


@pytest.fixture(autouse=True, scope="session")
def quick_passwords():
    """Hash the passwords of the stories' many people with few rounds; any process reads them."""
    rounds, PBKDF2PasswordHasher.iterations = PBKDF2PasswordHasher.iterations, 1_000
    yield
    PBKDF2PasswordHasher.iterations = rounds


@pytest.fixture(autouse=True, scope="session")
def quick_clients():
    """Spare each test's client the look at every static file, which none of them asks for."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True)
def empty_redis():
    """No test sees the cache, the rate limits or the queue of another one."""
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def own_language():
    """No test speaks the language that a request of another one left in force."""
    yield
    translation.deactivate()


class MailSink:
    """A real SMTP server that keeps what it gets.

    *messages* are parsed (``email.message.EmailMessage``), in the order they came;
    *envelopes* are the same as (sender, recipients). Set *refuses* to an SMTP reply such as
    ``"451 later"`` to turn every mail away, or add a recipient's address to
    *refused_recipients*, or to *answers* with what it is answered. It never answers what is
    sent to who is in *hangs_for*, and ends a connection after *most_per_connection* mails,
    with 421 if it *says_goodbye*.
    """

    def __init__(self):
        self.messages = []
        self.envelopes = []
        self.refuses = None
        self.refused_recipients = set()
        self.answers = {}
        self.hangs_for = set()
        self.most_per_connection = None
        self.says_goodbye = False
        self.connections = 0

    def wait_for(self, number):
        """Wait until so many mails have come, and see that there is none too many."""
        deadline = time.monotonic() + 60
        while len(self.messages) < number and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(self.messages) == number

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        session.mails = 0
        self.connections += 1
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if session.mails == self.most_per_connection:
            if self.says_goodbye:
                return "421 4.7.0 enough for this time"
            server.transport.abort()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refused_recipients:
            return "550 no such mailbox"
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.hangs_for.intersection(envelope.rcpt_tos):
            await asyncio.sleep(3600)
        if self.refuses:
            return self.refuses
        session.mails += 1
        self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        return "250 OK"


class MailServer(Controller):
    """On a port that the system chooses."""

    def __init__(self, handler):
        super().__init__(handler, hostname="127.0.0.1", port=0)

    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=True, hostname="localhost")

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_sink(settings):
    """A real mail server that Django's mails go to (see ``MailSink``)."""
    sink = MailSink()
    server = MailServer(sink)
    server.start()
    sink.port = server.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = server.port
    yield sink
    server.stop()


@pytest.fixture
def environment(settings):
    """The environment in which a process sees this test's databases and mail server."""
    database = settings.DATABASES["default"]
    query = "&".join(f"{key}={quote(str(value))}" for key, value in database["OPTIONS"].items())
    host = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
    account = quote(database["USER"], safe="")
    if database["PASSWORD"]:
        account += ":" + quote(database["PASSWORD"], safe="")
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{account}@{host}/{database['NAME']}?{query}",
        "REDIS_URL": settings.REDIS_URL,
        "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
    }


def give_up_waiting(process, seconds):
    if seconds >= 60:
        pytest.fail(f"{process.name} does not answer after {seconds} s")


@pytest.fixture
def worker(transactional_db, environment, tmp_path):
    """Start a real Celery worker on this test's databases: ``worker(DIGEST_SIZE="5")``.

    Keywords are further environment variables. Ask for ``mail_sink`` before ``worker`` to
    have its mails go there. What the workers logged is shown when the test fails.
    """
    workers = Processes(tmp_path, tmp_path, environment)

    def start(**extra):
        name = f"worker-{len(workers.running)}-{os.getpid()}@localhost"
        process = workers.start(
            name,
            [*WORKER, f"--hostname={name}"],
            environment=extra,
            cwd=ROOT,
        )
        workers.wait_until(
            lambda: application.control.ping(destination=[name], timeout=0.3),
            lambda seconds: give_up_waiting(process, seconds),
        )
        return process

    yield start
    logs = [process.log for process in workers.running]
    workers.stop()
    for log in logs:
        sys.stdout.write(f"--- {log.name}\n{log.read_text(errors='replace')}")


class Served:
    """The platform as it runs for people, at *address*."""

    def __init__(self, address, processes):
        self.address = address
        self.processes = processes
        self.web = None

    def start(self, name, *command):
        """Start a process of it, as ``python -m``."""
        return self.processes.start(
            name,
            [sys.executable, "-m", *command],
            environment={
                "SITE_URL": self.address,
                "DIGEST_TICK_SECONDS": "1",
                "OUTBOX_TICK_SECONDS": "1",
            },
            cwd=ROOT,
        )

    def serve(self):
        """Start the web server and wait until it answers."""
        port = self.address.rpartition(":")[2]
        self.web = self.start(
            "web",
            "gunicorn",
            "efus.wsgi",
            "--no-control-socket",
            f"--bind=127.0.0.1:{port}",
            "--threads=4",
        )
        self.processes.wait_until(
            self._answers, lambda seconds: give_up_waiting(self.web, seconds)
        )

    def kill(self):
        """Kill the web server, as a lack of memory does."""
        self.web.end_session()
        self.processes.running.remove(self.web)

    def _answers(self):
        try:
            return urlopen(f"{self.address}/readyz", timeout=5).status == 200  # noqa: S310
        except OSError:
            return False


@pytest.fixture
def served(request, transactional_db, mail_sink, environment, tmp_path):
    """The platform, served on 127.0.0.1 or under the host name given as a parameter."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://{getattr(request, 'param', '127.0.0.1')}:{port}"
    processes = Processes(tmp_path, tmp_path, environment)
    served = Served(address, processes)
    served.serve()
    yield served
    logs = [process.log for process in processes.running]
    processes.stop()
    for log in logs:
        sys.stdout.write(f"--- {log.name}\n{log.read_text(errors='replace')}")


@pytest.fixture
def platform(served):
    """The platform as it runs for people: returns (its address, start a process of it)."""
    return served.address, served.start
