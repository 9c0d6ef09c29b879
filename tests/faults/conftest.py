"""A platform of its own whose parts can be killed, and what is asked of it afterwards.

``FAULT_MAILS`` is the number of mails of each run, ``FAULT_SEED`` what chance begins with.
"""

import contextlib
import logging
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from efus.bounces.identifiers import read
from efus.celery import application
from efus.embedded.postgres import Postgres
from efus.embedded.processes import Processes, last_lines
from efus.embedded.redis import Redis
from tests.conftest import ROOT, WORKER, MailServer
from tests.faults.mail_server import UnreliableServer
from tests.faults.readers import address_of

MAILS = int(os.environ.get("FAULT_MAILS", "200"))
SEED = int(os.environ.get("FAULT_SEED", "5"))
IS_SHORT = MAILS <= 500
PATIENCE = 120 + MAILS / 5  # seconds after which a story has failed; it takes a part of them
BEAT = [sys.executable, "-m", "celery", "-A", "efus", "beat", "--pidfile="]

QUICK = {
    "EMAIL_TIMEOUT_SECONDS": "2",
    "MAIL_CLAIM_SECONDS": "6",
    "MAIL_RETRY_SECONDS": "0.5",
    "OUTBOX_TICK_SECONDS": "1",
    "DIGEST_TICK_SECONDS": "1",
    "SEARCH_TICK_SECONDS": "600",
    "MAILS_PER_DOMAIN_PER_MINUTE": "6000",
}
DELIVERIES = """
SELECT coalesce(person.email, recipient.email), delivery.edition_id, delivery.subscription_id,
    delivery.state, delivery.reason
FROM digests_delivery AS delivery
JOIN digests_recipient AS recipient ON recipient.id = delivery.recipient_id
LEFT JOIN accounts_user AS person ON person.id = recipient.user_id
"""


