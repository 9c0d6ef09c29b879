"""Readers see on a map where practices come from and where they travel."""

import json
import re
import time
from math import hypot
from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from whitenoise.compress import Compressor

from cities.models import City
from practices.map.circles import circles_of
from practices.map.places import MOST_LINES, Place
from practices.map.projection import METRES_PER_UNIT, NORTH, SIZE, WEST, is_on_map, project
from practices.models import Practice
from tests.domain import a_city, a_practice, a_theme, an_adoption

pytestmark = pytest.mark.django_db

STATIC = Path(project_settings.BASE_DIR) / "static"
LILLE = {"latitude": "50.63", "longitude": "3.06"}
GENK = {"latitude": "50.97", "longitude": "5.50"}
MALMO = {"latitude": "55.61", "longitude": "13.00"}
LISBOA = {"latitude": "38.72", "longitude": "-9.13"}
PAITA = {"latitude": "-22.13", "longitude": "166.36"}


@pytest.fixture
def network():
    """Practices of Lille (two), Genk and Malmö; Malmö and Lisbon take up one of Lille."""
    theme = a_theme("nightlife", name_fr="Vie nocturne")
    lille, genk = a_city("Lille", "FR", **LILLE), a_city("Genk", "BE", **GENK)
    malmo, lisboa = a_city("Malmö", "SE", **MALMO), a_city("Lisboa", "PT", **LISBOA)
    night = a_practice(lille, "fr", title_fr="Nuit <douce>", themes=[theme], published_days_ago=2)
    a_practice(lille, "fr", title_fr="Familles", published_days_ago=3)
    mentors = a_practice(genk, "nl", title_nl="Mentoren", themes=[theme])
    a_practice(malmo, "sv", title_sv="Trygghet")
    a_practice(genk, "nl", title_nl="Nog niet klaar", published_days_ago=None)
    an_adoption(night, malmo, state="running")
    an_adoption(night, lisboa)
    an_adoption(mentors, lille, is_public=False)


def rows_of_cities(page):
    """(name, number of practices) in the list of cities."""
    html = page.content.decode()
    table = html[html.index('id="cities"') : html.index('id="journeys-title"')]
    return re.findall(r'<th scope="row"><a[^>]*>(.*?)</a></th>.*?<td><a[^>]*>(\d+) ', table)


def drawn(page):
    """(number of circles, number of lines) of the drawing that is there without scripts."""
    html = page.content.decode()
    drawing = html[html.index('<div class="map"') : html.index("</svg>")]
    return drawing.count("translate("), drawing.count('<path d="M') - drawing.count("<marker")


def data_of(client, query=""):
    data = client.get(f"/en/practices/map/data/{query}").json()
    names = [city[1] for city in data["cities"]]
    return (
        {city[1]: city[5] for city in data["cities"]},
        {(names[start], names[end], number) for start, end, number in data["journeys"]},
    )


def test_the_map_says_how_much_each_city_contributes(client, network):
    page = client.get("/en/practices/map/")
    assert rows_of_cities(page) == [("Lille", "2"), ("Genk", "1"), ("Malmö", "1")]
    # Lille and Genk are near each other; Lisbon only took something up.
    assert drawn(page) == (3, 2)
    numbers, journeys = data_of(client)
    assert numbers == {"Lille": 2, "Genk": 1, "Malmö": 1, "Lisboa": 0}
    assert journeys == {("Lille", "Malmö", 1), ("Lille", "Lisboa", 1)}


def test_the_map_and_the_list_share_words_and_filters(client, network):
    query = "country=FR&amp;country=BE&amp;theme=nightlife"
    browse = client.get(f"/en/practices/?{query.replace('&amp;', '&')}").content.decode()
    assert f'href="/en/practices/map/?{query}"' in browse
    page = client.get(f"/en/practices/map/?{query.replace('&amp;', '&')}")
    html = page.content.decode()
    assert rows_of_cities(page) == [("Genk", "1"), ("Lille", "1")]
    assert f'href="/en/practices/?{query}"' in html
    assert f'href="/en/practices/?{query}&amp;city=genk"' in html
    assert 'href="/en/practices/map/?country=BE&amp;theme=nightlife"' in html  # without France
    words = client.get("/fr/practices/map/?q=familles")
    assert rows_of_cities(words) == [("Lille", "1")]
    assert drawn(words) == (1, 0)
    assert data_of(client, "?country=SE") == ({"Malmö": 1}, set())


def test_a_search_that_finds_nothing_shows_an_empty_map(client, network):
    page = client.get("/en/practices/map/?q=aardvark")
    assert drawn(page) == (0, 0)
    assert "No practice matches all of this." in page.content.decode()


