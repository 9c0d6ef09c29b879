"""Which news go to which subscription."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cities.enums import MembershipState
from cities.models import Membership
from practices.digests.enums import NewsKind
from practices.digests.matching import Wish, matching
from practices.digests.models import Delivery, News, Recipient, Subscription
from practices.digests.opening import open_edition_now
from practices.enums import PublicationState
from practices.models import Practice, TargetGroup, Theme
from tests.domain import (
    a_city,
    a_partnership,
    a_person,
    a_practice,
    a_subscription,
    a_theme,
    an_adoption,
)

pytestmark = pytest.mark.django_db


def an_hour_ago(**fields):
    return {"published_at": timezone.now() - timedelta(hours=1)} | fields


def told(subscription):
    """The practices that *subscription* is told of in the edition of now, the best first."""
    open_edition_now("daily")
    delivery = Delivery.objects.filter(subscription=subscription).last()
    if delivery is None:
        return []
    news = News.objects.in_bulk(delivery.items)
    return [news[key].practice for key in delivery.items if key in news]


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def lille():
    return a_city("Lille", "FR")


def test_facets_among_each_other_mean_and(genk, lille):
    radicalisation, nightlife = a_theme("radicalisation"), a_theme("nightlife")
    subscription = a_subscription(themes=[radicalisation], countries=["BE"])
    wanted = a_practice(genk, themes=[radicalisation], **an_hour_ago())
    a_practice(genk, themes=[nightlife], **an_hour_ago())
    a_practice(lille, themes=[radicalisation], **an_hour_ago())
    assert told(subscription) == [wanted]


def test_two_values_of_a_facet_mean_or(genk, lille):
    subscription = a_subscription(countries=["BE", "FR"])
    both = {a_practice(genk, **an_hour_ago()), a_practice(lille, **an_hour_ago())}
    a_practice(a_city("Roma", "IT"), **an_hour_ago())
    assert set(told(subscription)) == both


def test_a_theme_includes_its_children(genk):
    parent = a_theme("radicalisation")
    child = a_theme("returnees", parent=parent)
    of_parent, of_child = a_subscription(themes=[parent]), a_subscription(themes=[child])
    practice = a_practice(genk, themes=[child], **an_hour_ago())
    general = a_practice(genk, themes=[parent], **an_hour_ago())
    assert set(told(of_parent)) == {practice, general}
    assert told(of_child) == [practice]


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        ({}, 2),
        ({"partner": ["local_police"]}, 1),
        ({"partner": ["school"]}, 0),
        ({"evidence": ["evaluated", "replicated"]}, 1),
        ({"original": ["nl"]}, 1),
        ({"language": ["nl"]}, 1),
        ({"country": ["BE"], "evidence": ["described"]}, 1),
        ({"theme": ["of-a-term-that-is-gone"]}, 0),
    ],
)
def test_any_facet_of_a_search_narrows(genk, chosen, number):
    subscription = a_subscription(chosen=chosen)
    a_partnership(genk, a_practice(genk, "nl", **an_hour_ago()))
    a_practice(genk, "fr", **an_hour_ago(evidence="evaluated"))
    assert len(told(subscription)) == number


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("straathoekwerk", True),  # in its own language
        ("mentor", True),
        ("mentoren", True),  # in any form
        ("éducateurs", True),  # in the reader's
        ("educateurs nuit", True),
        ("éducateurs école", False),
        ('"éducateurs de rue"', True),
        ('"rue éducateurs"', False),
        ("Genk", True),
        ("Belgique", True),
        ("vie nocturne", True),  # the theme
        ("street workers", False),  # neither the reader's language nor its own
        ("de la", False),
        ("!!! ((( ' \\ <->", False),
    ],
)
def test_words_narrow_as_those_of_a_search(genk, words, found):
    subscription = a_subscription(words=words, language="fr")
    nightlife = a_theme("nightlife", "Nightlife", name_fr="Vie nocturne")
    practice = a_practice(
        genk,
        "nl",
        themes=[nightlife],
        title_nl="Straathoekwerk",
        summary_nl="Een mentor op straat.",
        title_fr="Des éducateurs de rue",
        summary_fr="Ils sont là la nuit.",
        title_en="Street workers",
        **an_hour_ago(),
    )
    assert told(subscription) == ([practice] if found else [])


def test_only_what_is_public_and_happened_since_the_last_mail(genk):
    subscription = a_subscription(covered_until=timezone.now() - timedelta(hours=2))
    a_practice(genk, **an_hour_ago(published_at=timezone.now() - timedelta(hours=3)))
    a_practice(genk, **an_hour_ago(published_at=timezone.now() + timedelta(hours=3)))
    withdrawn = a_practice(genk, **an_hour_ago())
    Practice.objects.filter(pk=withdrawn.pk).update(state=PublicationState.UNPUBLISHED)
    assert told(subscription) == []
    assert not Delivery.objects.exists()


def test_who_has_left_gets_nothing(genk):
    a_subscription(ended_at=timezone.now())
    a_subscription(a_person(is_active=False))
    a_subscription(confirmed_at=None)
    a_subscription(paused_until=timezone.localdate() + timedelta(days=2))
    a_practice(genk, **an_hour_ago())
    open_edition_now("daily")
    assert not Delivery.objects.exists()


def test_who_has_no_account_gets_theirs(genk):
    recipient = Recipient.objects.create(email="reader@Town.example", time_zone="Europe/Lisbon")
    subscription = a_subscription(recipient)
    practice = a_practice(genk, **an_hour_ago())
    assert told(subscription) == [practice]
    assert Delivery.objects.get().domain == "town.example"


class TestNews:
    def test_a_city_that_takes_up_a_practice(self, genk, lille):
        lately = {"covered_until": timezone.now() - timedelta(days=5)}
        of_theme = a_subscription(themes=[a_theme("nightlife")], countries=["FR"], **lately)
        of_others = a_subscription(countries=["IT"], **lately)
        none_wanted = a_subscription(kinds=[NewsKind.PUBLISHED], **lately)
        practice = a_practice(genk, themes=[Theme.objects.get()])
        an_adoption(practice, lille)
        assert told(of_theme) == [practice]
        assert told(of_others) == []
        assert told(none_wanted) == []
        assert Delivery.objects.get().new_practices == []

    def test_an_adoption_that_the_city_does_not_show_is_none_until_it_does(self, genk, lille):
        subscription = a_subscription(covered_until=timezone.now() - timedelta(days=5))
        adoption = an_adoption(a_practice(genk), lille, is_public=False)
        assert told(subscription) == []
        adoption.is_public = True
        adoption.save()
        assert told(subscription) == [adoption.practice]

    def test_a_new_member_concerns_those_who_narrow_by_country_alone(self):
        of_belgium = a_subscription(countries=["BE"])
        a_subscription(countries=["FR"])
        a_subscription(countries=["BE"], themes=[a_theme("nightlife")])
        a_subscription(countries=["BE"], words="Genk")
        city = a_city("Genk", "BE", member=False)
        membership = Membership.objects.create(
            city=city, state=MembershipState.APPLIED, starts_on=timezone.localdate()
        )
        assert not News.objects.exists()
        membership.state = MembershipState.ACTIVE
        membership.save()
        open_edition_now("daily")
        assert Delivery.objects.get().subscription == of_belgium

    def test_neither_an_old_member_nor_one_that_comes_back_is_new(self, genk):
        membership = genk.memberships.get()
        membership.state = MembershipState.LAPSED
        membership.save()
        membership.state = MembershipState.ACTIVE
        membership.save()
        assert not News.objects.exists()

    def test_public_again_is_news_to_who_has_not_heard_of_the_first_time(self, genk):
        early = a_subscription()
        practice = a_practice(genk, **an_hour_ago())
        assert told(early) == [practice]
        late = a_subscription(covered_until=timezone.now())
        for state in ("unpublished", "published"):
            Practice.objects.filter(pk=practice.pk).update(state=state)
        open_edition_now("daily")
        assert early.deliveries.count() == 1
        assert late.deliveries.count() == 1

    def test_public_again_after_long_is_none(self, genk):
        subscription = a_subscription()
        practice = a_practice(genk, published_days_ago=40)
        News.objects.all().delete()
        for state in ("unpublished", "published"):
            Practice.objects.filter(pk=practice.pk).update(state=state)
        assert told(subscription) == []


class TestOnce:
    def test_a_practice_is_new_to_a_person_once_whatever_they_subscribed_to(self, genk):
        person = a_person()
        first = a_subscription(person, countries=["BE"])
        second = a_subscription(person, themes=[a_theme("nightlife")])
        weekly = a_subscription(person, frequency="weekly")
        shared = a_practice(genk, themes=[Theme.objects.get()], **an_hour_ago())
        only_second = a_practice(
            a_city("Roma", "IT"), themes=[Theme.objects.get()], **an_hour_ago()
        )
        open_edition_now("daily")
        open_edition_now("weekly")
        assert first.deliveries.get().new_practices == [shared.pk]
        assert second.deliveries.get().new_practices == [only_second.pk]
        assert not weekly.deliveries.exists()

    def test_the_database_refuses_to_tell_somebody_twice(self, genk):
        a_subscription()
        practice = a_practice(genk, **an_hour_ago())
        open_edition_now("daily")
        delivery = Delivery.objects.get()
        again = Subscription.objects.create(recipient=delivery.recipient, language="fr")
        delivery.pk, delivery.subscription = None, again
        with pytest.raises(IntegrityError, match="delivery_new_once"), transaction.atomic():
            delivery.save(force_insert=True)
        delivery.new_practices = [practice.pk + 1]
        delivery.save(force_insert=True)

    def test_a_mail_holds_ten_and_counts_the_rest(self, genk):
        subscription = a_subscription()
        plain = [a_practice(genk, **an_hour_ago()) for _number in range(12)]
        best = a_practice(
            genk, **an_hour_ago(evidence="replicated", published_at=timezone.now() - timedelta(2))
        )
        practices = told(subscription)
        assert practices[0] == best
        assert len(practices) == 10
        assert Delivery.objects.get().more == 3
        assert set(practices[1:]) <= set(plain)
        assert told(subscription) == practices  # the rest is not told of later, nor anything twice
        assert Delivery.objects.count() == 1


class TestMatchingAWish:
    def test_what_is_not_saved_yet_is_told_what_it_would_have_found(self, genk, lille):
        a_theme("nightlife")
        group = TargetGroup.objects.create(slug="residents", name_en="Residents")
        wanted = a_practice(genk, themes=[Theme.objects.get()], **an_hour_ago())
        wanted.target_groups.add(group)
        a_practice(lille, **an_hour_ago())
        wish = Wish("fr", chosen={"theme": ["nightlife"], "group": ["residents"]})
        since = timezone.now() - timedelta(days=30)
        for _again in range(2):
            assert [News.objects.get(pk=key).practice for key in matching(wish, since)] == [wanted]
        assert len(matching(Wish("fr"), since)) == 2
        assert matching(Wish("fr", words="niets"), since) == []
        assert matching(Wish("fr"), timezone.now()) == []

    def test_a_subscription_goes_on_with_a_term_whose_slug_changes(self, genk):
        theme = a_theme("nightlife")
        subscription = a_subscription(themes=[theme])
        theme.slug = "night-life"
        theme.save()
        practice = a_practice(genk, themes=[theme], **an_hour_ago())
        assert told(subscription) == [practice]

    def test_a_theme_that_is_deleted_matches_nothing_rather_than_everything(self, genk):
        subscription = a_subscription(themes=[a_theme("nightlife")])
        Theme.objects.all().delete()
        a_practice(genk, **an_hour_ago())
        assert told(subscription) == []
