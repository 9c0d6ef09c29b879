"""A visitor without an account gets news by e-mail, in a real browser of two widths."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from practices.digests.models import Subscription
from tests.browser import Writer
from tests.domain import a_city, a_person, a_practice, a_subscription, a_theme


def the_mail(mail_sink, number):
    """The newest mail, once *number* have come."""
    mail_sink.wait_for(number)
    return mail_sink.messages[-1]


def link_in(message, part):
    """The link of *message* whose path has *part*."""
    text = message.get_body(["plain"]).get_content()
    return re.search(rf"http://\S*/{part}/\S+", text)[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scripts"), [(360, True), (1280, True), (360, False)])
def test_a_visitor_subscribes_changes_pauses_and_unsubscribes(
    browser, platform, mail_sink, tmp_path, width, scripts
):
    address, start = platform
    nightlife = a_theme("nightlife", "Nightlife")
    city = a_city("Genk", "BE")
    a_practice(city, "en", title_en="Patrols at night", themes=[nightlife], published_days_ago=3)
    start("worker", "celery", "-A", "efus", "worker", "--concurrency=1")

    # A search leads to the form, the form to what would come, and that to a mail.
    visitor = Writer(browser, address, width, "en-GB", scripts=scripts)
    visitor.open("/en/practices/?theme=nightlife")
    visitor.press(".result-tools a[href*='/subscribe/']")
    expect(visitor.page.locator("[name=facet_theme][value=nightlife]")).to_be_checked()
    visitor.press("main form.writing button")
    expect(visitor.page.locator(".error-summary li")).to_have_count(1)
    visitor.fill(email="visitor@university.example")
    visitor.page.locator("[name=frequency][value=daily]").check()
    visitor.press("main form.writing button")
    expect(visitor.page.locator("main")).to_contain_text("About 1 a month")
    expect(visitor.page.locator("main")).to_contain_text("Patrols at night")
    visitor.press("main [name=change]")
    expect(visitor.page.locator("[name=email]")).to_have_value("visitor@university.example")
    visitor.press("main form.writing button")
    visitor.press("main [name=save]")
    expect(visitor.page.locator("main")).to_contain_text("visitor@university.example")

    # The link of the mail leads to a button, and that is what confirms.
    visitor.open(link_in(the_mail(mail_sink, 1), "subscribe"))
    assert not Subscription.objects.active().exists()
    visitor.press("main form button")
    expect(visitor.page.locator("main h1")).to_have_text("You are subscribed")

    # The next day brings a mail, from which everything is changed without signing in.
    yesterday = timezone.now() - timedelta(days=5)
    Subscription.objects.update(
        created_at=yesterday, confirmed_at=yesterday, covered_until=yesterday, next_at=yesterday
    )
    start("beat", "celery", "-A", "efus", "beat", f"--schedule={tmp_path / 'beat'}", "--pidfile=")
    message = the_mail(mail_sink, 2)
    visitor.open(link_in(message, "digests"))
    visitor.fill(words="patrols")
    visitor.page.locator("[name=frequency][value=weekly]").check()
    visitor.press("main form.subscribing button")
    visitor.press("main [name=save]")
    expect(visitor.page.locator("main .lead")).to_have_text("Nightlife · “patrols”")
    visitor.page.locator("[name=until]").fill(
        (timezone.localdate() + timedelta(days=9)).isoformat()
    )
    visitor.press("main [value=pause]")
    expect(visitor.page.locator("main")).to_contain_text("paused: no mails before")
    visitor.press("main [value=go-on]")
    visitor.open(message["List-Unsubscribe"].strip().strip("<>"))
    visitor.press("main [name=pause]")
    visitor.press("main form button:not([name])")
    assert Subscription.objects.get().ended_at
    visitor.press("main form button")
    assert Subscription.objects.active().exists()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_member_looks_after_their_subscriptions(browser, platform, width):
    address, _start = platform
    member = a_person("member@lille.example", language="en")
    long = {"theme": [a_theme(f"theme-{number}").slug for number in range(9)]}
    a_subscription(member, chosen=long, words="nachtbemiddelaarscoördinatievergadering")
    writer = Writer(browser, address, width, "en-GB")
    writer.sign_in(member, "en")
    writer.open("/en/account/subscriptions/")
    writer.press("main .card-title a")
    writer.page.locator(".subscribing summary").click()
    writer.look()
    writer.press("main form.writing button")
    writer.press("main [name=save]")
    writer.press("main a[href$='/pause/']")
    writer.press("main form.writing button")
    expect(writer.page.locator(".error-summary li")).to_have_count(1)
    writer.fill(until=(timezone.localdate() + timedelta(days=9)).isoformat())
    writer.press("main form.writing button")
    writer.press("main form[action$='/go-on/'] button")
    writer.press("main form[action$='/end/'] button")
    writer.press(".undo-list button")
    assert Subscription.objects.active().count() == 1
