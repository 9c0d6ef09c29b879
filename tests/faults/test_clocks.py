"""Whatever the clocks do: one mail a day, and all news once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from efus.bounces.identifiers import read
from efus.outbox.models import DomainRate
from efus.outbox.tasks import send_due
from practices.digests.models import Delivery, News, Recipient, Subscription
from practices.digests.opening import open_due_editions
from practices.digests.tasks import run_digests
from tests.domain import a_city, a_practice, a_subscription

pytestmark = pytest.mark.django_db

HOURS = [0, 1, 2, 3, 23]
A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


def send_everything_due():
    send_due(Delivery._meta.label)


def hourly_news(start, hours):
    """Something new about one practice each hour, half past."""
    practice = a_practice(a_city())
    News.objects.all().delete()
    return News.objects.bulk_create(
        News(kind="updated", practice=practice, at=start + number * AN_HOUR + AN_HOUR / 2)
        for number in range(hours)
    )


def told(subscription):
    """The keys of the news that the mails of *subscription* list, and how many they leave out."""
    deliveries = list(subscription.deliveries.order_by("edition__due_at"))
    return [key for each in deliveries for key in each.items], sum(
        each.more for each in deliveries
    )


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Paris", (2026, 3, 29)),
        ("Europe/Paris", (2026, 10, 25)),
        ("Europe/Lisbon", (2026, 3, 29)),
        ("Europe/Lisbon", (2026, 10, 25)),
        ("Atlantic/Azores", (2026, 3, 29)),  # at midnight and at one o'clock
        ("Atlantic/Azores", (2026, 10, 25)),
        ("Australia/Lord_Howe", (2026, 4, 5)),  # by half an hour
        ("Australia/Lord_Howe", (2026, 10, 4)),
        ("America/Santiago", (2026, 4, 4)),  # at midnight
        ("America/Santiago", (2026, 9, 6)),
    ],
)
def test_one_mail_comes_each_day_around_a_change_of_the_clocks(zone, change, mail_sink):
    local = ZoneInfo(zone)
    first_day = datetime(*change, tzinfo=local) - 2 * A_DAY
    start = first_day.astimezone(UTC)
    days = [(first_day + number * A_DAY).date() for number in range(5)]
    end = datetime(*change, tzinfo=local) + 3 * A_DAY
    end = end.astimezone(UTC)
    news = hourly_news(start - A_DAY, int((end - start + A_DAY) / AN_HOUR))
    assert local.utcoffset(first_day) != local.utcoffset(first_day + 4 * A_DAY)
    subscriptions = [
        a_subscription(
            Recipient.objects.create(email=f"at-{hour}@city.example", time_zone=zone),
            hour=hour,
            covered_until=start - A_DAY,
        )
        for hour in HOURS
    ]
    Subscription.objects.update(next_at=start)  # the first of these days is due
    for subscription in subscriptions:
        subscription.next_at = subscription.timetable.next(start - timedelta(seconds=1))
        subscription.save()

    now = start
    while now < end:
        open_due_editions(now)
        now += AN_HOUR

    for subscription in subscriptions:
        moments = subscription.deliveries.order_by("edition__due_at").values_list(
            "edition__due_at", flat=True
        )
        assert [moment.astimezone(local).date() for moment in moments] == days
        keys, more = told(subscription)
        due = [each for each in news if each.at < moments[len(moments) - 1]]
        assert len(set(keys)) == len(keys)
        assert len(keys) + more == len(due)
    send_everything_due()
    assert Counter(message["To"] for message in mail_sink.messages) == {
        f"at-{hour}@city.example": len(days) for hour in HOURS
    }
    names = {read(message["Message-ID"]) for message in mail_sink.messages}
    assert len(names) == len(mail_sink.messages)


def test_a_clock_that_jumps_a_day_ahead_and_back_repeats_nothing(mail_sink):
    subscription = a_subscription()
    due = subscription.next_at
    start = due - A_DAY
    Subscription.objects.update(covered_until=start)
    news = hourly_news(start, 24)
    for shift in [0 * A_DAY, A_DAY, 0 * A_DAY, A_DAY, 2 * A_DAY]:
        for hour in range(6):
            open_due_editions(due - 3 * AN_HOUR + shift + hour * AN_HOUR)
        send_everything_due()
    keys, more = told(subscription)
    assert len(set(keys)) == len(keys)
    assert len(keys) + more == len(news)
    assert len(mail_sink.messages) == subscription.deliveries.count() == 1


@pytest.mark.parametrize("shift", [A_DAY, -A_DAY], ids=["ahead", "behind"])
def test_a_worker_with_a_wrong_clock_does_no_harm(shift, mail_sink, settings, monkeypatch):
    """The clock of the database counts, which all workers have in common."""
    settings.MAILS_PER_DOMAIN_PER_MINUTE = 6
    people = [
        Recipient.objects.create(email=f"{name}@genk.example", time_zone="Europe/Paris")
        for name in ("anne", "bram")
    ]
    practice = a_practice(a_city("Genk"), published_days_ago=3)
    first = a_subscription(people[0])
    first.next_at = timezone.now() - AN_HOUR
    first.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (true_now,) = cursor.fetchone()
    with monkeypatch.context() as wrong:
        wrong.setattr(timezone, "now", lambda: datetime.now(UTC) + shift)
        run_digests()
        send_everything_due()
    first.refresh_from_db()
    assert first.covered_until <= true_now
    assert true_now < first.next_at <= true_now + A_DAY + AN_HOUR
    assert len(mail_sink.messages) == 1
    assert first.deliveries.get().new_practices == [practice.pk]

    # Nor does what it left behind keep those from working whose clocks are right.
    assert DomainRate.objects.get().free_at <= true_now + AN_HOUR
    DomainRate.objects.update(free_at=true_now)
    second = a_subscription(people[1])
    second.next_at = timezone.now() - AN_HOUR
    second.save()
    run_digests()
    send_everything_due()
    assert len(mail_sink.messages) == 2
