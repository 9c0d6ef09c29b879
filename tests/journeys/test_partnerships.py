"""Entering a partnership in a real browser, on a narrow and a wide screen."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from practices.models import Partnership
from tests.browser import Writer
from tests.domain import a_city, a_partnership, a_practice, an_editor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_an_editor_enters_organisations_and_a_partnership(browser, platform, width):
    address, _start = platform
    genk = a_city("Genk", "BE")
    practice = a_practice(genk, "nl", title_nl="Mentoren voor jongeren in de wijk")
    with transaction.atomic():
        a_partnership(genk, practice)
    editor = an_editor(genk, email="editor@genk.example", language="en")
    writer = Writer(browser, address, width, "en-GB")
    writer.sign_in(editor, "en")
    for page in ("organisations/", "organisations/new/", "partnerships/", ""):
        writer.open(f"/en/workspace/{page}")
    writer.open("/en/workspace/practices/new/")

    writer.open(f"/en/workspace/partnerships/new/{genk.pk}/?practice={practice.pk}")
    writer.page.locator("[name=name]").fill("Overleg Genk-Noord")
    writer.press("[name=enter_organisation]")
    writer.page.locator("[name=name]").fill("Justitiehuis Genk")
    writer.page.locator("[name=kind]").select_option("justice")
    writer.press("main form.writing button")
    expect(writer.page.locator("[name=name]")).to_have_value("Overleg Genk-Noord")
    writer.press("[name=add_row]")
    # Organisations are found by a part of their name, without its accents and capitals.
    for number, typed in ((0, "JUSTITÍE"), (3, "social")):
        row = writer.page.locator(".partner-row").nth(number)
        field = row.get_by_role("combobox").first
        field.fill(typed)
        expect(row.locator(".autocomplete__option")).to_have_count(1)
        writer.look()
        field.press("ArrowDown")
        writer.page.keyboard.press("Enter")
        row.locator("select").last.select_option("delivers")
    writer.press(".form-actions button")
    partnership = Partnership.objects.last()
    kinds = {organisation.kind for organisation in partnership.organisations.all()}
    assert kinds == {"justice", "social_services"}
    assert list(partnership.practices.all()) == [practice]

    # The organisation is entered again under nearly the same name; a mistake is told.
    writer.open("/en/workspace/organisations/new/")
    writer.page.locator("[name=name]").fill("Justitie-huis van Genk")
    writer.page.locator("[name=kind]").select_option("justice")
    writer.press("main form.writing button")
    expect(writer.page.locator("main")).to_contain_text("Do you mean one of these?")
    writer.open(f"/en/workspace/partnerships/{partnership.pk}/")
    writer.page.locator("[name=name]").fill("")
    writer.page.locator("[name=partners-0-role]").select_option("")
    writer.press(".form-actions button")
    expect(writer.page.locator(".error-summary li")).to_have_count(2)

    writer.open("/en/partnerships/?partner=justice")
    expect(writer.page.locator("main article")).to_have_count(1)
    organisation = partnership.organisations.first()
    writer.open(f"/en/workspace/organisations/{organisation.pk}/delete/")
    writer.open(f"/en/workspace/partnerships/{partnership.pk}/delete/")
    writer.press("main form button")
    assert not Partnership.objects.filter(pk=partnership.pk).exists()
