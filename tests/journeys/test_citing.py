"""Somebody cites a practice, and takes it along on paper."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from tests.browser import Reader
from tests.domain import a_city, a_partnership, a_practice, a_theme


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_citation_is_copied_and_the_page_is_printed(browser, platform, width):
    address, _start = platform
    genk = a_city("Genk", "BE")
    practice = a_practice(
        genk,
        "nl",
        title_nl="Mentoren voor jongeren",
        summary_nl="Jongeren krijgen een mentor. " * 5,
        how_it_works_nl="Elke week [een gesprek](https://city.example/gesprek). " * 20,
        themes=[a_theme("young-people")],
    )
    with transaction.atomic():
        a_partnership(genk, practice)
    reader = Reader(browser, address, width, "en-GB")
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.open("/en/practices/?country=BE")
    reader.open(f"/en/practices/{practice.pk}/{practice.slug}/")
    expect(reader.page.locator(".print-address")).to_be_hidden()
    reader.page.emulate_media(media="print")
    expect(reader.page.locator(".print-address")).to_contain_text(f"/practices/{practice.pk}/")
    expect(reader.page.locator(".site-navigation")).to_be_hidden()
    assert reader.page.pdf(format="A4").startswith(b"%PDF")
    reader.page.emulate_media(media="screen")
    reader.press("text=Cite")
    reader.page.locator("button", has_text="Copy").first.click()
    expect(reader.page.locator("[role=status]", has_text="Copied.")).to_be_visible()
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Genk. (")
    assert copied.endswith(f"/en/practices/{practice.pk}/")
