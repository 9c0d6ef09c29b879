"""What the search box offers while somebody types."""

import pytest

from practices.search import beginnings
from practices.search.beginnings import suggestions
from tests.domain import a_city, a_practice, a_theme

pytestmark = pytest.mark.django_db


def offered(client, typed, language="fr"):
    """The suggestions, by the name of their group."""
    answer = client.get(f"/{language}/practices/suggest/", {"q": typed})
    assert answer.status_code == 200
    return {
        group["label"]: [each["label"] for each in group["suggestions"]]
        for group in answer.json()["groups"]
    }


@pytest.fixture
def network():
    antwerpen = a_city("Antwerpen", "BE", name_fr="Anvers")
    a_city("Den Haag", "NL", name_fr="La Haye")
    a_theme("nightlife", "Nightlife", name_fr="Vie nocturne")
    a_practice(antwerpen, "nl", title_nl="Nachtbemiddeling", title_fr="Médiation de nuit")
    a_practice(antwerpen, "nl", title_nl="Antwerpse avonden", published_days_ago=3)
    a_practice(antwerpen, "nl", title_nl="Antwerpse plannen", published_days_ago=None)
    return antwerpen


def test_cities_themes_and_titles_in_groups(client, network):
    assert offered(client, "antw", "nl") == {
        "Steden": ["Antwerpen"],
        "Praktijkvoorbeelden": ["Antwerpse avonden"],
    }
    assert offered(client, "noct")["Thèmes"] == ["Vie nocturne"]
    assert offered(client, "haag")["Villes"] == ["La Haye"]


def test_any_word_of_a_title_without_accents_in_the_language_shown(client, network):
    assert offered(client, "nuit med")["Pratiques"] == ["Médiation de nuit"]
    assert offered(client, "nachtb") == {}
    assert offered(client, "nachtb", "en")["Practices"] == ["Nachtbemiddeling"]


def test_each_leads_to_its_page_and_says_its_language(client, network):
    answer = client.get("/fr/practices/suggest/", {"q": "antwerpse"}).json()
    assert answer["status"].startswith("1 ")
    (each,) = answer["groups"][0]["suggestions"]
    assert each["language"] == "nl"
    assert "Antwerpse avonden" in client.get(each["address"]).content.decode()
    for typed in ("anvers", "nocturne"):
        (group,) = client.get("/fr/practices/suggest/", {"q": typed}).json()["groups"]
        assert client.get(group["suggestions"][0]["address"]).status_code == 200


def test_eight_at_most_and_as_many_queries(client, django_assert_num_queries):
    city = a_city("Musterstadt", "DE")
    for number in range(12):
        a_city(f"Muster {number}", "DE")
        a_theme(f"muster-{number}", f"Muster {number}")
        a_practice(city, "de", title_de=f"Muster Nummer {number}")
    with django_assert_num_queries(7):
        found = offered(client, "muster", "en")
    assert {label: len(each) for label, each in found.items()} == {
        "Cities": 3,
        "Themes": 3,
        "Practices": 2,
    }


def test_it_is_kept_for_a_minute_and_asked_for_by_its_mark(client, network):
    answer = client.get("/fr/practices/suggest/?q=anv")
    assert answer["Cache-Control"] == "public, max-age=60"
    again = client.get("/fr/practices/suggest/?q=anv", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert client.post("/fr/practices/suggest/").status_code == 405


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "🚓 🚨",
        '"',
        "'",
        "''''",
        "\\",
        ":*",
        "((((&|!<->",
        "- - -",
        "'; DROP TABLE practices_practice; --",
        "%s",
        "ж" * 10_000,
        "a b " * 3_000,
        "\x02\x03",
    ],
)
def test_what_makes_no_sense_has_no_suggestions(client, network, typed):
    assert offered(client, typed) == {}


def test_an_address_with_a_nul_character_is_refused_in_words(client):
    assert client.get("/fr/practices/suggest/?q=%00").status_code == 400


def test_titles_that_take_too_long_are_left_out(network, monkeypatch):
    assert [label for label, _found in suggestions("antwerp", "nl")] == [
        "Steden",
        "Praktijkvoorbeelden",
    ]
    monkeypatch.setattr(
        beginnings, "titles_vector", lambda languages: "(pg_sleep(5)::text::tsvector)"
    )
    assert [label for label, _found in suggestions("antwerp", "nl")] == ["Steden"]
