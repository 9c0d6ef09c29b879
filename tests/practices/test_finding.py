"""What a reader is told of a search: facets, orders, names, slips, and why something was found."""

import re
from html import unescape

import pytest
from django.db import connection

from practices.models import Partnership
from practices.search import text
from practices.search.meaning.making import make_batch
from practices.search.tasks import apply_vocabulary_changes
from tests.domain import a_city, a_practice, a_theme, an_administrator, an_adoption
from tests.practices.test_browse import counts, titles

pytestmark = pytest.mark.django_db


def words_of(page):
    """What stands on a page, without markup."""
    body = re.sub(r"<[^>]+>", "", page.content.decode())
    return " ".join(unescape(body).split())


@pytest.fixture
def cities():
    return (
        a_city("Antwerpen", "BE", name_fr="Anvers", population=530_000, national_forum="BE"),
        a_city("Lille", "FR", population=236_000, national_forum="FR"),
        a_city("Genk", "BE", population=66_000),
    )


@pytest.fixture
def drugs():
    return a_theme("drugs", "Drugs", name_fr="Drogues et addictions")


def test_every_fact_narrows(client, cities):
    antwerpen, lille, genk = cities
    a_practice(
        antwerpen,
        "nl",
        title_nl="Straathoek",
        evidence="evaluated",
        status="finished",
        cost_band="low",
        started_on="2019-05-01",
    )
    a_practice(lille, "fr", title_fr="Médiation", title_en="Mediation", started_on="2021-01-01")
    a_practice(genk, "nl", title_nl="Mentoren")
    for query, found in {
        "original=nl": ["Mentoren", "Straathoek"],
        "language=en": ["Mediation"],
        "evidence=evaluated&evidence=replicated": ["Straathoek"],
        "status=finished": ["Straathoek"],
        "cost=low": ["Straathoek"],
        "year=2019&year=2021": ["Mediation", "Straathoek"],
        "forum=BE": ["Straathoek"],
        "size=from-500000&size=from-50000": ["Mentoren", "Straathoek"],
        "size=under-50000": [],
        "city=lille": ["Mediation"],
    }.items():
        page = client.get(f"/en/practices/?{query}")
        assert sorted(titles(page)) == found, query
    assert counts(client.get("/en/practices/"), "size") == {
        "from-500000": 1,
        "from-100000": 1,
        "from-50000": 1,
    }


def test_most_adopted_and_best_evidence_first(client, cities):
    antwerpen, lille, genk = cities
    taken_up = a_practice(lille, "fr", title_fr="Repris", published_days_ago=30)
    proven = a_practice(
        genk, "nl", title_nl="Bewezen", evidence="replicated", published_days_ago=20
    )
    a_practice(antwerpen, "nl", title_nl="Nieuw", published_days_ago=1)
    an_adoption(taken_up, antwerpen)
    an_adoption(taken_up, genk)
    an_adoption(proven, lille)
    assert titles(client.get("/en/practices/?sort=adopted")) == ["Repris", "Bewezen", "Nieuw"]
    assert titles(client.get("/en/practices/?sort=evidence")) == ["Bewezen", "Nieuw", "Repris"]
    assert titles(client.get("/en/practices/")) == ["Nieuw", "Bewezen", "Repris"]


def test_nothing_found_says_what_to_drop_and_what_that_gives(client, cities):
    antwerpen, lille, _genk = cities
    for number in range(3):
        a_practice(lille, "fr", title_fr=f"Xylophone {number}")
    a_practice(antwerpen, "nl", title_nl="Straathoek", status="finished")
    page = client.get("/en/practices/?q=xylophone&country=FR&status=finished")
    assert titles(page) == []
    assert "3 practices without “Status: finished”" in words_of(page)
    assert 'href="/en/practices/?q=xylophone&amp;country=FR"' in page.content.decode()
    assert "without “Country: France”" not in words_of(page), "that would find nothing either"


def test_names_in_the_words_find_what_they_name(client, cities, drugs):
    antwerpen, lille, _genk = cities
    a_practice(antwerpen, "nl", title_nl="Straathoekwerk", themes=[drugs])
    a_practice(antwerpen, "nl", title_nl="Buurtfeest")
    a_practice(lille, "fr", title_fr="Réduction des risques", themes=[drugs])
    page = client.get("/fr/practices/", {"q": "Anvers drogues addictions"})
    assert titles(page)[0] == "Straathoekwerk"
    page = client.get("/fr/practices/", {"q": "Anvers"})
    assert sorted(titles(page)) == ["Buurtfeest", "Straathoekwerk"]
    assert 'href="/fr/practices/?city=antwerpen"' in page.content.decode()
    assert "Anvers" in words_of(page)