class Servers:
    """A PostgreSQL and a Redis that nobody else uses, for all stories of a test run."""

    def __init__(self, folder):
        # What PostgreSQL says is committed is committed, as where the platform is in use.
        settings = {"synchronous_commit": "on"}
        self.folder = folder
        self.postgres = Postgres(folder, lasting=False, settings=settings)
        self.redis = Redis(folder, lasting=False)
        self.processes = Processes(folder, folder, os.environ)

    def start(self):
        self.start_postgres()
        self.start_redis()
        self.postgres.create_database("prepared")
        self.processes.run(
            "readers",
            [sys.executable, "-m", "tests.faults.readers", str(MAILS)],
            environment=self.environment("prepared"),
            cwd=ROOT,
        )

    def stop(self):
        self.processes.stop()
        self.postgres.forget()

    def environment(self, database):
        return {"DATABASE_URL": self.postgres.url(database), "REDIS_URL": self.redis.url}

    def start_postgres(self):
        self.postgres.start(self.processes, pytest.fail)

    def start_redis(self):
        self.redis.start(self.processes, pytest.fail)

    def end(self, name, number):
        """Send the server called *name* a signal, and wait until all of it has gone."""
        (server,) = [each for each in self.processes.running if each.name == name]
        family = psutil.Process(server.popen.pid).children(recursive=True)
        server.signal(number)
        if number == signal.SIGKILL:
            for process in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        server.popen.wait(timeout=30)
        psutil.wait_procs(family, timeout=30)
        self.processes.running.remove(server)

    def execute(self, statement, database="efus"):
        """What *statement* finds in *database*, if it looks for anything."""
        connection = psycopg2.connect(self.postgres.url(database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def begin_anew(self):
        """Have every reader wait for a digest, and nothing else."""
        self.execute("DROP DATABASE IF EXISTS efus WITH (FORCE)", "postgres")
        self.execute("CREATE DATABASE efus TEMPLATE prepared", "postgres")
        self.empty_redis()

    def empty_redis(self):
        with redis.Redis.from_url(self.redis.url, socket_timeout=10) as client:
            client.flushall()


@pytest.fixture(scope="session")
def servers():
    # Outside pytest's folder, which PostgreSQL's own account may not enter.
    folder = Path(tempfile.mkdtemp(prefix="efus-faults-"))
    servers = Servers(folder)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Run:
    """Digests on their way to ``MAILS`` readers, while something fails."""

    def __init__(self, servers, folder):
        self.servers = servers
        self.random = random.Random(SEED)  # noqa: S311
        self.mail_server = None
        self.processes = Processes(folder, folder, {**os.environ, **servers.environment("efus")})
        self.folder = folder
        self.kills = 0
        self.started = 0
        self.deadline = time.monotonic() + PATIENCE

    def mails_go_to(self, **tempers):
        """Start a mail server with these *tempers*."""
        self.mail_server = UnreliableServer(SEED, **tempers)
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self.smtp = MailServer(self.mail_server)
        self.smtp.start()

    def stop(self):
        self.processes.stop()
        if self.mail_server:
            self.smtp.stop()

    def _start(self, kind, command, settings):
        self.started += 1
        name = f"{kind}-{self.started}"
        environment = QUICK | {"EMAIL_URL": f"smtp://127.0.0.1:{self.smtp.port}"} | settings
        return self.processes.start(name, [*command(name)], environment=environment, cwd=ROOT)

    def start_beat(self, **settings):
        return self._start(
            "beat", lambda name: [*BEAT, f"--schedule={self.folder / name}"], settings
        )

    def start_worker(self, **settings):
        return self._start(
            "worker",
            lambda name: [*WORKER, "--loglevel=INFO", f"--hostname={name}@localhost"],
            settings,
        )

    def wait_until_ready(self, workers):
        """Wait until each of *workers* listens to the broker."""
        self.wait_until(
            lambda: all(" ready." in worker.log.read_text() for worker in workers),
            "The workers do not listen.",
        )

    def tell_workers(self, task, *arguments):
        with application.connection_for_write(self.servers.redis.url) as connection:
            application.send_task(task, arguments, connection=connection)

    def kill(self, worker):
        """Kill *worker*, its child and all, as a lack of memory does."""
        self.kills += 1
        worker.end_session()
        self.processes.running.remove(worker)

    def kill_child(self, worker):
        """Kill the process of *worker* that sends; the worker starts another one."""
        children = psutil.Process(worker.popen.pid).children()
        if children:
            self.kills += 1
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()

    def wait_until(self, true, otherwise):
        """Wait until *true()* holds; fail with *otherwise* when the story takes too long."""
        while not true():
            self.processes.check()
            self.servers.processes.check()
            if time.monotonic() > self.deadline:
                pytest.fail(f"{otherwise}\n{self.account()}")
            time.sleep(0.05)

    def random_rest(self, most):
        """Let the run go on for a while."""
        time.sleep(self.random.uniform(0, most))

    def wait_for_mails(self, number):
        """Wait until the mail server has accepted *number* mails."""
        self.wait_until(
            lambda: len(self.mail_server.accepted) >= number,
            f"The mail server has not accepted {number} mails.",
        )

    def deliveries(self):
        return self.servers.execute(DELIVERIES)

    def wait_until_settled(self):
        """Wait until every delivery is sent or has failed for good, and beat came again."""

        def all_settled():
            states = Counter(state for *_delivery, state, _reason in self.deliveries())
            return states.total() >= MAILS and not states["due"] and not states["sending"]

        self.wait_until(all_settled, "Not everything is settled.")
        time.sleep(1.5 * float(QUICK["DIGEST_TICK_SECONDS"]))

    def account(self):
        """What became of the mails so far, for who reads why a story failed."""
        lines = [f"FAULT_SEED={SEED} FAULT_MAILS={MAILS}, killed {self.kills} times"]
        lines.append(f"accepted: {len(self.mail_server.accepted)}")
        lines.append(f"the mail server {dict(self.mail_server.misbehaved)}")
        with contextlib.suppress(psycopg2.Error):
            found = Counter((state, reason[:80]) for *_row, state, reason in self.deliveries())
            lines += [f"{count} {state}: {reason}" for (state, reason), count in found.items()]
        lines += [last_lines(process.log) for process in self.processes.running]
        return "\n".join(lines)

    def check(self):
        """See that each reader's mail was accepted once, or refused for good, and no other.

        For each kill one mail may have been accepted twice, under one Message-ID.
        """
        self.processes.stop(seconds=15)  # what workers have in hand they finish
        accepted = self.mail_server.accepted
        deliveries = {address: rest for address, *rest in self.deliveries()}
        readers = {address_of(number) for number in range(1, MAILS + 1)}
        refused = {each for each in readers if self.mail_server.is_refused_for_good(each)}
        times = Counter(mail.address for mail in accepted)
        assert not readers - refused - set(times), f"lost: {self._named(readers - refused, times)}"
        assert set(times) <= readers - refused, f"not meant: {set(times) - readers}"
        assert len(self.deliveries()) == MAILS
        for address, (edition, subscription, state, reason) in deliveries.items():
            names = {mail.identifier for mail in accepted if mail.address == address}
            if address in refused:
                assert (state, names) == ("failed", set()), (address, state, reason)
                assert re.search(r"550 5\.1\.1", reason), reason
            else:
                assert state == "sent", (address, state, reason)
                assert {read(name) for name in names} == {("digest", (edition, subscription))}
        repeated = {address: number for address, number in times.items() if number > 1}
        assert sum(repeated.values()) - len(repeated) <= self.kills, f"repeated: {repeated}"

    def _named(self, wanted, times):
        missing = sorted(wanted - set(times))
        states = {address: (state, reason) for address, *_row, state, reason in self.deliveries()}
        return [(address, *states.get(address, ("no delivery", ""))) for address in missing[:20]]


@pytest.fixture
def run(servers, tmp_path):
    """A run of digests that is about to begin (see ``Run``)."""
    servers.begin_anew()
    run = Run(servers, tmp_path)
    yield run
    run.stop()
    for log in sorted(tmp_path.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()[-80:]
        sys.stdout.write("\n".join([f"--- {log.name}", *lines, ""]))
