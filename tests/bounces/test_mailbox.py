"""What comes back by mail, to a mailbox of ours on a real IMAP server."""

import logging
import threading

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from efus.bounces.configuration import mailbox_at, mailbox_problem
from efus.bounces.enums import BounceReason
from efus.bounces.mailbox import understood
from efus.bounces.models import UndeliverableAddress
from efus.bounces.tasks import LOCK, read_mailbox
from tests.bounces import returned

pytestmark = pytest.mark.django_db

MARIE = "marie@city.example"


def marked():
    return dict(UndeliverableAddress.objects.values_list("address", "reason"))


class TestDeadAddresses:
    @pytest.mark.parametrize(
        "write",
        [returned.from_postfix, returned.from_exchange, returned.from_gmail, returned.from_exim],
    )
    def test_the_same_in_every_servers_words(self, imap_server, mails, write):
        imap_server.put(write(mails()))
        read_mailbox()
        assert marked() == {MARIE: BounceReason.BOUNCED}
        assert len(imap_server.folder("Handled")) == 1
        assert imap_server.folder("INBOX") == imap_server.folder("Unclear") == []

    def test_what_was_answered_is_kept_for_staff(self, imap_server, mails):
        imap_server.put(returned.from_postfix(mails()))
        read_mailbox()
        assert "no such person here" in UndeliverableAddress.objects.get().detail

    def test_the_address_that_forwards_is_the_one_we_know(self, imap_server, mails):
        imap_server.put(returned.from_postfix(mails(), final="m.dupont@elsewhere.example"))
        read_mailbox()
        assert marked() == {MARIE: BounceReason.BOUNCED}
        assert "m.dupont@elsewhere.example" in UndeliverableAddress.objects.get().detail

    def test_the_address_is_the_one_that_the_mail_went_to(self, imap_server, mails):
        identifier = mails("jan@other.example")
        imap_server.put(returned.from_postfix(identifier, recipient=MARIE))
        read_mailbox()
        assert marked() == {"jan@other.example": BounceReason.BOUNCED}


@pytest.mark.parametrize(
    ("status", "action", "answer"),
    [
        ("4.4.1", "failed", "connection timed out"),
        ("4.2.0", "delayed", "450 4.2.0 greylisted"),
        ("5.1.1", "delayed", "450 later"),
        ("5.1.1", "relayed", "250 ok"),
        ("5.2.2", "failed", "552 5.2.2 mailbox full"),
        ("5.0.0", "failed", "552 quota exceeded"),
        ("5.0.0", "failed", "554 5.7.1 blocked by our list"),
        ("5.7.1", "failed", "550 5.7.1 looks like spam"),
        ("5.3.4", "failed", "552 5.3.4 mail too big"),
        ("5.1.8", "failed", "553 5.1.8 sender unknown"),
    ],
)
def test_what_is_for_now_or_about_the_mail_marks_nobody(
    imap_server, mails, status, action, answer
):
    imap_server.put(
        returned.from_postfix(mails(), status=status, action=action, answer=answer, subject="a")
    )
    read_mailbox()
    assert marked() == {}
    assert imap_server.folder("Handled") == ["a"]


def test_a_full_mailbox_in_other_words_marks_nobody(imap_server, mails):
    imap_server.put(returned.from_exim(mails(), answer="552 Mailbox is full"))
    read_mailbox()
    assert marked() == {}
    assert len(imap_server.folder("Handled")) == 1


class TestComplaints:
    def test_whoever_complains_gets_no_more(self, imap_server, mails):
        imap_server.put(returned.a_complaint(mails()))
        read_mailbox()
        assert marked() == {MARIE: BounceReason.COMPLAINED}

    def test_that_it_was_no_spam_is_no_complaint(self, imap_server, mails):
        imap_server.put(returned.a_complaint(mails(), feedback="not-spam"))
        read_mailbox()
        assert marked() == {}
        assert imap_server.folder("Handled") == ["Complaint"]


