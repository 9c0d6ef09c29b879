"""Reading who works with whom in a real browser, on a narrow and a wide screen."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from practices.enums import OrganisationKind
from tests.browser import Reader, wait_until
from tests.domain import (
    a_city,
    a_partnership,
    a_practice,
    a_theme,
    an_adoption,
    an_editor,
)


@pytest.fixture
def network(transactional_db):
    """A city with many partnerships, one like it, and practices that travel between them."""
    theme = a_theme("nightlife", "Nightlife")
    genk = a_city("Genk", "BE", population=66_000)
    lille = a_city("Lille", "FR", population=70_000)
    with transaction.atomic():
        practice = a_practice(genk, "nl", themes=[theme], title_nl="Mentoren in de wijk")
        kinds = OrganisationKind.values
        for number in range(14):
            a_partnership(genk, practice, kinds=[kinds[(number + k) % 16] for k in range(6)])
        theirs = a_practice(lille, "fr", themes=[theme], title_fr="Médiation de nuit")
        a_partnership(lille, theirs, kinds=("national_police", "social_services"))
        an_adoption(practice, lille)
        an_adoption(theirs, genk)
    return genk, lille


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_reader_finds_a_partnership_and_the_network_around_it(browser, platform, network, width):
    address, _start = platform
    reader = Reader(browser, address, width, "en-GB")
    page = reader.page
    reader.open("/en/partnerships/")
    reader.press(".combinations a >> nth=0")
    expect(page.locator(".combinations [aria-current]")).to_have_text("Police + social services 4")
    # In place: the results, the address and what is often looked for follow the filter.
    page.evaluate("window.stayed = true")
    if width == 360:
        page.locator(".browse-filters > summary").click()
    page.get_by_label("France").check()
    expect(page.locator("main article")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/en/partnerships/\?.*country=FR"))
    expect(page.locator(".combinations [aria-current]")).to_have_text("Police + social services 1")
    page.get_by_role("link", name="Remove: Country: France").click()
    expect(page.get_by_role("status")).to_have_text("4 partnerships found")
    assert page.evaluate("window.stayed")
    reader.look()

    # A filter too many: the page says which one to drop.
    reader.open("/en/partnerships/?partner=police&partner=health&country=FR")
    expect(page.locator("main article")).to_have_count(0)
    reader.press(".ways-out a >> nth=0")
    expect(page.locator("main article")).to_have_count(1)

    reader.press("main article .card-place a >> nth=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("The network of Lille")
    expect(page.get_by_role("img", name="The network of Lille")).to_be_visible()
    reader.press("#like .card-title a")
    expect(page.get_by_role("heading", level=1)).to_have_text("The network of Genk")

    # The picture is as large as its words need, and moves by keyboard in a region of its own.
    region = page.get_by_role("region", name="The picture")
    region.focus()
    if width == 360:
        page.keyboard.press("ArrowRight")
        wait_until(page, "document.querySelector('.network-scroll').scrollLeft > 0")
    overlap = page.evaluate(
        """() => {
            const box = document.querySelector("svg[role=img]").getBoundingClientRect();
            return [...document.querySelectorAll("svg[role=img] text")].filter((text) => {
                const own = text.getBoundingClientRect();
                return own.left < box.left || own.right > box.right
                    || own.top < box.top || own.bottom > box.bottom;
            }).map((text) => text.textContent);
        }"""
    )
    assert overlap == []
    reader.press("main section:nth-of-type(3) td a >> nth=0")
    expect(page.get_by_role("heading", level=1)).to_have_text("The network of Lille")


@pytest.mark.django_db(transaction=True)
def test_everything_is_reached_without_scripts(browser, platform, network):
    address, _start = platform
    reader = Reader(browser, address, 1280, "en-GB", scripts=False)
    reader.open("/en/partnerships/")
    reader.page.get_by_label("France").check()
    reader.press(".browse-filters button")
    reader.press("main article .card-place a >> nth=1")
    expect(reader.page.locator("svg[role=img]")).to_be_visible()
    expect(reader.page.locator("table")).to_have_count(2)


@pytest.mark.django_db(transaction=True)
def test_an_editor_is_led_from_the_workspace_to_cities_like_theirs(browser, platform, network):
    address, _start = platform
    genk, _lille = network
    editor = an_editor(genk, language="en")
    reader = Reader(browser, address, 1280, "en-GB")
    reader.sign_in(editor, "en")
    reader.open("/en/workspace/")
    reader.press('a:has-text("Cities like yours")')
    expect(reader.page.locator("#like")).to_contain_text("About the same size")
