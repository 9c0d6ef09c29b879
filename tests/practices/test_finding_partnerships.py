"""Readers narrow the partnerships by whom they join, where, on what and how."""

import re
from html import unescape

import pytest

from practices.enums import OrganisationKind
from practices.models import Partnership
from tests.domain import a_city, a_partnership, a_practice, a_theme
from tests.lists import counts

pytestmark = pytest.mark.django_db

ADDRESS = "/en/partnerships/"


def text_of(page):
    return unescape(page.content.decode())


def names_shown(page):
    return set(re.findall(r"Overleg \d+", text_of(page)))


def links_with(page, words):
    """The queries of the links that have *words* in them."""
    links = re.findall(
        r'<a [^>]*href="(?:/en/partnerships/)?\?([^"]*)"[^>]*>(.*?)</a>', text_of(page), re.DOTALL
    )
    return [query for query, label in links if words in re.sub(r"<[^>]*>", "", label)]


def with_fields(partnership, **fields):
    Partnership.objects.filter(pk=partnership.pk).update(**fields)
    return str(partnership)


@pytest.fixture
def cities():
    return a_city("Genk", "BE"), a_city("Lille", "FR"), a_city("Aarhus", "DK")


@pytest.fixture
def found(cities):
    """Three partnerships by what they are known for."""
    genk, lille, aarhus = cities
    drugs = a_theme("drugs")
    nightlife, youth = a_theme("nightlife", parent=drugs), a_theme("youth")
    return {
        "genk": with_fields(
            a_partnership(
                genk,
                a_practice(genk, themes=[nightlife]),
                kinds=("local_police", "social_services"),
            ),
            formality="protocol",
            model="LISC-R",
        ),
        "lille": with_fields(
            a_partnership(
                lille,
                a_practice(lille, themes=[drugs, youth]),
                kinds=("national_police", "social_services", "civil_society"),
            ),
            formality="statutory",
            model="clspd",
        ),
        "aarhus": with_fields(
            a_partnership(
                aarhus,
                a_practice(aarhus, themes=[youth], published_days_ago=None),
                kinds=("school", "youth_work", "local_police", "national_police"),
            ),
            formality="statutory",
            model="ssp",
        ),
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"genk", "lille", "aarhus"}),
        ("model=clspd", {"lille"}),
        ("model=CLSPD&model=SSP", {"lille", "aarhus"}),
        ("model=lisc+r", {"genk"}),
        ("model=CPRAF", set()),
        ("theme=nightlife", {"genk"}),
        ("theme=drugs", {"genk", "lille"}),
        ("theme=youth", {"lille"}),  # what Aarhus writes is not published
        ("formality=statutory", {"lille", "aarhus"}),
        ("formality=statutory&formality=protocol", {"genk", "lille", "aarhus"}),
        ("formality=statutory&theme=drugs", {"lille"}),
        ("partner=police", {"genk", "lille", "aarhus"}),
        ("partner=local_police", {"genk", "aarhus"}),
        ("partner=police&partner=social_services", {"genk", "lille"}),
        ("partner=police&partner=social_services&country=FR&country=DK", {"lille"}),
    ],
)
def test_each_filter_narrows(client, found, query, expected):
    page = client.get(f"{ADDRESS}?{query}")
    assert names_shown(page) == {found[name] for name in expected}
    number = re.search(r"<strong>(\d+)</strong> partnerships? found", text_of(page))[1]
    assert int(number) == len(expected)


def test_counts_leave_out_the_facets_own_choice(client, found):
    page = client.get(f"{ADDRESS}?formality=protocol&theme=drugs")
    assert counts(page, "formality") == {"protocol": 1, "statutory": 1}
    assert counts(page, "theme") == {"drugs": 1, "nightlife": 1}
    assert counts(page, "model") == {"lisc r": 1}
    assert counts(page, "country") == {"BE": 1}


def test_counts_of_kinds_say_what_adding_one_leaves(client, found):
    page = client.get(f"{ADDRESS}?partner=social_services")
    assert counts(page, "partner") == {
        "police": 2,
        "local_police": 1,
        "national_police": 1,
        "social_services": 2,
        "civil_society": 1,
    }
    assert "Of several kinds, all take part." in text_of(page)
    # Who joins both polices counts once for the police.
    page = client.get(f"{ADDRESS}?country=DK")
    assert counts(page, "partner")["police"] == 1


def test_spellings_of_a_model_are_one_value_and_named_as_it_is_known(client, cities):
    _genk, lille, _aarhus = cities
    for model in ("clspd", "CLSPD", "C-L-S", "Ville sûre", "Ville Sure", "Ville sûre"):
        with_fields(a_partnership(lille), model=model)
    page = client.get(ADDRESS)
    assert counts(page, "model") == {"clspd": 2, "c l s": 1, "ville sure": 3}
    assert "<span>CLSPD</span>" in text_of(page)
    assert "<span>Ville sûre</span>" in text_of(page)
    assert len(names_shown(client.get(f"{ADDRESS}?model=VILLE+SÛRE"))) == 3


def test_of_many_models_the_most_used_and_the_chosen_are_listed(client, cities):
    genk, _lille, _aarhus = cities
    for number in range(40):
        with_fields(a_partnership(genk), model=f"Model {number:02}")
    with_fields(a_partnership(genk), model="Model 39")
    listed = counts(client.get(ADDRESS), "model")
    assert len(listed) == 30
    assert listed["model 39"] == 2
    assert "model 38" not in listed
    assert counts(client.get(f"{ADDRESS}?model=Model+38"), "model")["model 38"] == 1


