"""The pages of people, in a real browser."""

import pytest

from cities.models import Invitation
from cities.people.invitations import invitation_address
from tests.browser import Reader
from tests.domain import PASSWORD, a_city, a_coordinator, an_editor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_people_are_for_everybody(browser, platform, width):
    address, _start = platform
    genk = a_city("Genk", "BE")
    coordinator = a_coordinator(genk, email="coordinator@genk.example")
    an_editor(genk)
    invitation = Invitation.objects.create(
        city=genk, email="a-colleague-with-a-long-name@genk.example", role="editor"
    )
    reader = Reader(browser, address, width, "en-GB")
    reader.open("/en/account/login/code/")
    reader.open("/en" + invitation_address(invitation).partition("/en")[2])
    reader.sign_in(coordinator, "en")
    for page in [
        "workspace/people/",
        "workspace/people/invitations/",
        "workspace/people/invitations/new/",
        f"workspace/people/seats/{coordinator.seats.get().pk}/end/",
        "account/",
        "account/email/",
        "account/sessions/",
        "account/two-factor/",
        "account/two-factor/totp/activate/",
        "account/two-factor/webauthn/",
        "account/two-factor/webauthn/add/",
    ]:
        reader.open(f"/en/{page}")
        if "/reauthenticate/" in reader.page.url:
            reader.page.locator("[name=password]").fill(PASSWORD)
            reader.press("main button[type=submit]")
            assert reader.page.url == f"{address}/en/{page}"