def test_most_of_the_words_are_enough_where_few_have_all(client, cities):
    _antwerpen, lille, _genk = cities
    a_practice(lille, "en", title_en="Night mediators calm noisy bars")
    a_practice(lille, "en", title_en="Swimming lessons")
    page = client.get("/en/practices/", {"q": "noisy bars night neighbours xylophone"})
    assert titles(page) == ["Night mediators calm noisy bars"]
    page = client.get("/en/practices/", {"q": '"night mediators" -noisy'})
    assert titles(page) == []


def test_a_slip_is_put_right(client, cities):
    a_practice(cities[1], "en", title_en="Night mediation")
    apply_vocabulary_changes()
    page = client.get("/en/practices/", {"q": "nigth"})
    assert 'href="/en/practices/?q=night"' in page.content.decode()
    assert "Did you mean" not in words_of(client.get("/en/practices/", {"q": "night"}))


def test_an_excerpt_shows_where_the_words_stand_and_no_markup_gets_through(client, cities):
    a_practice(
        cities[1],
        "en",
        title_en="A story",
        how_it_works_en="First <script>alert(1)</script> the **mediators** walk.",
    )
    page = client.get("/en/practices/", {"q": "mediator"}).content.decode()
    assert "<mark>mediators</mark>" in page
    assert "<script>alert" not in page


def test_a_practice_in_another_language_says_which_and_where_else_it_can_be_read(client, cities):
    practice = a_practice(cities[0], "nl", title_nl="Straathoekwerk", title_en="Street work")
    page = client.get("/fr/practices/")
    assert f'href="/en/practices/{practice.pk}/' in page.content.decode()
    assert 'lang="nl"' in page.content.decode()
    page = client.get("/en/practices/")
    assert "Not in your language yet" not in words_of(page)


def test_what_is_only_meant_is_found_too_and_said_to_be(client, cities):
    _antwerpen, lille, genk = cities
    a_practice(
        genk,
        "nl",
        title_nl="Bemiddelaars in het uitgaansleven",
        summary_nl="’s Nachts kalmeren bemiddelaars ruzies en lawaai bij cafés.",
        how_it_works_nl="Zij praten met gasten van de kroegen en met buren over het lawaai.",
    )
    a_practice(lille, "fr", title_fr="Piscine", summary_fr="Apprendre à nager aux enfants.")
    while make_batch():
        pass
    page = client.get("/en/practices/", {"q": "noise of pubs at night"})
    assert titles(page)[:1] == ["Bemiddelaars in het uitgaansleven"]
    assert "Related in meaning" in words_of(page)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE search_passage DROP COLUMN vector")
    assert titles(client.get("/en/practices/", {"q": "noise of pubs at night"})) == []
    assert titles(client.get("/en/practices/", {"q": "uitgaansleven"})) == [
        "Bemiddelaars in het uitgaansleven"
    ]


def test_staff_are_told_when_search_by_meaning_is_behind(client, cities):
    a_practice(cities[1], "fr", title_fr="Médiation")
    assert "Search by meaning" not in words_of(client.get("/en/practices/"))
    client.force_login(an_administrator(language="en"))
    assert "does not know the latest of 1 practice yet" in words_of(client.get("/en/practices/"))


def test_a_phrase_of_common_words_is_compared_with_the_newest_and_the_page_says_so(
    client, cities, monkeypatch
):
    monkeypatch.setattr(text, "MOST_COMPARED", 2)
    for number in range(4):
        a_practice(cities[1], "en", title_en="Night work", published_days_ago=number)
    page = client.get("/en/practices/", {"q": '"night work"'})
    assert len(titles(page)) == 2
    assert "only the newest were compared" in words_of(page)


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "%28" * 190,
        "q=" + "a%7C" * 90,
        "q=%22" * 1,
        "q=" + "-" * 200,
        "q=or+or+or+or",
        "q=" + "(a%2B)%2B" * 20 + "%24",
        "q=%5C%27%3B--",
        "q=" + "%F0%9F%92%A5" * 50,
        "q=_+%C2%A0+%E2%80%8F",
        "&".join(f"theme=t{number}" for number in range(100)),
        "&".join(f"year={year}" for year in range(1950, 2030)),
        "year=" + "9" * 400,
        "city=" + "x" * 5_000,
    ],
)
def test_garbage_is_answered_in_words(client, cities, query):
    a_practice(cities[1], "fr", title_fr="Médiation")
    page = client.get(f"/en/practices/?{query}")
    assert page.status_code == 200
    assert "found" in words_of(page)
    assert Partnership.objects.count() == 0
