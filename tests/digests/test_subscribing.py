"""People say what they want to hear of: with an account, without one, and from a mail."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.test import Client
from django.utils import timezone

from cities.enums import MembershipState
from cities.models import Membership
from efus.outbox.models import Mail
from practices.digests import changes, guests
from practices.digests.forgetting import forget_abandoned
from practices.digests.models import Recipient, Subscription
from practices.digests.timetable import Timetable
from practices.digests.tokens import (
    confirmation_address,
    preferences_address,
    unsubscribe_address,
)
from practices.digests.wording import described
from tests.domain import (
    PASSWORD,
    a_city,
    a_guest,
    a_person,
    a_practice,
    a_subscription,
    a_theme,
    an_administrator,
    an_adoption,
)

pytestmark = pytest.mark.django_db
LIST = "/en/account/subscriptions/"
KINDS = ["published", "updated", "adopted", "member"]
TIMES = {"language": "en", "frequency": "weekly", "weekday": "0", "hour": "6"}
TYPED = {"words": "", "kinds": KINDS, **TIMES}
GUEST = TYPED | {"email": "reader@city.example", "time_zone": "Europe/Paris"}


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def path_of(address):
    return address.removeprefix("http://127.0.0.1:8000")


def sent_on(page):
    """What the second step sends once more."""
    return re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())


def aged(address, by):
    """*address* as it was signed *by* ago."""
    before, token = address.rstrip("/").rsplit("/", 1)
    key = token.partition(":")[0]
    salt = "digest preferences" if before.endswith("/digests") else "subscription to confirm"
    signer = signing.TimestampSigner(salt=salt)
    then = signing.b62_encode(int((timezone.now() - by).timestamp()))
    return path_of(f"{before}/{signing.Signer.sign(signer, f'{key}:{then}')}/")


@pytest.fixture
def nightlife():
    return a_theme("nightlife", "Nightlife")


class TestWithAnAccount:
    def test_what_would_have_come_is_shown_before_anything_is_saved(self, client, nightlife):
        genk = a_city("Genk", "BE")
        for number in range(6):
            a_practice(genk, "en", title_en=f"Patrol {number}", themes=[nightlife])
        a_practice(genk, "en", title_en="Old patrol", themes=[nightlife], published_days_ago=40)
        a_practice(genk, "en", title_en="Something else")
        person = a_person()
        client.force_login(person)
        page = client.get(f"{LIST}new/?theme=nightlife&country=BE&q=patrol&evidence=described")
        assert re.search(r'value="patrol"', text_of(page))
        checked = re.findall(r'name="facet_\w+" value="([^"]*)"[^>]*checked', text_of(page))
        assert sorted(checked) == ["BE", "described", "nightlife"]
        typed = TYPED | {"words": "patrol", "facet_theme": "nightlife", "facet_country": "BE"}
        page = client.post(f"{LIST}new/", typed)
        assert "About 6 a month." in text_of(page)
        assert "Patrol 5" in text_of(page)
        assert "Old patrol" not in text_of(page)
        assert not Subscription.objects.exists()
        again = {}
        for name, value in sent_on(page):
            again.setdefault(name, []).append(value)
        back = client.post(f"{LIST}new/", again | {"change": "1"})
        assert back.status_code == 200
        assert 'value="patrol"' in text_of(back)
        for _time in range(2):
            page = client.post(f"{LIST}new/", again | {"save": "1"}, follow=True)
        assert "You have this subscription already." in text_of(page)
        subscription = Subscription.objects.get()
        assert subscription.recipient.user == person
        assert subscription.words == "patrol"
        assert subscription.chosen == {"theme": ["nightlife"], "country": ["BE"]}
        assert "Nightlife · Belgium · “patrol”" in text_of(page)
        assert "Every Monday at 06:00 (Europe/Paris)" in text_of(page)

    def test_it_says_so_when_there_was_nothing_or_too_much(self, client):
        client.force_login(a_person())
        page = client.post(f"{LIST}new/", TYPED | {"words": "nowhere"})
        assert "There was nothing in the last month." in text_of(page)
        city = a_city()
        for _number in range(101):
            a_practice(city)
        page = client.post(f"{LIST}new/", TYPED)
        assert "More than 100 a month." in text_of(page)

    def test_news_of_every_kind_are_named(self, client):
        genk, lille = a_city("Genk", "BE"), a_city("Lille", "FR")
        an_adoption(a_practice(genk, "en", title_en="Patrol"), lille, is_public=True)
        Membership.objects.create(
            city=a_city("Graz", "AT", member=False),
            state=MembershipState.ACTIVE,
            starts_on=timezone.localdate(),
        )
        client.force_login(a_person())
        page = text_of(client.post(f"{LIST}new/", TYPED))
        assert "Lille takes up:" in page
        assert "New member:" in page

    @pytest.mark.parametrize(
        "wrong",
        [
            {"words": "x" * 201},
            {"words": " ".join("w" * 25)},
            {"words": "nul\0"},
            {"kinds": []},
            {"kinds": ["no-such"]},
            {"language": "xx"},
            {"frequency": "hourly"},
            {"weekday": "7"},
            {"hour": "99999999999999999999"},
            {"facet_theme": ["no-such"]},
            {"facet_country": ["XX"]},
            {"facet_city": ["'; drop"]},
        ],
    )
    def test_garbage_is_told_in_words_and_nothing_typed_is_lost(self, client, wrong):
        client.force_login(a_person())
        typed = TYPED | {"words": "typed with care"} | wrong
        for save in ({}, {"save": "1"}):
            page = client.post(f"{LIST}new/", typed | save)
            assert page.status_code == 422
            assert "please correct this" in text_of(page)
            if "words" not in wrong:
                assert "typed with care" in text_of(page)
        assert not Subscription.objects.exists()

    def test_a_lost_session_loses_nothing_typed(self, client):
        person = a_person()
        client.force_login(person)
        page = client.get(f"{LIST}new/")
        written_by = dict(sent_on(page))["written_by"]
        client.logout()
        typed = TYPED | {"words": "typed with care", "written_by": written_by}
        page = client.post(f"{LIST}new/", typed)
        signed_in = {"login": person.email, "password": PASSWORD, "next": f"{LIST}new/"}
        page = client.post(page.url, signed_in, follow=True)
        assert "typed with care" in text_of(page)
        assert "It is not saved yet" in text_of(page)

    def test_changing_it_changes_when_the_next_mail_comes(self, client, nightlife):
        subscription = a_subscription(themes=[nightlife], language="en")
        client.force_login(subscription.recipient.user)
        path = f"{LIST}{subscription.pk}/"
        typed = TYPED | {"frequency": "monthly", "hour": "20", "facet_country": "FR"}
        page = client.post(path, typed)
        assert "There was nothing" in text_of(page)
        subscription.refresh_from_db()
        assert subscription.frequency == "daily"
        page = client.post(path, typed | {"save": "1"}, follow=True)
        assert "Your subscription is saved." in text_of(page)
        subscription = Subscription.objects.get()
        assert subscription.chosen == {"country": ["FR"]}
        expected = Timetable("monthly", 0, 20, "Europe/Paris").next(timezone.now())
        assert subscription.next_at == expected

    def test_nobody_has_more_than_fifty(self, client):
        person = a_person()
        for number in range(changes.MOST_SUBSCRIPTIONS):
            a_subscription(person, words=f"word{number}")
        client.force_login(person)
        page = client.post(f"{LIST}new/", TYPED | {"words": "more", "save": "1"})
        assert page.status_code == 422
        assert "You have 50 subscriptions, which is the most." in text_of(page)
        assert 'value="more"' in text_of(page)
        ended = Subscription.objects.first()
        client.post(f"{LIST}{ended.pk}/end/")
        client.post(f"{LIST}new/", TYPED | {"words": "more", "save": "1"})
        page = client.post(f"{LIST}{ended.pk}/resume/", follow=True)
        assert "which is the most" in text_of(page)
        assert Subscription.objects.of(person).count() == changes.MOST_SUBSCRIPTIONS

    def test_it_is_paused_until_a_day_and_goes_on(self, client):
        subscription = a_subscription(language="en")
        client.force_login(subscription.recipient.user)
        path = f"{LIST}{subscription.pk}/"
        today = timezone.localdate()
        for wrong in ("", "soon", today, today + timedelta(days=400), "0000-00-00", "\0"):
            assert client.post(f"{path}pause/", {"until": str(wrong)}).status_code == 422
        until = today + timedelta(days=20)
        page = client.post(f"{path}pause/", {"until": str(until)}, follow=True)
        assert "paused: no mails before" in text_of(page)
        subscription.refresh_from_db()
        assert subscription.next_at.date() >= until
        client.get(f"{path}go-on/")
        subscription.refresh_from_db()
        assert subscription.paused_until == until
        client.post(f"{path}go-on/")
        subscription.refresh_from_db()
        assert subscription.paused_until is None
        assert subscription.next_at < timezone.now() + timedelta(days=2)

    def test_it_is_ended_and_brought_back(self, client, nightlife):
        subscription = a_subscription(themes=[nightlife], language="en")
        client.force_login(subscription.recipient.user)
        client.get(f"{LIST}{subscription.pk}/end/")
        assert Subscription.objects.active().exists()
        for _time in range(2):
            page = client.post(f"{LIST}{subscription.pk}/end/", follow=True)
            assert "Recently ended" in text_of(page)
        assert client.get(f"{LIST}{subscription.pk}/").status_code == 404
        page = client.post(f"{LIST}{subscription.pk}/resume/", follow=True)
        assert "You are subscribed again." in text_of(page)
        assert Subscription.objects.active().get() == subscription

    def test_nobody_else_touches_it_administrators_included(self, client):
        subscription = a_subscription(words="private interest")
        until = str(timezone.localdate() + timedelta(days=5))
        for other in (a_person(), an_administrator()):
            client.force_login(other)
            assert "private interest" not in text_of(client.get(LIST))
            for rest in ("", "pause/", "go-on/", "end/", "resume/"):
                typed = TYPED | {"save": "1", "until": until}
                assert client.post(f"{LIST}{subscription.pk}/{rest}", typed).status_code == 404
        subscription.refresh_from_db()
        assert (subscription.ended_at, subscription.paused_until) == (None, None)
        assert subscription.words == "private interest"

    def test_a_term_that_is_gone_is_said(self, client, nightlife):
        subscription = a_subscription(themes=[nightlife], countries=["BE"])
        nightlife.delete()
        client.force_login(subscription.recipient.user)
        assert "Not known any more, and matches nothing: nightlife." in text_of(client.get(LIST))

    def test_the_list_is_paged_and_costs_the_same_however_long(
        self, client, nightlife, django_assert_num_queries, django_assert_max_num_queries
    ):
        person = a_person()
        client.force_login(person)
        chosen = {"method": ["x"], "city": [a_city().slug], "country": ["BE"]}
        for number in range(2):
            a_subscription(person, themes=[nightlife], words=f"w{number}", chosen=chosen)
            a_subscription(person, words=f"v{number}", chosen=chosen).end()
        client.get(LIST)
        with django_assert_max_num_queries(25) as queries:
            client.get(LIST)
        for number in range(20):
            a_subscription(person, themes=[nightlife], words=f"x{number}", chosen=chosen)
            a_subscription(person, words=f"y{number}", chosen=chosen).end()
        with django_assert_num_queries(len(queries)):
            page = client.get(LIST)
        assert text_of(page).count('<article class="card">') == 20
        assert text_of(client.get(f"{LIST}?page=2")).count('<article class="card">') == 2

    @pytest.mark.parametrize(
        ("zone", "hour", "now", "expected"),
        [
            # In Paris 02:00 does not exist on 29 March 2026, and comes twice on 25 October.
            ("Europe/Paris", 2, datetime(2026, 3, 28, 12, tzinfo=UTC), "2026-03-29 03:00"),
            ("Europe/Paris", 2, datetime(2026, 10, 24, 12, tzinfo=UTC), "2026-10-25 02:00"),
            ("Europe/Paris", 6, datetime(2026, 10, 24, 12, tzinfo=UTC), "2026-10-25 06:00"),
            ("Europe/Lisbon", 6, datetime(2026, 3, 28, 12, tzinfo=UTC), "2026-03-29 06:00"),
        ],
    )
    def test_the_next_mail_is_told_by_the_clock_of_the_person(self, zone, hour, now, expected):
        subscription = a_subscription(a_person(time_zone=zone), hour=hour)
        subscription.next_at = subscription.timetable.next(now)
        (in_words,) = described([subscription])
        assert in_words.next_at.strftime("%Y-%m-%d %H:%M") == expected


class TestWithoutAnAccount:
    PAGE = "/en/subscribe/"

    def ask(self, client, **changed):
        page = client.post(self.PAGE, GUEST | {"save": "1"} | changed)
        assert page.status_code == 200
        return page

    def test_a_visitor_is_led_there_from_a_search(self, client, nightlife):
        a_practice(a_city(), themes=[nightlife])
        page = text_of(client.get("/en/practices/?theme=nightlife&q=x"))
        (link,) = re.findall(r'href="(/en/subscribe/[^"]*)"', page)
        page = text_of(client.get(link.replace("&amp;", "&")))
        assert re.search(r'value="nightlife"[^>]*checked', page)
        client.force_login(a_person())
        assert client.get(f"{self.PAGE}?q=x").url == f"{LIST}new/?q=x"

    def test_nothing_comes_before_the_button_behind_the_link_is_pressed(self, client, nightlife):
        page = client.post(self.PAGE, GUEST | {"facet_theme": "nightlife"})
        assert "What would come" in text_of(page)
        assert not Mail.objects.exists()
        page = self.ask(client, facet_theme="nightlife", time_zone="Europe/Lisbon")
        assert "We send a mail to reader@city.example." in text_of(page)
        subscription = Subscription.objects.get()
        assert subscription.confirmed_at is None
        assert subscription.recipient.zone == "Europe/Lisbon"
        mail = Mail.objects.get()
        assert (mail.address, mail.kind) == ("reader@city.example", "subscription")
        assert "Nightlife — every Monday at 06:00 (Europe/Lisbon)" in mail.text
        (link,) = re.findall(r"http://\S+", mail.text)
        page = client.get(path_of(link))
        assert "Do you want these news by e-mail?" in text_of(page)
        assert page["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page["X-Robots-Tag"]
        assert "no-store" in page["Cache-Control"]
        client.head(path_of(link))
        assert not Subscription.objects.active().exists()
        for _time in range(2):
            page = client.post(path_of(link))
            assert "You are subscribed" in text_of(page)
        assert Subscription.objects.active().get() == subscription
        (preferences,) = re.findall(r'href="http://[^/]*(/en/digests/[^"]*)"', text_of(page))
        assert client.get(preferences).status_code == 200

    def test_the_answer_does_not_tell_who_has_an_account_or_a_subscription(self, client):
        person = a_person("known@city.example")
        guest = a_subscription(a_guest("guest@city.example"), language="en", frequency="weekly")
        answers = set()
        for email in ("known@city.example", "guest@city.example", "new@city.example"):
            page = self.ask(client, email=email)
            answers.add(text_of(page).replace(email, "…"))
        assert len({re.sub(r'value="[\w:-]{20,}"', "", answer) for answer in answers}) == 1
        asked = Subscription.objects.get(recipient__user=person)
        assert asked.confirmed_at is None
        assert "know" in Mail.objects.get(address="known@city.example").address
        known = Mail.objects.get(address="guest@city.example")
        assert "You get these already" in known.text
        assert "/en/digests/" in known.text
        assert guest.recipient.subscriptions.count() == 1

    def test_an_account_whose_address_is_not_confirmed_gets_nothing_of_it(self, client):
        user = a_person("new@city.example")
        EmailAddress.objects.update(verified=False)
        self.ask(client, email="new@city.example")
        assert Subscription.objects.get().recipient.user is None
        assert not Recipient.objects.filter(user=user).exists()

    def test_what_somebody_else_asked_for_is_not_among_a_person_s_own(self, client):
        person = a_person("known@city.example")
        self.ask(client, email=person.email, words="unwanted")
        client.force_login(person)
        assert "unwanted" not in text_of(client.get(LIST))

    def test_a_mailbox_is_not_flooded(self, client):
        for number in range(5):
            self.ask(client, words=f"word{number}", email="Reader@City.example")
        assert Mail.objects.count() == guests.MOST_MAILS
        assert Subscription.objects.count() == guests.MOST_MAILS
        Mail.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
        self.ask(client)
        self.ask(client)
        assert Mail.objects.count() == guests.MOST_MAILS + 2
        assert Subscription.objects.count() == guests.MOST_MAILS + 1
        assert Recipient.objects.count() == 1

    def test_a_visitor_who_asks_very_often_is_stopped(self, client):
        for _time in range(60):
            client.get(self.PAGE)
        assert client.get(self.PAGE).status_code == 429

    def test_nobody_moves_the_mails_of_an_address_to_other_hours(self, client):
        subscription = a_subscription(a_guest("reader@city.example"), language="en")
        next_at = subscription.next_at
        self.ask(client, time_zone="Asia/Tokyo", frequency="daily", hour="3")
        subscription.refresh_from_db()
        assert subscription.recipient.zone == "Europe/Paris"
        assert subscription.next_at == next_at
        assert subscription.hour == 6

    @pytest.mark.parametrize(
        "wrong",
        [
            {"email": ""},
            {"email": "no address"},
            {"email": "a@b.example\0"},
            {"email": f"{'x' * 250}@b.example"},
            {"time_zone": "Europe/Nowhere"},
            {"time_zone": "../../etc/passwd"},
        ],
    )
    def test_garbage_is_told_in_words(self, client, wrong):
        page = client.post(self.PAGE, GUEST | {"words": "kept", "save": "1"} | wrong)
        assert page.status_code == 422
        assert 'value="kept"' in text_of(page)
        assert not Mail.objects.exists()

    def test_a_page_open_for_too_long_loses_nothing(self):
        client = Client(enforce_csrf_checks=True)
        written_by = dict(sent_on(client.get(self.PAGE)))["written_by"]
        typed = GUEST | {"words": "typed with care", "written_by": written_by}
        page = client.post(self.PAGE, typed, headers={"origin": "http://testserver"}, follow=True)
        assert "Nothing is lost" in text_of(page)
        assert "typed with care" in text_of(page)
        assert "reader@city.example" in text_of(page)
        assert not Subscription.objects.exists()

    def test_an_old_forged_or_foreign_link_confirms_nothing(self, client):
        self.ask(client)
        subscription = Subscription.objects.get()
        address = confirmation_address(subscription)
        others = preferences_address(subscription).rstrip("/").rpartition("/")[2]
        for path in (
            aged(address, timedelta(days=7, minutes=1)),
            f"/en/subscribe/{others}/",
            f"/en/subscribe/{subscription.pk}/",
            "/en/subscribe/1:2:3/",
            "/en/subscribe/99999999999999999999:x:y/",
        ):
            page = client.post(path)
            assert page.status_code == 404
            assert "incomplete or older than 7 days" in text_of(page)
        assert not Subscription.objects.active().exists()
        assert client.post(aged(address, timedelta(days=6))).status_code == 200
        assert Subscription.objects.active().exists()

    def test_what_nobody_confirms_is_forgotten_with_the_address(self, client):
        self.ask(client)
        forget_abandoned()
        assert Subscription.objects.exists()
        Subscription.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
        self.ask(client)  # it waits anew
        forget_abandoned()
        assert Subscription.objects.exists()
        Subscription.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
        forget_abandoned()
        assert not Subscription.objects.exists()
        assert not Recipient.objects.exists()

    def test_fifty_are_enough_for_an_address_too(self, client):
        guest = a_guest("reader@city.example")
        for number in range(changes.MOST_SUBSCRIPTIONS):
            a_subscription(guest, words=f"word{number}")
        self.ask(client)
        waiting = Subscription.objects.get(confirmed_at=None)
        page = client.post(path_of(confirmation_address(waiting)))
        assert "You have 50 subscriptions, which is the most." in text_of(page)
        waiting.refresh_from_db()
        assert waiting.confirmed_at is None

    def test_who_makes_an_account_later_keeps_them(self, client):
        self.ask(client)
        client.post(path_of(confirmation_address(Subscription.objects.get())))
        typed = {"email": "reader@city.example", "password1": PASSWORD, "password2": PASSWORD}
        client.post("/en/account/signup/", typed)
        link = re.search(r"http://\S+", Mail.objects.get(kind="account").text)[0]
        client.post(path_of(link).replace("http://testserver", ""))
        recipient = Subscription.objects.active().get().recipient
        assert recipient.user.email == "reader@city.example"


class TestFromAMail:
    def path(self, subscription):
        return path_of(preferences_address(subscription))

    def test_it_shows_and_changes_that_subscription_only(self, client, nightlife):
        guest = a_guest("reader@city.example")
        subscription = a_subscription(guest, themes=[nightlife], language="en")
        other = a_subscription(guest, words="another interest", language="en")
        page = client.get(self.path(subscription))
        assert "Nightlife" in text_of(page)
        for hidden in ("another interest", "reader@city.example"):
            assert hidden not in text_of(page)
        assert page["Referrer-Policy"] == "no-referrer"
        assert "noindex" in page["X-Robots-Tag"]
        assert "no-store" in page["Cache-Control"]
        assert not client.cookies
        typed = TYPED | {"words": "patrol", "time_zone": "Europe/Lisbon", "email": "x@y.example"}
        page = client.post(self.path(subscription), typed)
        assert "What would come" in text_of(page)
        page = client.post(self.path(subscription), typed | {"save": "1"})
        assert "Your subscription is saved." in text_of(page)
        assert "“patrol”" in text_of(page)
        changed = Subscription.objects.get(pk=subscription.pk)
        assert (changed.words, changed.frequency, changed.chosen) == ("patrol", "weekly", {})
        assert changed.recipient.address == "reader@city.example"
        assert changed.recipient.zone == "Europe/Lisbon"
        assert changed.next_at == changed.timetable.next(timezone.now())
        same = Subscription.objects.get(pk=other.pk)
        assert (same.words, same.frequency) == ("another interest", "daily")
        assert same.next_at == same.timetable.next(timezone.now())

    def test_a_mistake_is_told_and_nothing_changes(self, client):
        subscription = a_subscription(language="en", words="as it was")
        wrong = TYPED | {"words": "typed with care", "hour": "25"}
        page = client.post(self.path(subscription), wrong)
        assert page.status_code == 422
        assert "typed with care" in text_of(page)
        assert "“as it was”" in text_of(page)
        subscription.refresh_from_db()
        assert subscription.words == "as it was"

    def test_the_time_zone_of_an_account_is_not_changed(self, client):
        subscription = a_subscription(language="en")
        typed = TYPED | {"time_zone": "Europe/Lisbon", "save": "1"}
        client.post(self.path(subscription), typed)
        subscription.refresh_from_db()
        assert subscription.frequency == "weekly"
        assert subscription.recipient.user.time_zone == "Europe/Paris"

    def test_it_is_paused_ended_and_brought_back(self, client):
        subscription = a_subscription(a_guest(), language="en")
        path = self.path(subscription)
        day = timezone.localdate() + timedelta(days=9)
        assert client.post(path, {"action": "pause", "until": "never"}).status_code == 422
        assert "paused" in text_of(client.post(path, {"action": "pause", "until": str(day)}))
        assert "Mails come again." in text_of(client.post(path, {"action": "go-on"}))
        assert "has ended" in text_of(client.post(path, {"action": "end"}))
        assert client.post(path, TYPED | {"save": "1"}).status_code == 200
        subscription.refresh_from_db()
        assert subscription.ended_at
        assert subscription.frequency == "daily"
        assert "subscribed again" in text_of(client.post(path, {"action": "resume"}))
        subscription.refresh_from_db()
        assert subscription.ended_at is None
        assert client.post(path, {"action": "no-such"}).status_code == 200

    def test_an_old_link_offers_a_fresh_one_to_the_same_address(self, client):
        subscription = a_subscription(a_guest("reader@city.example"), language="en")
        old = aged(preferences_address(subscription), timedelta(days=60, minutes=1))
        page = client.get(old)
        assert page.status_code == 404
        assert "This link is too old" in text_of(page)
        assert "reader@city.example" not in text_of(page)
        client.post(old, TYPED | {"save": "1", "action": "end"})
        subscription.refresh_from_db()
        assert (subscription.frequency, subscription.ended_at) == ("daily", None)
        for _time in range(4):
            assert "We send a new link" in text_of(client.post(old))
        mails = Mail.objects.all()
        assert len(mails) == guests.MOST_MAILS
        assert {mail.address for mail in mails} == {"reader@city.example"}
        (link,) = re.findall(r"http://\S+", mails[0].text)
        assert client.get(path_of(link)).status_code == 200
        recent = aged(preferences_address(subscription), timedelta(days=59))
        assert client.get(recent).status_code == 200

    @pytest.mark.parametrize(
        "token", ["1", "1:x:y", "x", "%F0%9F%98%80:1:2", "99999999999999999999:1:2"]
    )
    def test_a_forged_link_shows_and_sends_nothing(self, client, token):
        a_subscription(a_guest())
        for ask in (client.get, client.post):
            page = ask(f"/en/digests/{token}/")
            assert page.status_code == 404
            assert "This link is incomplete" in text_of(page)
        assert not Mail.objects.exists()

    def test_the_link_that_ends_does_not_change(self, client):
        subscription = a_subscription(a_guest(), language="en")
        token = unsubscribe_address(subscription).rstrip("/").rpartition("/")[2]
        assert client.get(f"/en/digests/{token}/").status_code == 404
        token = preferences_address(subscription).rstrip("/").rpartition("/")[2]
        assert client.post(f"/en/unsubscribe/{token}/").status_code == 404

    def test_a_guest_may_pause_for_a_month_instead_of_unsubscribing(self, client):
        subscription = a_subscription(a_guest(), language="fr")
        path = path_of(unsubscribe_address(subscription))
        assert path.startswith("/fr/")
        page = client.get(path)
        assert page["Referrer-Policy"] == "no-referrer"
        assert 'name="pause"' in text_of(page)
        client.post(path, {"pause": "1"})
        subscription.refresh_from_db()
        assert subscription.ended_at is None
        assert subscription.paused_until == timezone.localdate() + timedelta(days=30)
        client.post(path, {"List-Unsubscribe": "One-Click"})
        subscription.refresh_from_db()
        assert subscription.ended_at
        client.post(path, {"again": "1"})
        subscription.refresh_from_db()
        assert subscription.ended_at is None
