"""The mail of a digest: personal, in its reader's language, and nothing in it that tells tales."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.utils import timezone

from cities.models import Membership
from efus.bounces.identifiers import read
from efus.outbox.messages import NotWanted
from practices.digests.mail.batch import Batch
from practices.digests.mail.message import address_in_header, subject_in_header
from practices.digests.models import Delivery, Edition, News, Recipient, Subscription
from practices.digests.tokens import (
    PREFERENCES_LAST,
    preferences_address,
    subscription_of,
    subscription_of_preferences,
    unsubscribe_address,
)
from practices.models import Adoption, Practice
from practices.search.filters import NEWEST
from tests.domain import (
    a_city,
    a_person,
    a_practice,
    a_subscription,
    a_theme,
    a_translation,
    an_adoption,
)

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def always_looks(monkeypatch):
    """Each mail is looked at again, however soon after the last."""
    monkeypatch.setattr(Batch, "LOOK_AGAIN", 0)


def a_delivery(subscription, *news, more=0):
    """The delivery of *news* (of practices: that they are new) to *subscription*, now."""
    keys = []
    for each in news:
        if isinstance(each, Practice):
            each = News.objects.filter(practice=each, kind="published").first() or told(each)
        keys.append(each.pk)
    edition, _is_new = Edition.objects.get_or_create(
        frequency=subscription.frequency, due_at=timezone.localdate().isoformat() + "T00:00Z"
    )
    return Delivery.objects.create(
        subscription=subscription,
        edition=edition,
        recipient=subscription.recipient,
        domain=subscription.recipient.address.rpartition("@")[2],
        starts_at=subscription.covered_until,
        give_up_at=timezone.now() + timedelta(hours=20),
        items=keys,
        more=more,
    )


def told(practice=None, kind="published", **fields):
    """News of *kind* about *practice*."""
    return News.objects.create(kind=kind, practice=practice, **fields)


def composed(delivery):
    return Delivery.objects.batch([delivery.pk]).compose(delivery.pk)


def mail_of(delivery):
    """The mail as a mail program reads it."""
    return message_from_bytes(composed(delivery).content, policy=policy.default)


def bodies(message):
    """The text and the HTML."""
    return [message.get_body([part]).get_content() for part in ("plain", "html")]


def links(message):
    text, html = bodies(message)
    return {
        *re.findall(r"https?://\S+", text),
        *(link.replace("&amp;", "&") for link in re.findall(r'(?:href|src)="([^"]+)"', html)),
    }


class TestContents:
    def test_it_is_in_the_readers_language(self):
        reader = a_subscription(a_person("reader@city.example"), language="fr")
        practice = a_practice(
            a_city("Antwerpen", "BE", name_fr="Anvers"),
            "nl",
            title_nl="Mentoren",
            title_fr="Des mentors",
            summary_fr="Un adulte qui reste.",
        )
        message = mail_of(a_delivery(reader, practice))
        assert message["To"] == "reader@city.example"
        assert "Des mentors" in message["Subject"]
        assert message["Content-Language"] == "fr"
        for body in bodies(message):
            assert "Des mentors" in body
            assert "Un adulte qui reste." in body
            assert "Anvers, Belgique" in body
            assert "Mentoren" not in body
            assert f"{SITE}/fr/practices/{practice.pk}/des-mentors/" in body
        assert '<html lang="fr"' in bodies(message)[1]

    def test_what_is_not_translated_comes_in_its_own_language_and_says_so(self):
        practice = a_practice(a_city(), "nl", title_nl="Mentoren")
        text, html = bodies(mail_of(a_delivery(a_subscription(language="en"), practice)))
        assert '<span lang="nl">Mentoren</span>' in html
        assert "(Dutch)" in html
        assert "(Dutch)" in text

    def test_what_a_machine_translated_says_so(self):
        practice = a_practice(a_city(), "nl")
        a_translation(practice, "en", state="machine", title="Mentors")
        for body in bodies(mail_of(a_delivery(a_subscription(language="en"), practice))):
            assert "Mentors" in body
            assert "Machine translation" in body

    def test_demonstration_content_says_so(self):
        practice = a_practice(a_city(), "en", title_en="Mentors", is_demonstration=True)
        message = mail_of(a_delivery(a_subscription(language="en"), practice))
        assert message["Subject"] == "[Demo] Mentors"
        for body in bodies(message):
            assert "DEMONSTRATION" in body

    def test_each_kind_of_news_says_what_it_is(self):
        genk, lille = a_city("Genk", "BE"), a_city("Lille", "FR")
        adopted, updated = (a_practice(genk, "en", title_en=title) for title in ("One", "Two"))
        adoption = an_adoption(adopted, lille)
        member = a_city("Graz", "AT")
        news = [
            News.objects.get(adoption=adoption),
            told(updated, "updated"),
            told(None, "member", city=member),
        ]
        message = mail_of(a_delivery(a_subscription(language="en"), *news))
        assert message["Subject"] == "Lille takes up: One, and 2 more"
        text, html = bodies(message)
        for body in (text, html):
            assert "Lille takes it up" in body
            assert "Changed a lot" in body
            assert body.index("Two") < body.index("New members") < body.index("Graz")
            assert f"{SITE}/en/cities/graz/" in body
            assert "Austria" in body

    def test_items_stand_under_the_theme_asked_for_or_their_first(self):
        justice = a_theme("justice", "Justice")
        mediation = a_theme("mediation", "Mediation", parent=justice)
        nightlife = a_theme("nightlife", "Nightlife")
        city = a_city()
        both = a_practice(city, "en", title_en="Both", themes=[mediation, nightlife])
        asked = mail_of(a_delivery(a_subscription(language="en", themes=[nightlife]), both))
        assert re.findall(r"<h2[^>]*>(.*?)</h2>", bodies(asked)[1]) == ["Nightlife"]
        other = a_practice(city, "en", title_en="Other", themes=[mediation])
        everything = mail_of(a_delivery(a_subscription(language="en"), both, other))
        assert re.findall(r"<h2[^>]*>(.*?)</h2>", bodies(everything)[1]) == ["Justice"]

    def test_it_says_what_the_reader_asked_for(self):
        nightlife = a_theme("nightlife", "Nightlife", name_fr="Vie nocturne")
        reader = a_subscription(
            language="en",
            themes=[nightlife],
            countries=["BE"],
            chosen={"evidence": ["evaluated"]},
            words="mediation",
            frequency="weekly",
            weekday=2,
        )
        practice = a_practice(a_city(), "en", title_en="Mentors", themes=[nightlife])
        message = mail_of(a_delivery(reader, practice, more=4))
        assert message["Subject"] == "Mentors, and 4 more on Nightlife"
        for body in bodies(message):
            line = " ".join(body.split())
            assert "You asked for: Nightlife · Belgium · Evidence:" in line
            assert "“mediation” — every Wednesday" in line

    def test_the_rest_is_where_the_same_search_leads_to(self):
        theme = a_theme("nightlife")
        reader = a_subscription(
            language="fr", themes=[theme], countries=["BE", "FR"], words="médiation & nuit"
        )
        message = mail_of(a_delivery(reader, a_practice(a_city(), "fr"), more=3))
        search = Subscription.objects.get().search
        search.sort = NEWEST
        (address,) = (link for link in links(message) if "/fr/practices/?" in link)
        assert sorted(address.partition("?")[2].split("&")) == sorted(
            search.query_string().split("&")
        )

    def test_nothing_follows_the_reader(self):
        """No picture, nothing fetched, and no token but the two that act on this subscription."""
        reader = a_subscription(language="en", themes=[a_theme("nightlife")])
        practice = a_practice(a_city(), "en", title_en="Mentors")
        message = mail_of(a_delivery(reader, practice, more=2))
        html = bodies(message)[1]
        assert not re.search(r"<(img|script|link|iframe|object|video|audio|form)\b", html)
        assert not re.search(r"url\(|@import|background=|srcset", html)
        personal = {unsubscribe_address(reader)}
        rest = links(message) - personal
        (preferences,) = (link for link in rest if "/en/digests/" in link)
        assert subscription_of_preferences(preferences.split("/")[-2]) == reader
        assert rest - {preferences} == {
            f"{SITE}/en/practices/{practice.pk}/mentors/",
            f"{SITE}/en/practices/?theme=nightlife",
            f"{SITE}/en/account/subscriptions/",
        }

    def test_who_has_no_account_is_not_led_to_one(self):
        guest = Recipient.objects.create(email="guest@home.example", time_zone="Europe/Paris")
        reader = a_subscription(guest, language="en")
        message = mail_of(a_delivery(reader, a_practice(a_city(), "en")))
        assert message["To"] == "guest@home.example"
        assert not any("/account/" in link for link in links(message))


class TestForm:
    def test_headers(self):
        reader = a_subscription(language="fr", frequency="weekly")
        delivery = a_delivery(reader, a_practice(a_city(), "fr", title_fr="Médiation à l’école"))
        message = mail_of(delivery)
        assert message["From"] == "Efus <network@efus.example>"
        assert message["Subject"] == "Médiation à l’école"
        assert read(message["Message-ID"]) == ("digest", (delivery.edition_id, reader.pk))
        assert message["Message-ID"] == mail_of(delivery)["Message-ID"]
        assert message["List-Unsubscribe"] == f"<{unsubscribe_address(reader)}>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Id"] == "Efus digest <digest.efus.example>"
        assert message["Feedback-ID"] == f"{delivery.edition_id}:weekly:digest:efus"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Content-Language"] == "fr"
        assert abs(message["Date"].datetime - timezone.now()) < timedelta(hours=1)
        assert not message.defects
        assert not any(part.defects for part in message.walk())

    def test_it_reads_as_one_that_the_standard_library_makes(self):
        practice = a_practice(a_city(), "fr", title_fr="Été à Gand", summary_fr="Où ? « Là. »")
        message = mail_of(a_delivery(a_subscription(language="fr"), practice))
        text, html = bodies(message)
        made = EmailMessage()
        for name in ("From", "To", "Subject", "Message-ID", "List-Unsubscribe"):
            made[name] = message[name]
        made.set_content(text, cte="8bit")
        made.add_alternative(html, subtype="html", cte="8bit")
        made = message_from_bytes(made.as_bytes(policy=policy.SMTP), policy=policy.default)
        assert [part.get_content_type() for part in message.walk()] == [
            part.get_content_type() for part in made.walk()
        ]
        assert bodies(made) == [text, html]
        assert made["Subject"] == message["Subject"]

    def test_lines_end_as_mail_servers_want_and_are_short(self):
        practice = a_practice(a_city(), "en", title_en="Mentors", summary_en="A lot. " * 40)
        content = composed(a_delivery(a_subscription(language="en"), practice)).content
        assert b"\n" not in content.replace(b"\r\n", b"")
        assert max(map(len, content.split(b"\r\n"))) <= 998
        assert b"Content-Transfer-Encoding: 8bit" in content

    @pytest.mark.parametrize("summary", ["'" * 300, "é" * 300, "<" * 300])
    def test_what_has_no_short_lines_is_sent_all_the_same(self, summary):
        practice = a_practice(a_city(), "en", title_en="Mentors", summary_en=summary)
        delivery = a_delivery(a_subscription(language="en"), practice)
        assert max(map(len, composed(delivery).content.split(b"\r\n"))) <= 998
        assert summary in bodies(mail_of(delivery))[0].replace("\n  ", "")

    def test_ten_of_the_longest_stay_under_100_kilobytes(self):
        city = a_city("C" * 190, "BE")
        practices = [
            a_practice(city, "en", title_en=f"{n}{'&' * 99}", summary_en="& " * 150)
            for n in range(10)
        ]
        reader = a_subscription(language="en", words="w " * 12)
        assert len(composed(a_delivery(reader, *practices, more=9)).content) < 100_000

    def test_the_text_is_wrapped_and_its_addresses_are_not(self):
        practice = a_practice(a_city(), "en", title_en="Long word " * 9, summary_en="so " * 99)
        text, _html = bodies(mail_of(a_delivery(a_subscription(language="en"), practice)))
        long = [line for line in text.splitlines() if len(line) > 78]
        assert all(re.fullmatch(r"\s*http\S+", line) for line in long)
        assert f"{SITE}{practice.address_in('en')}" in text

    def test_a_title_from_the_depths_makes_no_header_and_no_markup(self):
        title = "Good\x0cX-Injected: yes\r\nBcc: a@b.example"
        practice = a_practice(a_city(), "en", title_en=title, summary_en="<script>x</script>")
        message = mail_of(a_delivery(a_subscription(language="en"), practice))
        assert message["X-Injected"] is None
        assert message["Bcc"] is None
        assert message["Subject"] == "Good X-Injected: yes Bcc: a@b.example"
        assert "<script>" not in bodies(message)[1]

    def test_words_of_a_reader_are_only_words(self):
        reader = a_subscription(language="en", words='"><b>x</b>\r\nBcc: a@b.example')
        message = mail_of(a_delivery(reader, a_practice(a_city(), "en"), more=2))
        assert message["Bcc"] is None
        assert "<b>" not in bodies(message)[1]

    @pytest.mark.parametrize(
        "subject",
        ["Plain", "Été " * 40, "日本 " * 30, "a" * 300, "plain " * 40, "no =?utf-8?b?YQ==?= word"],
    )
    def test_any_subject_comes_back_as_it_was(self, subject):
        header = subject_in_header(subject.strip())
        assert header.isascii()
        if " " in subject:
            assert all(len(line) <= 78 for line in f"Subject: {header}".split("\r\n"))
        message = message_from_bytes(f"Subject: {header}\r\n\r\n".encode(), policy=policy.default)
        assert message["Subject"] == subject.strip()

    def test_addresses(self):
        assert address_in_header("a.b+c@city.example") == "a.b+c@city.example"
        assert address_in_header("a@münchen.example") == "a@xn--mnchen-3ya.example"
        for bad in ("a@b.example\r\nBcc: c@d.example", "nobody", "a@b.example, c@d.example"):
            with pytest.raises(ValueError):
                address_in_header(bad)


class TestAtTheLastMoment:
    def composing(self, subscription, *news):
        """What sends the delivery, which has been read already."""
        delivery = a_delivery(subscription, *news)
        batch = Delivery.objects.batch([delivery.pk])
        return lambda: batch.compose(delivery.pk)

    def test_what_was_withdrawn_is_left_out(self):
        city = a_city()
        stays = a_practice(city, "en", title_en="Stays")
        goes = a_practice(city, "en", title_en="Goes")
        compose = self.composing(a_subscription(language="en"), goes, stays)
        Practice.objects.filter(pk=goes.pk).update(state="unpublished")
        message = message_from_bytes(compose().content, policy=policy.default)
        assert message["Subject"] == "Stays"
        assert not any("Goes" in body for body in bodies(message))
        Practice.objects.filter(pk=stays.pk).update(state="unpublished")
        with pytest.raises(NotWanted, match="Nothing in it is public"):
            compose()

    def test_an_adoption_that_is_hidden_and_a_member_that_left_are_left_out(self):
        practice, member = a_practice(a_city("Genk"), "en"), a_city("Graz", "AT")
        adoption = an_adoption(practice, a_city("Lille", "FR"))
        news = News.objects.get(adoption=adoption), told(None, "member", city=member)
        compose = self.composing(a_subscription(language="en"), *news)
        Adoption.objects.filter(pk=adoption.pk).update(is_public=False)
        message = message_from_bytes(compose().content, policy=policy.default)
        assert message["Subject"] == "New member: Graz"
        Membership.objects.filter(city=member).update(state="lapsed")
        with pytest.raises(NotWanted, match="Nothing in it is public"):
            compose()

    def test_nobody_gets_what_they_want_no_more(self):
        reader = a_subscription(language="en")
        compose = self.composing(reader, a_practice(a_city(), "en"))
        reader.pause(timezone.localdate() + timedelta(days=3))
        with pytest.raises(NotWanted, match="paused"):
            compose()
        reader.go_on()
        assert compose()
        reader.recipient.user.is_active = False
        reader.recipient.user.save()
        with pytest.raises(NotWanted, match="closed"):
            compose()
        reader.end()
        with pytest.raises(NotWanted, match="ended"):
            compose()
        Subscription.objects.all().delete()
        with pytest.raises(NotWanted, match="deleted"):
            compose()

    def test_it_goes_to_the_address_of_now(self):
        reader = a_subscription(a_person("old@city.example"), language="en")
        compose = self.composing(reader, a_practice(a_city(), "en"))
        reader.recipient.user.email = "new@city.example"
        reader.recipient.user.save()
        assert compose().address == "new@city.example"

    def test_what_was_rendered_before_is_never_told_once_it_is_changed(self):
        """A title, a translation, its review or the name of a city: whatever a mail shows."""
        city = a_city("Antwerpen", "BE")
        practice = a_practice(city, "nl", title_nl="Oud")
        reader = a_subscription(language="en")
        delivery = a_delivery(reader, practice)
        assert "Oud" in mail_of(delivery)["Subject"]
        Practice.objects.filter(pk=practice.pk).update(title_nl="Nieuw")
        assert mail_of(delivery)["Subject"] == "Nieuw"
        practice.refresh_from_db()
        translation = a_translation(practice, "en", state="machine", title="New")
        assert mail_of(delivery)["Subject"] == "New"
        assert "Machine translation" in bodies(mail_of(delivery))[0]
        type(translation).objects.filter(pk=translation.pk).update(state="reviewed")
        assert "Machine translation" not in bodies(mail_of(delivery))[0]
        city.name_en = "Antwerp"
        city.save()
        assert "Antwerp, Belgium" in bodies(mail_of(delivery))[0]

    def test_a_batch_takes_a_constant_number_of_queries(self, django_assert_num_queries):
        theme, city = a_theme("nightlife"), a_city()
        practices = [a_practice(city, "en", themes=[theme]) for _number in range(12)]
        adoption = an_adoption(practices[0], a_city("Lille", "FR"))
        news = News.objects.get(adoption=adoption)
        keys = [
            a_delivery(
                a_subscription(language=language, themes=[theme], chosen={"city": [city.slug]}),
                *practices[number : number + 3],
                news,
            ).pk
            for number, language in enumerate(["en", "fr", "de", "nl"] * 2)
        ]
        Delivery.objects.batch(keys)  # and its pieces are kept
        for size in (2, 8):
            with django_assert_num_queries(7):
                Delivery.objects.batch(keys[:size])

    def test_what_was_looked_at_just_now_is_not_asked_for_again(
        self, monkeypatch, django_assert_num_queries
    ):
        practice = a_practice(a_city(), "en")
        keys = [a_delivery(a_subscription(language="en"), practice).pk for _number in range(3)]
        monkeypatch.setattr(Batch, "LOOK_AGAIN", 3600)
        batch = Delivery.objects.batch(keys)
        with django_assert_num_queries(0):
            mails = {batch.compose(key).address for key in keys}
        assert mails == set(batch.addresses.values())
        assert len(mails) == 3


class TestTokens:
    def test_a_token_is_of_one_subscription_and_one_purpose(self):
        reader, other = a_subscription(language="fr"), a_subscription(language="nl")
        ending, changing = (
            make(reader).split("/")[-2] for make in (unsubscribe_address, preferences_address)
        )
        assert subscription_of(ending) == subscription_of_preferences(changing) == reader
        assert subscription_of(changing) is None
        assert subscription_of_preferences(ending) is None
        forged = changing.replace(str(reader.pk), str(other.pk), 1)
        assert subscription_of_preferences(forged) is None
        assert unsubscribe_address(other).startswith(f"{SITE}/nl/unsubscribe/")

    @pytest.mark.parametrize("token", ["", "1", "x:y:z", "\x00:1", "9" * 400])
    def test_garbage_is_of_none(self, token):
        assert subscription_of(token) is None
        assert subscription_of_preferences(token) is None

    def test_a_link_to_change_it_ends_after_sixty_days_and_one_to_end_it_never(self, monkeypatch):
        reader = a_subscription()
        ending, changing = (
            make(reader).split("/")[-2] for make in (unsubscribe_address, preferences_address)
        )
        later = timezone.now() + PREFERENCES_LAST + timedelta(minutes=1)
        monkeypatch.setattr("django.core.signing.time.time", later.timestamp)
        assert subscription_of_preferences(changing) is None
        assert subscription_of_preferences(changing, max_age=None) == reader
        assert subscription_of(ending) == reader
