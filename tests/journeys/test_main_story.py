"""The main story, in a real browser and with every real part behind it."""

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from practices.digests.models import News, Subscription
from practices.models import Practice
from tests.browser import Reader
from tests.domain import PASSWORD, a_city, a_coordinator, a_person, a_theme


def a_day_passes():
    """What happened today happened a day ago, and a mail is due since."""
    before = timezone.now() - timedelta(days=1)
    Practice.objects.update(published_at=before)
    News.objects.update(at=before)
    earlier = before - timedelta(hours=1)
    Subscription.objects.update(
        created_at=earlier, confirmed_at=earlier, covered_until=earlier, next_at=before
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_city_publishes_a_researcher_finds_a_member_is_told(
    browser, platform, mail_sink, tmp_path, width
):
    address, start = platform
    security = a_theme(
        "young-people", "Young people at risk", name_fr="Jeunes", name_nl="Jongeren"
    )
    a_theme("nightlife", "Nightlife", name_fr="Vie nocturne", name_nl="Uitgaansleven")
    den_haag = a_city("Den Haag", "NL", name_en="The Hague", name_fr="La Haye")
    coordinator = a_coordinator(den_haag, email="coordinator@denhaag.example", language="nl")
    member = a_person("member@lille.example", language="fr")

    # A member asks for a theme and a country.
    reader = Reader(browser, address, width, "fr-FR")
    reader.sign_in(member, "fr")
    reader.open("/fr/account/subscriptions/new/?theme=young-people&country=NL")
    reader.page.locator("[name=frequency][value=daily]").check()
    reader.press("main form.writing button")
    reader.press("main [name=save]")
    assert Subscription.objects.get().chosen == {"country": ["NL"], "theme": ["young-people"]}

    # A coordinator writes a practice in Dutch, saves, submits and publishes it.
    writer = Reader(browser, address, width, "nl-NL")
    writer.sign_in(coordinator, "nl")
    writer.open("/nl/workspace/practices/new/")
    expect(writer.page.locator("[name=original_language]")).to_have_value("nl")
    writer.page.locator("[name=title]").fill("Mentoren voor jongeren in de wijk")
    writer.press("main form.writing button")
    writer.page.locator("[name=summary]").fill("Elke jongere krijgt een volwassene die blijft.")
    writer.press("[name=next][value=part]")
    editor = writer.page.locator(".ProseMirror").last  # stands before the textarea how_it_works
    editor.click()
    editor.press_sequentially("Elke week een gesprek.\nEn een activiteit.")
    writer.press("[name=next][value=part]")
    writer.press("[name=next][value=part]")
    writer.page.locator(f"[name=themes][value='{security.pk}']").check()
    writer.press("[name=next][value=part]")
    writer.press("[name=next][value=overview]")
    practice = Practice.objects.get()
    assert practice.how_it_works_nl == "Elke week een gesprek.\n\nEn een activiteit."
    assert practice.state == "draft"
    for name in ("submit", "publish"):
        writer.press(f"form[action$='/{name}/'] button")
    practice.refresh_from_db()
    assert practice.state == "published"

    # A researcher finds it in French, by country and theme.
    researcher = Reader(browser, address, width, "fr-FR")
    researcher.open("/")
    assert researcher.page.url == f"{address}/fr/"
    researcher.open("/fr/practices/")
    if width < 500:
        researcher.page.locator(".browse-filters > summary").click()
    for parameter, value in [("country", "NL"), ("theme", "young-people")]:
        researcher.page.locator(f"[name={parameter}][value={value}]").check()
        expect(researcher.page).to_have_url(re.compile(f"{parameter}={value}"))
    researcher.look()
    assert "country=NL&theme=young-people" in researcher.page.url
    card = researcher.page.locator(".card")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("La Haye")
    researcher.press(".card-title a")
    expect(researcher.page.locator("h1 [lang=nl]")).to_have_text(
        "Mentoren voor jongeren in de wijk"
    )

    # A day later the member has a mail, once, and can end it with one button.
    a_day_passes()
    start("worker", "celery", "-A", "efus", "worker", "--concurrency=1")
    start("beat", "celery", "-A", "efus", "beat", f"--schedule={tmp_path / 'beat'}", "--pidfile=")
    deadline = time.monotonic() + 90
    while not mail_sink.messages and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(2.5)  # some more ticks
    ((message, (_sender, recipients)),) = zip(mail_sink.messages, mail_sink.envelopes, strict=True)
    assert recipients == ["member@lille.example"]
    assert message["Content-Language"] == "fr"
    assert "Mentoren voor jongeren in de wijk" in message.get_body(["plain"]).get_content()
    reader.open(message["List-Unsubscribe"].strip().strip("<>"))
    reader.press("main form button >> nth=0")
    assert Subscription.objects.get().ended_at


@pytest.mark.django_db(transaction=True)
def test_a_lost_session_in_the_browser_loses_nothing_typed(browser, platform):
    address, _start = platform
    city = a_city("Genk", "BE")
    coordinator = a_coordinator(city, email="coordinator@genk.example", language="nl")
    writer = Reader(browser, address, 1280, "nl-NL")
    writer.sign_in(coordinator, "nl")
    writer.open("/nl/workspace/practices/new/")
    writer.page.locator("[name=title]").fill("Een middag werk")
    writer.page.context.clear_cookies(name="efus_session")
    writer.press("main form.writing button")
    assert "/nl/account/login/" in writer.page.url
    writer.page.locator("[name=login]").fill(coordinator.email)
    writer.page.locator("[name=password]").fill(PASSWORD)
    writer.press("main button[type=submit]")
    expect(writer.page.locator("[name=title]")).to_have_value("Een middag werk")
    writer.press("main form.writing button")
    assert Practice.objects.get().title_nl == "Een middag werk"
