"""Members receive what concerns them at their hour, in their language, once."""

import threading
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from efus.outbox.enums import DeliveryState
from efus.outbox.tasks import run_outbox, send_due
from practices.digests.models import Delivery, Edition, News, Recipient
from practices.digests.opening import open_due_editions, open_edition_now
from practices.digests.tasks import run_digests
from practices.digests.timetable import Timetable
from practices.models import Practice, PracticeVersion
from practices.publishing.transitions import perform
from practices.versions import record, until_now
from tests.domain import (
    PASSWORD,
    a_city,
    a_person,
    a_practice,
    a_subscription,
    a_theme,
    a_translation,
    an_editor,
)

PARIS = ZoneInfo("Europe/Paris")


def a_new_practice(city=None, **fields):
    fields = {"published_at": timezone.now() - timedelta(hours=2)} | fields
    return a_practice(city or a_city(), **fields)


def send_everything_due():
    send_due(Delivery._meta.label)


class TestTimetable:
    def timetable(self, frequency="daily", weekday=0, hour=6, zone="Europe/Paris"):
        return Timetable(frequency, weekday, hour, zone)

    @pytest.mark.parametrize(
        ("frequency", "moment", "latest", "following"),
        [
            ("daily", (2026, 3, 28, 5, 59), (2026, 3, 27, 6), (2026, 3, 28, 6)),
            ("daily", (2026, 3, 29, 6, 0), (2026, 3, 29, 6), (2026, 3, 30, 6)),
            ("weekly", (2026, 11, 23, 7), (2026, 11, 23, 6), (2026, 11, 30, 6)),
            ("weekly", (2026, 11, 23, 5), (2026, 11, 16, 6), (2026, 11, 23, 6)),
            ("monthly", (2026, 3, 1, 5), (2026, 2, 1, 6), (2026, 3, 1, 6)),
            ("monthly", (2026, 12, 31, 23), (2026, 12, 1, 6), (2027, 1, 1, 6)),
        ],
    )
    def test_mails_come_at_their_hour_whatever_the_season(
        self, frequency, moment, latest, following
    ):
        timetable = self.timetable(frequency)
        moment = datetime(*moment, tzinfo=PARIS)
        assert timetable.latest(moment) == datetime(*latest, tzinfo=PARIS)
        assert timetable.next(moment) == datetime(*following, tzinfo=PARIS)

    def test_any_day_of_the_week(self):
        thursday = self.timetable("weekly", weekday=3, hour=18)
        moment = datetime(2026, 11, 24, 12, tzinfo=PARIS)
        assert thursday.latest(moment) == datetime(2026, 11, 19, 18, tzinfo=PARIS)
        assert thursday.next(moment) == datetime(2026, 11, 26, 18, tzinfo=PARIS)

    @pytest.mark.parametrize(
        "zone",
        [
            "Europe/Paris",
            "Europe/Lisbon",
            "Atlantic/Azores",  # at midnight and at one o'clock
            "Africa/Casablanca",  # back and forth around Ramadan
            "Australia/Lord_Howe",  # by half an hour
            "America/Santiago",  # at midnight
            "Asia/Kathmandu",  # never, and at a quarter of an hour
            "Pacific/Apia",
        ],
    )
    @pytest.mark.parametrize("hour", [0, 1, 2, 3, 23])
    def test_there_is_one_moment_a_day_whatever_the_clocks_do(self, zone, hour):
        timetable = self.timetable(hour=hour, zone=zone)
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        days = []
        while moment.year == 2026:
            following = timetable.next(moment)
            assert following > moment
            assert timetable.latest(following) == following
            assert timetable.latest(following - timedelta(seconds=1)) <= moment or not days
            days.append(following.astimezone(ZoneInfo(zone)).date())
            moment = following
        assert len(days) == len(set(days))
        assert days == [days[0] + timedelta(days=number) for number in range(len(days))]


