"""What is put into the outbox, and how long it is kept there."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from efus.bounces.senders import address_of
from efus.outbox.models import DomainRate, Mail
from efus.outbox.posting import post
from efus.outbox.tasks import forget_old
from efus.safety import refuse_unusable_outbox
from tests.domain import a_person
from tests.outbox.conftest import a_mail, send_everything_due


def post_a_code(**options):
    return post("account", "Anne@Genk.example", "Your\ncode", "1234\0", language="nl", **options)


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_it_at_once_when_it_is_committed(mail_sink, worker):
    worker()
    with transaction.atomic():
        post_a_code(html="<p>1234</p>", reply_to="els@lille.example")
    mail_sink.wait_for(1)
    (message,) = mail_sink.messages
    assert (message["To"], message["Subject"]) == ("Anne@Genk.example", "Your code")
    assert message["Reply-To"] == "els@lille.example"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_of_what_is_taken_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post_a_code()
        raise ZeroDivisionError
    assert not Mail.objects.exists()


@pytest.mark.django_db
def test_a_mail_knows_the_domain_of_its_address_and_how_long_it_lasts():
    mail = post_a_code(lasts=timedelta(minutes=3))
    assert (mail.domain, mail.text) == ("genk.example", "1234")
    assert mail.give_up_at - timezone.now() <= timedelta(minutes=3)
    assert post_a_code().give_up_at - timezone.now() > timedelta(days=2)


@pytest.mark.django_db
def test_a_code_to_sign_in_is_not_sent_once_it_opens_nothing(client):
    a_person("anne@genk.example")
    client.post("/en/account/login/code/", {"email": "anne@genk.example"})
    code = Mail.objects.get()
    assert code.give_up_at - timezone.now() <= timedelta(minutes=3)
    client.post("/en/account/password/reset/", {"email": "anne@genk.example"})
    reset = Mail.objects.latest("pk")
    assert reset.give_up_at - timezone.now() > timedelta(days=2)


@pytest.mark.django_db
def test_old_mails_are_forgotten_once_nobody_asks(mail_sink, settings):
    settings.MAIL_LOG_DAYS = 120
    old, recent, waiting = (
        a_mail(),
        a_mail(),
        a_mail(state="due", not_before=timezone.now() + timedelta(hours=1)),
    )
    DomainRate.objects.create(
        domain="lille.example",
        free_at=timezone.now() - timedelta(days=2),
        closed_until=timezone.now() - timedelta(days=2),
    )
    send_everything_due()
    Mail.objects.filter(pk=old.pk).update(settled_at=timezone.now() - timedelta(days=121))
    Mail.objects.filter(pk=recent.pk).update(settled_at=timezone.now() - timedelta(days=119))
    forget_old()
    assert set(Mail.objects.all()) == {recent, waiting}
    assert list(DomainRate.objects.values_list("domain", flat=True)) == ["genk.example"]


@pytest.mark.parametrize(("days", "mails"), [(119, 600), (120, 0)])
def test_the_platform_does_not_start_with_an_outbox_that_cannot_work(days, mails):
    with pytest.raises(ImproperlyConfigured):
        refuse_unusable_outbox(days, mails)


@pytest.mark.django_db
def test_who_reads_bounces_learns_to_whom_a_mail_went():
    mail = a_mail()
    assert address_of("mail", (mail.pk,)) == "anne@genk.example"
    assert address_of("mail", (mail.pk + 1,)) is None
