"""Passkeys, in a real browser whose device has a fingerprint reader of Chromium's making."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.browser import Reader
from tests.domain import PASSWORD, a_person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Browsers make passkeys for names only, not for numbers.
    pytest.mark.parametrize("served", ["localhost"], indirect=True),
]


class KeyHolder(Reader):
    """A reader whose device keeps passkeys, and knows its owner's finger."""

    def __init__(self, *args):
        super().__init__(*args)
        self.device = self.page.context.new_cdp_session(self.page)
        self.device.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        answer = self.device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.authenticator = answer["authenticatorId"]

    def knows_the_finger(self, known):
        """From now on the device knows the finger that is shown to it, or does not."""
        self.device.send(
            "WebAuthn.setUserVerified",
            {"authenticatorId": self.authenticator, "isUserVerified": known},
        )

    def confirm(self):
        """Say once more who one is, where that is asked for."""
        assert "/reauthenticate/" in self.page.url
        self.fill(password=PASSWORD)
        self.press("main button[type=submit]")

    def sign_out(self):
        self.open("/en/account/")
        self.press("form[action$='/logout/'] button")

    def is_signed_in(self):
        return self.page.locator("header a[href$='/workspace/']").count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_a_person_signs_in_with_a_passkey_alone_and_removes_it(browser, platform, width):
    address, _start = platform
    person = a_person(language="en")
    holder = KeyHolder(browser, address, width, "en-GB")
    holder.sign_in(person, "en")

    holder.open("/en/account/two-factor/webauthn/add/")
    holder.confirm()
    holder.fill(name="The phone in my pocket")
    holder.page.locator("[name=passwordless]").check()
    holder.knows_the_finger(False)
    holder.page.locator("#mfa_webauthn_add").click()
    expect(holder.page.locator("#passkey-refused")).to_be_visible()
    holder.look()
    holder.knows_the_finger(True)
    holder.press("#mfa_webauthn_add")
    holder.open("/en/account/two-factor/")
    holder.open("/en/account/two-factor/webauthn/")
    expect(holder.page.locator("main h2")).to_have_text("The phone in my pocket")

    holder.sign_out()
    holder.open("/en/account/login/")
    holder.press("#passkey_login")
    assert holder.is_signed_in()

    # A device that has one key is not asked for another.
    holder.open("/en/account/two-factor/webauthn/add/")
    holder.confirm()
    holder.page.locator("#mfa_webauthn_add").click()
    expect(holder.page.locator("#passkey-known")).to_be_visible()
    holder.look()

    # With the password, the key is the second step.
    holder.sign_out()
    holder.sign_in(person, "en")
    assert not holder.is_signed_in()
    holder.press("#mfa_webauthn_authenticate")
    assert holder.is_signed_in()

    holder.open("/en/account/two-factor/webauthn/")
    holder.press("main a[href*='/edit/']")
    holder.confirm()
    holder.fill(name="The old phone")
    holder.press("main button[type=submit]")
    expect(holder.page.locator("main h2")).to_have_text("The old phone")
    holder.press("main a[href*='/remove/']")
    holder.press("main button[type=submit]")
    assert not Authenticator.objects.filter(type="webauthn").exists()
    holder.sign_out()
    holder.sign_in(person, "en")
    assert holder.is_signed_in()
