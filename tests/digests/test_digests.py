"""Members receive what concerns them, in their language, once."""

import threading
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from practices.digests.enums import DeliveryState, Frequency
from practices.digests.models import Delivery, Edition, Subscription
from practices.digests.schedule import last_boundary, open_due_editions, open_edition
from practices.digests.sending import claim, recover_stuck, send_claimed
from practices.digests.tasks import run_digests
from practices.models import Practice
from practices.publishing.transitions import perform
from tests.domain import PASSWORD, a_city, a_person, a_practice, a_theme

PARIS = ZoneInfo("Europe/Paris")


def a_subscription(user=None, *, themes=(), countries=(), groups=(), **fields):
    fields = {"language": "fr", "frequency": Frequency.DAILY} | fields
    subscription = Subscription.objects.create(
        user=user or a_person(),
        countries=list(countries),
        created_at=timezone.now() - timedelta(days=90),
        **fields,
    )
    subscription.themes.set(themes)
    subscription.target_groups.set(groups)
    return subscription


def in_the_last_daily_period(hours=2):
    return last_boundary(Frequency.DAILY, timezone.now()) - timedelta(hours=hours)


def a_new_practice(city, language="nl", **fields):
    return a_practice(city, language, **({"published_at": in_the_last_daily_period()} | fields))


def path_to_unsubscribe(message):
    address = message["List-Unsubscribe"].strip()  # a long header is folded
    assert address.startswith("<http://127.0.0.1:8000/")
    return address.strip("<>").removeprefix("http://127.0.0.1:8000")


def send_everything_due():
    while claimed := claim(50):
        send_claimed(claimed)


@pytest.mark.django_db
class TestMatching:
    def test_theme_and_country_must_both_match(self, mail_sink):
        radicalisation, nightlife = a_theme("radicalisation"), a_theme("nightlife")
        subscription = a_subscription(themes=[radicalisation], countries=["BE"])
        genk, lille = a_city("Genk", "BE"), a_city("Lille", "FR")
        wanted = a_new_practice(genk, themes=[radicalisation])
        a_new_practice(genk, themes=[nightlife])
        a_new_practice(lille, themes=[radicalisation])
        open_due_editions()
        delivery = Delivery.objects.get()
        assert delivery.subscription == subscription
        assert list(delivery.practices.all()) == [wanted]

    def test_a_theme_includes_its_children(self):
        parent = a_theme("radicalisation")
        child = a_theme("returnees", parent=parent)
        a_subscription(themes=[parent])
        a_subscription(themes=[child])
        practice = a_new_practice(a_city(), themes=[child])
        of_the_parent = a_new_practice(a_city("Leuven"), themes=[parent])
        open_due_editions()
        first, second = Delivery.objects.order_by("subscription_id")
        assert set(first.practices.all()) == {practice, of_the_parent}
        assert set(second.practices.all()) == {practice}

    def test_an_empty_facet_matches_everything(self):
        a_subscription()
        practice = a_new_practice(a_city())
        open_due_editions()
        assert list(Delivery.objects.get().practices.all()) == [practice]

    def test_no_match_no_delivery(self):
        a_subscription(countries=["SE"])
        a_new_practice(a_city("Genk", "BE"))
        open_due_editions()
        assert Edition.objects.filter(frequency=Frequency.DAILY).exists()
        assert not Delivery.objects.exists()

    def test_only_what_is_new_and_public_in_the_period(self):
        a_subscription()
        city = a_city()
        a_new_practice(city, published_at=in_the_last_daily_period(hours=25))
        a_new_practice(city, published_at=in_the_last_daily_period(hours=-1))
        a_new_practice(city, state="unpublished")
        open_due_editions()
        assert not Delivery.objects.exists()

    def test_those_who_left_get_nothing(self):
        a_subscription(ended_at=timezone.now())
        a_subscription(a_person(is_active=False))
        a_new_practice(a_city())
        open_due_editions()
        assert not Delivery.objects.exists()


