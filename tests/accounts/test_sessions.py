"""People see where they are signed in, and end it there."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from efus.accounts.sessions import device
from tests.domain import PASSWORD, a_person

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"
)


def signed_in(user, browser=FIREFOX):
    """A client in which *user* has just signed in."""
    client = Client(headers={"user-agent": browser})
    client.post("/en/account/login/", {"login": user.email, "password": PASSWORD})
    return client


def is_signed_in(client):
    return client.get("/en/account/").status_code == 200


def session_in(client):
    return UserSession.objects.get(session_key=client.session.session_key)


def end(client, session):
    return client.post(f"/en/account/sessions/{session.pk}/end/")


@pytest.fixture
def person():
    return a_person()


def test_each_session_is_listed_with_its_device_the_newest_first(person):
    desk, phone = signed_in(person), signed_in(person, SAFARI)
    signed_in(a_person(), EDGE)
    page = desk.get("/en/account/sessions/")
    assert [(session.device, session.is_this_one) for session in page.context["page"]] == [
        ("Safari, iPhone", False),
        ("Firefox, Windows", True),
    ]
    assert is_signed_in(phone)


def test_one_session_ends_and_the_others_go_on(person):
    desk, phone, tablet = (signed_in(person) for _number in range(3))
    assert end(desk, session_in(phone)).url == "/en/account/sessions/"
    assert [is_signed_in(client) for client in (desk, phone, tablet)] == [True, False, True]


def test_ending_ones_own_session_signs_out_here(person):
    desk, phone = signed_in(person), signed_in(person)
    assert end(desk, session_in(desk)).url == "/en/account/login/"
    assert [is_signed_in(client) for client in (desk, phone)] == [False, True]


def test_a_double_click_ends_nothing_else(person):
    desk, phone = signed_in(person), signed_in(person)
    session = session_in(phone)
    end(desk, session)
    page = end(desk, session)
    assert page.status_code == 404
    assert "This session has ended" in page.content.decode()
    assert is_signed_in(desk)


@pytest.mark.parametrize("number", [0, 10**30])
def test_a_session_that_never_was_cannot_end(person, number):
    assert signed_in(person).post(f"/en/account/sessions/{number}/end/").status_code == 404


def test_nobody_ends_the_session_of_somebody_else(person):
    theirs = signed_in(person)
    assert (
        end(signed_in(a_person(staff_role="administrator")), session_in(theirs)).status_code == 404
    )
    assert is_signed_in(theirs)


def test_an_address_alone_ends_nothing(person):
    desk, phone = signed_in(person), signed_in(person)
    page = desk.get(f"/en/account/sessions/{session_in(phone).pk}/end/")
    assert page.url == desk.get("/en/account/sessions/end-others/").url == "/en/account/sessions/"
    assert is_signed_in(phone)


def test_all_other_sessions_end_at_once(person):
    desk, phone, tablet = (signed_in(person) for _number in range(3))
    somebody_else = signed_in(a_person())
    desk.post("/en/account/sessions/end-others/")
    assert [is_signed_in(client) for client in (desk, phone, tablet)] == [True, False, False]
    assert is_signed_in(somebody_else)


def test_sessions_that_a_new_password_ended_are_not_listed(person):
    desk, _phone = signed_in(person), signed_in(person)
    new = "another long password"
    desk.post(
        "/en/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    (session,) = desk.get("/en/account/sessions/").context["page"]
    assert session.is_this_one


def test_many_sessions_are_listed_page_by_page_with_as_many_queries(
    person, django_assert_num_queries
):
    desk = signed_in(person)
    queries = 6  # session, person, address; which sessions sign in, how many, and their page
    with django_assert_num_queries(queries):
        desk.get("/en/account/sessions/")
    for _number in range(21):
        client = Client()
        client.force_login(person)
        UserSession.objects.create(
            user=person, ip="192.0.2.1", session_key=client.session.session_key
        )
    with django_assert_num_queries(queries):
        page = desk.get("/en/account/sessions/")
    assert len(page.context["page"]) == 20
    assert desk.get("/en/account/sessions/?page=2").status_code == 200
    assert desk.get("/en/account/sessions/?page=3").status_code == 404


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        (SAFARI, "Safari, iPhone"),
        (EDGE, "Edge, macOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_device_is_named_in_words(user_agent, words):
    assert device(user_agent) == words
