"""What a mail would say, before it comes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practices.digests.models import Edition
from tests.browser import Reader
from tests.domain import (
    a_city,
    a_person,
    a_practice,
    a_subscription,
    a_theme,
    an_administrator,
)

OFFICE = "/en/office/digests/preview/"


def path(subscription, part=""):
    return f"/en/account/subscriptions/{subscription.pk}/preview/{part}"


@pytest.mark.django_db
class TestOfASubscription:
    def test_it_is_what_would_come_now_in_any_language(self, client):
        theme = a_theme("nightlife")
        reader = a_subscription(language="fr", themes=[theme])
        a_practice(a_city(), "en", title_en="Mentors", title_fr="Des mentors", themes=[theme])
        a_practice(a_city("Leuven"), "en", title_en="Something else")
        client.force_login(reader.recipient.user)
        page = client.get(path(reader)).content.decode()
        assert "This would come now" in page
        assert "Des mentors" in page
        assert "Something else" not in page
        assert f'src="{path(reader, "mail/")}?language=fr"' in page
        english = client.get(path(reader) + "?language=en").content.decode()
        assert "Mentors" in english
        mail = client.get(path(reader, "mail/") + "?language=en").content.decode()
        assert '<html lang="en"' in mail
        assert "Mentors" in mail

    def test_without_news_it_is_the_last_month_and_says_so(self, client):
        reader = a_subscription(language="en", covered_until=timezone.now())
        client.force_login(reader.recipient.user)
        page = client.get(path(reader)).content.decode()
        assert "Nothing that matches happened" in page
        assert client.get(path(reader, "mail/")).status_code == 404
        a_practice(a_city(), "en", title_en="Mentors", published_days_ago=9)
        page = client.get(path(reader)).content.decode()
        assert "nothing new since your last mail" in page
        assert "Mentors" in page

    def test_nothing_can_be_done_with_it(self, client):
        reader = a_subscription(language="en")
        a_practice(a_city(), "en")
        client.force_login(reader.recipient.user)
        mail = client.get(path(reader, "mail/")).content.decode()
        assert "/unsubscribe/" not in mail
        assert "/en/digests/" not in mail

    def test_the_mail_may_bring_its_style_and_do_nothing_else(self, client):
        reader = a_subscription(language="en")
        a_practice(a_city(), "en")
        client.force_login(reader.recipient.user)
        answer = client.get(path(reader, "mail/"))
        rules = dict(
            rule.strip().partition(" ")[::2]
            for rule in answer["Content-Security-Policy"].split(";")
        )
        assert rules["default-src"] == "'none'"
        assert rules["style-src"] == "'unsafe-inline'"
        assert rules["frame-ancestors"] == "'self'"
        assert "allow-scripts" not in rules["sandbox"]
        assert "script-src" not in rules
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
        assert client.get(path(reader))["X-Frame-Options"] == "DENY"

    @pytest.mark.parametrize("part", ["", "mail/"])
    def test_it_is_nobody_elses(self, client, part):
        reader = a_subscription()
        a_practice(a_city())
        assert client.get(path(reader, part)).status_code == 302
        client.force_login(an_administrator())
        assert client.get(path(reader, part)).status_code == 404

    @pytest.mark.parametrize("language", ["xx", "", "%00", "en" * 500])
    def test_an_unknown_language_is_the_readers(self, client, language):
        reader = a_subscription(language="fr")
        a_practice(a_city(), "en", title_en="Mentors", title_fr="Des mentors")
        client.force_login(reader.recipient.user)
        answer = client.get(path(reader) + f"?language={language}")
        if answer.status_code == 200:
            assert "Des mentors" in answer.content.decode()
        else:
            assert answer.status_code == 400

    def test_it_takes_as_many_queries_for_many_news_as_for_some(self, client):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        reader, city = a_subscription(language="en"), a_city()
        client.force_login(reader.recipient.user)
        numbers = []
        for _time in range(2):
            for _number in range(3):
                a_practice(city, "en")
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(path(reader))
            numbers.append(len(queries))
        assert numbers[0] == numbers[1]


@pytest.mark.django_db
class TestForTheOffice:
    def test_an_administrator_sees_any_edition_in_any_language(self, client):
        client.force_login(an_administrator())
        now = timezone.now()
        a_practice(a_city(), "en", title_en="Now", title_fr="Maintenant", published_days_ago=0)
        a_practice(a_city("Leuven"), "en", title_en="Last week", published_days_ago=7)
        edition = Edition.objects.create(frequency="daily", due_at=now - timedelta(days=6.5))
        page = client.get(OFFICE).content.decode()
        assert "Now" in page
        assert "Last week" in page
        page = client.get(f"{OFFICE}?edition={edition.pk}").content.decode()
        assert "Last week" in page
        assert "Now" not in page
        mail = client.get(f"{OFFICE}mail/?language=fr").content.decode()
        assert "Maintenant" in mail
        for code in ("en", "fr", "de", "es", "it", "nl", "pt", "sv"):
            assert f'href="?language={code}&amp;edition={edition.pk}"' in page

    @pytest.mark.parametrize("edition", ["1", "x", "-1", "9" * 30, "%F0%9F%98%80", "²"])
    def test_an_edition_that_is_not_there(self, client, edition):
        client.force_login(an_administrator())
        for part in ("", "mail/"):
            answer = client.get(f"{OFFICE}{part}?edition={edition}")
            assert answer.status_code == 404
            assert "There is no such edition" in answer.content.decode()

    @pytest.mark.parametrize("part", ["", "mail/"])
    def test_nobody_else_sees_it(self, client, part):
        assert client.get(OFFICE + part).status_code == 302
        for person in (a_person(), a_person(staff_role="reviewer")):
            client.force_login(person)
            assert client.get(OFFICE + part).status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_person_looks_at_the_mail_in_its_frame(browser, served, width):
    reader = a_subscription(language="en")
    a_practice(a_city(), "en", title_en="Mentors")
    person = Reader(browser, served.address, width, "en")
    person.sign_in(reader.recipient.user, "en")
    person.page.goto(served.address + path(reader))
    # The frame runs no scripts, so axe looks at the mail on a page of its own.
    frame = person.page.frame_locator("iframe")
    frame.get_by_role("heading", name="Mentors").wait_for()
    assert person.complaints == []
    person.page.goto(served.address + path(reader, "mail/"))
    person.page.get_by_role("link", name="Mentors").wait_for()
    assert person.complaints == []
