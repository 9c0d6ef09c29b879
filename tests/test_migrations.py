"""Every migration can be taken back, and made again."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
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


# As a subscription, an edition that was sent and one that waits looked before recipients.
EARLIER_DIGESTS = """
INSERT INTO accounts_user (id, password, is_superuser, email, name, language, time_zone,
    staff_role, is_active, date_joined)
VALUES (1, '', false, 'Reader@City.example', '', 'fr', 'Europe/Paris', '', true, now());
INSERT INTO practices_theme (id, slug, name, name_en, position)
VALUES (1, 'nightlife', 'Nightlife', 'Nightlife', 0);
INSERT INTO digests_subscription (id, user_id, countries, language, frequency, created_at)
VALUES (1, 1, '{BE,FR}', 'fr', 'weekly', now() - interval '40 days');
INSERT INTO digests_subscription_themes (subscription_id, theme_id) VALUES (1, 1);
INSERT INTO digests_edition (id, frequency, starts_at, ends_at, opened_at)
VALUES (1, 'weekly', now() - interval '9 days', now() - interval '2 days', now());
INSERT INTO digests_delivery (id, subscription_id, edition_id, state, not_before, attempts, reason)
VALUES (1, 1, 1, 'due', now(), 0, '');
INSERT INTO digests_deliveryitem (delivery_id, practice_id, position)
SELECT 1, id, 1 FROM practices_practice;
"""
A_PRACTICE = """
from tests.domain import a_city, a_practice
a_practice(a_city("Genk", "BE"), published_days_ago=5)
"""
AS_IT_IS_NOW = """
from practices.digests.models import Delivery, Edition, News, Subscription
subscription = Subscription.objects.get()
assert subscription.recipient.address == "Reader@City.example"
assert subscription.chosen == {"country": ["BE", "FR"], "theme": ["nightlife"]}
assert subscription.confirmed_at == subscription.created_at
assert subscription.covered_until == Edition.objects.get().due_at
delivery = Delivery.objects.get()
assert (delivery.state, delivery.domain) == ("due", "city.example")
assert delivery.items == [News.objects.get(kind="published").pk]
"""
AS_IT_WAS = """
SELECT subscription.user_id = 1 AND countries = '{BE,FR}'
    AND EXISTS (SELECT FROM digests_subscription_themes)
    AND (SELECT count(*) = 1 FROM digests_deliveryitem)
    AND (SELECT bool_and(ends_at > starts_at) FROM digests_edition)
FROM digests_subscription AS subscription
"""


def test_subscriptions_of_before_keep_what_they_asked_for_and_what_is_due(scratch_database):
    def manage(*arguments):
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=scratch_database, check=True
        )

    def ask(sql):
        address = scratch_database["DATABASE_URL"]
        with closing(psycopg2.connect(address)) as database, database, database.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None

    manage("migrate", "--verbosity=0")
    manage("shell", "-c", A_PRACTICE)
    manage("migrate", "--verbosity=0", "digests", "0001")
    ask(EARLIER_DIGESTS)
    manage("migrate", "--verbosity=0", "digests")
    manage("shell", "-c", AS_IT_IS_NOW)
    manage("migrate", "--verbosity=0", "digests", "0001")
    assert ask(AS_IT_WAS) == [(True,)]
    manage("migrate", "--verbosity=0", "digests")
    manage("shell", "-c", AS_IT_IS_NOW)