class TestNobodySilencesSomebodyElse:
    @pytest.mark.parametrize(
        "write",
        [
            returned.from_postfix,
            returned.from_exchange,
            returned.from_gmail,
            returned.from_exim,
            returned.a_complaint,
        ],
    )
    @pytest.mark.parametrize(
        "identifier",
        [
            "<story-1-0123456789abcdef@efus.example>",
            "<story-1@efus.example>",
            "<somebody@elsewhere.example>",
            "",
        ],
    )
    def test_a_forged_bounce_is_for_staff_to_look_at(self, imap_server, mails, write, identifier):
        mails()
        imap_server.put(write(identifier))
        read_mailbox()
        assert marked() == {}
        assert len(imap_server.folder("Unclear")) == 1

    def test_what_marie_got_says_nothing_about_jan(self, imap_server, mails):
        jan, marie = mails("jan@other.example"), mails(MARIE)
        forged = returned.from_postfix(marie, recipient="jan@other.example")
        imap_server.put(forged)
        read_mailbox()
        assert jan
        assert marked() == {MARIE: BounceReason.BOUNCED}

    def test_of_a_mail_that_nobody_remembers_nothing_is_marked(self, imap_server, mails):
        imap_server.put(returned.from_postfix(mails(None)))
        read_mailbox()
        assert marked() == {}
        assert len(imap_server.folder("Handled")) == 1


GARBAGE = [
    b"\x00\xff" * 1000,
    b"Subject: letter\n\nDear all, please call me.\n",
    b"Content-Type: multipart/report; boundary=x\n\n--x\n--x\nContent-Type: message/rfc822\n\n",
    b"Content-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\n\n\xff=\n",
    b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * 5000,
    b"Content-Type: message/delivery-status\n\nAction: failed\nStatus: \xff\n\nAction: failed\n",
]


def test_what_cannot_be_understood_holds_up_nothing(imap_server, mails):
    imap_server.put(*GARBAGE, returned.a_holiday(mails()), returned.from_postfix(mails()))
    read_mailbox()
    assert marked() == {MARIE: BounceReason.BOUNCED}
    assert imap_server.folder("INBOX") == []
    assert imap_server.folder("Handled") == ["Undelivered Mail Returned to Sender"]
    unclear = imap_server.folder("Unclear")
    assert len(unclear) == len(GARBAGE) + 1
    assert {"letter", "I am away"} <= set(unclear)


def test_parts_within_parts_within_parts_are_no_reports():
    """Which the IMAP server of these tests does not take."""
    parts = (
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
        for depth in range(3000)
    )
    assert not understood(b"".join(parts)).is_understood


def test_only_the_beginning_of_a_huge_mail_is_read(imap_server, mails):
    huge = returned.from_postfix(mails()).replace("--=_1--", "x" * 70 + "\n") + "y" * 3_000_000
    imap_server.put(huge)
    read_mailbox()
    assert marked() == {MARIE: BounceReason.BOUNCED}


