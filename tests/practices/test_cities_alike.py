"""Members that are like a city, and in what."""

import re
from html import unescape

import pytest
from django.utils.translation import override

from cities.enums import MembershipState
from cities.models import City, Membership
from practices.network.likeness import (
    CANDIDATES,
    MOST_SHOWN,
    WEIGHTS,
    Traits,
    candidates,
    cities_like,
    likeness,
)
from tests.domain import a_city, a_partnership, a_practice, a_theme

pytestmark = pytest.mark.django_db


def names(found):
    return [like.city.official_name for like in found]


def reasons(found, name):
    (like,) = (like for like in found if like.city.official_name == name)
    return like.words


@pytest.fixture
def genk():
    """A city of a size, with a theme and with partners."""
    genk = a_city("Genk", "BE", population=60_000)
    drugs = a_theme("drugs", "Drugs")
    theme = a_theme("consumption", "Drug consumption", parent=drugs)
    a_partnership(
        genk, a_practice(genk, themes=[theme]), kinds=("local_police", "social_services")
    )
    genk.theme, genk.parent = theme, drugs
    return genk


def test_one_part_alone_counts_as_much_as_its_weight():
    own = a_city("Own", "BE", population=100_000)
    same_size = a_city("Same", "FR", population=100_000)
    ten_times = a_city("Ten", "FR", population=1_000_000)
    twice = a_city("Twice", "FR", population=200_000)
    unknown = a_city("Unknown", "FR")
    compatriot = a_city("Near", "BE")
    of = Traits
    assert likeness(of(own), of(same_size)) == pytest.approx(0.30)
    assert likeness(of(own), of(ten_times)) == pytest.approx(0)
    assert likeness(of(own), of(twice)) == pytest.approx(0.30 * 0.699, abs=0.001)
    assert likeness(of(own), of(unknown)) == 0
    assert likeness(of(own), of(compatriot)) == pytest.approx(0.10)
    themes, more = frozenset({1, 2}), frozenset({2, 3, 4})
    assert likeness(of(own, themes), of(unknown, more)) == pytest.approx(0.35 / 4)
    kinds = frozenset({"police"})
    assert likeness(of(own, kinds=kinds), of(unknown, kinds=kinds)) == pytest.approx(0.25)
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_the_most_alike_come_first_each_with_the_reasons_in_words(genk):
    twin = a_city("Twin", "BE", population=61_000)
    a_partnership(
        twin,
        a_practice(twin, themes=[genk.theme]),
        kinds=("national_police", "social_services"),
    )
    colleague = a_city("Colleague", "FR", population=900_000)
    a_practice(colleague, themes=[genk.theme])
    sized = a_city("Sized", "SE", population=55_000)
    a_city("Nothing", "SE", population=5)
    found = cities_like(genk)
    assert names(found) == ["Twin", "Colleague", "Sized"]
    assert reasons(found, "Twin") == (
        "about the same size; works on “Drug consumption” too; also joins police and social"
        " services; in the same country"
    )
    assert reasons(found, "Colleague") == "works on “Drug consumption” too"
    assert reasons(found, sized.official_name) == "about the same size"
    assert found[0].value == pytest.approx(1, abs=0.01)


def test_a_theme_of_the_same_parent_is_a_likeness_too(genk):
    other = a_theme("dealing", "Dealing", parent=genk.parent)
    cousin = a_city("Cousin", "BE")
    a_practice(cousin, themes=[other])
    assert reasons(cities_like(genk), "Cousin") == "works on “Drugs” too; in the same country"


def test_reasons_name_three_themes_at_most(genk):
    themes = [a_theme(f"theme-{number}") for number in range(5)]
    a_practice(genk, themes=themes)
    twin = a_city("Twin", "FR")
    a_practice(twin, themes=themes)
    assert reasons(cities_like(genk), "Twin").count("“") == 3


def test_only_members_are_proposed_and_only_what_is_published_counts(genk):
    former = a_city("Former", "BE", member=False, population=60_000)
    lapsed = a_city("Lapsed", "BE", population=60_000)
    lapsed.memberships.update(state=MembershipState.LAPSED)
    drafting = a_city("Drafting", "FR", population=5)
    a_practice(drafting, themes=[genk.theme], published_days_ago=None)
    assert cities_like(genk) == []
    # Who is none may still look for members that are like it.
    a_city("Sized", "BE", population=60_000)
    assert names(cities_like(former)) == ["Genk", "Sized"]
    assert names(cities_like(lapsed)) == ["Genk", "Sized"]


def test_what_a_former_member_has_not_published_is_no_reason(genk):
    former = a_city("Former", "SE", member=False)
    a_partnership(former)
    assert cities_like(former) == []


def test_a_city_that_has_said_nothing_has_none_like_it(genk):
    assert cities_like(a_city("New", "BE")) == []


def test_of_many_only_the_most_alike_are_shown_in_a_stable_order(genk):
    for number in range(MOST_SHOWN + 3):
        a_city(f"Stad {number}", "FR", population=60_000)
    found = names(cities_like(genk))
    assert found == [f"Stad {number}" for number in range(MOST_SHOWN)]
    assert found == names(cities_like(genk))


def test_candidates_are_bounded_and_the_nearest_in_size_are_among_them(
    genk, django_assert_num_queries
):
    half = CANDIDATES // 2
    rows = City.objects.bulk_create(
        City(
            official_name=f"Stad {number:04}",
            listed_as=f"Stad {number:04}",
            slug=f"stad-{number:04}",
            country="FR",
            population=60_000 + (number + 1) * (1 if number % 2 else -1) * 20,
        )
        for number in range(3 * CANDIDATES)
    )
    Membership.objects.bulk_create(
        Membership(city=row, state=MembershipState.ACTIVE, starts_on="2019-01-01") for row in rows
    )
    sizes = sorted(city.population for city in candidates(Traits(genk)))
    assert len(sizes) == CANDIDATES
    assert sizes[half - 1] < 60_000 < sizes[half]
    assert sizes[-1] - 60_000 <= CANDIDATES * 20 + 20
    with django_assert_num_queries(10):
        found = cities_like(genk)
    assert names(found)[:2] == ["Stad 0000", "Stad 0001"]


def test_the_page_says_it_in_words_and_leads_to_their_networks(client, genk):
    twin = a_city("Twin", "BE", population=61_000, name_fr="Jumelle")
    page = unescape(client.get("/en/cities/genk/network/").content.decode())
    section = re.search(r'<section id="like">.*?</section>', page, re.DOTALL)[0]
    assert f'<a href="/en/cities/{twin.slug}/network/">Twin</a>' in section
    assert "Belgium · 61,000 inhabitants" in section
    assert "About the same size; in the same country." in section
    assert "themes of their practices (35 of 100), by size (30)" in section
    page = unescape(client.get("/fr/cities/genk/network/").content.decode())
    assert ">Jumelle</a>" in page


def test_reasons_are_in_the_language_of_the_reader(genk):
    twin = a_city("Twin", "FR", population=60_000)
    genk.theme.name_fr = "Consommation"
    genk.theme.save()
    a_practice(twin, themes=[genk.theme])
    with override("fr"):
        assert "Consommation" in reasons(cities_like(genk), "Twin")
