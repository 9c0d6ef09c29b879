"""A person is told that mails do not reach them, and the office sees whom they do not reach."""

import pytest
from django.urls import reverse

from efus.bounces.enums import BounceReason
from efus.bounces.models import UndeliverableAddress
from tests.domain import (
    a_city,
    a_coordinator,
    a_person,
    a_practice,
    an_administrator,
    an_editor,
)

pytestmark = pytest.mark.django_db

NOTICE = "do not reach you"
WORKS_AGAIN = "/en/account/address/works-again/"
OFFICE = "/en/office/addresses/"


def mark(address="marie@city.example", reason=BounceReason.BOUNCED, detail=""):
    return UndeliverableAddress.objects.mark(address, reason, detail)


@pytest.fixture
def marie(client):
    person = a_person("Marie@City.example", language="fr")
    client.force_login(person)
    return person


class TestPerson:
    def test_is_told_on_every_page_until_it_is_settled(self, client, marie):
        practice = a_practice(a_city())
        pages = ["/en/", "/en/practices/", practice.get_absolute_url(), "/en/account/"]
        for page in pages:
            assert NOTICE not in client.get(page).content.decode()
        row = mark()
        for page in pages:
            text = client.get(page).content.decode()
            assert f"Mails to {marie.email} {NOTICE}: a mail came back." in text
            assert reverse("account_email") in text
        row.delete()
        for page in pages:
            assert NOTICE not in client.get(page).content.decode()

    def test_others_hear_nothing_of_it(self, client):
        mark()
        assert NOTICE not in client.get("/en/").content.decode()
        client.force_login(a_person())
        assert NOTICE not in client.get("/en/").content.decode()

    def test_visitors_cost_no_query_and_people_one(self, client, django_assert_num_queries):
        mark()
        with django_assert_num_queries(0):
            client.get("/en/account/login/")
        client.force_login(a_person())
        with django_assert_num_queries(3):  # session, person, address
            client.get("/en/account/")

    def test_a_changed_address_settles_it(self, client, marie):
        mark()
        marie.email = "marie@new.example"
        marie.save()
        assert NOTICE not in client.get("/en/").content.decode()


@pytest.mark.django_db(transaction=True)
class TestItWorksAgain:
    def test_a_mail_in_ones_language_shows_it(self, client, mail_sink, worker):
        client.force_login(a_person("marie@city.example", language="fr"))
        mark()
        mark("jan@city.example")
        worker()
        answer = client.post(WORKS_AGAIN, follow=True)
        text = answer.content.decode()
        assert "We send you a mail to marie@city.example now" in text
        assert NOTICE not in text
        while not mail_sink.messages:
            pass
        assert mail_sink.envelopes[0][1] == ["marie@city.example"]
        assert UndeliverableAddress.objects.get().address == "jan@city.example"

    def test_at_most_once_an_hour(self, client):
        client.force_login(a_person("marie@city.example"))
        mark()
        assert client.post(WORKS_AGAIN).status_code == 302
        assert client.post(WORKS_AGAIN).status_code == 302  # pressed twice
        mark()
        answer = client.post(WORKS_AGAIN)
        assert answer.status_code == 429
        assert UndeliverableAddress.objects.exists()

    def test_opening_the_address_does_nothing(self, client):
        client.force_login(a_person("marie@city.example"))
        mark()
        assert client.get(WORKS_AGAIN).status_code == 302
        assert UndeliverableAddress.objects.exists()
        client.logout()
        assert "/account/login/" in client.post(WORKS_AGAIN).url
        assert UndeliverableAddress.objects.exists()


class TestOffice:
    @pytest.fixture(autouse=True)
    def administrator(self, client):
        client.force_login(an_administrator())

    def test_sees_who_is_not_reached_and_why(self, client):
        genk = a_city("Genk")
        an_editor(genk, email="Marie@city.example", name="Marie Dupont")
        mark(detail="550 5.1.1 no such person here")
        mark("nobody@city.example", BounceReason.COMPLAINED)
        text = client.get(OFFICE).content.decode()
        assert text.index("nobody@city.example") < text.index("marie@city.example")
        assert "Marie Dupont · Genk" in text
        assert "550 5.1.1 no such person here" in text
        assert "a mail was reported as unwanted" in text
        assert f'href="{OFFICE}"' in client.get("/en/workspace/").content.decode()

    @pytest.mark.parametrize("words", ["MARIE@", "city.exa", " marie "])
    def test_finds_an_address_by_a_part(self, client, words):
        mark()
        mark("jan@other.example")
        text = client.get(OFFICE, {"q": words}).content.decode()
        assert "marie@city.example" in text
        assert "jan@other.example" not in text

    @pytest.mark.parametrize("words", ["%", "_", "'; --", "x" * 5000, "🙂"])
    def test_finds_nothing_in_words(self, client, words):
        mark()
        answer = client.get(OFFICE, {"q": words})
        assert answer.status_code == 200
        assert "0 addresses" in answer.content.decode()

    def test_pages_take_a_constant_number_of_queries(self, client, django_assert_num_queries):
        city = a_city()

        def many(number):
            for _time in range(number):
                person = a_coordinator(city)
                mark(person.email)

        many(1)
        with django_assert_num_queries(7):
            client.get(OFFICE)
        many(51)
        with django_assert_num_queries(7):
            assert "Page 1 of 2" in client.get(OFFICE).content.decode()
        assert client.get(OFFICE, {"page": "2"}).status_code == 200
        assert client.get(OFFICE, {"page": "3"}).status_code == 404

    def test_says_that_an_address_works_again(self, client):
        row = mark()
        address = f"{OFFICE}{row.pk}/works-again/"
        assert client.get(address).status_code == 302
        assert UndeliverableAddress.objects.exists()
        for _time in range(2):
            assert client.post(address).status_code == 302
        assert not UndeliverableAddress.objects.exists()
        assert client.post(f"{OFFICE}{10**30}/works-again/").status_code == 302

    def test_marks_an_address_by_hand(self, client):
        typed = {"address": "Marie@city.example", "reason": "complained", "detail": "By phone."}
        for _time in range(2):
            assert client.post(f"{OFFICE}mark/", typed).status_code == 302
        row = UndeliverableAddress.objects.get()
        assert (row.address, row.reason, row.detail) == (
            "marie@city.example",
            BounceReason.COMPLAINED,
            "By phone.",
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {"address": "marie", "reason": "bounced"},
            {"address": "marie@city.example", "reason": "bored"},
            {"address": "marie\x00@city.example", "reason": "bounced"},
            {"address": "marie@city.example", "reason": "bounced", "detail": "x" * 501},
        ],
    )
    def test_what_is_wrong_is_said(self, client, wrong):
        assert client.post(f"{OFFICE}mark/", wrong).status_code == 422
        assert not UndeliverableAddress.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", ""])
def test_nobody_else_sees_the_office(client, role):
    row = mark()
    client.force_login(a_person(staff_role=role))
    for address in (OFFICE, f"{OFFICE}mark/", f"{OFFICE}{row.pk}/works-again/"):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code in {403, 405}
    assert UndeliverableAddress.objects.exists()