@pytest.mark.django_db
class TestPeriods:
    def test_boundaries_are_at_six_in_paris_whatever_the_season(self):
        def boundary(frequency, *moment):
            return last_boundary(frequency, datetime(*moment, tzinfo=PARIS))

        assert boundary("daily", 2026, 3, 29, 5, 59) == datetime(2026, 3, 28, 6, tzinfo=PARIS)
        assert boundary("daily", 2026, 3, 29, 6, 0) == datetime(2026, 3, 29, 6, tzinfo=PARIS)
        assert boundary("weekly", 2026, 11, 23, 7) == datetime(2026, 11, 23, 6, tzinfo=PARIS)
        assert boundary("weekly", 2026, 11, 23, 5) == datetime(2026, 11, 16, 6, tzinfo=PARIS)
        assert boundary("monthly", 2026, 3, 1, 5) == datetime(2026, 2, 1, 6, tzinfo=PARIS)

    def test_an_outage_makes_one_longer_edition_and_no_gap(self):
        now = datetime(2026, 11, 20, 12, tzinfo=PARIS)
        open_due_editions(now)
        open_due_editions(now + timedelta(days=5))
        first, second = Edition.objects.filter(frequency="daily").order_by("starts_at")
        assert first.ends_at == second.starts_at
        assert second.ends_at - second.starts_at == timedelta(days=5)

    def test_an_edition_by_hand_makes_the_next_one_shorter(self):
        now = datetime(2026, 11, 20, 12, tzinfo=PARIS)
        open_due_editions(now)
        assert open_edition("daily", now)
        assert open_edition("daily", now) is None
        assert open_due_editions(now + timedelta(hours=1)) == []
        (next_one,) = open_due_editions(now + timedelta(days=1))
        assert next_one.starts_at == now

    def test_a_practice_is_new_only_once(self, mail_sink):
        a_subscription()
        practice = a_new_practice(a_city())
        open_due_editions()
        open_edition("daily", timezone.now())
        open_due_editions(timezone.now() + timedelta(days=2))
        assert [list(row.practices.all()) for row in Delivery.objects.all()] == [[practice]]


@pytest.mark.django_db
class TestTrouble:
    def test_running_twice_sends_nothing_twice(self, mail_sink):
        a_subscription()
        a_new_practice(a_city())
        for _run in range(2):
            open_due_editions()
            send_everything_due()
        assert len(mail_sink.messages) == 1
        assert Delivery.objects.count() == 1

    def test_a_refused_recipient_fails_and_the_others_get_theirs(self, mail_sink):
        gone = a_subscription(a_person("gone@city.example"))
        a_subscription(a_person("here@city.example"))
        a_new_practice(a_city())
        mail_sink.refused_recipients.add("gone@city.example")
        open_due_editions()
        send_everything_due()
        assert [recipients for _sender, recipients in mail_sink.envelopes] == [
            ["here@city.example"]
        ]
        failed = gone.deliveries.get()
        assert failed.state == DeliveryState.FAILED
        assert "no such mailbox" in failed.reason

    def test_a_server_that_cannot_now_is_tried_again_later(self, mail_sink):
        a_subscription()
        a_new_practice(a_city())
        mail_sink.refuses = "451 later"
        open_due_editions()
        send_everything_due()
        delivery = Delivery.objects.get()
        assert delivery.state == DeliveryState.DUE
        assert delivery.not_before > timezone.now()
        assert claim(50) == []
        mail_sink.refuses = None
        Delivery.objects.update(not_before=timezone.now())
        send_everything_due()
        assert len(mail_sink.messages) == 1

    def test_no_server_at_all_loses_nothing(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        a_subscription()
        a_new_practice(a_city())
        open_due_editions()
        send_everything_due()
        assert Delivery.objects.get().state == DeliveryState.DUE

    def test_what_a_killed_worker_had_claimed_is_due_again_under_the_same_name(self, mail_sink):
        a_subscription()
        a_new_practice(a_city())
        open_due_editions()
        (claimed,) = claim(50)
        assert recover_stuck() == 0
        assert recover_stuck(timezone.now() + timedelta(hours=1)) == 1
        Delivery.objects.update(not_before=timezone.now())
        send_everything_due()
        # The first worker was not dead after all: the same delivery, settled already.
        send_claimed([claimed])
        assert len(mail_sink.messages) == 1

    def test_a_mail_that_kills_every_worker_is_given_up(self, mail_sink):
        a_subscription()
        a_new_practice(a_city())
        open_due_editions()
        for _attempt in range(8):
            (claimed,) = claim(1)
            # The worker notes the attempt, and dies.
            Delivery.objects.filter(pk=claimed).update(attempts=F("attempts") + 1)
            recover_stuck(timezone.now() + timedelta(hours=1))
            Delivery.objects.update(not_before=timezone.now())
        assert claim(1) == []
        assert Delivery.objects.get().state == DeliveryState.FAILED

    def test_what_failed_before_holds_up_no_other(self, mail_sink):
        for _number in range(3):
            a_subscription()
        a_new_practice(a_city())
        open_due_editions()
        bad = Delivery.objects.order_by("pk").first()
        Delivery.objects.filter(pk=bad.pk).update(attempts=3)
        assert bad.pk not in claim(2)

    def test_a_server_that_never_can_is_given_up_with_its_reason(self, mail_sink):
        a_subscription()
        a_new_practice(a_city())
        mail_sink.refuses = "451 later"
        open_due_editions()
        for _attempt in range(8):
            send_everything_due()
            Delivery.objects.update(not_before=timezone.now())
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, 8)
        assert "later" in delivery.reason

    def test_two_workers_never_claim_the_same(self):
        for _number in range(4):
            a_subscription()
        a_new_practice(a_city())
        open_due_editions()
        first, second = claim(3), claim(3)
        assert len(first) == 3
        assert len(second) == 1
        assert not set(first) & set(second)


