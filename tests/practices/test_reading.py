"""One practice, one city, and the languages that their texts are in."""

import pytest

from tests.domain import (
    a_city,
    a_partnership,
    a_practice,
    a_theme,
    an_administrator,
    an_editor,
)

pytestmark = pytest.mark.django_db


def test_a_practice_is_read_in_the_readers_language(client):
    practice = a_practice(
        a_city("Genk", "BE"), "nl", title_nl="Mentoren", title_fr="Des mentors", summary_fr="Bref."
    )
    page = client.get(f"/fr/practices/{practice.pk}/des-mentors/").content.decode()
    assert "<h1>Des mentors</h1>" in page
    assert "Bref." in page
    # What has not been translated is the original, and says so.
    assert '<div lang="nl"><p>Zo werkt het.</p></div>' in page


def test_a_practice_without_translation_is_shown_in_its_original_language(client):
    practice = a_practice(a_city(), "sv", title_sv="Kvällsvandringar", title_en="")
    page = client.get(f"/en/practices/{practice.pk}/kvallsvandringar/").content.decode()
    assert '<h1><span lang="sv">Kvällsvandringar</span></h1>' in page
    assert "original language: Swedish" in page
    listing = client.get("/en/practices/").content.decode()
    assert '<span lang="sv">Kvällsvandringar</span>' in listing


def test_english_is_not_preferred_over_the_original(client):
    practice = a_practice(a_city(), "nl", title_nl="Mentoren", title_en="Mentors")
    assert client.get(f"/de/practices/{practice.pk}/mentoren/").status_code == 200
    page = client.get("/de/practices/").content.decode()
    assert "Mentoren" in page
    assert "Mentors" not in page


def test_wrong_or_missing_ends_of_the_address_lead_to_the_right_one(client):
    practice = a_practice(a_city(), "nl", title_nl="Mentoren", title_fr="Des mentors")
    for wrong in (f"/fr/practices/{practice.pk}/", f"/fr/practices/{practice.pk}/mentoren/"):
        assert client.get(wrong).url == f"/fr/practices/{practice.pk}/des-mentors/"


@pytest.mark.parametrize("identifier", ["0", "99", "9" * 30])
def test_a_practice_that_is_not_there(client, identifier):
    page = client.get(f"/en/practices/{identifier}/x/")
    assert page.status_code == 404
    assert "Page not found" in page.content.decode()


def test_a_draft_is_only_there_for_its_own_city(client):
    genk = a_city("Genk")
    draft = a_practice(genk, "nl", title_nl="Nog niet klaar", published_days_ago=None)
    address = f"/nl/practices/{draft.pk}/nog-niet-klaar/"
    assert client.get(address).status_code == 404
    client.force_login(an_editor(a_city("Leuven")))
    assert client.get(address).status_code == 404
    client.force_login(an_editor(genk))
    assert "Nog niet klaar" in client.get(address).content.decode()
    client.force_login(an_administrator())
    assert client.get(address).status_code == 200


def test_markup_in_a_text_stays_text(client):
    practice = a_practice(
        a_city(), "en", title_en="<script>alert(1)</script>", how_it_works_en="<b>x</b>\n\nNext"
    )
    page = client.get(practice.get_absolute_url(), follow=True).content.decode()
    assert "<script>alert" not in page
    assert "<p>&lt;b&gt;x&lt;/b&gt;</p>" in page
    assert "<p>Next</p>" in page


def test_a_practice_names_its_partners(client):
    city = a_city()
    practice = a_practice(city)
    partnership = a_partnership(city, practice)
    page = client.get(practice.get_absolute_url(), follow=True).content.decode()
    for organisation in partnership.organisations.all():
        assert organisation.name in page


def test_demonstration_content_says_so_wherever_it_shows(client):
    city = a_city("Genk")
    practice = a_practice(city, "nl", is_demonstration=True)
    for address in ("/en/", "/en/practices/", "/en/cities/genk/"):
        page = client.get(address).content.decode()
        assert '<li class="tag tag-demonstration">Demonstration</li>' in page
    page = client.get(f"/en/practices/{practice.pk}/", follow=True).content.decode()
    assert "Demonstration content" in page


def test_a_city_shows_its_practices_and_partnerships(client):
    genk = a_city("Genk", "BE", population=67000)
    practice = a_practice(genk, "nl", title_nl="Mentoren")
    partnership = a_partnership(genk, practice)
    a_practice(genk, "nl", title_nl="Nog niet klaar", published_days_ago=None)
    a_practice(a_city("Leuven"), "nl", title_nl="Elders")
    page = client.get("/en/cities/genk/").content.decode()
    assert "Mentoren" in page
    assert partnership.name_nl in page
    assert "67,000 inhabitants" in page
    assert "Nog niet klaar" not in page
    assert "Elders" not in page


def test_a_city_is_named_in_the_readers_language(client):
    a_city("Antwerpen", "BE", name_fr="Anvers")
    assert "<h1>Anvers</h1>" in client.get("/fr/cities/antwerpen/").content.decode()
    assert "<h1>Antwerpen</h1>" in client.get("/nl/cities/antwerpen/").content.decode()
    assert "<h1>Antwerpen</h1>" in client.get("/en/cities/antwerpen/").content.decode()


def test_members_are_listed_by_country_and_former_members_are_not(client):
    a_city("Genk", "BE")
    a_city("Lille", "FR")
    a_city("Gone", "FR", member=False)
    page = client.get("/en/cities/").content.decode()
    assert page.index("Belgium") < page.index("Genk") < page.index("France") < page.index("Lille")
    assert "Gone" not in page


def test_lists_take_a_constant_number_of_queries(client, django_assert_num_queries):
    theme = a_theme("nightlife")

    def add(number):
        for row in range(number):
            city = a_city(f"Stad {row} {number}", "BE" if row % 2 else "FR")
            a_practice(city, "nl", themes=[theme])
            here = a_city(f"Genk {row} {number}") if row else city
            a_partnership(here, a_practice(here, "nl", themes=[theme]))

    genk = a_city("Genk")
    add(2)
    for _number in range(2):
        a_partnership(genk, a_practice(genk, "nl", themes=[theme]))
    expected = {"/en/": 6, "/en/cities/": 1, "/en/cities/genk/": 9}
    for address, number in expected.items():
        with django_assert_num_queries(number):
            client.get(address)
    add(12)
    for _number in range(8):
        a_partnership(genk, a_practice(genk, "nl", themes=[theme]))
    for address, number in expected.items():
        with django_assert_num_queries(number):
            client.get(address)


def test_the_first_address_leads_to_the_readers_language(client):
    assert client.get("/").url == "/en/"
    assert client.get("/", headers={"accept-language": "sv, en;q=0.5"}).url == "/sv/"
    assert client.get("/", headers={"accept-language": "fi"}).url == "/en/"
    client.cookies["efus_language"] = "pt"
    assert client.get("/", headers={"accept-language": "sv"}).url == "/pt/"


def test_every_page_may_only_run_our_own_scripts(client):
    policy = client.get("/en/practices/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
