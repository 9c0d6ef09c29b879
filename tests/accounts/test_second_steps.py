"""People sign in by a mailed code, with a second step, and see where they are signed in."""

import re
import time

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

from tests.domain import PASSWORD, a_person, an_administrator

pytestmark = pytest.mark.django_db


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def sign_in(client, user):
    return client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})


def confirm_it_is_still_me(client):
    """What guards the second step asks for the password once more."""
    client.post("/en/account/reauthenticate/", {"password": PASSWORD})


def the_mail_in(mail_sink):
    deadline = time.monotonic() + 30
    while not mail_sink.messages and time.monotonic() < deadline:
        time.sleep(0.1)
    (message,) = mail_sink.messages
    return message.get_body(["plain"]).get_content()


@pytest.mark.django_db(transaction=True)
def test_a_mailed_code_signs_in(client, mail_sink, worker):
    worker()
    user = a_person()
    client.post("/en/account/login/code/", {"email": user.email}, follow=True)
    code = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", the_mail_in(mail_sink), re.MULTILINE)[1]
    client.post("/en/account/login/code/confirm/", {"code": code})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_asking_for_a_code_does_not_tell_whether_there_is_an_account(client):
    a_person("known@city.example")
    answers = []
    for email in ["known@city.example", "other@city.example"]:
        page = client.post("/en/account/login/code/", {"email": email}, follow=True)
        text = re.sub(r'value="\w{64}"', "", page.content.decode()).replace(email, "")
        answers.append((page.redirect_chain, text))
        client.cookies.clear()
    assert answers[0] == answers[1]


def test_a_second_step_is_asked_for_and_a_recovery_code_does(client):
    user = a_person()
    sign_in(client, user)
    assert "/reauthenticate/" in client.get("/en/account/two-factor/totp/activate/").url
    confirm_it_is_still_me(client)
    page = client.get("/en/account/two-factor/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    client.post("/en/account/two-factor/totp/activate/", {"code": code_of(secret)})
    codes = client.get("/en/account/two-factor/recovery-codes/download/").content.decode().split()
    assert len(codes) == 10
    client.logout()
    sign_in(client, user)
    assert "_auth_user_id" not in client.session
    client.post("/en/account/two-factor/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in client.session
    client.post("/en/account/two-factor/authenticate/", {"code": codes[0]})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_an_address_changes_once_the_new_one_is_confirmed(client):
    user = a_person("old@city.example")
    sign_in(client, user)
    client.post("/en/account/email/", {"email": "new@city.example", "action_add": ""})
    user.refresh_from_db()
    assert user.email == "old@city.example"
    assert "new@city.example" in client.get("/en/account/email/").content.decode()
    address = EmailAddress.objects.get(email="new@city.example")
    client.post(f"/en/account/confirm-email/{EmailConfirmationHMAC(address).key}/")
    user.refresh_from_db()
    assert user.email == "new@city.example"


@pytest.mark.parametrize(
    "page",
    [
        "login/",
        "login/code/",
        "email/",
        "sessions/",
        "two-factor/",
        "two-factor/totp/activate/",
        "two-factor/webauthn/",
        "two-factor/webauthn/add/",
    ],
)
def test_no_page_needs_what_our_content_security_policy_forbids(client, page):
    if not page.startswith("login"):
        sign_in(client, a_person())
        confirm_it_is_still_me(client)
    text = client.get(f"/en/account/{page}", follow=True).content.decode()
    assert " style=" not in text
    for attributes in re.findall(r"<script([^>]*)>", text):
        assert "src=" in attributes or "application/json" in attributes


@pytest.mark.parametrize(
    "credential",
    [
        "no JSON",
        pytest.param("[" * 100_000, id="nested deeply"),
        pytest.param("9" * 5_000, id="a huge number"),
        "[]",
        '{"id": "x"}',
        '{"id": "a", "rawId": "a", "type": "public-key", "response": {"userHandle": "AAA"}}',
        '{"id": "YQ", "rawId": "YQ", "type": "public-key",'
        ' "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
    ],
)
def test_a_passkey_that_no_browser_made_is_refused(client, credential):
    page = client.post("/en/account/two-factor/webauthn/login/", {"credential": credential})
    assert page.url == "/en/account/login/"
    user = a_person()
    sign_in(client, user)
    confirm_it_is_still_me(client)
    client.get("/en/account/two-factor/webauthn/add/")
    page = client.post("/en/account/two-factor/webauthn/add/", {"credential": credential})
    assert page.context["form"].errors
    TOTP.activate(user, "VERYSECRET234567")
    client.logout()
    sign_in(client, user)
    page = client.post("/en/account/two-factor/authenticate/", {"credential": credential})
    assert page.context["webauthn_form"].errors


def test_the_admin_shows_nobody_the_secret_of_a_second_step(client):
    second_step = TOTP.activate(a_person(), "VERYSECRET234567").instance
    client.force_login(an_administrator())
    page = client.get(f"/admin/mfa/authenticator/{second_step.pk}/change/")
    assert page.status_code == 200
    assert "VERYSECRET" not in page.content.decode()