class TestRuns:
    def test_one_run_reads_so_many_and_the_next_goes_on(self, imap_server, mails, monkeypatch):
        monkeypatch.setattr("efus.bounces.mailbox.MOST_MAILS", 2)
        imap_server.put(*(returned.from_postfix(mails(), subject=name) for name in "abc"))
        read_mailbox()
        assert imap_server.folder("Handled") == ["a", "b"]
        read_mailbox()
        assert imap_server.folder("Handled") == ["a", "b", "c"]

    def test_without_a_mailbox_nothing_is_asked(self, settings):
        settings.BOUNCE_MAILBOX = ""
        read_mailbox()

    def test_a_wrong_password_is_logged_in_words(self, imap_server, settings, caplog):
        settings.BOUNCE_MAILBOX = settings.BOUNCE_MAILBOX.replace("secret", "guess")
        with caplog.at_level(logging.ERROR):
            read_mailbox()
        assert "cannot be read" in caplog.text
        assert "guess" not in caplog.text

    def test_nor_does_a_server_that_is_away_raise(self, settings, caplog):
        settings.BOUNCE_MAILBOX = "imap://bounces:secret@127.0.0.1:1/INBOX"
        read_mailbox()
        assert "cannot be read" in caplog.text

    @pytest.mark.parametrize("command", [b"SEARCH", b"FETCH", b"MOVE", b"LOGOUT"])
    def test_a_server_that_goes_away_loses_nothing(self, imap_server, hurdle, mails, command):
        imap_server.put(returned.from_postfix(mails()))
        hurdle.ends_before = command
        read_mailbox()
        assert len(imap_server.folder("INBOX") + imap_server.folder("Handled")) == 1
        hurdle.ends_before = None
        read_mailbox()
        read_mailbox()
        assert marked() == {MARIE: BounceReason.BOUNCED}
        assert imap_server.folder("INBOX") == []
        assert len(imap_server.folder("Handled")) == 1

    def test_a_server_that_cannot_move_copies(self, imap_server, hurdle, mails):
        imap_server.put(*(returned.from_postfix(mails(), subject=name) for name in "ab"))
        hurdle.hides = b" MOVE"
        read_mailbox()
        assert imap_server.folder("Handled") == ["a", "b"]
        assert imap_server.folder("INBOX") == []

    def test_a_server_that_can_do_neither_is_refused(self, imap_server, hurdle, mails, caplog):
        imap_server.put(returned.from_postfix(mails()))
        hurdle.hides = b" UIDPLUS MOVE"
        read_mailbox()
        assert "neither MOVE nor UIDPLUS" in caplog.text
        assert marked() == {}


@pytest.mark.django_db(transaction=True)
def test_one_reads_at_a_time(imap_server, mails):
    imap_server.put(returned.from_postfix(mails()))
    held, done = threading.Event(), threading.Event()

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            held.set()
            done.wait(60)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(60)
    try:
        read_mailbox()
        assert marked() == {}
    finally:
        done.set()
        other.join()
    read_mailbox()
    assert marked() == {MARIE: BounceReason.BOUNCED}


@pytest.mark.django_db(transaction=True)
def test_a_worker_reads_it(imap_server, mails, worker, settings):
    """From the settings of its own environment; it knows no sender of these mails."""
    imap_server.put(returned.from_postfix("<forged@efus.example>", subject="a"))
    process = worker(BOUNCE_MAILBOX=settings.BOUNCE_MAILBOX)
    read_mailbox.delay()
    while not imap_server.folder("Unclear"):
        assert process.popen.poll() is None
    assert imap_server.folder("Unclear") == ["a"]


class TestAddressOfTheMailbox:
    def test_it_holds_everything(self):
        mailbox = mailbox_at("imaps://efus%40mail:p%3A%2F@mail.example/Archive/Bounces")
        assert (mailbox.user, mailbox.password) == ("efus@mail", "p:/")
        assert (mailbox.host, mailbox.port, mailbox.encrypted) == ("mail.example", 993, True)
        assert mailbox.folder == "Archive/Bounces"
        assert "p:/" not in repr(mailbox)
        assert mailbox_at("imap://a:b@localhost").folder == "INBOX"
        assert mailbox_at("") is None

    @pytest.mark.parametrize(
        "wrong",
        [
            "mail.example",
            "imaps://mail.example/INBOX",
            "imaps://user@mail.example/",
            "pop3://a:b@mail.example/",
            "imaps://a:b@mail.example:seven/",
            "imaps://a:b@mail.example/?x",
            "imaps://a%0D%0A:b@mail.example/",
        ],
    )
    def test_what_names_none_is_said(self, wrong):
        with pytest.raises(ImproperlyConfigured):
            mailbox_at(wrong)
        assert "BOUNCE_MAILBOX must be" in mailbox_problem(wrong)

    def test_in_clear_only_outside_production(self):
        assert mailbox_problem("imap://a:b@127.0.0.1/", encrypted=False) == ""
        assert "imaps://" in mailbox_problem("imap://a:b@mail.example/")
