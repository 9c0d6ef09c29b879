"""What staff see of a run of digests, and what they can do about it."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus.bounces.models import UndeliverableAddress
from efus.outbox.claims import claim, claim_one, recover_stuck
from efus.outbox.enums import DeliveryState
from efus.outbox.models import DomainRate, Mail
from efus.outbox.tasks import send_due, send_one
from practices.digests.models import Delivery, Edition, EditionEvent
from practices.digests.opening import open_edition_now
from practices.models import Practice
from tests.domain import (
    a_city,
    a_coordinator,
    a_guest,
    a_person,
    a_practice,
    a_subscription,
    an_administrator,
    an_editor,
)

RUNS = "/en/office/digests/"
PREVIEW = "/en/office/digests/preview/"


def path(edition, part=""):
    return f"{RUNS}{edition.pk}/{part}"


def text(response):
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def a_run(readers=3, **fields):
    """An edition with a mail to each of so many people, in French, none sent yet."""
    for _number in range(readers):
        a_subscription(**fields)
    a_practice(a_city(), "en", title_en="Mentors", title_fr="Des mentors", published_days_ago=2)
    return open_edition_now("daily")


def the_failed(edition, number, reason="The mail server refused it: 451 later"):
    keys = list(edition.deliveries.values_list("pk", flat=True)[:number])
    Delivery.objects.filter(pk__in=keys).update(
        state=DeliveryState.FAILED, settled_at=timezone.now(), reason=reason, attempts=2
    )
    return Delivery.objects.filter(pk__in=keys).select_related("recipient__user")


def address_of(delivery):
    return delivery.recipient.address


def send_everything_due():
    send_due(Delivery._meta.label)


@pytest.fixture
def anne():
    return an_administrator(name="Anne", email="anne@efus.example")


@pytest.fixture
def office(client, anne):
    client.force_login(anne)
    return client


@pytest.mark.django_db
class TestTheRuns:
    def test_each_says_how_far_it_is(self, office):
        edition = a_run(4)
        the_failed(edition, 1)
        page = text(office.get(RUNS))
        assert "3 remaining 0 sent 0 skipped 1 failed" in page
        page = text(office.get(path(edition)))
        assert "1 of 4 mails are settled" in page

    def test_they_are_listed_newest_first_and_by_frequency(self, office):
        now = timezone.now()
        for days in (3, 1, 2):
            Edition.objects.create(frequency="daily", due_at=now - timedelta(days=days))
        weekly = Edition.objects.create(frequency="weekly", due_at=now)
        page = office.get(RUNS)
        moments = [edition.due_at for edition, _counts in page.context["rows"]]
        assert moments == sorted(moments, reverse=True)
        assert "4 runs" in text(page)
        page = office.get(f"{RUNS}?frequency=weekly")
        assert [edition for edition, _counts in page.context["rows"]] == [weekly]
        assert "4 runs" in text(office.get(f"{RUNS}?frequency=hourly"))

    def test_the_pages_keep_the_frequency(self, office):
        now = timezone.now()
        Edition.objects.bulk_create(
            Edition(frequency="daily", due_at=now - timedelta(days=days)) for days in range(21)
        )
        page = office.get(f"{RUNS}?frequency=daily").content.decode()
        assert 'href="?frequency=daily&amp;page=2"' in page
        assert office.get(f"{RUNS}?frequency=daily&page=3").status_code == 404

    def test_what_is_coming(self, office):
        soon, later = timezone.now() + timedelta(hours=1), timezone.now() + timedelta(hours=2)
        for moment in (soon, soon, later):
            a_subscription(next_at=moment)
        a_subscription(next_at=soon - timedelta(minutes=1), ended_at=timezone.now())
        closed = a_subscription(next_at=soon - timedelta(minutes=1)).recipient.user
        closed.is_active = False
        closed.save()
        a_subscription(a_guest(), frequency="monthly", next_at=later)
        coming = {str(label): rest for label, *rest in office.get(RUNS).context["coming"]}
        assert coming["every day"] == [soon, 2]
        assert coming["once a week"] == [None, 0]
        assert coming["on the first of the month"] == [later, 1]

    def test_many_take_as_many_queries_as_one(self, office, django_assert_num_queries):
        a_run(2)
        office.get(RUNS)
        with CaptureQueriesContext(connection) as of_one:
            office.get(RUNS)
        number = len(of_one)
        for _number in range(5):
            a_subscription()
            open_edition_now("daily")
        with django_assert_num_queries(number):
            assert "remaining" in text(office.get(RUNS))


@pytest.mark.django_db
class TestOneRun:
    def test_its_errors_are_grouped_whomever_they_name(self, office):
        edition = a_run(4)
        for number, delivery in enumerate(the_failed(edition, 3)):
            reason = "refused: 550 5.7.1 <{}> is too new".format(f"person{number}@city.example")
            Delivery.objects.filter(pk=delivery.pk).update(reason=reason)
        edition.deliveries.filter(state="due").update(reason="The mail server hung up")
        page = text(office.get(path(edition)))
        assert "refused: 550 5.7.1 &lt;…&gt; is too new Failed 3 mails" in page
        assert "The mail server hung up Tried again later 1 mail" in page

    def test_its_failed_mails_are_found_by_address(self, office):
        edition = a_run(3)
        first, second = the_failed(edition, 2)
        page = text(office.get(path(edition)))
        assert address_of(first) in page
        assert "français" in page.lower() or "French" in page
        assert "2 attempts" in page
        name = address_of(second).partition("@")[0]
        page = office.get(path(edition), {"q": f" {name.upper()}@"})
        assert [address_of(each) for each in page.context["failed"]] == [address_of(second)]
        assert "0 mails" in text(office.get(path(edition), {"q": "nobody"}))

    def test_a_domain_that_waits(self, office):
        edition = a_run(2)
        DomainRate.objects.create(
            domain="city.example", closed_until=timezone.now() + timedelta(minutes=1)
        )
        DomainRate.objects.create(
            domain="elsewhere.example", closed_until=timezone.now() + timedelta(minutes=1)
        )
        page = text(office.get(path(edition)))
        assert "Domains that wait" in page
        assert "elsewhere.example" not in page
        DomainRate.objects.update(closed_until=timezone.now())
        assert "Domains that wait" not in text(office.get(path(edition)))

    def test_a_script_reads_how_far_it_is(self, office):
        edition = a_run(3)
        the_failed(edition, 1)
        told = office.get(path(edition, "progress/")).json()
        assert (told["done"], told["all"], told["is_open"]) == (1, 3, True)
        assert told["numbers"]["remaining"] == "2"
        the_failed(edition, 3)
        told = office.get(path(edition, "progress/")).json()
        assert (told["is_open"], told["sentence"]) == (False, "Finished.")

    def test_many_failures_take_as_many_queries_as_one(self, office, django_assert_num_queries):
        edition = a_run(12)
        DomainRate.objects.create(
            domain="city.example", closed_until=timezone.now() + timedelta(minutes=1)
        )
        the_failed(edition, 1)
        office.post(path(edition, "pause/"))
        office.get(path(edition))
        with CaptureQueriesContext(connection) as of_one:
            office.get(path(edition))
        number = len(of_one)
        the_failed(edition, 9)
        office.post(path(edition, "resume/"))
        office.get(path(edition))
        with django_assert_num_queries(number):
            office.get(path(edition))

    @pytest.mark.parametrize("key", ["0", "9" * 30])
    def test_one_that_there_is_not(self, office, key):
        for part in ("", "progress/", "try/"):
            assert office.get(f"{RUNS}{key}/{part}").status_code == 404
        for part in ("pause/", "resume/", "resend/", f"resend/{key}/", "try/", "copy/"):
            assert office.post(f"{RUNS}{key}/{part}").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestPausing:
    def test_nothing_is_sent_until_it_goes_on(self, office, anne, mail_sink):
        edition = a_run(3)
        page = office.post(path(edition, "pause/"), follow=True)
        assert "Paused. 3 mails wait" in text(page)
        assert "nothing is sent until you resume" in text(page)
        send_everything_due()
        assert mail_sink.messages == []
        page = office.post(path(edition, "resume/"), follow=True)
        assert "Resumed. 3 mails that waited are being sent." in text(page)
        send_everything_due()
        assert len(mail_sink.messages) == 3
        page = text(office.get(path(edition)))
        assert "Finished." in page
        assert page.index("Resumed Anne") < page.index("Paused Anne") < page.index("Opened")

    def test_pressed_twice_it_is_done_once(self, office):
        edition = a_run(1)
        for part in ("pause/", "resume/"):
            office.post(path(edition, part))
            assert "This run was" in text(office.post(path(edition, part), follow=True))
        kinds = list(EditionEvent.objects.order_by("pk").values_list("kind", flat=True))
        assert kinds == ["paused", "resumed"]

    def test_what_is_paused_does_not_get_too_late(self, office, mail_sink):
        edition = a_run(2)
        office.post(path(edition, "pause/"))
        long_ago = timezone.now() - timedelta(days=3)
        Edition.objects.update(paused_at=long_ago)
        Delivery.objects.update(give_up_at=long_ago + timedelta(hours=20))
        recover_stuck(Delivery)
        assert not Delivery.objects.failed().exists()
        office.post(path(edition, "resume/"))
        send_everything_due()
        assert len(mail_sink.messages) == 2

    def test_other_runs_go_on(self, office, mail_sink):
        paused = a_run(1)
        office.post(path(paused, "pause/"))
        a_subscription(frequency="weekly")
        open_edition_now("weekly")
        send_everything_due()
        assert len(mail_sink.messages) == 1


@pytest.mark.django_db(transaction=True)
class TestSendingAgain:
    def test_what_failed_and_may_arrive(self, office, mail_sink):
        edition = a_run(4)
        dead, *_others = the_failed(edition, 3)
        UndeliverableAddress.objects.mark(address_of(dead).upper(), "bounced")
        page = text(office.post(path(edition, "resend/"), follow=True))
        assert "2 mails are due again. 1 was left as it is" in page
        assert "What failed sent again Anne 2 mails" in page
        send_everything_due()
        assert len(mail_sink.messages) == 3
        dead.refresh_from_db()
        assert dead.state == "failed"
        page = text(office.post(path(edition, "resend/"), follow=True))
        assert "There is nothing to send again. 1 was left as it is" in page
        assert EditionEvent.objects.count() == 1

    def test_a_dead_address_leads_to_where_it_is_said_to_work_again(self, office):
        edition = a_run(1)
        (dead,) = the_failed(edition, 1)
        UndeliverableAddress.objects.mark(address_of(dead), "bounced")
        there = f"/en/office/addresses/?q={quote(address_of(dead))}"
        assert there in office.get(path(edition)).content.decode()
        page = office.post(path(edition, f"resend/{dead.pk}/"), follow=True).content.decode()
        assert "Say first that it works again" in page
        assert there in page
        dead.refresh_from_db()
        assert dead.state == "failed"
        UndeliverableAddress.objects.all().delete()
        page = text(office.post(path(edition, f"resend/{dead.pk}/"), follow=True))
        assert f"The mail to {address_of(dead)} is due again." in page

    def test_one_alone(self, office, mail_sink):
        edition = a_run(3)
        one, _other, _third = the_failed(edition, 3)
        office.post(path(edition, "pause/"))
        page = text(office.post(path(edition, f"resend/{one.pk}/"), follow=True))
        assert "is due again. They go out once you resume the run." in page
        page = text(office.post(path(edition, f"resend/{one.pk}/"), follow=True))
        assert "has not failed, or no more" in page
        office.post(path(edition, "resume/"))
        send_everything_due()
        (message,) = mail_sink.messages
        assert message["To"] == address_of(one)

    def test_one_of_another_run_is_not_there(self, office):
        one = a_run(1)
        (failed,) = the_failed(one, 1)
        other = Edition.objects.create(frequency="weekly", due_at=timezone.now())
        assert office.post(path(other, f"resend/{failed.pk}/")).status_code == 404


@pytest.mark.django_db(transaction=True)
class TestTryingItForOneAddress:
    def try_it(self, office, edition, address):
        return office.post(path(edition, "try/"), {"address": address}, follow=True)

    def run_what_was_asked_for(self):
        """What a worker does that hears of it."""
        event = EditionEvent.objects.get(kind="tried")
        send_one(Delivery._meta.label, event.delivery_id)

    def test_it_alone_goes_out_while_the_run_is_paused_and_never_again(self, office, mail_sink):
        edition = a_run(3)
        office.post(path(edition, "pause/"))
        chosen = address_of(edition.deliveries.all()[1])
        page = text(self.try_it(office, edition, chosen.upper()))
        assert "is on its way" in page
        self.run_what_was_asked_for()
        self.run_what_was_asked_for()
        (message,) = mail_sink.messages
        assert message["To"] == chosen
        assert "Tried for one address Anne" in text(office.get(path(edition)))
        assert f"{chosen} (sent)" in text(office.get(path(edition)))
        office.post(path(edition, "resume/"))
        send_everything_due()
        assert len(mail_sink.messages) == 3
        assert len({message["Message-ID"] for message in mail_sink.messages}) == 3

    def test_whoever_has_it_in_hand_keeps_it(self):
        edition = a_run(1)
        delivery = edition.deliveries.get()
        assert claim(Delivery, 50)
        assert not claim_one(Delivery, delivery.pk)
        delivery.refresh_from_db()
        assert delivery.attempts == 1

    def test_what_was_sent_or_is_not_there_is_said_and_a_copy_offered(self, office, mail_sink):
        edition = a_run(1)
        address = address_of(edition.deliveries.get())
        send_everything_due()
        answer = self.try_it(office, edition, address)
        assert answer.status_code == 422
        assert "The mail to this address was sent already." in text(answer)
        assert "Mail a trial copy to me" in text(answer)
        answer = self.try_it(office, edition, "nobody@city.example")
        assert "No mail of this run goes to this address." in text(answer)
        assert "Mail a trial copy to me" in text(answer)
        assert not EditionEvent.objects.exists()

    @pytest.mark.parametrize(
        ("state", "words"),
        [("skipped", "was skipped: Because."), ("failed", "failed: Because. You can send it")],
    )
    def test_what_else_became_of_it(self, office, state, words):
        edition = a_run(1)
        the_failed(edition, 1, "Because.").update(state=state)
        answer = self.try_it(office, edition, address_of(edition.deliveries.get()))
        assert words in text(answer)

    @pytest.mark.parametrize("address", ["", "nobody", "a\0b@city.example", "a@" + "b" * 300])
    def test_what_is_no_address(self, office, address):
        edition = a_run(1)
        answer = self.try_it(office, edition, address)
        assert answer.status_code == 422
        assert "Mail a trial copy to me" not in text(answer)

    def test_a_copy_goes_to_oneself_and_can_end_nobodys_subscription(self, office, mail_sink):
        edition = a_run(1)
        delivery = edition.deliveries.get()
        for _time in range(2):
            answer = office.post(
                path(edition, "copy/"), {"address": address_of(delivery)}, follow=True
            )
        assert "went to anne@efus.example a moment ago" in text(answer)
        send_due(Mail._meta.label)
        (message,) = mail_sink.messages
        assert message["To"] == "anne@efus.example"
        assert message["Subject"] == "[Trial] Des mentors"
        assert message["Message-ID"].startswith("<mail-")
        for part in ("plain", "html"):
            body = message.get_body([part]).get_content()
            assert "Des mentors" in body
            assert "/unsubscribe/" not in body
            assert "/fr/digests/" not in body
        assert delivery.state == "due"

    def test_a_copy_tells_nothing_that_was_withdrawn(self, office):
        edition = a_run(1)
        Practice.objects.update(state="unpublished")
        address = address_of(edition.deliveries.get())
        answer = office.post(path(edition, "copy/"), {"address": address}, follow=True)
        assert "There is nothing that a mail could tell." in text(answer)
        assert not Mail.objects.exists()

    def test_without_a_mail_to_the_address_the_copy_is_that_of_everything(self, office):
        edition = a_run(0)
        Edition.objects.update(due_at=timezone.now() - timedelta(days=1.5))
        office.post(path(edition, "copy/"), {"address": "nobody@city.example"})
        assert Mail.objects.get().subject == "[Trial] Mentors"

    def test_a_preview_is_mailed_to_oneself(self, office, mail_sink):
        a_run(0)
        assert "send/?language=fr" in office.get(f"{PREVIEW}?language=fr").content.decode()
        page = office.post(f"{PREVIEW}send/?language=fr", follow=True)
        assert page.redirect_chain == [(f"{PREVIEW}?language=fr", 302)]
        assert "on its way to anne@efus.example" in text(page)
        send_due(Mail._meta.label)
        (message,) = mail_sink.messages
        assert message["To"] == "anne@efus.example"
        assert message["Subject"] == "[Trial] Des mentors"
        assert message["Content-Language"] == "fr"

    def test_a_sessions_end_loses_no_address(self, client, anne):
        edition = a_run(1)
        client.force_login(anne)
        page = client.get(path(edition)).content.decode()
        written_by = re.search(r'name="written_by" value="([^"]+)"', page)[1]
        client.logout()
        client.post(
            path(edition, "try/"), {"address": "els@lille.example", "written_by": written_by}
        )
        assert not EditionEvent.objects.exists()
        client.post(
            "/en/account/login/",
            {"login": anne.email, "password": "a long enough password"},
        )
        assert "els@lille.example" in client.get(path(edition, "try/")).content.decode()


@pytest.mark.django_db
class TestWhatStaffDid:
    def test_it_is_never_changed_nor_deleted_alone(self, anne):
        edition = a_run(1)
        event = EditionEvent.objects.create(edition=edition, kind="paused", person=anne, number=1)
        for change in (
            lambda: EditionEvent.objects.update(number=2),
            lambda: EditionEvent.objects.update(person=None),
            event.delete,
        ):
            with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
                change()
                connection.check_constraints()
        anne.delete()
        connection.check_constraints()
        assert EditionEvent.objects.get().person is None
        edition.delete()
        connection.check_constraints()
        assert not EditionEvent.objects.exists()

    def test_what_was_about_a_mail_goes_with_it(self, anne):
        delivery = a_run(1).deliveries.get()
        EditionEvent.objects.create(
            edition=delivery.edition, kind="tried", person=anne, number=1, delivery=delivery
        )
        delivery.recipient.user.delete()
        connection.check_constraints()
        assert not EditionEvent.objects.exists()


@pytest.mark.django_db
class TestForWhom:
    def test_nobody_but_administrators_sees_or_does_anything(self, client):
        edition = a_run(1)
        (failed,) = the_failed(edition, 1)
        city = a_city("Leuven")
        parts = ["", "progress/", "pause/", "resume/", "resend/", f"resend/{failed.pk}/", "try/"]
        addresses = [RUNS, PREVIEW + "send/", path(edition, "copy/")]
        addresses += [path(edition, part) for part in parts]
        people = [a_person(), an_editor(city), a_coordinator(city)]
        people.append(a_person(staff_role="reviewer"))
        for address in addresses:
            client.logout()
            assert client.get(address).url.startswith("/en/account/login/")
            for person in people:
                client.force_login(person)
                assert client.get(address).status_code == 403
                assert client.post(address).status_code in {403, 405}
        assert not EditionEvent.objects.exists()
        assert not Mail.objects.exists()

    def test_opening_an_address_of_a_button_does_nothing(self, office):
        edition = a_run(1)
        (failed,) = the_failed(edition, 1)
        for part in ("pause/", "resume/", "resend/", f"resend/{failed.pk}/", "copy/"):
            assert office.get(path(edition, part)).url == path(edition)
        assert office.get(f"{PREVIEW}send/").url.startswith(PREVIEW)
        assert not EditionEvent.objects.exists()
        assert not Mail.objects.exists()


@pytest.mark.django_db
class TestTheOffice:
    def test_administrators_see_what_needs_attention(self, office, django_assert_num_queries):
        assert "Nothing." in text(office.get("/en/office/"))
        edition = a_run(3)
        long_ago, _recent, _another = the_failed(edition, 3)
        Delivery.objects.filter(pk=long_ago.pk).update(
            settled_at=timezone.now() - timedelta(days=8)
        )
        UndeliverableAddress.objects.mark("gone@city.example", "bounced")
        office.get("/en/office/")
        with CaptureQueriesContext(connection) as queries:
            page = text(office.get("/en/office/"))
        assert "2 digests failed in the last 7 days" in page
        assert "1 address that mails do not reach" in page
        about = [query for query in queries if "digests_delivery" in query["sql"]]
        assert len(about) == 1
        for name in ("Runs of digests", "Preview of the mail", "Other mails", "Glossary"):
            assert name in page

    def test_reviewers_see_what_is_theirs(self, client):
        client.force_login(a_person(staff_role="reviewer"))
        page = text(client.get("/en/office/"))
        assert "Practices that wait for a decision" in page
        assert "Glossary" in page
        assert "Runs of digests" not in page

    def test_those_who_work_at_efus_are_led_there_and_nobody_else(self, client):
        link = 'href="/en/office/"'
        assert client.get("/en/office/").status_code == 302
        assert link not in client.get("/en/").content.decode()
        for person, is_staff in [
            (a_person(), False),
            (a_person(staff_role="reviewer"), True),
            (an_administrator(), True),
        ]:
            client.force_login(person)
            assert (link in client.get("/en/").content.decode()) == is_staff
            assert client.get("/en/office/").status_code == (200 if is_staff else 403)
