"""What is told of addresses that mails do not reach, in a real browser."""

import pytest

from efus.bounces.models import UndeliverableAddress
from tests.browser import Reader
from tests.domain import a_city, an_administrator, an_editor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_person_and_the_office_are_told(browser, platform, width):
    address, _start = platform
    marie = an_editor(
        a_city("Villeneuve-d’Ascq", "FR"),
        email="a-person-with-a-rather-long-name@ville.example",
        name="Marie Dupont",
    )
    administrator = an_administrator(email="administrator@efus.example")
    answer = "550 5.1.1 https://mail.example/" + "x" * 120
    for person in (marie, administrator):
        UndeliverableAddress.objects.mark(person.email, "bounced", answer)
    reader = Reader(browser, address, width, "en-GB")
    reader.sign_in(administrator, "en")
    assert "do not reach you" in reader.page.content()
    reader.open("/en/office/addresses/")
    assert "Marie Dupont" in reader.page.content()
    reader.press("tr:has-text('Marie Dupont') button")
    assert "gets mails again" in reader.page.content()
    reader.open("/en/office/addresses/mark/")
    reader.fill(address=marie.email, detail=answer)
    reader.page.locator("[name=reason][value=bounced]").check()
    reader.press("main form.writing button[type=submit]")
    assert "gets no more mails" in reader.page.content()
    reader.press(".undeliverable button")
    assert "We send you a mail" in reader.page.content()
    assert "do not reach you" not in reader.page.content()
    assert list(UndeliverableAddress.objects.values_list("address", flat=True)) == [marie.email]