@pytest.mark.django_db
class TestUnsubscribing:
    def path_in_the_mail(self, mail_sink):
        open_due_editions()
        send_everything_due()
        return path_to_unsubscribe(mail_sink.messages[-1])

    def test_one_click_of_a_mail_program_is_enough(self, client, mail_sink):
        subscription = a_subscription()
        other = a_subscription(subscription.user, language="nl")
        a_new_practice(a_city())
        open_due_editions()
        send_everything_due()
        message = next(row for row in mail_sink.messages if row["Content-Language"] == "fr")
        path = path_to_unsubscribe(message)
        answer = client.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        subscription.refresh_from_db()
        other.refresh_from_db()
        assert subscription.ended_at
        assert other.ended_at is None
        first = subscription.ended_at
        client.post(path, {"List-Unsubscribe": "One-Click"})
        subscription.refresh_from_db()
        assert subscription.ended_at == first

    def test_following_the_link_alone_ends_nothing(self, client, mail_sink):
        subscription = a_subscription(language="en")
        a_new_practice(a_city())
        path = self.path_in_the_mail(mail_sink)
        assert "Do you want no more mails" in client.get(path).content.decode()
        subscription.refresh_from_db()
        assert subscription.ended_at is None
        client.post(path)
        client.post(path, {"again": "1"})
        subscription.refresh_from_db()
        assert subscription.ended_at is None

    @pytest.mark.parametrize("token", ["1", "1:forged", "x:y:z", "%F0%9F%98%80:1"])
    def test_a_forged_link_ends_nothing(self, client, token):
        subscription = a_subscription()
        page = client.post(f"/en/unsubscribe/{token}/")
        assert page.status_code == 404
        assert "This link is incomplete" in page.content.decode()
        subscription.refresh_from_db()
        assert subscription.ended_at is None


@pytest.mark.django_db
class TestSubscribing:
    def test_a_search_becomes_a_subscription(self, client):
        theme = a_theme("nightlife")
        a_city("Lille", "FR")
        user = a_person()
        client.force_login(user)
        page = client.get("/en/account/subscriptions/new/?theme=nightlife&country=FR&country=ZZ")
        text = page.content.decode()
        assert f'name="themes" value="{theme.pk}"' in text
        assert text.count("checked") == 3  # the theme, the country, how often
        client.post(
            "/en/account/subscriptions/new/",
            {
                "themes": [theme.pk],
                "countries": ["FR"],
                "language": "pt",
                "frequency": "daily",
            },
        )
        subscription = Subscription.objects.get()
        assert (subscription.user, subscription.language) == (user, "pt")
        assert subscription.countries == ["FR"]
        assert list(subscription.themes.all()) == [theme]

    def test_nobody_sees_or_changes_the_subscriptions_of_others(self, client):
        subscription = a_subscription()
        path = f"/en/account/subscriptions/{subscription.pk}/"
        assert client.get(path).status_code == 302
        client.force_login(a_person())
        assert client.get(path).status_code == 404
        client.post(f"{path}end/")
        subscription.refresh_from_db()
        assert subscription.ended_at is None
        client.force_login(subscription.user)
        client.post(f"{path}end/")
        subscription.refresh_from_db()
        assert subscription.ended_at

    def test_the_list_takes_a_constant_number_of_queries(self, client, django_assert_num_queries):
        user, themes = a_person(), [a_theme("nightlife"), a_theme("schools")]
        client.force_login(user)
        a_subscription(user, themes=themes)
        with django_assert_num_queries(6):
            client.get("/en/account/subscriptions/")
        for _number in range(6):
            a_subscription(user, themes=themes)
        with django_assert_num_queries(6):
            client.get("/en/account/subscriptions/")


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
        open_edition("daily")
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
    assert list(Delivery.objects.get().practices.all()) == [practice]


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
    a_new_practice(a_city("Genk", "BE"), themes=[theme])
    worker()
    for _tick in range(3):
        run_digests.delay()
    until(lambda: mail_sink.messages)
    until(lambda: not Delivery.objects.exclude(state=DeliveryState.SENT).exists())
    run_digests.delay()
    call_command("open_edition", "daily", "--now")
    until(lambda: Edition.objects.filter(frequency="daily").count() == 2)
    assert [recipients for _sender, recipients in mail_sink.envelopes] == [["reader@city.example"]]
    assert reader.deliveries.get().state == DeliveryState.SENT
    assert client.login(email="reader@city.example", password=PASSWORD)
