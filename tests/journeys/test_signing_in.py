"""The ways in, and out again, in a real browser."""

import re
import time

import pytest
from playwright.sync_api import expect

from efus.accounts.models import User
from tests.accounts.test_second_steps import code_of
from tests.browser import Reader
from tests.domain import PASSWORD, a_city, a_coordinator, a_person, an_editor

pytestmark = pytest.mark.django_db(transaction=True)

CODE_LASTS = 30  # seconds
WIDTHS = pytest.mark.parametrize("width", [360, 1280])


class Person(Reader):
    """Somebody who signs in and out in English."""

    def __init__(self, browser, address, width):
        super().__init__(browser, address, width, "en-GB")

    def is_signed_in(self):
        return self.page.locator("header a[href$='/workspace/']").count() == 1

    def sign_out(self):
        self.open("/en/account/")
        self.press("form[action$='/logout/'] button")
        assert not self.is_signed_in()

    def confirm(self):
        """Say once more who one is."""
        assert "/reauthenticate/" in self.page.url
        self.fill(password=PASSWORD)
        self.press("main button[type=submit]")


@pytest.fixture
def mails(platform, mail_sink):
    """Wait for the mail of that number, from 1 on, and return its text."""
    _address, start = platform
    start("worker", "celery", "-A", "efus", "worker", "--pool=solo")

    def text_of(number):
        deadline = time.monotonic() + 60
        while len(mail_sink.messages) < number and time.monotonic() < deadline:
            time.sleep(0.1)
        return mail_sink.messages[number - 1].get_body(["plain"]).get_content()

    return text_of


@WIDTHS
def test_a_mailed_code_signs_in_and_a_mailed_link_changes_the_address(
    browser, platform, mails, width
):
    address, _start = platform
    user = a_person("before@city.example", language="en")
    person = Person(browser, address, width)
    person.open("/en/account/login/")
    person.press("main a[href*='/login/code/']")
    person.fill(email=user.email)
    person.press("main button[type=submit]")
    code = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", mails(1), re.MULTILINE)[1]
    person.fill(code=code)
    person.press("main button[type=submit]:not([form])")
    assert person.is_signed_in()

    person.open("/en/account/email/")
    person.fill(email="after@city.example")
    person.press("[name=action_add]")
    expect(person.page.locator("main")).to_contain_text("The change to after@city.example waits")
    user.refresh_from_db()
    assert user.email == "before@city.example"
    person.open(re.search(rf"{address}\S+", mails(2))[0])
    person.press("main button[type=submit]")
    user.refresh_from_db()
    assert user.email == "after@city.example"


def code_in_the_app(secret):
    """What the authenticator app shows, with time left to type it."""
    left = CODE_LASTS - time.time() % CODE_LASTS
    if left < CODE_LASTS / 3:
        time.sleep(left)
    return code_of(secret)


@WIDTHS
def test_an_authenticator_app_is_set_up_asked_for_and_replaced_by_a_recovery_code(
    browser, platform, width
):
    address, _start = platform
    user = a_person(language="en")
    person = Person(browser, address, width)
    person.sign_in(user, "en")
    person.open("/en/account/two-factor/")
    person.press("main a[href*='/totp/activate/']")
    person.confirm()
    secret = person.page.locator("#authenticator_secret").input_value()
    person.fill(code="000000")
    person.press("main button[type=submit]")
    person.fill(code=code_in_the_app(secret))
    person.press("main button[type=submit]")
    codes = person.page.locator("#recovery_codes").input_value().split()
    assert len(codes) == 10

    for second_step in (lambda: code_in_the_app(secret), lambda: codes[0]):
        person.sign_out()
        person.sign_in(user, "en")
        assert not person.is_signed_in()
        person.fill(code=second_step())
        person.press("main button[type=submit]:not([form])")
        assert person.is_signed_in()

    person.open("/en/account/two-factor/")
    person.press("main a[href*='/totp/deactivate/']")
    person.confirm()
    person.press("main button[type=submit]")
    person.sign_out()
    person.sign_in(user, "en")
    assert person.is_signed_in()


@WIDTHS
def test_a_person_sees_two_sessions_and_ends_one_of_them(browser, platform, width):
    address, _start = platform
    user = a_person(language="en")
    desk, phone = Person(browser, address, width), Person(browser, address, 360)
    for person in (desk, phone):
        person.sign_in(user, "en")
    desk.open("/en/account/")
    desk.press("main a[href$='/sessions/']")
    sessions = desk.page.locator("article")
    expect(sessions).to_have_count(2)
    expect(sessions.nth(1)).to_contain_text("this device")
    desk.press("article:nth-of-type(1) button")
    expect(sessions).to_have_count(1)
    phone.open("/en/account/")
    assert "/account/login/" in phone.page.url
    desk.press("article button")
    assert "/account/login/" in desk.page.url


@WIDTHS
def test_somebody_invited_creates_an_account_takes_the_seat_and_leaves_it(
    browser, platform, mails, width
):
    address, _start = platform
    genk = a_city("Genk", "BE")
    coordinator = Person(browser, address, width)
    coordinator.sign_in(a_coordinator(genk, language="en"), "en")
    coordinator.open("/en/workspace/people/invitations/new/")
    coordinator.fill(email="colleague@genk.example")
    coordinator.press("main form button")

    colleague = Person(browser, address, width)
    colleague.open(re.search(rf"{address}\S+", mails(1))[0])
    colleague.press("main a[href*='/signup/']")
    expect(colleague.page.locator("[name=email]")).to_have_value("colleague@genk.example")
    colleague.fill(password1=PASSWORD, password2=PASSWORD)
    colleague.press("main button[type=submit]")
    colleague.press("main form button")
    user = User.objects.get(email="colleague@genk.example")
    assert user.seats.current().get().city == genk
    expect(colleague.page.locator(".message")).to_contain_text("you hold a seat in Genk now")

    colleague.open("/en/workspace/people/")
    row = "tr:has-text('colleague@genk.example')"
    colleague.press(f"{row} a")
    colleague.press("main form button")
    assert not user.seats.current().exists()
    assert "/workspace/" in colleague.page.url
    coordinator.open("/en/workspace/people/")
    expect(coordinator.page.locator(row)).to_have_count(0)


@WIDTHS
def test_a_coordinator_ends_the_seat_of_an_editor(browser, platform, width):
    address, _start = platform
    genk = a_city("Genk", "BE")
    editor = an_editor(genk, email="editor@genk.example")
    coordinator = Person(browser, address, width)
    coordinator.sign_in(a_coordinator(genk, language="en"), "en")
    coordinator.open("/en/workspace/people/")
    coordinator.press("tr:has-text('editor@genk.example') a")
    coordinator.press("main form button")
    assert not editor.seats.current().exists()
    assert "/workspace/people/" in coordinator.page.url