def test_every_choice_is_shown_and_can_be_removed_by_itself(client, found):
    page = client.get(f"{ADDRESS}?partner=police&partner=school&model=SSP&formality=statutory")
    for label, rest in {
        "Kinds of partners joined: Police": "partner=school&model=ssp&formality=statutory",
        "Kinds of partners joined: School": "partner=police&model=ssp&formality=statutory",
        "Model: SSP": "partner=police&partner=school&formality=statutory",
        "Formality: Required by law": "partner=police&partner=school&model=ssp",
    }.items():
        assert links_with(page, label) == [rest]


def test_where_nothing_is_found_the_page_says_what_to_drop_and_what_that_finds(client, found):
    page = client.get(f"{ADDRESS}?partner=school&partner=social_services&formality=statutory")
    assert names_shown(page) == set()
    text = re.sub(r"<[^>]*>", "", text_of(page))
    assert re.search(r"Without “Kinds of partners joined: School”\s+1 partnership", text)
    assert re.search(r"Without “Kinds of partners joined: Social services”\s+1 partnership", text)
    assert "Without “Formality" not in text
    (way,) = links_with(page, "Without “Kinds of partners joined: School”")
    assert names_shown(client.get(f"{ADDRESS}?{way}")) == {found["lille"]}


def test_values_of_one_facet_are_dropped_together(client, found):
    page = client.get(f"{ADDRESS}?country=BE&country=DK&model=CLSPD")
    (way,) = links_with(page, "Without “Country: Belgium, Denmark”")
    assert names_shown(client.get(f"{ADDRESS}?{way}")) == {found["lille"]}


def test_where_dropping_one_filter_is_not_enough_the_page_says_so(client, found):
    page = client.get(f"{ADDRESS}?country=BE&model=CLSPD&partner=youth_work")
    assert "dropping one filter is not enough" in text_of(page)
    assert "Without “" not in text_of(page)


def test_a_platform_without_partnerships_says_so(client):
    page = client.get(ADDRESS)
    assert "No partnership has been described yet." in text_of(page)


def test_what_many_look_for_is_a_link_that_keeps_the_other_filters(client, found):
    page = client.get(f"{ADDRESS}?country=FR&partner=health")
    (way,) = links_with(page, "Police + social services + civil society 1")
    page = client.get(f"{ADDRESS}?{way}")
    assert names_shown(page) == {found["lille"]}
    assert "country=FR" in way
    assert "partner=health" not in way
    assert 'aria-current="true">Police + social services + civil society' in text_of(page)
    page = client.get(ADDRESS)
    (way,) = links_with(page, "School + youth work + police 1")
    assert names_shown(client.get(f"{ADDRESS}?{way}")) == {found["aarhus"]}


def test_what_is_not_public_counts_nowhere(client, found):
    former = a_city("Former", "SE", member=False)
    with_fields(a_partnership(former, kinds=("media", "local_police")), model="Brå")
    page = client.get(ADDRESS)
    assert "SE" not in counts(page, "country")
    assert "media" not in counts(page, "partner")
    assert "bra" not in counts(page, "model")
    assert counts(page, "partner")["police"] == 3


def test_pages_follow_each_other_without_gap_and_keep_every_choice(client, cities):
    everything = set()
    for number in range(45):
        partnership = a_partnership(cities[number % 3])
        everything.add(with_fields(partnership, formality="contract"))
    query = "partner=police&formality=contract"
    pages = [client.get(f"{ADDRESS}?{query}&page={number}") for number in (1, 2, 3)]
    assert [len(names_shown(page)) for page in pages] == [20, 20, 5]
    assert set.union(*map(names_shown, pages)) == everything
    assert links_with(pages[0], "Next") == [f"{query}&page=2"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("model=Robocop", "“robocop” is not known as a value of “Model”"),
        ("theme=nothing", "“nothing” is not known as a value of “Theme”"),
        ("formality=%27%3B+DROP+TABLE", "is not known as a value of “Formality”"),
        ("model=" + "a%CC%81" * 3000, "is not known as a value of “Model”"),
        ("&".join(f"partner={number}" for number in range(900)), "is not known"),
    ],
)
def test_what_cannot_be_understood_is_said(client, found, query, words):
    page = client.get(f"{ADDRESS}?{query}")
    assert page.status_code == 200
    assert words in text_of(page)
    assert len(names_shown(page)) == 3


def test_all_values_at_once_are_answered(client, found):
    kinds = "&".join(f"partner={kind}" for kind in ["police", *OrganisationKind.values])
    page = client.get(f"{ADDRESS}?{kinds}&country=BE&model=ssp&theme=youth&formality=contract")
    assert page.status_code == 200
    assert names_shown(page) == set()


@pytest.mark.parametrize(
    "query", ["", "?partner=police&country=BE&model=SSP&theme=drugs&formality=protocol"]
)
def test_the_number_of_queries_does_not_grow(client, cities, django_assert_num_queries, query):
    genk, _lille, _aarhus = cities
    theme = a_theme("nightlife", parent=a_theme("drugs"))

    def add(number):
        for _row in range(number):
            practices = [a_practice(genk, themes=[theme]) for _practice in range(2)]
            partnership = a_partnership(genk, *practices)
            with_fields(partnership, formality="protocol", model="SSP")

    add(2)
    client.get(ADDRESS + query)
    with django_assert_num_queries(10):
        client.get(ADDRESS + query)
    add(12)
    with django_assert_num_queries(10):
        client.get(ADDRESS + query)
