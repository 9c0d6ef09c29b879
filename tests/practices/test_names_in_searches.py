"""Names that readers type: cities, countries, themes, in whatever language."""

import pytest

from cities.models import City
from practices.models import Method, TargetGroup, Theme
from practices.search.known_names import KnownName, SearchWord
from practices.search.loading import load_search_words
from practices.search.names import recognised
from practices.taxonomy import load_taxonomy
from tests.domain import a_city, a_theme

pytestmark = pytest.mark.django_db


def found(words, language="en"):
    return [(name.kind, name.value) for name in recognised(words, language)]


@pytest.fixture
def antwerpen():
    return a_city("Antwerpen", "BE", name_fr="Anvers", name_es="Amberes", name_en="Antwerp")


@pytest.fixture
def taxonomy():
    load_taxonomy()
    load_search_words()


def test_a_city_and_a_theme_in_one_search(antwerpen, taxonomy):
    city, theme = recognised("Anvers drogue", "fr")
    assert (city.kind, city.value, city.label) == ("city", "antwerpen", "Anvers")
    assert (theme.value, theme.label) == ("drugs-and-addictions", "Drogues et addictions")
    assert [(each.spelled, each.start, each.end) for each in (city, theme)] == [
        ("Anvers", 0, 6),
        ("drogue", 7, 13),
    ]


@pytest.mark.parametrize("typed", ["antwerpen", "ANVERS", "Àmberes", "l’Anvers", "antwerp?"])
def test_a_city_by_each_of_its_names_whoever_reads(antwerpen, typed):
    for language, label in (("en", "Antwerp"), ("sv", "Antwerpen")):
        (name,) = recognised(typed, language)
        assert (name.value, name.label) == ("antwerpen", label)


@pytest.mark.parametrize(
    "typed", ["Allemagne", "germany", "DUITSLAND", "alemania", "Tyskland", "DE", "DEU"]
)
def test_a_country_in_each_language_and_by_its_code(typed):
    (name,) = recognised(typed, "nl")
    assert (name.kind, name.value, name.label) == ("country", "DE", "Duitsland")


def test_codes_of_countries_are_written_in_capitals_among_other_words(taxonomy):
    assert ("country", "DE") not in found("travail de rue", "fr")
    assert ("country", "DE") not in found("TRAVAIL DE RUE", "fr")
    assert ("country", "BE") in found("mediation BE")


def test_what_only_looks_like_the_code_of_a_country_is_none():
    for typed in ("Hilfe für IS-Heimkehrer", "IT-brott", "IS terugkeerders", "AI", "l'ES"):
        assert "country" not in dict(found(typed, "de")), typed
    for typed in ("mediation (BE)", "ES, mediation", "drugs PT"):
        assert "country" in dict(found(typed, "en")), typed


def test_a_word_with_its_own_endings_counts_before_one_of_the_same_stem(taxonomy):
    assert found("ouders", "nl") == [("group", "families")]
    assert found("ouderen", "nl") == [("group", "older-people")]
    # Not so of another kind: the group has the plural, the theme only the singular.
    SearchWord.objects.filter(kind="theme", word="refugees").delete()
    assert ("theme", "migration-and-inclusion") in found("refugees", "en")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("stupéfiants", "drugs-and-addictions"),
        ("toxicomanies", "drugs-and-addictions"),
        ("drugs", "drugs-and-addictions"),
        ("Drogen", "drugs-and-addictions"),
        ("Häusliche Gewalt", "domestic-violence"),
        ("hausliche gewalt", "domestic-violence"),
        ("cambriolages", "property-crime"),
        ("hooligans", "sport-and-supporters"),
        ("violences faites aux femmes et violences de genre", "violence-against-women"),
        ("skolor", "schools"),
    ],
)
def test_a_theme_by_its_name_or_a_search_word_in_any_form(taxonomy, typed, value):
    for language in ("en", "it"):
        assert ("theme", value) in found(typed, language)


def test_groups_methods_and_partners(taxonomy):
    assert found("personnes âgées") == [("group", "older-people")]
    assert found("forum theatre") == [("method", "theatre-forum")]
    assert found("police locale") == [("partner", "local_police")]
    assert found("gemeentepolitie") == [("partner", "local_police")]


def test_the_longest_name_counts_and_namesakes_all_do(taxonomy):
    a_city("Frankfurt", "DE")
    a_city("Frankfurt (Oder)", "DE")
    a_city("Luxembourg", "LU")
    assert found("Frankfurt Oder") == [("city", "frankfurt-oder")]
    assert found("frankfurt") == [("city", "frankfurt")]
    assert set(found("Luxembourg")) == {("city", "luxembourg"), ("country", "LU")}
    assert found("drug trafficking") == [("theme", "drug-trafficking")]


def test_what_is_quoted_or_excluded_is_no_name(antwerpen, taxonomy):
    assert found('"Anvers" -drogue') == []
    assert found('-"Anvers"') == []
    a_city("Saint-Denis", "FR")
    assert found("Saint-Denis") == [("city", "saint-denis")]
    assert found("-Saint-Denis") == []
    assert found('Saint "x" Denis') == []
    assert found('"Anvers') == []


def test_names_follow_every_change(antwerpen):
    City.objects.filter(pk=antwerpen.pk).update(name_fr="Anverse")
    assert found("anvers") == []
    assert found("anverse") == [("city", "antwerpen")]
    City.objects.filter(pk=antwerpen.pk).update(slug="the-port")
    assert found("anverse") == [("city", "the-port")]
    theme = a_theme("nightlife", name_fr="Vie nocturne")
    SearchWord.objects.create(kind="theme", value="nightlife", language="fr", word="noctambules")
    assert found("noctambule") == [("theme", "nightlife")]
    theme.delete()
    assert found("noctambule") == []
    assert found("vie nocturne") == []
    SearchWord.objects.all().delete()
    assert not KnownName.objects.filter(kind="theme").exists()


def test_search_words_are_for_what_there_is_and_loaded_once(taxonomy):
    known = {
        "theme": set(Theme.objects.values_list("slug", flat=True)),
        "group": set(TargetGroup.objects.values_list("slug", flat=True)),
        "method": set(Method.objects.values_list("slug", flat=True)),
    }
    for word in SearchWord.objects.all():
        word.clean()
    for kind in ("theme", "group"):
        for slug in known[kind]:
            words = SearchWord.objects.filter(kind=kind, value=slug)
            assert words.values("language").distinct().count() == 8, slug
    SearchWord.objects.filter(word="crack").delete()
    assert load_search_words() == 0


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "\x00",
        "🚓 🚨",
        '"',
        "- - -",
        "---",
        "'; DROP TABLE search_knownname; --",
        "%s %(a)s {} \\",
        "a" * 10_000,
        "a " * 5_000,
        '"' * 10_000,
        "-" * 10_000,
        "و" * 200,
        "the and of",
    ],
)
def test_what_makes_no_sense_has_no_names(antwerpen, typed):
    assert found(typed) == []


def test_as_many_queries_however_much_is_typed(antwerpen, taxonomy, django_assert_num_queries):
    for typed in ("Anvers", "Anvers drogue " * 50):
        with django_assert_num_queries(2):
            assert found(typed)
