"""Readers look for practices."""

import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from tests.domain import a_city, a_partnership, a_practice, a_theme
from tests.lists import counts

pytestmark = pytest.mark.django_db


def titles(page):
    """The titles on a page of practices, in their order."""
    found = re.findall(
        r'<h2 class="card-title"><a[^>]*>(.*?)</a></h2>', page.content.decode(), re.DOTALL
    )
    return [re.sub(r"<[^>]+>", "", title) for title in found]


@pytest.fixture
def network():
    """Three cities in two countries, with practices on three themes."""
    radicalisation = a_theme("radicalisation", name_fr="Radicalisation")
    returnees = a_theme("returnees", parent=radicalisation, name_fr="Revenants")
    nightlife = a_theme("nightlife", name_fr="Vie nocturne")
    lille, lyon, genk = a_city("Lille", "FR"), a_city("Lyon", "FR"), a_city("Genk", "BE")
    a_practice(lille, "fr", title_fr="Familles", themes=[returnees], published_days_ago=3)
    a_practice(lyon, "fr", title_fr="Contre-discours", themes=[radicalisation, nightlife])
    a_practice(genk, "nl", title_nl="Mentoren", themes=[radicalisation], published_days_ago=1)
    a_practice(lyon, "fr", title_fr="Nuit", themes=[nightlife], published_days_ago=20)
    a_practice(genk, "nl", title_nl="Nog niet klaar", themes=[nightlife], published_days_ago=None)


def test_newest_first_and_no_drafts(client, network):
    assert titles(client.get("/en/practices/")) == [
        "Mentoren",
        "Familles",
        "Contre-discours",
        "Nuit",
    ]


def test_country_and_theme_together(client, network):
    page = client.get("/fr/practices/?country=FR&theme=radicalisation")
    assert titles(page) == ["Familles", "Contre-discours"]


def test_a_parent_theme_includes_its_children(client, network):
    page = client.get("/en/practices/?theme=radicalisation")
    assert titles(page) == ["Mentoren", "Familles", "Contre-discours"]
    assert titles(client.get("/en/practices/?theme=returnees")) == ["Familles"]


def test_values_of_one_facet_mean_or(client, network):
    page = client.get("/en/practices/?country=FR&country=BE&theme=nightlife&theme=returnees")
    assert titles(page) == ["Familles", "Contre-discours", "Nuit"]


def test_counts_leave_out_the_facets_own_choice(client, network):
    page = client.get("/en/practices/?country=BE&theme=radicalisation")
    assert titles(page) == ["Mentoren"]
    assert counts(page, "country") == {"BE": 1, "FR": 2}
    assert counts(page, "theme") == {"radicalisation": 1}


def test_counts_follow_the_words_searched(client, network):
    page = client.get("/fr/practices/?q=familles")
    assert titles(page) == ["Familles"]
    assert counts(page, "country") == {"FR": 1}
    assert counts(page, "theme") == {"radicalisation": 1, "returnees": 1}


def test_narrowing_by_a_kind_of_partner(client, network):
    lille = a_city("Nantes", "FR")
    together = a_practice(lille, "fr", title_fr="Ensemble")
    a_partnership(lille, together, kinds=("local_police", "social_services", "civil_society"))
    page = client.get("/en/practices/?partner=social_services")
    assert titles(page) == ["Ensemble"]
    assert counts(page, "partner") == {
        "local_police": 1,
        "social_services": 1,
        "civil_society": 1,
    }


def test_every_choice_can_be_removed_by_itself(client, network):
    page = client.get("/en/practices/?country=FR&country=BE&theme=nightlife").content.decode()
    assert 'href="/en/practices/?country=BE&amp;theme=nightlife"' in page
    assert 'href="/en/practices/?country=FR&amp;theme=nightlife"' in page
    assert 'href="/en/practices/?country=FR&amp;country=BE"' in page


@pytest.mark.parametrize(
    ("language", "written", "searched"),
    [
        ("fr", "Prévention de la délinquance", "prevention delinquances"),
        ("de", "Präventionsräte in Stadtteilen", "praventionsrat stadtteile"),
        ("nl", "Bemiddelaars voor jongeren", "bemiddelaar"),
        ("es", "Mediación en barrios", "mediacion barrio"),
        ("it", "Attività di strada", "attivita strade"),
        ("pt", "Prevenção nas escolas", "prevencao escola"),
        ("sv", "Trygghetsvandringar på kvällen", "trygghetsvandring"),
        ("en", "Mentors for young people", "mentoring"),
    ],
)
def test_words_are_found_in_each_language_without_accents_mattering(
    client, language, written, searched
):
    city = a_city()
    a_practice(city, language, **{f"title_{language}": written})
    a_practice(city, language, **{f"title_{language}": "Xylophon"})
    assert titles(client.get(f"/{language}/practices/", {"q": searched})) == [written]


def test_an_original_is_found_in_its_own_language_by_readers_of_another(client):
    a_practice(a_city(), "nl", title_nl="Buurtbemiddeling in de wijken")
    assert titles(client.get("/fr/practices/", {"q": "wijk"})) == ["Buurtbemiddeling in de wijken"]


def test_a_translation_is_found_and_shown_in_the_readers_language(client):
    a_practice(a_city(), "nl", title_nl="Buurtbemiddeling", title_fr="Médiation de quartier")
    assert titles(client.get("/fr/practices/", {"q": "quartiers"})) == ["Médiation de quartier"]
    assert titles(client.get("/en/practices/", {"q": "quartiers"})) == []


