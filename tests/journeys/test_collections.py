"""A researcher collects, compares and saves a search, in a real browser of two widths."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from practices.collections.models import Collection
from practices.digests.models import Subscription
from tests.browser import Reader, Writer
from tests.domain import a_city, a_partnership, a_person, a_practice, a_theme


@pytest.fixture
def network(transactional_db):
    nightlife = a_theme("nightlife", "Nightlife")
    genk, lille = a_city("Genk", "BE"), a_city("Lille", "FR")
    long = "Een zeer lang woord: nachtbemiddelaarscoördinatievergadering. " * 8
    practices = [
        a_practice(genk, "nl", title_nl="Nachtbemiddelaars in het centrum", results_nl=long),
        a_practice(lille, "fr", title_fr="Médiateurs de nuit", evidence="evaluated"),
        a_practice(lille, "fr", title_fr="Retour accompagné", cost_band="low"),
    ]
    for practice in practices:
        practice.themes.add(nightlife)
    with transaction.atomic():
        a_partnership(genk, practices[0])
    return practices


@pytest.mark.parametrize(("width", "scripts"), [(360, True), (1280, True), (360, False)])
def test_a_researcher_collects_compares_and_saves_a_search(
    browser, platform, network, width, scripts
):
    address, _start = platform
    person = a_person("researcher@university.example", language="en")
    writer = Writer(browser, address, width, "en-GB", scripts=scripts)
    writer.sign_in(person, "en")
    for page in ("collections/", "searches/"):
        writer.open(f"/en/account/{page}")

    # Two are chosen in the list and put side by side; a third is found by words.
    writer.open("/en/practices/?theme=nightlife")
    boxes = writer.page.locator("[name=practice]")
    expect(boxes).to_have_count(3)
    boxes.nth(0).check()
    boxes.nth(1).check()
    writer.press(".result-tools button[form=compare]")
    expect(writer.page.locator(".compare-place")).to_have_count(2)
    writer.fill(q="nachtbemiddelaars")
    writer.press("main form.search button")
    writer.press(".compare-offered a")
    expect(writer.page.locator(".compare-place")).to_have_count(3)
    expect(writer.page.locator("main")).to_contain_text("differs")
    writer.press(".compare-remove >> nth=0")
    expect(writer.page.locator(".compare-place")).to_have_count(2)

    # The search is saved and sent by e-mail in one step.
    writer.open("/en/practices/?theme=nightlife&q=nuit")
    writer.press("main a[href*='searches/new/']")
    writer.page.locator("[name=frequency][value=weekly]").check()
    writer.press("main form.writing button")
    expect(writer.page.locator("main")).to_contain_text("By e-mail: every Monday")
    assert Subscription.objects.get().chosen == {"theme": ["nightlife"]}
    assert Subscription.objects.get().words == "nuit"
    writer.press("main article form button")
    writer.press(".undo-list button")
    writer.press("main a[href$='/rename/']")

    # Practices go into a new collection, with a mistake on the way.
    writer.open(f"/en/practices/{network[0].pk}/")
    writer.press("main a[href*='collections/add/']")
    writer.press("main form.writing button")
    expect(writer.page.locator(".error-summary li")).to_have_count(1)
    writer.fill(title="What to do at night", note="Start here.")
    writer.press("main form.writing button")
    for practice in network[1:]:
        writer.open(f"/en/account/collections/add/{practice.pk}/")
        writer.press("main form.writing button")
    expect(writer.page.locator(".collected > li")).to_have_count(3)
    writer.press("[name=up] >> nth=1")
    writer.press("[name=remove] >> nth=0")
    writer.press("[name=put_back]")
    writer.press("main a[href*='/notes/'] >> nth=0")
    writer.fill(note="Why this one.")
    writer.press("main form.writing button")
    writer.press("main a[href$='/edit/']")
    writer.fill(curator="The night desk", description="For colleagues.")
    writer.press("main form.writing button")
    writer.press("[name=share]")

    # Somebody without an account reads it.
    link = Collection.objects.get().share_token
    reader = Reader(browser, address, width, "fr-FR", scripts=scripts)
    reader.open(f"/fr/collections/{link}/")
    expect(reader.page.locator(".collected > li")).to_have_count(3)
    expect(reader.page.locator("main")).to_contain_text("The night desk")

    writer.open(f"/en/collections/{link}/")
    writer.press("main a[href$='/copy/']")
    writer.press("main form.writing button")
    expect(writer.page.locator(".collected > li")).to_have_count(3)
    writer.press("main a[href$='/delete/']")
    writer.press("main form button")
    writer.press(".undo-list button")
    assert Collection.objects.of(person).count() == 2