@pytest.mark.django_db
class TestHours:
    def at_six(self, day, zone="Europe/Paris"):
        return datetime(2026, 11, day, 6, tzinfo=ZoneInfo(zone))

    def test_each_in_their_time_zone(self):
        lisbon = Recipient.objects.create(email="a@city.example", time_zone="Europe/Lisbon")
        in_paris, in_lisbon = a_subscription(), a_subscription(lisbon)
        for subscription, zone in [(in_paris, "Europe/Paris"), (in_lisbon, "Europe/Lisbon")]:
            subscription.next_at = self.at_six(20, zone)
            subscription.save()
        a_practice(a_city(), published_at=self.at_six(19))
        News.objects.update(at=self.at_six(19))
        (edition,) = open_due_editions(self.at_six(20))
        assert edition.deliveries.get().subscription == in_paris
        assert open_due_editions(self.at_six(20)) == []
        (edition,) = open_due_editions(self.at_six(20, "Europe/Lisbon"))
        assert edition.deliveries.get().subscription == in_lisbon
        in_paris.refresh_from_db()
        in_lisbon.refresh_from_db()
        assert in_paris.next_at == self.at_six(21)
        assert in_lisbon.next_at == self.at_six(21, "Europe/Lisbon")

    def test_an_hour_follows_the_time_zone_of_its_person(self):
        subscription = a_subscription()
        before = subscription.next_at
        person = subscription.recipient.user
        person.time_zone = "Atlantic/Azores"
        person.save()
        subscription.refresh_from_db()
        assert subscription.next_at != before
        assert subscription.next_at.astimezone(ZoneInfo("Atlantic/Azores")).hour == 6

    def test_a_pause_ends_with_one_mail_about_all_of_it(self):
        subscription = a_subscription(covered_until=timezone.now())
        back = timezone.localdate() + timedelta(days=20)
        subscription.pause(back)
        assert subscription.is_paused
        assert subscription.next_at.astimezone(PARIS).date() == back
        practice = a_practice(a_city(), published_at=timezone.now() + timedelta(days=2))
        assert open_due_editions(timezone.now() + timedelta(days=19)) == []
        open_due_editions(timezone.now() + timedelta(days=22))
        assert Delivery.objects.get().new_practices == [practice.pk]


@pytest.mark.django_db
class TestPeriods:
    def test_an_outage_makes_one_mail_and_no_gap(self):
        subscription = a_subscription()
        due = subscription.next_at
        for days in (0, 1, 2):
            a_practice(a_city(f"City {days}"), published_at=due + timedelta(days=days, hours=-1))
        (edition,) = open_due_editions(due + timedelta(days=2, hours=3))
        assert edition.due_at == due + timedelta(days=2)
        assert len(Delivery.objects.get().items) == 3
        subscription.refresh_from_db()
        assert subscription.covered_until == edition.due_at
        assert subscription.next_at == due + timedelta(days=3)

    def test_a_clock_that_goes_wrong_and_right_again_loses_and_repeats_nothing(self):
        subscription = a_subscription()
        due = subscription.next_at
        first = a_practice(a_city("Genk"), published_at=due - timedelta(hours=1))
        open_due_editions(due + timedelta(days=3))  # three days ahead
        second = a_practice(a_city("Gent"), published_at=due + timedelta(days=3, hours=1))
        assert open_due_editions(due + timedelta(hours=1)) == []  # put right
        open_due_editions(due + timedelta(days=4))
        told = [delivery.new_practices for delivery in Delivery.objects.order_by("pk")]
        assert told == [[first.pk], [second.pk]]

    def test_an_edition_by_hand_makes_the_next_one_shorter(self):
        subscription = a_subscription()
        due = subscription.next_at
        a_new_practice()
        call_command("open_edition", "daily")
        assert Delivery.objects.count() == 1
        subscription.refresh_from_db()
        assert subscription.next_at == due
        (edition,) = open_due_editions(due)
        assert not edition.deliveries.exists()

    def test_beat_started_twice_opens_once(self):
        a_subscription()
        a_new_practice()
        now = timezone.now() + timedelta(days=1)
        threads_see = [open_due_editions(now) for _beat in range(2)]
        assert [len(opened) for opened in threads_see] == [1, 0]
        assert Delivery.objects.count() == 1

    def test_what_is_older_than_two_months_is_no_news_any_more(self):
        a_subscription(covered_until=timezone.now() - timedelta(days=300))
        a_new_practice()
        News.objects.update(at=timezone.now() - timedelta(days=61))
        open_edition_now("daily")
        assert not Delivery.objects.exists()


