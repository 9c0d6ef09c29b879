"""Every mail goes out once, whatever the mail server does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from efus.bounces.identifiers import message_identifier, read
from efus.bounces.models import UndeliverableAddress
from efus.outbox.claims import claim
from efus.outbox.enums import MailKind
from efus.outbox.models import Mail
from efus.outbox.sending import send_claimed
from efus.outbox.server import MailServer
from efus.outbox.tasks import run_outbox
from tests.outbox.conftest import a_mail, send_everything_due, waited_long_enough

pytestmark = pytest.mark.django_db


def the_mail():
    return Mail.objects.get()


def test_a_mail_is_sent_once_as_it_was_written(mail_sink):
    mail = a_mail(html="<p>Your code: 1234</p>", reply_to="els@lille.example", language="fr")
    send_everything_due()
    send_everything_due()
    (message,) = mail_sink.messages
    assert message["To"] == "anne@genk.example"
    assert message["From"] == "Efus <network@efus.example>"
    assert message["Reply-To"] == "els@lille.example"
    assert message["Content-Language"] == "fr"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(["plain"]).get_content().strip() == "Your code: 1234"
    assert message.get_body(["html"]).get_content().strip() == "<p>Your code: 1234</p>"
    assert message["Date"].datetime == mail.created_at.replace(microsecond=0)
    assert message["Message-ID"] == message_identifier("mail", mail.pk)
    assert read(message["Message-ID"]) == ("mail", (mail.pk,))
    assert mail_sink.envelopes == [("network@efus.example", ["anne@genk.example"])]


def test_its_code_is_forgotten_once_it_is_sent(mail_sink):
    a_mail(html="<p>1234</p>")
    send_everything_due()
    mail = the_mail()
    assert (mail.state, mail.text, mail.html, mail.subject) == ("sent", "", "", "Your code")
    assert mail.settled_at
    assert mail.claim is None


def test_what_cannot_be_delivered_comes_back_to_the_address_for_it(mail_sink, settings):
    settings.BOUNCE_ADDRESS = "bounces@efus.example"
    a_mail()
    send_everything_due()
    assert mail_sink.envelopes[0][0] == "bounces@efus.example"
    assert mail_sink.messages[0]["From"] == "Efus <network@efus.example>"


def test_a_mail_that_is_refused_for_now_is_tried_later_under_the_same_name(mail_sink, settings):
    settings.MAIL_RETRY_SECONDS = 120
    a_mail()
    mail_sink.refuses = "451 4.3.0 later"
    send_everything_due()
    mail = the_mail()
    assert (mail.state, mail.attempts, mail.text) == ("due", 1, "Your code: 1234")
    assert "451 4.3.0 later" in mail.reason
    wait = mail.not_before - timezone.now()
    assert timedelta(seconds=60) < wait <= timedelta(seconds=120)
    waited_long_enough()
    send_everything_due()
    second_wait = the_mail().not_before - timezone.now()
    assert timedelta(seconds=150) < second_wait <= timedelta(seconds=240)
    mail_sink.refuses = None
    waited_long_enough()
    send_everything_due()
    assert [message["Message-ID"] for message in mail_sink.messages] == [
        message_identifier("mail", mail.pk)
    ]
    assert (the_mail().state, the_mail().attempts, the_mail().reason) == ("sent", 3, "")


def test_no_two_tries_are_more_than_an_hour_apart(mail_sink):
    a_mail(attempts=40)
    mail_sink.refuses = "451 later"
    send_everything_due()
    assert the_mail().not_before - timezone.now() <= timedelta(hours=1)


def test_it_is_given_up_in_time_and_staff_can_have_it_sent_again(mail_sink):
    a_mail(kind=MailKind.INVITATION, give_up_at=timezone.now() + timedelta(minutes=1))
    mail_sink.refuses = "451 later"
    send_everything_due()
    mail = the_mail()
    assert mail.not_before == mail.give_up_at
    Mail.objects.update(give_up_at=timezone.now(), not_before=timezone.now())
    assert not claim(Mail, 50)
    Mail.objects.give_up_late()
    mail = the_mail()
    assert (mail.state, mail.text) == ("failed", "Your code: 1234")
    assert "451 later" in mail.reason
    mail_sink.refuses = None
    send_everything_due()
    assert not mail_sink.messages
    assert Mail.objects.resend() == 1
    assert Mail.objects.resend() == 0
    send_everything_due()
    assert len(mail_sink.messages) == 1
    assert (the_mail().state, the_mail().attempts) == ("sent", 1)


def test_an_address_that_is_refused_for_good_gets_nothing_more(mail_sink):
    a_mail("Gone@genk.example")
    a_mail("anne@genk.example")
    mail_sink.refused_recipients.add("Gone@genk.example")
    send_everything_due()
    assert [message["To"] for message in mail_sink.messages] == ["anne@genk.example"]
    failed = Mail.objects.get(address="Gone@genk.example")
    assert failed.state == "failed"
    assert "550 no such mailbox" in failed.reason
    dead = UndeliverableAddress.objects.get()
    assert (dead.address, dead.reason) == ("gone@genk.example", "refused")
    assert "550 no such mailbox" in dead.detail

    again = a_mail("gone@genk.example", kind=MailKind.INVITATION)
    mail_sink.refused_recipients.clear()
    send_everything_due()
    again.refresh_from_db()
    assert (again.state, again.text) == ("skipped", "")
    assert again.reason == "Mails do not reach this address any more."
    assert len(mail_sink.messages) == 1

    # Who asks for a code to sign in gets it, else nobody could say that the address works again.
    a_mail("gone@genk.example")
    send_everything_due()
    assert len(mail_sink.messages) == 2


@pytest.mark.parametrize(
    ("answer", "is_dead"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.2.1 mailbox disabled", True),
        ("553 unknown", True),
        ("552 5.2.2 mailbox full", False),
        ("552 mailbox full", False),
        ("550 5.7.1 we do not like you", False),
        ("550 blocked, see the list of spammers", False),
        ("553 5.1.8 bad sender", False),
        ("554 your network is on a list", False),
    ],
)
def test_only_what_says_that_there_is_no_mailbox_marks_the_address(mail_sink, answer, is_dead):
    mail_sink.answers["anne@genk.example"] = answer
    a_mail()
    send_everything_due()
    assert the_mail().state == "failed"
    assert answer in the_mail().reason
    assert UndeliverableAddress.objects.exists() == is_dead


def test_a_content_that_is_refused_for_good_fails_and_holds_up_nobody(mail_sink):
    a_mail()
    mail_sink.refuses = "554 5.6.0 not like this"
    send_everything_due()
    assert the_mail().state == "failed"
    assert not UndeliverableAddress.objects.exists()


def test_a_long_answer_is_cut(mail_sink):
    mail_sink.refuses = "554 " + "no " * 150
    a_mail()
    send_everything_due()
    assert len(the_mail().reason) <= 500


def test_a_server_that_ends_the_connection_after_some_mails_costs_nothing(mail_sink):
    mail_sink.most_per_connection = 3
    for number in range(10):
        a_mail(f"person-{number}@genk.example")
    assert send_everything_due()
    assert sorted(message["To"] for message in mail_sink.messages) == [
        f"person-{number}@genk.example" for number in range(10)
    ]
    assert set(Mail.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_a_server_that_says_421_after_some_mails_costs_nothing(mail_sink):
    mail_sink.most_per_connection = 3
    mail_sink.says_goodbye = True
    for number in range(10):
        a_mail(f"person-{number}@genk.example")
    assert send_everything_due()
    assert len(mail_sink.messages) == 10
    assert set(Mail.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_a_server_that_cannot_be_reached_counts_as_no_try(mail_sink, settings):
    settings.EMAIL_PORT = 1
    for number in range(3):
        a_mail(f"person-{number}@genk.example")
    assert send_everything_due() is False
    assert set(Mail.objects.values_list("state", "attempts")) == {("due", 0)}
    assert not claim(Mail, 50)
    settings.EMAIL_PORT = mail_sink.port
    waited_long_enough()
    assert send_everything_due()
    assert len(mail_sink.messages) == 3


def test_a_server_that_hangs_is_tried_later(mail_sink, settings):
    settings.EMAIL_TIMEOUT = 0.3
    mail_sink.hangs_for.add("anne@genk.example")
    a_mail("anne@genk.example")
    a_mail("bram@genk.example")
    assert send_everything_due()
    assert [message["To"] for message in mail_sink.messages] == ["bram@genk.example"]
    held_up = Mail.objects.get(address="anne@genk.example")
    assert (held_up.state, held_up.attempts) == ("due", 1)
    assert "timed out" in held_up.reason


def test_a_mail_that_cannot_be_built_holds_up_no_other(mail_sink):
    bad = a_mail(html="<p></p>", reply_to="els@lille.example\nBcc: everybody@genk.example")
    a_mail("bram@genk.example")
    send_everything_due()
    assert [message["To"] for message in mail_sink.messages] == ["bram@genk.example"]
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == ("due", 1)
    assert "could not be built" in bad.reason


def test_what_another_worker_took_meanwhile_is_not_sent(mail_sink):
    a_mail("anne@genk.example")
    a_mail("bram@genk.example")
    claimed = claim(Mail, 50)
    Mail.objects.filter(address="anne@genk.example").update(
        state="due", claim=None, claimed_at=None
    )
    send_claimed(claimed)
    assert [message["To"] for message in mail_sink.messages] == ["bram@genk.example"]
    assert Mail.objects.get(address="anne@genk.example").state == "due"


def test_a_domain_that_gets_too_many_is_left_alone_for_a_minute(mail_sink):
    a_mail("anne@genk.example")
    later = a_mail("bram@genk.example", not_before=timezone.now() + timedelta(minutes=1))
    a_mail("els@lille.example")
    mail_sink.answers["anne@genk.example"] = "450 4.7.28 too many mails, slow down"
    send_everything_due()
    assert [message["To"] for message in mail_sink.messages] == ["els@lille.example"]
    waited_long_enough()
    assert not claim(Mail, 50)
    later.refresh_from_db()
    assert later.state == "due"


def test_a_connection_serves_several_batches(mail_sink):
    for number in range(6):
        a_mail(f"person-{number}@genk.example")
    with MailServer() as server:
        while claimed := claim(Mail, 2):
            send_claimed(claimed, server)
    assert len(mail_sink.messages) == 6
    assert mail_sink.connections == 1


def test_a_mail_costs_one_statement(mail_sink, django_assert_num_queries):
    for number in range(10):
        a_mail(f"person-{number}@genk.example")
    claimed = claim(Mail, 50)
    # The batch, its dead addresses, one for each mail, and the last one is settled.
    with django_assert_num_queries(13):
        send_claimed(claimed)
    assert len(mail_sink.messages) == 10


@pytest.mark.django_db(transaction=True)
def test_beat_finds_what_no_worker_was_told_of(mail_sink, worker):
    a_mail()
    worker()
    run_outbox()
    mail_sink.wait_for(1)
    assert the_mail().state in {"sending", "sent"}