def test_phrases_and_excluded_words(client):
    city = a_city()
    a_practice(city, "en", title_en="Street work at night")
    a_practice(city, "en", title_en="Night work in the street")
    assert titles(client.get("/en/practices/", {"q": '"street work"'})) == ["Street work at night"]
    assert titles(client.get("/en/practices/", {"q": "night -street"})) == []


def test_the_best_match_comes_first(client):
    city = a_city()
    a_practice(city, "en", title_en="Football", how_it_works_en="Mediation.", published_days_ago=1)
    a_practice(city, "en", title_en="Mediation", published_days_ago=9)
    assert titles(client.get("/en/practices/?q=mediation")) == ["Mediation", "Football"]
    assert titles(client.get("/en/practices/?q=mediation&sort=newest")) == [
        "Football",
        "Mediation",
    ]


def test_the_best_match_comes_first_in_another_language_too(client):
    city = a_city()
    a_practice(city, "nl", title_nl="Voetbal", how_it_works_nl="Wijken.", published_days_ago=1)
    a_practice(city, "nl", title_nl="Bemiddeling in de wijk", published_days_ago=9)
    for language in ("nl", "fr", "en"):
        assert titles(client.get(f"/{language}/practices/?q=wijk"))[0] == "Bemiddeling in de wijk"


def test_every_language_can_be_searched(client, settings):
    city = a_city()
    for code, _name in settings.LANGUAGES:
        a_practice(city, code, **{f"title_{code}": f"Xylophon {code}"})
        assert f"Xylophon {code}" in titles(client.get(f"/{code}/practices/?q=xylophon"))


def test_search_follows_every_change_of_a_practice(client):
    practice = a_practice(a_city(), "en", title_en="Mediation")
    practice.title_en = "Mentoring"
    practice.save()
    assert titles(client.get("/en/practices/?q=mediation")) == []
    type(practice).objects.filter(pk=practice.pk).update(title_en="Theatre")
    assert titles(client.get("/en/practices/?q=theatre")) == ["Theatre"]


def test_long_lists_come_in_pages_that_keep_the_search(client):
    city = a_city("Lille", "FR")
    for _number in range(45):
        a_practice(city, "fr")
    page = client.get("/en/practices/?country=FR&page=2")
    assert len(titles(page)) == 20
    assert 'href="?country=FR&amp;page=3"' in page.content.decode()
    assert len(titles(client.get("/en/practices/?country=FR&page=3"))) == 5


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("country=XX", 200, "“XX” is not known as a value of “Country”"),
        ("theme=nothing&country=FR", 200, "“nothing” is not known as a value of “Theme”"),
        ("sort=sideways", 200, "practices found"),
        ("page=999999", 404, "There is no page 999999; the last one is page 1."),
        ("page=99999999999999999999999999", 404, "There is no page 9999"),
        ("page=-1", 404, "There is no page -1"),
        ("page=two", 404, "is not a number"),
        ("q=%00", 400, "This address cannot be read"),
        ("country=%00", 400, "This address cannot be read"),
        ("q=" + "a" * 10_000, 200, "only the first 200 characters"),
        ("q=%FF%FE", 200, "practices found"),
        ("q='); DROP TABLE practices_practice; --", 200, "practices found"),
        ("q=((((&%7C!:*", 200, "practices found"),
        ("q=" + "-" * 200, 200, "practices found"),
        ("q=" + "-(" * 99 + "a", 200, "practices found"),
        ("q=" + "-" * 190 + "nuit", 200, "practices found"),
        ("&".join(f"country={number}" for number in range(900)), 200, "is not known"),
    ],
)
def test_what_makes_no_sense_is_answered_in_words(client, network, query, status, words):
    page = client.get(f"/en/practices/?{query}")
    assert page.status_code == status
    assert words in page.content.decode()


def test_a_session_that_we_never_made_is_ignored(client):
    client.cookies["efus_session"] = '"abcdefgh\\000xyz"'
    assert client.get("/en/account/").status_code == 302


def test_the_number_of_queries_does_not_grow(client, django_assert_num_queries):
    theme, child = a_theme("nightlife"), None
    child = a_theme("bars", parent=theme)
    address = "/fr/practices/?q=praktijk&country=BE&theme=nightlife"

    def add(number):
        for _row in range(number):
            city = a_city(f"Stad {_row} {number}", "BE")
            practice = a_practice(city, "nl", themes=[theme, child])
            a_partnership(city, practice)

    add(2)
    client.get(address)
    with django_assert_num_queries(23):
        client.get(address)
    add(30)
    with django_assert_num_queries(23):
        client.get(address)


def test_a_list_does_not_load_every_languages_texts(client, django_assert_max_num_queries):
    a_practice(a_city(), "nl", how_it_works_nl="Een heel lang verhaal")
    with django_assert_max_num_queries(20) as queries:
        client.get("/fr/practices/")
    selected = [query["sql"] for query in queries if "shown_title" in query["sql"]]
    assert selected
    assert not any('."how_it_works_nl"' in sql for sql in selected)


def test_the_address_of_browsing_is_the_same_in_every_language(client, network):
    page = client.get("/fr/practices/?country=FR").content.decode()
    with override("nl"):
        assert f'href="{reverse("practices:browse")}?country=FR" hreflang="nl"' in page
    assert 'hreflang="x-default" href="http://127.0.0.1:8000/en/practices/?country=FR"' in page
