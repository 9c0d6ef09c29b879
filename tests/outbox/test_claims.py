"""Who sends what: no mail twice, no domain before all others, no mail lost with a worker."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from efus.outbox.claims import claim, recover_stuck
from efus.outbox.models import DomainRate, Mail
from tests.outbox.conftest import a_mail

pytestmark = pytest.mark.django_db


def domains_of(claimed):
    return Counter(row.domain for row in claimed.rows)


def test_a_big_domain_does_not_hold_up_small_ones():
    for number in range(30):
        a_mail(f"person-{number}@big.example")
    for domain in ("alpha", "zulu"):
        a_mail(f"anne@{domain}.example")
        a_mail(f"bram@{domain}.example")
    assert domains_of(claim(Mail, 6)) == {
        "alpha.example": 2,
        "big.example": 2,
        "zulu.example": 2,
    }


def test_every_domain_has_its_turn_when_there_are_many():
    for number in range(7):
        for person in ("anne", "bram"):
            a_mail(f"{person}@city-{number}.example")
    found, after = Counter(), ""
    for _turn in range(5):
        claimed = claim(Mail, 3, after)
        after = claimed.last_domain
        found += domains_of(claimed)
    assert set(found) == {f"city-{number}.example" for number in range(7)}


def test_a_domain_gets_no_more_than_its_allowance(settings, outgoing_only_slowly):
    settings.MAILS_PER_DOMAIN_PER_MINUTE = 60  # so ten at once, in ten seconds' time
    for number in range(40):
        a_mail(f"person-{number}@big.example")
    a_mail("anne@small.example")
    first = domains_of(claim(Mail, 50))
    assert first["small.example"] == 1
    assert first["big.example"] == 10
    assert domains_of(claim(Mail, 50))["big.example"] <= 1
    DomainRate.objects.filter(domain="big.example").update(
        free_at=timezone.now() + timedelta(seconds=5)
    )
    assert domains_of(claim(Mail, 50))["big.example"] in {5, 6}


def test_a_limit_below_one_mail_in_a_burst_still_lets_mails_pass(settings, outgoing_only_slowly):
    settings.MAILS_PER_DOMAIN_PER_MINUTE = 1
    for number in range(3):
        a_mail(f"person-{number}@big.example")
    assert len(claim(Mail, 50).rows) == 1
    assert not claim(Mail, 50)
    DomainRate.objects.update(free_at=timezone.now())
    assert len(claim(Mail, 50).rows) == 1


def test_what_somebody_waits_for_is_held_up_by_no_rate_of_ours(settings):
    settings.MAILS_PER_DOMAIN_PER_MINUTE = 60
    DomainRate.objects.create(domain="genk.example", free_at=timezone.now() + timedelta(minutes=5))
    a_mail()
    assert claim(Mail, 50)


def test_what_was_never_tried_comes_first():
    a_mail("tried@genk.example", attempts=3, not_before=timezone.now() - timedelta(hours=5))
    untried = a_mail("new@genk.example")
    assert claim(Mail, 1).keys == [untried.pk]
    assert len(claim(Mail, 5).rows) == 1


def test_what_is_not_due_or_too_late_is_left():
    a_mail(not_before=timezone.now() + timedelta(minutes=1))
    a_mail(give_up_at=timezone.now())
    a_mail(state="failed", settled_at=timezone.now())
    assert not claim(Mail, 50)


@pytest.mark.django_db(transaction=True)
def test_workers_at_one_moment_never_have_the_same_mail_or_spend_one_allowance(
    settings, outgoing_only_slowly
):
    settings.MAILS_PER_DOMAIN_PER_MINUTE = 60
    for number in range(60):
        for domain in ("genk", "lille", "malmo", "lisboa"):
            a_mail(f"person-{number}@{domain}.example")

    def work(_number):
        try:
            return [row for _turn in range(10) for row in claim(Mail, 5).rows]
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as pool:
        rows = [row for rows in pool.map(work, range(4)) for row in rows]
    assert len(rows) == len({row.pk for row in rows}) == Mail.objects.filter(attempts=1).count()
    for domain, number in Counter(row.domain for row in rows).items():
        # Ten at once, and one more for each second that has gone by.
        rate = DomainRate.objects.get(domain=domain)
        assert number >= 10
        assert rate.free_at <= timezone.now() + timedelta(seconds=10)


def test_what_a_dead_worker_had_is_due_again_after_its_lease(settings):
    settings.MAIL_CLAIM_SECONDS = 0.5
    a_mail()
    claim(Mail, 50)
    assert recover_stuck(Mail) == 0
    time.sleep(0.6)
    assert recover_stuck(Mail) == 1
    mail = Mail.objects.get()
    assert (mail.state, mail.claim, mail.attempts) == ("due", None, 1)
    assert claim(Mail, 50)


def test_a_worker_that_is_slow_keeps_what_it_has_in_hand(settings):
    settings.MAIL_CLAIM_SECONDS = 0.5
    a_mail("anne@genk.example")
    a_mail("bram@genk.example")
    claimed = claim(Mail, 50)
    Mail.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    time.sleep(0.2)
    first, second = claimed.rows
    assert claimed.turn_to(first)
    assert recover_stuck(Mail) == 0
    Mail.objects.filter(pk=second.pk).update(claim=uuid4())
    time.sleep(0.2)
    assert claimed.still_holds(first)
    assert not claimed.turn_to(second)


def test_nothing_is_taken_from_a_worker_just_after_the_database_started(settings):
    settings.MAIL_CLAIM_SECONDS = 10**7  # the database of the tests has not run for so long
    a_mail()
    claim(Mail, 50)
    Mail.objects.update(claimed_at=timezone.now() - timedelta(seconds=10**7 + 1))
    assert recover_stuck(Mail) == 0


@pytest.fixture
def very_many():
    """100,000 mails, due, of some thousand domains, one of which has half of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO outbox_mail (domain, state, not_before, give_up_at, attempts, reason,
                kind, address, subject, text, html, reply_to, language, created_at)
            SELECT CASE WHEN n %% 2 = 0 THEN 'big.example'
                    ELSE 'city-' || n %% 2001 || '.example' END,
                'due', now() - interval '1 minute', now() + interval '1 day', 0, '',
                'account', 'x@x.example', 's', 't', '', '', 'en', now()
            FROM generate_series(1, 100000) AS n
            """,
            [],
        )
        cursor.execute("ANALYZE outbox_mail")


def test_claiming_looks_at_few_of_very_many_rows(very_many):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    claimed, after = Counter(), ""
    for _turn in range(5):
        batch = claim(Mail, 50, after)
        after = batch.last_domain
        claimed += domains_of(batch)
    assert len(claimed) == 250
    assert claimed["big.example"] == 1
