"""An administrator watches a run of digests with a real worker, stops it and lets it go on."""

import pytest
from playwright.sync_api import expect

from efus.bounces.models import UndeliverableAddress
from efus.outbox.models import DomainRate
from efus.outbox.tasks import start_sending
from practices.digests.models import Delivery, EditionEvent
from practices.digests.opening import open_edition_now
from tests.browser import Writer
from tests.domain import a_city, a_person, a_practice, a_subscription, an_administrator

READERS = 24


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_run_is_stopped_tried_for_one_address_and_ended(
    browser, platform, mail_sink, worker, width
):
    address, _start = platform
    people = [a_person(f"reader-{number}@city.example") for number in range(READERS)]
    for person in people:
        a_subscription(person)
    a_practice(a_city(), "en", title_en="Mentors", published_days_ago=2)
    open_edition_now("daily")
    gone, full = people[0].email, people[1].email
    mail_sink.refused_recipients.add(gone)
    mail_sink.answers[full] = "552 5.2.2 mailbox full"
    # Two in a burst, and then one whenever the allowance allows it again, so that it takes long.
    worker(MAILS_PER_DOMAIN_PER_MINUTE="12")
    reader = Writer(browser, address, width, "en-GB")
    reader.sign_in(an_administrator(email="administrator@efus.example", name="Anne"), "en")
    reader.press(".site-navigation a:has-text('Office')")
    reader.press("main a:has-text('Runs of digests')")
    reader.press("table.runs a")
    start_sending(Delivery)
    expect(reader.page.locator("[data-number=remaining]")).not_to_have_text(str(READERS))
    reader.look()
    reader.press("button:has-text('Pause')")
    expect(reader.page.locator(".run-sentence")).to_contain_text("Paused")
    expect(reader.page.locator("[data-number=sending]")).to_have_text("0")
    sent = Delivery.objects.filter(state="sent").count()
    assert 0 < Delivery.objects.filter(state="due").count() < READERS

    chosen = Delivery.objects.filter(state="due").exclude(recipient__user__email__in=[gone, full])[
        0
    ]
    reader.fill(address=chosen.recipient.address)
    reader.press("button:has-text('Send this one now')")
    mail_sink.wait_for(sent + 1)
    assert mail_sink.messages[-1]["To"] == chosen.recipient.address
    reader.fill(address=chosen.recipient.address)
    reader.press("button:has-text('Send this one now')")
    assert "was sent already" in reader.page.content()
    reader.press("button:has-text('Mail a trial copy to me')")
    mail_sink.wait_for(sent + 2)
    assert mail_sink.messages[-1]["To"] == "administrator@efus.example"

    worker()  # one that sends faster
    DomainRate.objects.all().delete()
    reader.press("button:has-text('Resume')")
    expect(reader.page.locator(".run-sentence")).to_have_text("Finished.")
    reader.press("a:has-text('Refresh this page')")
    assert "mailbox full" in reader.page.content()
    mail_sink.answers.clear()
    mail_sink.refused_recipients.clear()
    reader.press(".run-actions button:has-text('Send again what failed')")
    assert "1 mail is due again." in reader.page.content()
    assert "1 was left as it is" in reader.page.content()
    expect(reader.page.locator(".run-sentence")).to_have_text("Finished.")
    mail_sink.wait_for(READERS)  # all but the one that is gone, and the trial copy
    assert UndeliverableAddress.objects.get().address == gone
    kinds = list(EditionEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["paused", "tried", "resumed", "resent"]
    reader.press("main section a:has-text('Say that it works again')")
    reader.press("tr button:has-text('Works again')")

    reader.open("/en/office/mails/")
    assert "[Trial] Mentors" in reader.page.content()
    reader.open("/en/office/digests/preview/")
    reader.open("/en/office/")
