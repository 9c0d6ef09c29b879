"""Glossary and corrections, in a real browser."""

import pytest
from django.db import transaction

from practices.translations.corrections.deciding import offer
from practices.translations.glossary.models import GlossaryTerm
from practices.translations.models import Translation
from tests.browser import Reader
from tests.domain import a_city, a_coordinator, a_person, a_practice, a_translation, an_editor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_terms_and_corrections_are_for_everybody(browser, platform, width):
    address, _start = platform
    genk = a_city("Genk", "BE")
    practice = a_practice(genk, "nl", how_it_works_nl="Met **herstelrecht**.\n\nSamen.")
    a_translation(practice, "en", title="Mentors", how_it_works="With justice.\n\nAs one.")
    term = GlossaryTerm.objects.create(
        source_language="nl",
        target_language="en",
        source_term="herstelrecht",
        target_term="restorative justice",
        note="Not “reparative”.",
    )
    marie = an_editor(a_city("Lyon", "FR"), name="Marie")
    with transaction.atomic():
        offer(practice, "en", {"how_it_works": "With restorative justice."}, "Why not.", marie)

    reader = Reader(browser, address, width, "en-GB")
    reader.sign_in(marie, "en")
    reader.open(f"/en/practices/{practice.pk}/{practice.slug}/")
    reader.press("text=Suggest a correction")
    reader.page.locator("[name=title]").fill("Mentors for all")
    reader.press("main form button[type=submit]")
    reader.open("/en/workspace/corrections/own/")
    correction = marie.corrections_offered.get()
    assert set(correction.texts) == {"title", "how_it_works"}

    keeper = Reader(browser, address, width, "en-GB")
    keeper.sign_in(a_person(staff_role="reviewer"), "en")
    for page in ("?from=nl&into=en", "new/", f"{term.pk}/", f"{term.pk}/delete/"):
        keeper.open(f"/en/office/glossary/{page}")

    city = Reader(browser, address, width, "en-GB")
    city.sign_in(a_coordinator(genk), "en")
    city.open("/en/workspace/glossary/?from=nl&into=en")
    city.open(f"/en/workspace/practices/{practice.pk}/translations/en/")
    city.open(f"/en/workspace/practices/{practice.pk}/translations/")
    city.open("/en/workspace/corrections/")
    city.press("main table a")
    city.page.locator("#text_title").uncheck()
    city.press("main button[value=accept]")
    city.open(f"/en/workspace/practices/{practice.pk}/history/")
    city.open(f"/en/workspace/corrections/{correction.pk}/")
    practice.refresh_from_db()
    assert (practice.title_en, practice.how_it_works_en) == (
        "Mentors",
        "With restorative justice.",
    )
    assert Translation.objects.get().state == "reviewed"
