"""Readers put up to four practices side by side."""

import re
from datetime import date

import pytest

from tests.domain import a_city, a_partnership, a_practice, a_theme, a_translation

pytestmark = pytest.mark.django_db
ADDRESS = "/en/practices/compare/"


def compare(client, *values, language="en", **more):
    return client.get(f"/{language}/practices/compare/", {"practice": values, **more})


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def columns(page):
    return len(re.findall(r'class="compare-place"', page.content.decode()))


def row(page, label):
    """(the row's heading, its cells) as words."""
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', page.content.decode(), re.DOTALL)
    for heading, cells in rows:
        if heading.startswith(label):
            found = re.findall(r"<td>(.*?)</td>", cells, re.DOTALL)
            return heading, [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in found]
    raise AssertionError(f"no row {label}")


@pytest.fixture
def practices():
    nightlife, schools = a_theme("nightlife"), a_theme("schools")
    genk, lille = a_city("Genk", "BE"), a_city("Lille", "FR")
    dutch = a_practice(
        genk,
        "nl",
        title_nl="Nachtbemiddelaars",
        themes=[nightlife, schools],
        status="running",
        evidence="evaluated",
        started_on=date(2020, 3, 1),
        results_nl="**Minder** klachten.",
    )
    a_partnership(genk, dutch, kinds=("local_police", "school"))
    french = a_practice(
        lille,
        "fr",
        title_fr="Médiateurs de nuit",
        themes=[nightlife],
        status="running",
        evidence="described",
        cost_band="low",
    )
    a_partnership(lille, french, kinds=("local_police", "school"), language="fr")
    return dutch, french


def test_facts_and_texts_stand_side_by_side_in_the_order_of_the_address(client, practices):
    dutch, french = practices
    page = compare(client, french.pk, dutch.pk)
    assert columns(page) == 2
    assert text_of(page).index("Médiateurs de nuit") < text_of(page).index("Nachtbemiddelaars")
    assert row(page, "Evidence")[1] == ["Described", "Evaluated"]
    assert row(page, "Themes")[1] == ["Nightlife", "Nightlife Schools"]
    assert row(page, "Cost")[1] == ["Under €10,000 a year", "not said"]
    assert row(page, "Period")[1] == ["not said", "March 2020"]
    assert row(page, "Languages")[1] == ["French", "Dutch"]
    assert row(page, "Results")[1] == [
        "not said",
        "Dutch Minder klachten.".replace("Dutch", "Language: Dutch"),
    ]
    assert '<div lang="nl"><p><strong>Minder</strong> klachten.</p></div>' in text_of(page)


def test_rows_of_facts_say_in_words_whether_they_differ(client, practices):
    dutch, french = practices
    page = compare(client, dutch.pk, french.pk)
    assert "differs" in row(page, "Evidence")[0]
    assert "differs" in row(page, "Themes")[0]
    assert "differs" not in row(page, "Status")[0]
    partners = row(page, "Partners")
    assert "differs" not in partners[0]  # the same kinds, in two cities
    assert all(cell.startswith("Local police: local police") for cell in partners[1])
    assert "differs" not in text_of(compare(client, dutch.pk))


def test_each_text_is_in_the_readers_language_and_says_when_it_is_not(client, practices):
    dutch, french = practices
    a_translation(dutch, "fr", "machine", title="Médiateurs", how_it_works="Comme cela.")
    page = compare(client, dutch.pk, french.pk, language="fr")
    shown = text_of(page)
    assert "Médiateurs de nuit" in shown
    assert "Comme cela." in shown
    assert shown.count("tag-machine") == 1  # of the text, which stands beside an original
    assert '<span lang="nl">Een korte samenvatting.</span>' in shown


def test_what_cannot_be_compared_is_left_out_in_words(client, practices):
    dutch, french = practices
    draft = a_practice(dutch.city, title_nl="Nog geheim", published_days_ago=None)
    for bad in (draft.pk, "9" * 30, "x", "-1", "1 OR 1=1", "٣", "1.5", "'", "²"):
        page = compare(client, dutch.pk, bad, french.pk)
        assert page.status_code == 200, bad
        assert columns(page) == 2
        assert "does not exist or is not public" in text_of(page), bad
        assert "Nog geheim" not in text_of(page)
    more = [a_practice(dutch.city).pk for _number in range(4)]
    page = compare(client, *more, dutch.pk)
    assert columns(page) == 4
    assert "Up to 4 practices" in text_of(page)
    assert columns(compare(client, *([dutch.pk] * 600))) == 1
    assert columns(compare(client, *range(10**6, 10**6 + 900))) == 0


def test_others_are_found_by_words_and_put_beside_until_there_are_four(client, practices):
    dutch, french = practices
    page = compare(client, dutch.pk, q="médiateurs")
    assert f"?practice={dutch.pk}&amp;practice={french.pk}" in text_of(page)
    page = compare(client, dutch.pk, french.pk, q="médiateurs")
    assert "No other practice has these words." in text_of(page)
    more = [a_practice(dutch.city).pk for _number in range(2)]
    page = compare(client, dutch.pk, french.pk, *more, q="médiateurs")
    assert 'name="q"' not in text_of(page)
    assert f'href="?practice={french.pk}&amp;' in text_of(page)  # without the first
    assert client.get(ADDRESS).status_code == 200
    assert compare(client, dutch.pk, q="x" * 5_000).status_code == 200


def test_lists_and_the_page_of_a_practice_lead_there(client, practices):
    dutch, _french = practices
    page = text_of(client.get("/en/practices/"))
    assert f'name="practice" value="{dutch.pk}" form="compare"' in page
    assert f'<form id="compare" action="{ADDRESS}"></form>' in page
    page = text_of(client.get(dutch.get_absolute_url(), follow=True))
    assert f"{ADDRESS}?practice={dutch.pk}" in page
    assert 'form="compare"' not in text_of(client.get("/en/"))


def test_four_take_as_many_queries_as_two(
    client, practices, django_assert_num_queries, django_assert_max_num_queries
):
    dutch, french = practices
    more = [a_practice(dutch.city, themes=dutch.themes.all()) for _number in range(2)]
    with django_assert_max_num_queries(12) as queries:
        compare(client, dutch.pk, french.pk)
    with django_assert_num_queries(len(queries)):
        compare(client, dutch.pk, french.pk, *[practice.pk for practice in more])
