"""The map in a real browser: by keyboard, pointer and fingers, and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.browser import Reader, wait_until
from tests.domain import a_city, a_practice, a_theme, an_adoption


@pytest.fixture
def network(transactional_db):
    """Lille and Roubaix next to each other, Malmö far away, Païta on the other side."""
    theme = a_theme("nightlife")
    lille = a_city("Lille", "FR", latitude="50.63", longitude="3.06")
    roubaix = a_city("Roubaix", "FR", latitude="50.69", longitude="3.18")
    malmo = a_city("Malmö", "SE", latitude="55.61", longitude="13.00")
    paita = a_city("Païta", "FR", latitude="-22.13", longitude="166.36")
    night = a_practice(lille, "fr", title_fr="Nuit douce", themes=[theme])
    a_practice(lille, "fr", title_fr="Familles")
    a_practice(roubaix, "fr", title_fr="Marché de nuit", themes=[theme])
    a_practice(malmo, "sv", title_sv="Trygghet")
    a_practice(paita, "fr", title_fr="Quartiers")
    an_adoption(night, malmo, state="running")


def circle(reader, words):
    return reader.page.locator(f'.map-circles [role=button][aria-label^="{words}"]')


def at_the_map(reader, query=""):
    reader.open(f"/en/practices/map/{query}")
    expect(reader.page.locator(".map-live")).to_be_visible()
    reader.look()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_reader_comes_closer_by_keyboard_and_reads_what_a_city_has(
    browser, platform, network, width
):
    address, _start = platform
    reader = Reader(browser, address, width, "en-GB")
    reader.page.emulate_media(reduced_motion="reduce")
    reader.open("/en/practices/?theme=nightlife")
    reader.press(".result-tools a:has-text('Show on a map')")
    assert reader.page.url.endswith("/en/practices/map/?theme=nightlife")
    expect(reader.page.locator(".map-live")).to_be_visible()
    expect(circle(reader, "Malmö, Sweden. Practices found: 0")).to_be_visible()
    reader.press(".chosen a:has-text('Nightlife')")
    expect(reader.page.locator(".map-live")).to_be_visible()

    several = circle(reader, "Lille and near it, cities: 2. Practices found: 3")
    several.focus()
    reader.page.keyboard.press("Enter")
    lille = circle(reader, "Lille, France. Practices found: 2")
    expect(lille).to_be_focused()
    expect(circle(reader, "Roubaix, France")).to_be_visible()
    expect(reader.page.locator(".map-status")).to_have_text("Circles in view: 2")
    reader.look()
    reader.page.keyboard.press("Space")
    panel = reader.page.locator(".map-panel")
    expect(panel.locator("h2")).to_be_focused()
    expect(panel).to_contain_text("Lille, France")
    expect(panel.locator("li")).to_have_count(2)
    reader.look()
    reader.page.keyboard.press("Escape")
    expect(panel).to_contain_text("Choose a circle")
    expect(lille).to_be_focused()

    reader.page.keyboard.press("0")
    expect(several).to_be_focused()
    expect(reader.page.locator(".map-zoomed")).to_have_count(0)
    reader.page.keyboard.press("+")
    expect(reader.page.locator(".map-zoomed")).to_have_count(1)
    for _press in range(4):
        reader.page.keyboard.press("ArrowRight")
    expect(reader.page.locator(".map > svg")).to_be_focused()  # the circle went out of view
    reader.page.keyboard.press("-")
    expect(several).to_be_visible()

    reader.press("#cities tr:has-text('Lille') td a")
    assert reader.page.url.endswith("/en/practices/?city=lille")


def test_a_reader_uses_the_mouse(browser, platform, network):
    address, _start = platform
    reader = Reader(browser, address, 1280, "en-GB")
    at_the_map(reader)
    page, drawing = reader.page, reader.page.locator(".map > svg")
    lines = page.locator(".map-lines").first
    expect(lines.locator("path")).to_have_count(1)
    page.get_by_label("Show the journeys").uncheck()
    expect(lines).to_be_hidden()
    page.get_by_label("Show the journeys").check()

    drawing.hover()
    page.mouse.wheel(0, 200)  # scrolls the page, since nobody has turned to the map
    wait_until(page, "scrollY > 0")
    expect(page.locator(".map-zoomed")).to_have_count(0)
    drawing.click(position={"x": 60, "y": 200})
    page.mouse.wheel(0, -300)
    expect(page.locator(".map-zoomed")).to_have_count(1)
    before = page.locator(".map-land").first.get_attribute("transform")
    box = drawing.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 250, steps=4)
    page.mouse.up()
    assert page.locator(".map-land").first.get_attribute("transform") != before
    page.get_by_role("button", name="Whole map").click()
    expect(page.locator(".map-zoomed")).to_have_count(0)
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".map-zoomed")).to_have_count(1)
    reader.look()
    page.get_by_role("button", name="Move left").click()
    page.get_by_role("button", name="Zoom out").click()

    circle(reader, "Malmö, Sweden").locator("circle").last.click()
    expect(page.locator(".map-panel")).to_contain_text("Trygghet")
    page.locator(".map-close").click()
    expect(circle(reader, "Malmö, Sweden")).to_be_focused()

    page.route("**/map/cities/**", lambda route: route.abort())
    circle(reader, "Malmö, Sweden").locator("circle").last.click()
    expect(page.locator(".map-panel")).to_contain_text("This could not be loaded.")


def test_two_fingers_come_closer(browser, platform, network):
    address, _start = platform
    context = browser.new_context(viewport={"width": 360, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(f"{address}/en/practices/map/")
    expect(page.locator(".map-live")).to_be_visible()
    page.locator(".map > svg").scroll_into_view_if_needed()
    box = page.locator(".map > svg").bounding_box()
    fingers = context.new_cdp_session(page)

    def touch(kind, *places):
        points = [
            {"x": box["x"] + place, "y": box["y"] + 150, "id": number}
            for number, place in enumerate(places)
        ]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 140, 180)
    for step in range(1, 6):
        touch("touchMove", 140 - 15 * step, 180 + 15 * step)
    touch("touchEnd")
    expect(page.locator(".map-zoomed")).to_have_count(1)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_map_and_its_list_are_there_without_scripts(browser, platform, network, width):
    address, _start = platform
    reader = Reader(browser, address, width, "en-GB", scripts=False)
    reader.open("/en/practices/map/?country=FR&country=SE")
    drawing = reader.page.get_by_role("img", name="Map of Europe")
    expect(drawing).to_be_visible()
    expect(drawing.locator(".map-circles g")).to_have_count(2)
    expect(reader.page.locator(".map-buttons")).to_be_hidden()
    expect(reader.page.locator(".map-panel")).to_be_hidden()
    expect(reader.page.locator("main")).to_contain_text("Outside the map")
    reader.page.get_by_label("Show the journeys").uncheck()
    expect(drawing.locator(".map-lines")).to_be_hidden()
    reader.press("#cities tr:has-text('Païta') td a")
    assert reader.page.url.endswith("/en/practices/?country=FR&country=SE&city=paita")
