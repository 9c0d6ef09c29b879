"""Narrowing a list in a real browser, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.browser import Reader
from tests.domain import a_city, a_practice, a_theme

COUNT = ".result-count[role=status]"  # suggestions have a status of their own


@pytest.fixture
def network(transactional_db):
    """Practices of two countries on two themes; more than fill a page."""
    nightlife = a_theme("nightlife", name_fr="Vie nocturne")
    schools = a_theme("schools", name_fr="Écoles")
    lille, genk = a_city("Lille", "FR"), a_city("Genk", "BE")
    for row in range(22):
        a_practice(lille, "fr", title_fr=f"Nuit calme {row}", themes=[nightlife])
    a_practice(genk, "nl", title_nl="Bemiddelaars op school", themes=[schools])


@pytest.mark.parametrize("width", [360, 1280])
def test_results_follow_what_is_chosen_and_the_address_follows_too(
    network, browser, platform, width
):
    address, _start = platform
    reader = Reader(browser, address, width, "en-GB")
    page = reader.page
    reader.open("/en/practices/")
    status = page.locator(COUNT)
    expect(status).to_have_text("23 practices found")
    filters = page.locator(".browse-filters")
    if width == 360:
        expect(page.get_by_label("Belgium")).to_be_hidden()
        filters.locator(":scope > summary").click()

    page.get_by_label("Belgium").focus()
    page.keyboard.press("Space")
    expect(status).to_have_text("1 practice found")
    expect(page.get_by_label("Belgium")).to_be_focused()
    expect(page).to_have_url(f"{address}/en/practices/?country=BE")
    page.get_by_label("France").check()
    expect(status).to_have_text("23 practices found")
    page.get_by_label("Schools").check()
    expect(status).to_have_text("1 practice found")
    expect(page).to_have_url(f"{address}/en/practices/?country=BE&country=FR&theme=schools")
    reader.look()

    page.get_by_role("link", name="Remove: Theme: Schools").click()
    expect(status).to_have_text("23 practices found")
    expect(status).to_be_focused()
    page.go_back()
    expect(status).to_have_text("1 practice found")
    expect(page.get_by_label("Schools")).to_be_checked()

    # The address alone says everything, to somebody who reads French too.
    other = Reader(browser, address, width, "fr-FR")
    other.open(page.url.replace(address, ""))
    expect(other.page.locator(COUNT)).to_have_text("1 practice found")
    page.locator(".languages a[lang=fr]").click()
    expect(page).to_have_url(f"{address}/fr/practices/?country=BE&country=FR&theme=schools")


def test_words_pages_and_ways_out(network, browser, platform):
    address, _start = platform
    reader = Reader(browser, address, 1280, "fr-FR")
    page = reader.page
    reader.open("/fr/practices/")
    page.locator("[name=q]").fill("nuit")
    page.keyboard.press("Enter")
    status = page.locator(".result-count")
    expect(status).to_contain_text("22")
    expect(page.locator(".sorts input").first).to_be_checked()
    page.locator("a[rel=next]").click()
    expect(page.locator(".card")).to_have_count(2)
    expect(page).to_have_url(f"{address}/fr/practices/?q=nuit&page=2")
    reader.open("/fr/practices/?q=nuit&country=BE")
    expect(status).to_contain_text("0")
    reader.look()
    page.locator(".ways-out a").first.click()
    expect(status).to_contain_text("22")
    expect(page.locator("[name=q]")).to_have_value("nuit")


def test_going_back_takes_the_words_back_too(network, browser, platform):
    address, _start = platform
    reader = Reader(browser, address, 1280, "en-GB")
    page = reader.page
    reader.open("/en/practices/")
    page.locator("[name=q]").fill("nuit")
    page.keyboard.press("Enter")
    status = page.locator(".result-count")
    expect(status).to_have_text("22 practices found")
    page.go_back()
    expect(status).to_have_text("23 practices found")
    expect(page.locator("[name=q]")).to_have_value("")
    page.get_by_label("Belgium").check()
    expect(page).to_have_url(f"{address}/en/practices/?country=BE")


def test_everything_works_without_scripts(network, browser, platform):
    address, _start = platform
    reader = Reader(browser, address, 1280, "en-GB", scripts=False)
    reader.open("/en/practices/")
    reader.page.get_by_label("Belgium").check()
    reader.fill(q="school")
    reader.press(".browse-filters .button")
    expect(reader.page.locator(".card")).to_have_count(1)
    expect(reader.page.locator(COUNT)).to_have_text("1 practice found")
