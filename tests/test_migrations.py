"""Every migration can be taken back, and made again."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
APPS = ["translations", "digests", "search", "practices", "cities", "account", "admin", "accounts"]
APPS += ["outbox", "bounces"]


@pytest.fixture
def scratch_database(transactional_db, environment):
    """An empty database of its own; returns the environment that names it."""
    parts = urlsplit(environment["DATABASE_URL"])
    name = f"{parts.path.strip('/')}_scratch"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
    yield environment | {"DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)} WITH (FORCE)")


def test_all_the_way_up_down_and_up_again(scratch_database):
    def migrate(*arguments):
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0", *arguments],
            cwd=ROOT,
            env=scratch_database,
            check=True,
        )

    migrate()
    for app in APPS:
        migrate(app, "zero")
    migrate()


A_SCHEDULE = """
from django.utils import timezone
from practices.models import PracticeEvent
from tests.domain import a_city, a_practice
practice = a_practice(a_city(), state="submitted", publish_at=timezone.now())
for kind in ("schedule", "saved"):
    PracticeEvent.objects.create(practice=practice, kind=kind, to_state="submitted")
"""
WHAT_IS_LEFT = """
from practices.models import PracticeEvent
assert [event.kind for event in PracticeEvent.objects.all()] == ["saved"]
"""


def test_schedules_are_forgotten_on_the_way_back_and_nothing_else(scratch_database):
    def manage(*arguments):
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=scratch_database, check=True
        )

    manage("migrate", "--verbosity=0")
    manage("shell", "-c", A_SCHEDULE)
    manage("migrate", "--verbosity=0", "practices", "0005")
    manage("migrate", "--verbosity=0")
    manage("shell", "-c", WHAT_IS_LEFT)
