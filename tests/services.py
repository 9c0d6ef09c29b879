"""The servers that the tests run against.

A pytest plugin, loaded before Django's settings are: a real PostgreSQL and a real Redis
for the whole run, unless DATABASE_URL or REDIS_URL name others. Every parallel worker has
a database of its own in both.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from efus.embedded.postgres import Postgres
from efus.embedded.processes import Failure, Processes
from efus.embedded.redis import Redis

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "EFUS_ENVIRONMENT": "demonstration",
    "DJANGO_SETTINGS_MODULE": "efus.settings",
    "SECRET_KEY": "only-for-tests",
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "EMAIL_URL": "smtp://127.0.0.1:1",  # nobody answers there; see the fixture mail_sink
    "DEFAULT_FROM_EMAIL": "Efus <network@efus.example>",
    "DEMONSTRATION_PASSWORD": "only for these tests",
}


class Services:
    """What one test run needs: servers, static files and compiled messages."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="efus-tests-"))
        self.postgres = None if os.environ.get("DATABASE_URL") else self._postgres()
        self.redis = None if os.environ.get("REDIS_URL") else self._redis()
        os.environ["STATIC_ROOT"] = str(self.folder / "static")
        os.environ["FILES_ROOT"] = str(self.folder / "files")
        self.processes = Processes(self.folder, self.folder, os.environ)

    def start(self):
        manage = [sys.executable, ROOT / "manage.py"]
        pybabel = [sys.executable, "-m", "babel.messages.frontend"]
        steps = [
            self.processes.begin("collectstatic", [*manage, "collectstatic", "--noinput"]),
        ]
        if any(ROOT.glob("locale/*/LC_MESSAGES/django.po")):
            compile_messages = [*pybabel, "compile", "-d", ROOT / "locale", "-D", "django"]
            steps.append(self.processes.begin("messages", compile_messages, cwd=ROOT))
        try:
            if self.postgres:
                self.postgres.start(self.processes, print)
                self.postgres.create_database("efus")
            if self.redis:
                self.redis.start(self.processes, print)
        finally:
            for step in steps:
                self.processes.finish(step)

    def stop(self):
        self.processes.stop()
        if self.postgres:
            self.postgres.forget()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _postgres(self):
        postgres = Postgres(self.folder, lasting=False)
        os.environ["DATABASE_URL"] = postgres.url("efus")
        return postgres

    def _redis(self):
        redis = Redis(self.folder, lasting=False)
        os.environ["REDIS_URL"] = redis.url
        return redis


services = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config):
    global services
    os.environ.update(ENVIRONMENT)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = database_of_worker(os.environ["REDIS_URL"], worker)
    else:
        services = Services()
        early_config.add_cleanup(services.stop)
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    if services and not session.config.option.collectonly:
        try:
            services.start()
        except Failure as failure:
            pytest.exit(str(failure), returncode=1)


def database_of_worker(url, worker):
    """REDIS_URL with the number of the database of *worker* (``gw0``, ``gw1`` …).

    The first worker has the database after the one in the address.
    """
    parts = urlsplit(url)
    number = int(parts.path.strip("/") or 0) + 1 + int(worker.removeprefix("gw"))
    return urlunsplit(parts._replace(path=f"/{number}"))
