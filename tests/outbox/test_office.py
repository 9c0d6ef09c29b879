"""What the office sees of the mails that are no digests."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus.bounces.models import UndeliverableAddress
from efus.outbox.models import Mail
from tests.domain import a_city, a_person, an_administrator, an_editor
from tests.outbox.conftest import a_mail, send_everything_due

MAILS = "/en/office/mails/"


@pytest.fixture
def office(client):
    client.force_login(an_administrator(email="anne@efus.example"))
    return client


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def a_failed_mail(address="els@lille.example", kind="invitation", **fields):
    fields = {"state": "failed", "settled_at": timezone.now(), "reason": "451 later"} | fields
    return a_mail(address, kind=kind, **fields)


def addresses(response):
    return [mail.address for mail in response.context["rows"]]


@pytest.mark.django_db
class TestTheList:
    def test_it_says_what_became_of_each_and_never_what_it_says(self, office):
        a_mail("a@genk.example", "secret 1234", html="<p>secret 1234</p>", subject="Your code")
        a_failed_mail("b@genk.example", text="secret link", subject="Come to Genk", attempts=4)
        page = office.get(MAILS)
        assert addresses(page) == ["b@genk.example", "a@genk.example"]
        for words in ("Your code", "Come to Genk", "Invitation", "4 attempts", "451 later"):
            assert words in text(page)
        assert "secret" not in page.content.decode()

    def test_the_database_is_not_even_asked_for_the_texts(self, office):
        a_failed_mail()
        with CaptureQueriesContext(connection) as queries:
            office.get(MAILS)
        asked = [query["sql"] for query in queries if "outbox_mail" in query["sql"]]
        assert asked
        assert not [sql for sql in asked if '"text"' in sql or '"html"' in sql]

    def test_it_is_narrowed_by_kind_state_and_address(self, office):
        a_mail("a@genk.example")
        a_failed_mail("b@genk.example")
        a_failed_mail("c@lille.example", kind="step")
        for query, found in [
            ("?kind=account", ["a@genk.example"]),
            ("?state=failed", ["c@lille.example", "b@genk.example"]),
            ("?q=GENK", ["b@genk.example", "a@genk.example"]),
            ("?state=failed&kind=step&q=lille", ["c@lille.example"]),
            ("?state=failed&q=nobody", []),
        ]:
            assert addresses(office.get(MAILS + query)) == found

    @pytest.mark.parametrize(
        "query", ["kind=novels", "state=lost", "q=%20", "before=x", "before=-1", "before=²"]
    )
    def test_what_nobody_knows_narrows_nothing(self, office, query):
        a_failed_mail()
        assert len(addresses(office.get(f"{MAILS}?{query}"))) == 1

    def test_a_number_beyond_all_others(self, office):
        a_failed_mail()
        assert len(addresses(office.get(f"{MAILS}?before={'9' * 19}"))) == 1

    def test_it_goes_on_page_after_page(self, office):
        made = [a_failed_mail(f"p{number}@genk.example") for number in range(101)]
        seen, query = [], "?kind=invitation"
        while query:
            page = office.get(MAILS + query)
            seen += addresses(page)
            query = page.context["next_query"] and f"?{page.context['next_query']}"
        assert seen == [mail.address for mail in reversed(made)]

    def test_the_states_are_counted_up_to_some_number(self, office, monkeypatch):
        monkeypatch.setattr("efus.accounts.mails.listing.MOST_COUNTED", 2)
        for _number in range(3):
            a_failed_mail()
        a_mail()
        page = text(office.get(MAILS))
        assert "Failed more than 2" in page
        assert "Due 1" in page
        assert "Due 0" in text(office.get(f"{MAILS}?kind=invitation"))

    def test_many_take_as_many_queries_as_one(self, office, django_assert_num_queries):
        a_failed_mail()
        office.get(MAILS)
        with CaptureQueriesContext(connection) as of_one:
            office.get(MAILS)
        before = len(of_one)
        for number in range(60):
            a_failed_mail(f"p{number}@genk.example")
        with django_assert_num_queries(before):
            office.get(MAILS)


@pytest.mark.django_db(transaction=True)
class TestSendingAgain:
    def test_one(self, office, mail_sink):
        mail = a_failed_mail(text="Come.")
        other = a_failed_mail("b@genk.example")
        page = office.post(f"{MAILS}{mail.pk}/resend/", {"state": "failed"}, follow=True)
        assert page.redirect_chain[0][0] == f"{MAILS}?state=failed"
        assert "The mail to els@lille.example is due again." in text(page)
        send_everything_due()
        (message,) = mail_sink.messages
        assert message.get_content().strip() == "Come."
        page = office.post(f"{MAILS}{mail.pk}/resend/", follow=True)
        assert "not one that can be sent again" in text(page)
        other.refresh_from_db()
        assert other.state == "failed"

    def test_all_of_a_list_that_may_arrive(self, office, mail_sink):
        UndeliverableAddress.objects.mark("gone@genk.example", "bounced")
        a_failed_mail("gone@genk.example")
        a_failed_mail("a@genk.example")
        a_failed_mail("b@genk.example")
        a_failed_mail("c@lille.example")
        said = {"state": "failed", "q": "genk"}
        page = text(office.post(f"{MAILS}resend/", said, follow=True))
        assert "2 mails are due again. 1 was left as it is" in page
        send_everything_due()
        assert {message["To"] for message in mail_sink.messages} == {
            "a@genk.example",
            "b@genk.example",
        }
        page = text(office.post(f"{MAILS}resend/", said, follow=True))
        assert "There is nothing to send again. 1 was left" in page

    def test_a_code_is_sent_no_longer_than_it_opens_something(self, office):
        ends = timezone.now() + timedelta(minutes=2)
        good = a_failed_mail("a@genk.example", kind="account", give_up_at=ends)
        a_failed_mail("b@genk.example", kind="account", give_up_at=timezone.now())
        page = text(office.get(MAILS))
        assert "Its link opens nothing any more." in page
        office.post(f"{MAILS}resend/", {"kind": "account"})
        good.refresh_from_db()
        assert (good.state, good.give_up_at) == ("due", ends)
        assert Mail.objects.filter(state="failed").count() == 1

    def test_a_dead_address_leads_to_where_it_is_said_to_work_again(self, office):
        a_failed_mail("gone@genk.example")
        UndeliverableAddress.objects.mark("gone@genk.example", "bounced")
        page = office.get(MAILS).content.decode()
        assert "/en/office/addresses/?q=gone%40genk.example" in page

    @pytest.mark.parametrize("key", ["0", "9" * 30])
    def test_one_that_there_is_not(self, office, key):
        assert office.post(f"{MAILS}{key}/resend/").status_code == 404


@pytest.mark.django_db
def test_nobody_but_administrators_sees_or_does_anything(client):
    mail = a_failed_mail()
    paths = [MAILS, f"{MAILS}resend/", f"{MAILS}{mail.pk}/resend/"]
    for path in paths:
        assert client.get(path).url.startswith("/en/account/login/")
    for person in (a_person(), an_editor(a_city()), a_person(staff_role="reviewer")):
        client.force_login(person)
        for path in paths:
            assert client.get(path).status_code == 403
            assert client.post(path).status_code in {403, 405}
    mail.refresh_from_db()
    assert mail.state == "failed"


@pytest.mark.django_db
def test_opening_the_address_of_a_button_does_nothing(office):
    mail = a_failed_mail()
    for path in (f"{MAILS}resend/?state=failed", f"{MAILS}{mail.pk}/resend/"):
        assert office.get(path).url.startswith(MAILS)
    mail.refresh_from_db()
    assert mail.state == "failed"