def test_what_lies_outside_the_map_is_said_beneath_it(client):
    a_practice(a_city("Païta", "FR", **PAITA), "fr")
    a_practice(a_city("Nowhere", "IT"), "it")
    page = client.get("/en/practices/map/")
    outside = page.content.decode().split("Outside the map")[1].split("</section>")[0]
    assert "Païta" in outside
    assert "Nowhere" in outside
    assert drawn(page) == (0, 0)
    assert rows_of_cities(page) == [("Nowhere", "1"), ("Païta", "1")]
    assert data_of(client) == ({}, set())


def test_only_what_is_public_travels(client, network):
    page = client.get("/en/practices/map/").content.decode()
    journeys = page[page.index('id="journeys-title"') :]
    assert journeys.count("Nuit &lt;douce&gt;") == 2
    assert "Running" in journeys
    assert "Mentoren" not in journeys


def test_many_journeys_have_a_page_of_their_own(client):
    practice = a_practice(a_city("Lille", "FR", **LILLE), "fr")
    for number in range(25):
        an_adoption(practice, a_city(f"City {number}", "IT", **MALMO))
    page = client.get("/en/practices/map/?country=FR").content.decode()
    assert page.count('class="journey-arrow"') == 10
    assert '<a href="/en/practices/map/journeys/?country=FR">All 25 journeys</a>' in page
    first = client.get("/en/practices/map/journeys/?country=FR").content.decode()
    assert first.count('class="journey-arrow"') == 20
    assert 'href="?country=FR&amp;page=2"' in first
    second = client.get("/en/practices/map/journeys/?country=FR&page=2").content.decode()
    assert second.count('class="journey-arrow"') == 5
    none = client.get("/en/practices/map/journeys/?country=IT").content.decode()
    assert "None of these practices has been taken up" in none


def test_a_chosen_city_tells_its_three_newest(client):
    lille = a_city("Lille", "FR", **LILLE)
    for days in range(1, 6):
        a_practice(lille, "fr", title_fr=f"Pratique <{days}>", published_days_ago=days)
    a_practice(lille, "fr", title_fr="Brouillon", published_days_ago=None)
    part = client.get("/en/practices/map/cities/?country=FR&at=lille&at=no-such-city")
    text = part.content.decode()
    assert re.findall(r"Pratique &lt;(\d)&gt;</", text) == ["1", "2", "3"]
    assert "<strong>5</strong> practices found" in text
    assert 'href="/en/practices/?country=FR&amp;city=lille"' in text
    assert f'href="{lille.get_absolute_url()}"' in text
    elsewhere = client.get("/en/practices/map/cities/?country=BE&at=lille").content.decode()
    assert "Takes up practices of other cities." in elsewhere
    assert "Pratique" not in elsewhere
    nobody = client.get("/en/practices/map/cities/").content.decode()
    assert "Choose a circle" in nobody


def test_a_withdrawn_practice_is_not_told_even_before_the_sets_know(client):
    lille = a_city("Lille", "FR", **LILLE)
    a_practice(lille, "fr", title_fr="Une nuit douce")
    withdrawn = a_practice(lille, "fr", title_fr="Familles")
    call_command("build_search_index")
    fields = {"state": "unpublished", "title_fr": "Un brouillon"}
    Practice.objects.filter(pk=withdrawn.pk).update(**fields)
    page = client.get("/fr/practices/map/cities/?at=lille").content.decode()
    assert "Une nuit douce" in page
    assert "Un brouillon" not in page


def test_cities_chosen_at_once_are_few(client):
    for number in range(30):
        a_practice(a_city(f"City {number}", "FR", **LILLE), "fr")
    at = "&".join(f"at=city-{number}" for number in range(30))
    text = client.get(f"/en/practices/map/cities/?{at}").content.decode()
    assert text.count("<article>") == 20


@pytest.mark.parametrize("address", ["", "data/", "cities/", "journeys/"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("country=XX&sort=sideways", 200),
        ("q=" + "a" * 10_000, 200),
        ("q=%FF%FE&at=%FF", 200),
        ("q='); DROP TABLE practices_practice; --&at=';--", 200),
        ("q=((((&%7C!:*", 200),
        ("q=%00", 400),
        ("at=%00", 400),
        ("&".join(f"country={number}&at={number}" for number in range(450)), 200),
    ],
)
def test_what_makes_no_sense_is_answered_in_words(client, network, address, query, status):
    assert client.get(f"/en/practices/map/{address}?{query}").status_code == status


