"""Taking up a practice and writing about it in a real browser, on a narrow and a wide screen."""

import pytest
from playwright.sync_api import expect

from practices.models import Adoption
from tests.browser import Reader
from tests.domain import a_city, a_coordinator, a_practice, an_editor


class Writer(Reader):
    """Somebody who makes mistakes: a form that is answered with 422 is no complaint."""

    def _note(self, message):
        if "422" not in message.text:
            super()._note(message)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_practice_is_taken_up_and_both_cities_write(browser, platform, width):
    address, _start = platform
    genk, lille = a_city("Genk", "BE"), a_city("Lille", "FR")
    practice = a_practice(genk, "nl", title_nl="Mentoren voor jongeren in de wijk")
    origin = a_coordinator(genk, email="coordinator@genk.example", name="Bram Claes")
    person = an_editor(lille, email="editor@lille.example", name="Anne Petit")

    writer = Writer(browser, address, width, "en-GB")
    writer.sign_in(person, "en")
    writer.open("/en/workspace/adoptions/")
    writer.open(f"/en/practices/{practice.pk}/")
    writer.press("#taken-up .button")
    writer.page.locator("[name=state]").select_option("adapting")
    writer.page.locator("[name=text]").fill("Une question :\n\n- qui paie ?\n- qui décide ?")
    writer.page.locator("[name=language]").select_option("fr")
    writer.page.locator("[name=shows_address]").check()
    writer.press("main form.writing .button")
    adoption = Adoption.objects.get()
    assert writer.page.url == f"{address}/en/workspace/adoptions/{adoption.pk}/"
    writer.page.locator("[name=what_changed]").fill("# En bref\n\nAvec les écoles.")
    writer.page.locator("[name=state]").select_option("running")
    writer.press("main form.writing .button")
    expect(writer.page.locator(".events li")).to_have_count(2)

    reader = Writer(browser, address, width, "en-GB")
    reader.sign_in(origin, "en")
    expect(reader.page.locator("main .message a")).to_have_text("1 new letter")
    reader.open("/en/workspace/adoptions/?by-others")
    reader.open(f"/en/workspace/adoptions/{adoption.pk}/")
    reader.open(f"/en/workspace/adoptions/{adoption.pk}/letters/")
    expect(reader.page.locator(".letter")).to_contain_text("editor@lille.example")
    reader.press("main form.writing .button")
    expect(reader.page.locator(".error-summary")).to_contain_text("Write something")
    reader.page.locator("[name=text]").fill("De stad betaalt.")
    reader.press("main form.writing .button")
    expect(reader.page.locator(".letter")).to_have_count(2)

    visitor = Reader(browser, address, width, "en-GB")
    visitor.open(f"/en/practices/{practice.pk}/")
    expect(visitor.page.locator(".adoption")).to_contain_text("Avec les écoles.")
    visitor.open(f"/en/practices/taken-up/{practice.pk}/")
    visitor.open(f"/en/cities/{lille.slug}/")
    expect(visitor.page.locator("main")).to_contain_text("Mentoren voor jongeren in de wijk")
