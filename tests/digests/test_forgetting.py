"""What digests need not remember is forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practices.digests.models import Delivery, Edition, News, Recipient, Subscription
from practices.digests.opening import open_edition_now
from practices.digests.tasks import forget
from tests.domain import a_city, a_practice, a_subscription

pytestmark = pytest.mark.django_db


def a_guest(email):
    return Recipient.objects.create(email=email, time_zone="Europe/Paris")


def test_who_never_confirmed_is_forgotten_with_the_address():
    late = timezone.now() - timedelta(days=8)
    a_subscription(a_guest("never@city.example"), confirmed_at=None, created_at=late)
    waiting = a_subscription(
        a_guest("soon@city.example"), confirmed_at=None, created_at=timezone.now()
    )
    confirmed = a_subscription(a_guest("reader@city.example"), created_at=late)
    of_a_person = a_subscription()
    of_a_person.delete()
    forget()
    assert set(Subscription.objects.all()) == {waiting, confirmed}
    assert set(Recipient.objects.all()) == {
        waiting.recipient,
        confirmed.recipient,
        of_a_person.recipient,
    }


def test_what_an_address_ended_long_ago_is_forgotten_with_it():
    long_ago = timezone.now() - timedelta(days=181)
    early = {"created_at": long_ago, "ended_at": long_ago}
    a_subscription(a_guest("gone@city.example"), **early)
    lately = a_subscription(a_guest("late@city.example"), ended_at=timezone.now())
    of_a_person = a_subscription(**early)
    forget()
    assert set(Subscription.objects.all()) == {lately, of_a_person}
    assert not Recipient.objects.filter(email="gone@city.example").exists()


def test_old_news_go_and_editions_go_with_their_deliveries():
    a_subscription()
    a_practice(a_city())
    edition = open_edition_now("daily")
    empty = Edition.objects.create(frequency="daily", due_at=timezone.now() - timedelta(days=130))
    Edition.objects.filter(pk=edition.pk).update(due_at=timezone.now() - timedelta(days=131))
    forget()
    assert News.objects.exists()
    assert list(Edition.objects.all()) == [edition]
    assert not Edition.objects.filter(pk=empty.pk).exists()
    News.objects.update(at=timezone.now() - timedelta(days=121))
    Delivery.objects.all().delete()
    forget()
    assert not News.objects.exists()
    assert not Edition.objects.exists()