@pytest.mark.parametrize("address", ["", "journeys/"])
@pytest.mark.parametrize("page", ["999999", "-1", "two", "9" * 40])
def test_pages_that_there_are_not(client, network, address, page):
    answer = client.get(f"/en/practices/map/{address}?page={page}")
    assert answer.status_code == 404
    assert "page" in answer.content.decode()


def test_long_lists_of_cities_come_in_pages(client):
    for number in range(55):
        a_practice(a_city(f"City {number}", "FR", **LILLE), "fr")
    page = client.get("/en/practices/map/?country=FR")
    assert len(rows_of_cities(page)) == 50
    assert 'href="?country=FR&amp;page=2"' in page.content.decode()
    assert len(rows_of_cities(client.get("/en/practices/map/?country=FR&page=2"))) == 5


@pytest.mark.parametrize("address", ["", "data/", "cities/", "journeys/"])
def test_the_number_of_queries_does_not_grow(client, address):
    theme = a_theme("nightlife")
    place = f"/fr/practices/map/{address}?theme=nightlife&q=praktijk&at=stad-0-2&at=stad-1-2"

    def add(cities):
        for each in range(cities):
            city = a_city(f"Stad {each} {cities}", "BE", **GENK)
            practice = a_practice(city, "nl", themes=[theme])
            an_adoption(practice, a_city(f"Ville {each} {cities}", "FR", **LILLE))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(place).status_code == 200
        return len(captured)

    add(2)
    queries()
    few = queries()
    assert few <= 18
    add(20)
    assert queries() == few


def test_the_map_weighs_little_and_only_where_it_is_shown(client, network):
    shipped = ["map.js", "map.css", "vendor/natural-earth/europe.svg"]
    weight = sum(len(Compressor.compress_gzip((STATIC / name).read_bytes())) for name in shipped)
    assert weight <= 150_000
    html = client.get("/en/practices/map/").content.decode()
    for name in shipped:
        assert Path(name).stem in html
    for address in ("/en/", "/en/practices/", "/en/practices/map/journeys/", "/en/cities/"):
        page = client.get(address).content.decode()
        assert not re.search(r"static/(map\.|vendor/natural-earth)", page)


def test_a_city_stands_where_european_statistics_put_it():
    # EPSG:3035 has Paris at 3 760 km east and 2 889 km north of its false origin.
    x, y = project(48.8566, 2.3522)
    east = (x * METRES_PER_UNIT + WEST) / 1000 + 4321
    north = (NORTH - y * METRES_PER_UNIT) / 1000 + 3210
    assert hypot(east - 3760, north - 2889) < 10  # kilometres; the sphere is no ellipsoid
    assert project(52, 10) == (-WEST / METRES_PER_UNIT, NORTH / METRES_PER_UNIT)
    outlines = (STATIC / "vendor/natural-earth/europe.svg").read_text()
    assert f'viewBox="0 0 {SIZE} {SIZE}"' in outlines


@pytest.mark.parametrize("point", [(-52, -170), (90, 0), (-90, 0), (0, 180), (-22.13, 166.36)])
def test_the_far_side_of_the_earth_is_not_on_the_map(point):
    assert not is_on_map(project(*point))


def test_cities_near_each_other_share_a_circle():
    def place(name, number, *point):
        return Place(City(official_name=name), number, point)

    near = [place("Lille", 5, 1000, 1000), place("Roubaix", 2, 1100, 1050)]
    far = place("Lyon", 3, 3000, 3000)
    circles = circles_of([near[0], far, near[1]], distance=400)
    assert [(circle.point, circle.number) for circle in circles] == [
        ((1000, 1000), 7),
        ((3000, 3000), 3),
    ]
    larger, smaller = (circle.radius for circle in circles)
    assert larger > smaller


def test_ten_thousand_cities_are_gathered_in_no_time():
    places = [
        Place(City(official_name=str(number)), 1, (number * 7919 % SIZE, number * 104729 % SIZE))
        for number in range(10_000)
    ]
    began = time.process_time()
    circles = circles_of(places)
    assert time.process_time() - began < 3  # seconds
    assert sum(circle.number for circle in circles) == 10_000
    assert len(circles) < 1_000


def test_the_most_travelled_lines_are_drawn(client, monkeypatch):
    assert MOST_LINES == 500
    monkeypatch.setattr("practices.map.places.MOST_LINES", 1)
    lille, malmo = a_city("Lille", "FR", **LILLE), a_city("Malmö", "SE", **MALMO)
    for _each in range(2):
        an_adoption(a_practice(lille, "fr"), malmo)
    an_adoption(a_practice(malmo, "sv"), lille)
    answer = client.get("/en/practices/map/data/")
    assert json.loads(answer.content)["journeys"] == [[0, 1, 2]]
