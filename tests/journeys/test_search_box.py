"""The search box, by keyboard, pointer and without scripts, on a narrow and a wide screen."""

import pytest
from playwright.sync_api import expect

from tests.browser import Reader
from tests.domain import a_city, a_practice, a_theme


@pytest.fixture
def antwerpen(transactional_db):
    antwerpen = a_city("Antwerpen", "BE", name_fr="Anvers")
    a_theme("nightlife", "Nightlife", name_fr="Vie nocturne")
    a_practice(antwerpen, "nl", title_nl="Antwerpse avonden zonder overlast in de hele stad")
    a_practice(antwerpen, "en", title_en="Antwerp by night")
    return antwerpen


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("page", ["/fr/", "/fr/practices/"])
def test_suggestions_are_found_by_keyboard_and_enter_still_searches(
    browser, platform, antwerpen, width, page
):
    address, _start = platform
    reader = Reader(browser, address, width, "fr-FR")
    reader.open(page)
    box = reader.page.get_by_role("combobox")
    options = reader.page.get_by_role("option")
    status = reader.page.locator(".suggesting [role=status]")
    expect(box).to_have_attribute("aria-expanded", "false")

    box.fill("antw")
    expect(options).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(reader.page.get_by_role("group", name="Villes").get_by_role("option")).to_have_text(
        "Anvers"
    )
    expect(status).to_contain_text("3")
    expect(options.nth(2)).to_have_attribute("lang", "nl")
    reader.look()

    # Down to the second, up to the first, up to what was typed, up to the last.
    for key, number in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)]:
        box.press(key)
        active = options.nth(number)
        expect(active).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", active.get_attribute("id"))
    reader.look()
    box.press("ArrowUp")
    expect(reader.page.locator("[aria-activedescendant]")).to_have_count(0)
    box.press("ArrowUp")
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")

    # Escape closes the list and leaves what was typed; Enter then searches for it.
    box.press("Escape")
    expect(reader.page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("antw")
    with reader.page.expect_navigation():
        box.press("Enter")
    assert reader.page.url.startswith(f"{address}/fr/practices/?q=antw")
    reader.look()

    # A choice leads to its page, by keyboard and by pointer.
    box.fill("anvers")
    expect(options).to_have_count(1)
    with reader.page.expect_navigation():
        box.press("ArrowDown")
        box.press("Enter")
    assert reader.page.url == f"{address}/fr/cities/antwerpen/"
    reader.open(page)
    box.fill("noctur")
    with reader.page.expect_navigation():
        options.first.click()
    assert reader.page.url == f"{address}/fr/practices/?theme=nightlife"


def test_enter_searches_while_the_list_is_open_and_tab_closes_it(browser, platform, antwerpen):
    address, _start = platform
    reader = Reader(browser, address, 1280, "fr-FR")
    reader.open("/fr/")
    box = reader.page.get_by_role("combobox")
    box.fill("antw")
    expect(reader.page.get_by_role("option")).to_have_count(3)
    box.press("Tab")
    expect(box).to_have_attribute("aria-expanded", "false")
    # Down opens it again, and chooses; up again is back at what was typed.
    box.press("ArrowDown")
    expect(reader.page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    expect(box).to_have_attribute("aria-expanded", "true")
    with reader.page.expect_navigation():
        box.press("Enter")
    assert reader.page.url == f"{address}/fr/practices/?q=antw"


def test_without_scripts_the_box_is_a_plain_field(browser, platform, antwerpen):
    address, _start = platform
    reader = Reader(browser, address, 360, "fr-FR", scripts=False)
    reader.open("/fr/")
    reader.fill(q="antwerp")
    reader.press(".search button")
    assert reader.page.url == f"{address}/fr/practices/?q=antwerp"
