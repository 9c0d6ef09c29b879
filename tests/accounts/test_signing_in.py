"""People sign up, sign in by e-mail, and get back in."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from efus.accounts.models import User
from practices.digests.models import Subscription
from practices.models import Theme
from tests.domain import (
    PASSWORD,
    a_city,
    a_person,
    a_practice,
    a_subscription,
    a_theme,
    an_administrator,
    an_editor,
)

pytestmark = pytest.mark.django_db


def the_mail_in(mail_sink):
    """The only mail that a worker has brought, or brings within some seconds."""
    deadline = time.monotonic() + 30
    while not mail_sink.messages and time.monotonic() < deadline:
        time.sleep(0.1)
    (message,) = mail_sink.messages
    return message


def link_in(message):
    """The path of the first link of a mail."""
    return re.search(r"http://testserver(\S+)", message.get_body(["plain"]).get_content())[1]


def sign_up(client, email, language="fr"):
    return client.post(
        f"/{language}/account/signup/",
        {"email": email, "password1": PASSWORD, "password2": PASSWORD},
    )


def sign_in(client, email, password=PASSWORD):
    return client.post("/en/account/login/", {"login": email, "password": password})


def test_a_researcher_signs_up_confirms_the_address_and_is_in(client, mail_sink, worker):
    worker()
    sign_up(client, "researcher@university.example")
    user = User.objects.get()
    assert (user.email, user.language, user.staff_role) == (
        "researcher@university.example",
        "fr",
        "",
    )
    message = the_mail_in(mail_sink)
    assert message["To"] == "researcher@university.example"
    assert message["From"] == "Efus <network@efus.example>"
    client.logout()
    sign_in(client, user.email)
    assert "_auth_user_id" not in client.session
    client.post(link_in(message))
    sign_in(client, "Researcher@university.example")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_signing_up_is_no_error():
    """Of requests at one moment, some find the address taken only when they save."""

    def sign_up_at_once(_number):
        try:
            return sign_up(Client(raise_request_exception=False), "one@city.example").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=5) as pool:
        answers = set(pool.map(sign_up_at_once, range(5)))
    # The library slows down who sends one form too often.
    assert 302 in answers
    assert answers <= {302, 429}
    assert User.objects.count() == 1


def test_no_answer_tells_whether_an_address_has_an_account(client):
    a_person("known@city.example")

    def answer(path, typed):
        page = client.post(path, typed)
        text = page.content.decode().replace(typed.get("email", "-"), "…")
        text = text.replace(typed.get("login", "-"), "…")
        return page.status_code, page.headers.get("Location"), text

    for path, field, others in [
        ("/en/account/password/reset/", "email", {}),
        ("/en/account/login/", "login", {"password": "wrong, whoever it is"}),
        ("/en/account/signup/", "email", {"password1": PASSWORD, "password2": PASSWORD}),
    ]:
        known = answer(path, {field: "known@city.example", **others})
        client.cookies.clear()
        unknown = answer(path, {field: "other@city.example", **others})
        client.cookies.clear()
        assert re.sub(r'value="\w{64}"', "", known[2]) == re.sub(r'value="\w{64}"', "", unknown[2])
        assert known[:2] == unknown[:2]


def test_a_forgotten_password_is_replaced(client, mail_sink, worker):
    worker()
    user = a_person("coordinator@city.example")
    client.post("/nl/account/password/reset/", {"email": user.email})
    page = client.get(link_in(the_mail_in(mail_sink)), follow=True)
    new = "another long password"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    client.logout()
    sign_in(client, user.email, new)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_guessing_a_password_is_stopped(client):
    user = a_person()
    for attempt in range(8):
        page = sign_in(client, user.email, f"guess number {attempt}")
    assert "Too many failed login attempts" in page.content.decode()
    sign_in(client, user.email)
    assert "_auth_user_id" not in client.session


def test_somebody_who_left_cannot_sign_in(client):
    sign_in(client, a_person(is_active=False).email)
    assert "_auth_user_id" not in client.session


def test_a_person_changes_name_language_and_time_zone(client):
    user = a_person()
    client.force_login(user)
    page = client.post(
        "/en/account/", {"name": "A", "language": "sv", "time_zone": "Europe/Nowhere"}
    )
    assert page.status_code == 422
    assert "is not a time zone" in page.content.decode()
    page = client.post(
        "/en/account/", {"name": "A", "language": "sv", "time_zone": "Europe/Stockholm"}
    )
    assert page.url == "/sv/account/"
    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone) == ("A", "sv", "Europe/Stockholm")


def test_an_account_is_erased_with_its_subscriptions_and_keeps_its_practices(client):
    city, theme = a_city(), a_theme("nightlife")
    person = an_editor(city)
    practice = a_practice(city, created_by=person)
    a_subscription(person, themes=[theme])
    client.force_login(an_administrator())
    client.post(f"/admin/accounts/user/{person.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=person.pk).exists()
    assert not Subscription.objects.exists()
    practice.refresh_from_db()
    assert practice.created_by is None


def test_a_term_in_use_cannot_be_deleted(client):
    theme, unused = a_theme("nightlife"), a_theme("unused")
    a_practice(a_city(), themes=[theme])
    client.force_login(an_administrator())
    page = client.post(f"/admin/practices/theme/{theme.pk}/delete/", {"post": "yes"})
    assert page.status_code == 403
    client.post(f"/admin/practices/theme/{unused.pk}/delete/", {"post": "yes"})
    assert list(Theme.objects.all()) == [theme]


def test_the_admin_says_what_is_wrong_instead_of_failing(client):
    client.force_login(an_administrator())
    parent = a_theme("radicalisation")
    a_theme("returnees", parent=parent)
    page = client.post(
        f"/admin/practices/theme/{parent.pk}/change/",
        {"name_en": "x", "slug": "x", "position": 0, "parent": a_theme("schools").pk},
    )
    assert "Themes have two levels" in page.content.decode()
    practice = a_practice(a_city(), "nl", themes=[parent])
    page = client.post(
        f"/admin/practices/practice/{practice.pk}/change/",
        {
            "city": practice.city_id,
            "original_language": "nl",
            "title_nl": "",
            "themes": [parent.pk],
            "status": "running",
            "evidence": "described",
        },
    )
    assert "A published practice needs a title." in page.content.decode()


@pytest.mark.parametrize("role", ["researcher", "reviewer"])
def test_the_admin_is_for_administrators(client, role):
    client.force_login(a_person(staff_role="" if role == "researcher" else role))
    assert client.get("/admin/").status_code in {302, 403}


def test_every_list_of_the_admin_opens_and_asks_nobody_else(client):
    from django.contrib import admin
    from django.urls import reverse

    client.force_login(an_administrator())
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        page = client.get(reverse(f"{name}_changelist"))
        assert page.status_code == 200, name
        if model_admin.has_add_permission(page.wsgi_request):
            page = client.get(reverse(f"{name}_add"))
            assert page.status_code == 200, name
            foreign = re.findall(r'(?:src|href)="(?:https?:)?//([^"]+)"', page.content.decode())
            assert not foreign, name
