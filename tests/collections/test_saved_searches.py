"""People save searches, see what is new in them, and have it sent by e-mail."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from efus.tasks import forget_deleted
from practices.digests.changes import MOST_SUBSCRIPTIONS
from practices.digests.models import Subscription
from practices.models import TargetGroup
from practices.saved_searches import changes
from practices.saved_searches.models import MOST_SEARCHES, SavedSearch
from tests.domain import (
    PASSWORD,
    a_city,
    a_person,
    a_practice,
    a_saved_search,
    a_subscription,
    a_theme,
    an_administrator,
)

pytestmark = pytest.mark.django_db
SEARCHES = "/en/account/searches/"


@pytest.fixture
def nightlife():
    return a_theme("nightlife")


@pytest.fixture
def person():
    return a_person("researcher@university.example", language="en")


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def of(saved, rest=""):
    return f"{SEARCHES}{saved.pk}/{rest}"


def test_a_search_is_saved_from_its_results_under_the_names_of_what_was_chosen(
    client, person, nightlife
):
    a_practice(a_city("Genk", "BE"), themes=[nightlife])
    query = "theme=nightlife&country=FR&country=BE"
    page = client.get(f"/en/practices/?{query}")
    (address,) = re.findall(rf'href="({SEARCHES}new/[^"]*)"', text_of(page))
    client.force_login(person)
    page = client.get(address.replace("&amp;", "&"))
    assert 'value="France, Belgium, Nightlife"' in text_of(page)
    sent = {"name": "Nights", "query": hidden(page, "query")}
    page = client.post(f"{SEARCHES}new/?{query}", sent, follow=True)
    assert "The search is saved." in text_of(page)
    # The same in another order is the same search.
    page = client.post(f"{SEARCHES}new/?country=BE&country=FR&theme=nightlife", sent, follow=True)
    assert "saved already, as “Nights”" in text_of(page)
    saved = SavedSearch.objects.get()
    assert (saved.query, saved.language) == ("country=BE&country=FR&theme=nightlife", "en")
    assert not Subscription.objects.exists()
    assert SEARCHES + "new/" not in text_of(client.get("/en/practices/"))


def test_it_is_saved_and_subscribed_to_in_one_step(client, person, nightlife):
    TargetGroup.objects.create(slug="youth", name_en="Youth")
    query = "q=noise&theme=nightlife&country=BE&group=youth&partner=school&evidence=evaluated"
    address = f"{SEARCHES}new/?{query}"
    client.force_login(person)
    for _time in range(2):
        page = client.post(address, {"name": "Noise", "frequency": "daily"}, follow=True)
        assert "by e-mail" in text_of(page)
    subscription = Subscription.objects.get()
    assert (subscription.recipient.user, subscription.frequency) == (person, "daily")
    assert (subscription.words, subscription.language) == ("noise", "en")
    assert subscription.chosen == {
        "country": ["BE"],
        "evidence": ["evaluated"],
        "group": ["youth"],
        "partner": ["school"],
        "theme": ["nightlife"],
    }
    assert subscription.kinds == ["published"]
    assert f"/en/account/subscriptions/{subscription.pk}/" in text_of(page)


def test_a_saved_search_becomes_a_subscription_once_confirmed(client, person, nightlife):
    saved = a_saved_search(person, "theme=nightlife", language="en")
    client.force_login(person)
    page = client.get(of(saved, "by-mail/"))
    assert "Theme: Nightlife" in text_of(page)
    assert not Subscription.objects.exists()
    assert client.post(of(saved, "by-mail/"), {"frequency": "hourly"}).status_code == 422
    page = client.post(of(saved, "by-mail/"), {"frequency": "weekly"}, follow=True)
    assert "New practices come by e-mail, every Monday." in text_of(page)
    page = client.post(of(saved, "by-mail/"), {"frequency": "daily"}, follow=True)
    assert "by e-mail already, every Monday" in text_of(page)
    Subscription.objects.get().end()
    assert "Get these by e-mail" in text_of(client.get(SEARCHES))
    client.post(of(saved, "by-mail/"), {"frequency": "daily"})
    assert Subscription.objects.of(person).get().frequency == "daily"


def test_each_search_brings_its_own_mail_and_what_was_subscribed_to_before_no_second_one(
    person, nightlife
):
    one = a_saved_search(person, "q=noise&theme=nightlife", language="en")
    other = a_saved_search(person, "q=alcohol&theme=nightlife", language="en")
    before = a_subscription(
        person, themes=[nightlife], words="alcohol", language="en", kinds=["published"]
    )
    for saved in (one, other):
        changes.subscribe(saved, "weekly")
    assert one.subscription != other.subscription
    assert other.subscription == before
    assert Subscription.objects.of(person).count() == 2


def test_what_is_not_known_any_more_is_said_and_left_out_of_the_mails(client, person, nightlife):
    saved = a_saved_search(person, "theme=gone&theme=nightlife", language="en")
    only = a_saved_search(person, "theme=gone", language="en")
    client.force_login(person)
    assert "“gone” is not known" in text_of(client.get(of(saved, "by-mail/")))
    assert "you would get every new practice" in text_of(client.get(of(only, "by-mail/")))
    subscription, _is_new = changes.subscribe(saved, "weekly")
    assert subscription.chosen == {"theme": ["nightlife"]}


def test_who_has_all_the_subscriptions_they_can_have_is_told_and_loses_nothing(client, person):
    for number in range(MOST_SUBSCRIPTIONS):
        a_subscription(person, words=f"word{number}")
    saved = a_saved_search(person, "country=BE", language="en")
    client.force_login(person)
    for address, name in [(of(saved, "by-mail/"), ""), (f"{SEARCHES}new/?q=noise", "My noise")]:
        page = client.post(address, {"name": name, "frequency": "daily"})
        assert page.status_code == 422
        assert "You have 50 subscriptions, which is the most." in text_of(page)
        assert name in text_of(page)
    assert SavedSearch.objects.of(person).get() == saved


def test_the_list_says_how_many_are_found_and_how_many_are_new_since_it_was_opened(client, person):
    genk = a_city("Genk", "BE")
    a_practice(genk, published_days_ago=30)
    a_practice(genk, published_days_ago=2)
    a_practice(a_city("Lille", "FR"), published_days_ago=2)
    saved = a_saved_search(
        person, "country=BE", opened_at=timezone.now() - timedelta(days=7), language="nl"
    )
    client.force_login(person)
    page = text_of(client.get(SEARCHES))
    assert "2 practices" in page
    assert "1 new" in page
    assert "Country: Belgium" in page
    assert client.head(of(saved)).status_code == 302
    assert "1 new" in text_of(client.get(SEARCHES))
    page = client.get(of(saved))
    assert page.url == "/nl/practices/?country=BE"
    assert "none new" in text_of(client.get(SEARCHES))


def test_it_is_renamed_deleted_and_brought_back(client, person):
    saved = a_saved_search(person, name="Old name")
    client.force_login(person)
    page = client.post(of(saved, "rename/"), {"name": "New name"}, follow=True)
    assert "New name" in text_of(page)
    assert client.post(of(saved, "rename/"), {"name": "\n"}).status_code == 422
    changes.subscribe(saved, "weekly")
    client.get(of(saved, "delete/"))
    assert SavedSearch.objects.of(person).exists()  # by address alone, nothing happens
    for _time in range(2):
        page = client.post(of(saved, "delete/"), follow=True)
        assert "The mails go on." in text_of(page)
    assert client.get(of(saved)).status_code == 404
    assert Subscription.objects.of(person).exists()
    for _time in range(2):
        page = client.post(of(saved, "bring-back/"), follow=True)
        assert "The search is back." in text_of(page)
    assert SavedSearch.objects.of(person).get() == saved


def test_what_was_saved_again_meanwhile_is_not_brought_back_twice(client, person):
    saved = a_saved_search(person)
    changes.delete(saved)
    a_saved_search(person)
    client.force_login(person)
    page = client.post(of(saved, "bring-back/"), follow=True)
    assert "saved the same search again" in text_of(page)
    assert SavedSearch.objects.of(person).count() == 1
    SavedSearch.objects.filter(pk=saved.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    forget_deleted()
    assert SavedSearch.objects.count() == 1


def test_nobody_else_finds_a_search_administrators_included(client, person):
    saved = a_saved_search(person, name="Private interest")
    for other in (a_person(), an_administrator()):
        client.force_login(other)
        assert "Private interest" not in text_of(client.get(SEARCHES))
        for rest in ("", "rename/", "delete/", "bring-back/", "by-mail/"):
            assert client.get(of(saved, rest)).status_code == 404
            sent = {"name": "Mine", "frequency": "daily"}
            assert client.post(of(saved, rest), sent).status_code in {404, 405}
    saved.refresh_from_db()
    assert (saved.name, saved.deleted_at) == ("Private interest", None)
    assert not Subscription.objects.exists()


def test_what_was_typed_survives_a_lost_session_for_the_same_search_only(client, person):
    address = f"{SEARCHES}new/?country=BE"
    assert "next=" in client.get(address).url
    client.force_login(person)
    page = client.get(address)
    sent = {
        "name": "A name with thought in it",
        "query": hidden(page, "query"),
        "frequency": "monthly",
        "written_by": hidden(page, "written_by"),
    }
    client.logout()
    page = client.post(address, sent)
    signed_in = {"login": person.email, "password": PASSWORD, "next": address}
    page = client.post(page.url, signed_in, follow=True)
    assert "A name with thought in it" in text_of(page)
    assert "It is not saved yet" in text_of(page)
    assert not SavedSearch.objects.exists()
    other = client.get(f"{SEARCHES}new/?country=FR")
    assert "A name with thought in it" not in text_of(other)


@pytest.mark.parametrize(
    "query", ["", "theme=no-such", "q=", "x=1", "q=%20%20", "theme=%27%3B--", "page=3"]
)
def test_a_search_for_nothing_is_not_saved(client, person, query):
    client.force_login(person)
    for ask in (client.get, client.post):
        page = ask(f"{SEARCHES}new/?{query}", follow=True)
        assert page.status_code == 200
        assert "Choose words or filters first" in text_of(page)
    assert not SavedSearch.objects.exists()


def test_very_long_searches_are_told_so(client, person):
    for number in range(50):
        a_theme(f"a-theme-with-a-very-long-name-that-goes-on-and-on-{number}")
    query = "&".join(
        f"theme=a-theme-with-a-very-long-name-that-goes-on-and-on-{number}" for number in range(50)
    )
    client.force_login(person)
    page = client.get(f"{SEARCHES}new/?{query}", follow=True)
    assert "too many filters to be saved" in text_of(page)
    page = client.post(f"{SEARCHES}new/?q={'x' * 190}", {"name": "x" * 101})
    assert page.status_code == 422


def test_a_search_whose_theme_is_gone_says_so(client, person):
    a_saved_search(person, "country=BE&theme=gone")
    client.force_login(person)
    assert "“gone” is not known" in text_of(client.get(SEARCHES))


def test_the_list_costs_the_same_however_much_is_found(
    client, person, nightlife, django_assert_num_queries, django_assert_max_num_queries
):
    genk = a_city("Genk", "BE")
    for number in range(12):
        a_saved_search(person, f"country=BE&q=word{number}&theme=nightlife")
    client.force_login(person)
    with django_assert_max_num_queries(120) as queries:
        page = client.get(SEARCHES)
    assert text_of(page).count('<article class="card">') == 10
    for _number in range(5):
        a_practice(genk, themes=[nightlife])
        changes.delete(a_saved_search(person, "country=FR"))
    with django_assert_num_queries(len(queries)):
        client.get(SEARCHES)
    assert text_of(client.get(f"{SEARCHES}?page=2")).count('<article class="card">') == 2


# What always holds


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("saved_search_has_name", {"name": " "}),
        ("saved_search_not_empty", {"query": ""}),
        ("saved_search_not_too_long", {"query": "x" * 2_001}),
        ("saved_search_language_known", {"language": "xx"}),
    ],
)
def test_a_saved_search_only_takes_what_makes_sense(person, constraint, fields):
    with refused_by(constraint), transaction.atomic():
        a_saved_search(person, **fields)


def test_nobody_saves_the_same_twice_or_more_than_fifty(client, person):
    a_saved_search(person, "country=BE")
    with refused_by("saved_search_once"), transaction.atomic():
        a_saved_search(person, "country=BE")
    for number in range(MOST_SEARCHES - 1):
        a_saved_search(person, f"q={number}")
    with refused_by("50 saved searches at most"), transaction.atomic():
        a_saved_search(person, "q=another")
    client.force_login(person)
    page = client.post(f"{SEARCHES}new/?q=another", {"name": "Typed with care"})
    assert page.status_code == 422
    assert "which is the most" in text_of(page)
    assert "Typed with care" in text_of(page)