@pytest.mark.django_db
class TestChanges:
    def changed(self, practice, person, **fields):
        before = until_now(practice)
        for name, value in fields.items():
            setattr(practice, name, value)
        practice.save()
        record(practice, person, before)

    @pytest.fixture
    def practice(self):
        practice = a_practice(a_city(), "nl", how_it_works_nl="Zo werkt het. " * 30)
        News.objects.update(at=timezone.now() - timedelta(days=9))
        return practice

    def updates(self):
        return News.objects.filter(kind="updated").count()

    def test_a_practice_that_changed_a_lot_is_told_of_again(self, practice):
        subscription = a_subscription(covered_until=timezone.now() - timedelta(hours=1))
        person = an_editor(practice.city)
        self.changed(practice, person, how_it_works_nl="Helemaal anders dan voorheen. " * 40)
        open_edition_now("daily")
        delivery = subscription.deliveries.get()
        assert [News.objects.get(pk=key).kind for key in delivery.items] == ["updated"]
        assert delivery.new_practices == []

    def test_a_comma_is_no_news_but_many_of_them_add_up(self, practice):
        person = an_editor(practice.city)
        text = practice.how_it_works_nl
        for number in range(4):
            text += f" Nog iets nieuws, deel {number}." * 5
            self.changed(practice, person, how_it_works_nl=text)
            assert self.updates() == int(number >= 1)
        assert PracticeVersion.objects.count() == 5

    def test_better_evidence_is_news(self, practice):
        person = an_editor(practice.city)
        self.changed(practice, person, evidence="evaluated")
        assert self.updates() == 1
        self.changed(practice, person, evidence="replicated")
        assert self.updates() == 1  # just told of

    def test_a_translation_is_none(self, practice):
        before = until_now(practice)
        a_translation(practice, "fr", title="Autrement", how_it_works="Autrement. " * 60)
        record(practice, an_editor(practice.city), before)
        assert self.updates() == 0

    def test_a_draft_is_none(self, practice):
        Practice.objects.update(state="unpublished")
        practice.refresh_from_db()
        self.changed(practice, an_editor(practice.city), evidence="evaluated")
        assert self.updates() == 0


@pytest.mark.django_db
class TestSending:
    def test_running_twice_sends_nothing_twice(self, mail_sink):
        a_subscription()
        a_new_practice()
        for _run in range(2):
            open_edition_now("daily")
            send_everything_due()
        assert len(mail_sink.messages) == 1
        assert Delivery.objects.get().state == DeliveryState.SENT

    def test_a_refused_recipient_fails_and_the_others_get_theirs(self, mail_sink):
        gone = a_subscription(a_person("gone@city.example"))
        a_subscription(a_person("here@city.example"))
        a_new_practice()
        mail_sink.refused_recipients.add("gone@city.example")
        open_edition_now("daily")
        send_everything_due()
        assert [to for _from, to in mail_sink.envelopes] == [["here@city.example"]]
        failed = gone.deliveries.get()
        assert failed.state == DeliveryState.FAILED
        assert "no such mailbox" in failed.reason

    def test_an_edition_that_is_paused_waits(self, mail_sink):
        a_subscription()
        a_new_practice()
        edition = open_edition_now("daily")
        edition.paused_at = timezone.now()
        edition.save()
        send_everything_due()
        assert mail_sink.messages == []
        edition.paused_at = None
        edition.save()
        send_everything_due()
        assert len(mail_sink.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_a_publication_under_way_is_in_the_edition_that_waits_for_it(mail_sink):
    """A practice gets its time before its transaction ends; no edition may end in between."""
    a_subscription()
    theme = a_theme("nightlife")
    practice = a_practice(
        a_city(), "nl", published_days_ago=None, themes=[theme], state="submitted"
    )
    publishing, may_end = threading.Event(), threading.Event()

    def publish():
        with transaction.atomic():
            perform("publish", practice, None)
            publishing.set()
            may_end.wait(timeout=20)
        connection.close()

    def open_the_edition():
        publishing.wait(timeout=20)
        open_edition_now("daily")
        connection.close()

    threads = [threading.Thread(target=publish), threading.Thread(target=open_the_edition)]
    for thread in threads:
        thread.start()
    publishing.wait(timeout=20)
    threads[1].join(timeout=1)
    assert threads[1].is_alive()
    may_end.set()
    for thread in threads:
        thread.join(timeout=20)
    assert Delivery.objects.get().new_practices == [practice.pk]


def until(true, seconds=30):
    """Wait until *true()* holds, at most *seconds*."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_beat_starts_the_run_and_a_worker_mails_once(mail_sink, worker, client):
    """The whole way on real parts: broker, worker, mail server."""
    theme = a_theme("radicalisation")
    reader = a_subscription(a_person("reader@city.example"), themes=[theme], countries=["BE"])
    a_subscription(a_person("other@city.example"), countries=["SE"])
    last_hour = reader.timetable.latest(timezone.now())
    a_new_practice(
        a_city("Genk", "BE"), themes=[theme], published_at=last_hour - timedelta(hours=1)
    )
    reader.next_at = last_hour
    reader.save()
    worker()
    for _tick in range(3):
        run_digests.delay()
        run_outbox.delay()
    until(lambda: mail_sink.messages)
    until(lambda: not Delivery.objects.exclude(state=DeliveryState.SENT).exists())
    run_digests.delay()
    call_command("open_edition", "daily")
    until(lambda: Edition.objects.filter(frequency="daily").count() == 2)
    assert [to for _from, to in mail_sink.envelopes] == [["reader@city.example"]]
    assert reader.deliveries.get().state == DeliveryState.SENT
    assert client.login(email="reader@city.example", password=PASSWORD)
