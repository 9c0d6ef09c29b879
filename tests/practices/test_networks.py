"""A city's network, as a picture and as tables that say the same."""

import re
from html import unescape

import pytest

from practices.enums import OrganisationKind
from practices.models import Organisation, Partner, Partnership
from tests.domain import (
    a_city,
    a_partnership,
    a_practice,
    a_theme,
    an_adoption,
    an_editor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


def address_of(city):
    return f"/en/cities/{city.slug}/network/"


def text_of(page):
    return unescape(page.content.decode())


def picture_of(page):
    found = re.search(r'<svg class="network" role="img".*?</svg>', text_of(page), re.DOTALL)
    return found[0] if found else ""


def tables_of(page):
    return "".join(re.findall(r"<table.*?</table>", text_of(page), re.DOTALL))


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def named(partnership, name, **fields):
    Partnership.objects.filter(pk=partnership.pk).update(name_nl=name, **fields)
    return partnership


def places(picture, shape):
    """Where everything of *shape* stands in the picture."""
    if shape == "circle":
        found = re.findall(r'<circle class="network-dot" cx="(-?\d+)" cy="(-?\d+)"', picture)
    else:
        found = re.findall(r'<g transform="translate\((-?\d+) (-?\d+)\)"', picture)
    return [(int(x), int(y)) for x, y in found]


def test_the_picture_and_the_table_show_whom_a_city_works_with(client, genk):
    practice = a_practice(genk, title_nl="Mentoren")
    draft = a_practice(genk, title_nl="Nog niet klaar", published_days_ago=None)
    partnership = named(a_partnership(genk, practice, draft), "Overleg Noord", model="LIVC-R")
    police, social = partnership.organisations.order_by("pk")
    page = client.get(address_of(genk))
    for part in (picture_of(page), tables_of(page)):
        for word in ("Overleg Noord", police.name, social.name):
            assert word in part
    assert "Local police" in words(picture_of(page))
    assert "Social services" in words(picture_of(page))
    table = words(tables_of(page))
    assert f"{police.name} local police · delivers the work" in table
    assert "1. Overleg Noord Informal · LIVC-R" in table
    assert "Mentoren" in table
    assert "Nog niet klaar" not in text_of(page)


def test_the_picture_is_named_and_described_for_those_who_do_not_see_it(client, genk):
    a_partnership(genk)
    picture = picture_of(client.get(address_of(genk)))
    labelled = re.search(r'aria-labelledby="(\S+) (\S+)"', picture)
    assert f'<title id="{labelled[1]}">The network of Genk</title>' in picture
    assert f'<desc id="{labelled[2]}">Genk in the middle' in picture
    assert "<a " not in picture  # an image has nothing inside that could be reached


def test_practices_travel_in_both_directions(client, genk):
    leuven, lille, nantes = a_city("Leuven"), a_city("Lille", "FR"), a_city("Nantes", "FR")
    own = a_practice(genk, title_nl="Mentoren")
    an_adoption(own, leuven)
    an_adoption(a_practice(lille, "fr", title_fr="Médiation"), genk, state="running")
    an_adoption(a_practice(nantes, "fr", title_fr="Caché"), genk, is_public=False)
    withdrawn = a_practice(nantes, "fr", title_fr="Retirée")
    an_adoption(withdrawn, genk)
    type(withdrawn).objects.filter(pk=withdrawn.pk).update(state="unpublished")
    page = client.get(address_of(genk))
    groups = words(picture_of(page))
    assert re.search(r"Took up practices of Lille .*Practices taken up by Leuven", groups)
    table = words(tables_of(page))
    assert "Mentoren Genk → Leuven Exploring" in table
    assert "Médiation Lille → Genk Running" in table
    assert "Nantes" not in picture_of(page) + table
    assert f'href="{address_of(lille)}"' in tables_of(page)
    # An arrow each, away from where the practice is from.
    assert picture_of(page).count('marker-end="url(#arrives)"') == 1
    assert picture_of(page).count('marker-start="url(#leaves)"') == 1
    page = client.get(address_of(lille))
    assert "Practices taken up by Genk" in words(picture_of(page))


def test_an_organisation_of_two_partnerships_stands_once_in_the_picture(client, genk):
    first = a_partnership(genk)
    second = a_partnership(genk, kinds=("school", "health"))
    shared = first.organisations.first()
    Partner.objects.create(partnership=second, organisation=shared, role="advises")
    picture = picture_of(client.get(address_of(genk)))
    assert len(places(picture, "circle")) == 4
    assert picture.count("network-organisation") == 5


def test_the_same_network_is_always_drawn_the_same_and_nothing_covers_another(client, genk):
    for kinds in (("school", "health"), ("local_police", "justice", "media"), ("school", "media")):
        a_partnership(genk, kinds=kinds)
    first, second = (picture_of(client.get(address_of(genk))) for _time in range(2))
    assert first == second
    stands = places(first, "circle") + places(first, "badge")
    assert len(stands) == 10
    for x, y in stands:
        assert x * x + y * y > 52**2  # outside the city
        near = [(a, b) for a, b in stands if abs(a - x) < 20 and abs(b - y) < 20]
        assert near == [(x, y)]


def test_a_large_network_is_drawn_in_part_and_listed_in_whole(client, genk):
    kinds = OrganisationKind.values
    for number in range(23):
        partnership = a_partnership(
            genk, kinds=(kinds[number % 16], *[kinds[(number + 1) % 16]] * 7)
        )
        named(partnership, f"Overleg nummer {number:02}")
    page = client.get(address_of(genk))
    picture = picture_of(page)
    assert picture.count("network-badge") == 12
    assert len(places(picture, "circle")) == 60
    _left, _top, width, height = map(int, re.search(r'viewBox="([^"]*)"', picture)[1].split())
    for x, y in places(picture, "circle") + places(picture, "badge"):
        assert abs(x) < width / 2 - 200
        assert abs(y) < height / 2 - 20
    assert "The picture shows a part of the network" in text_of(page)
    listed = re.findall(r"Overleg nummer \d+", tables_of(page))
    listed += re.findall(
        r"Overleg nummer \d+", tables_of(client.get(f"{address_of(genk)}?page=2"))
    )
    assert len(listed) == len(set(listed)) == 23
    assert "21. Overleg nummer 20" in words(tables_of(client.get(f"{address_of(genk)}?page=2")))


def test_a_small_network_is_drawn_in_whole(client, genk):
    a_partnership(genk)
    assert "shows a part" not in text_of(client.get(address_of(genk)))


def test_long_lists_of_practices_that_travel_have_pages_of_their_own(client, genk):
    leuven = a_city("Leuven")
    for _number in range(21):
        an_adoption(a_practice(genk), leuven)
    page = client.get(f"{address_of(genk)}?adoptions=2")
    assert tables_of(page).count("Exploring") == 1
    assert 'href="?adoptions=1"' in text_of(page)


def test_a_city_without_a_network_says_so(client, genk):
    page = client.get(address_of(genk))
    assert picture_of(page) == ""
    for sentence in (
        "This city has not described a partnership yet.",
        "No practice has travelled between this city and another yet.",
        "No member is much like this city",
    ):
        assert sentence in text_of(page)


def test_what_a_former_member_has_not_published_is_not_shown(client):
    former = a_city("Former", member=False)
    hidden = a_partnership(former)
    carried = a_partnership(former, a_practice(former))
    page = text_of(client.get(address_of(former)))
    assert str(carried) in page
    assert str(hidden) not in page
    assert hidden.organisations.first().name not in page


def test_names_are_no_markup_in_the_picture(client):
    city = a_city('<b>"Genk"</b>')
    partnership = named(a_partnership(city), "<script>alert(1)</script>")
    organisation = partnership.organisations.first()
    Organisation.objects.filter(pk=organisation.pk).update(name="</text><a href='x'>")
    page = client.get(address_of(city)).content.decode()
    assert "<script>alert" not in page
    assert "<a href='x'>" not in page


@pytest.mark.parametrize(
    "name", ["Ulm", "Alexandroupolis", "L’Hospitalet de Llobregat", "X" * 150]
)
def test_the_citys_name_stands_within_its_circle(client, name):
    city = a_city(name)
    a_partnership(city)
    picture = picture_of(client.get(address_of(city)))
    radius = int(re.search(r'class="network-middle" r="(\d+)"', picture)[1])
    lines = re.findall(r'class="network-middle-name"[^>]*>([^<]*)<', picture)
    assert 52 <= radius <= 100
    assert all(len(line) * 10 <= 2 * radius for line in lines)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("genk/network/?page=2", 404),
        ("genk/network/?page=x", 404),
        ("genk/network/?adoptions=%C2%B2", 404),
        ("genk/network/?adoptions=" + "9" * 40, 404),
        ("nowhere/network/", 404),
        ("genk/network/?page=%00", 400),
        ("genk/network/?nonsense=%F0%9F", 200),
    ],
)
def test_what_is_not_there_is_said(client, genk, end, status):
    page = client.get(f"/en/cities/{end}")
    assert page.status_code == status
    assert "<h1>" in text_of(page)


def test_a_city_leads_to_its_network_and_partnerships_do(client, genk):
    a_partnership(genk)
    for address in ("/en/cities/genk/", "/en/partnerships/"):
        assert f'href="{address_of(genk)}"' in text_of(client.get(address))


def test_who_holds_a_seat_is_led_to_cities_like_theirs(client, genk):
    client.force_login(an_editor(genk))
    page = text_of(client.get("/en/workspace/"))
    assert f'<a href="{address_of(genk)}#like">Cities like yours' in page


def test_the_number_of_queries_does_not_grow(client, genk, django_assert_num_queries):
    theme = a_theme("nightlife")
    type(genk).objects.filter(pk=genk.pk).update(population=60_000)

    def add(number):
        for row in range(number):
            other = a_city(f"Stad {number} {row}", population=50_000 + row)
            practice = a_practice(genk, themes=[theme])
            a_partnership(genk, practice)
            theirs = a_practice(other, themes=[theme])
            a_partnership(other, theirs)
            an_adoption(practice, other)
            an_adoption(theirs, genk)

    add(2)
    client.get(address_of(genk))
    with django_assert_num_queries(22):
        client.get(address_of(genk))
    add(14)
    with django_assert_num_queries(22):
        client.get(address_of(genk))
