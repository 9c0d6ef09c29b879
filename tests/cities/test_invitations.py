"""A coordinator invites colleagues to the city, and seats end."""

import re
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cities.models import Invitation, Seat
from cities.people.invitations import invitation_address
from efus.accounts.models import User
from tests.domain import (
    PASSWORD,
    a_city,
    a_coordinator,
    a_person,
    an_administrator,
    an_editor,
)

pytestmark = pytest.mark.django_db

COLLEAGUE = "colleague@genk.example"


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


def an_invitation(city, email=COLLEAGUE, role="editor", **fields):
    return Invitation.objects.create(city=city, email=email, role=role, **fields)


def path_of(invitation):
    return invitation_address(invitation).removeprefix("http://127.0.0.1:8000")


def invite(client, city, email=COLLEAGUE, role="editor", language="en"):
    return client.post(
        f"/{language}/workspace/people/invitations/new/",
        {"city": city.pk, "email": email, "role": role},
    )


def is_expired(invitation):
    long_ago = timezone.now() - timedelta(days=20)
    invitation.created_at = invitation.sent_at = long_ago
    invitation.expires_at = long_ago + timedelta(days=14)
    invitation.save()
    return invitation


def the_mail_in(mail_sink):
    deadline = time.monotonic() + 30
    while not mail_sink.messages and time.monotonic() < deadline:
        time.sleep(0.1)
    (message,) = mail_sink.messages
    return message


def as_role(role, city):
    """Somebody of every kind, seen from *city*."""
    if role in {"coordinator elsewhere", "editor elsewhere"}:
        city = a_city("Gent", "BE")
    kind = role.split()[0]
    if kind in {"coordinator", "editor"}:
        return {"coordinator": a_coordinator, "editor": an_editor}[kind](city)
    return a_person(staff_role="" if role == "researcher" else role)


@pytest.mark.django_db(transaction=True)
def test_somebody_without_account_is_invited_signs_up_and_accepts(client, genk, mail_sink, worker):
    worker()
    client.force_login(a_coordinator(genk))
    assert invite(client, genk, language="nl").url == "/nl/workspace/people/invitations/"
    message = the_mail_in(mail_sink)
    assert message["To"] == COLLEAGUE
    text = message.get_body(["plain"]).get_content()
    link = re.search(r"http://127.0.0.1:8000(/nl/\S+)", text)[1]
    client.logout()
    page = client.get(link).content.decode()
    sign_up = re.search(r'href="(/nl/account/signup/\?next=[^"]+)"', page)[1]
    assert f'value="{COLLEAGUE}"' in client.get(sign_up).content.decode()
    typed = {"email": COLLEAGUE, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(sign_up, typed).url == link
    user = User.objects.get(email=COLLEAGUE)
    client.post(link)
    seat = user.seats.get()
    assert (seat.city, seat.role) == (genk, "editor")
    assert client.get(link).status_code == 404
    # One account, however many cities.
    client.post(path_of(an_invitation(a_city("Gent"), COLLEAGUE.upper(), "coordinator")))
    assert user.seats.count() == 2
    assert len(mail_sink.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_the_mail_to_somebody_with_an_account_is_in_their_language(
    client, genk, mail_sink, worker
):
    worker()
    a_person(COLLEAGUE, language="fr")
    client.force_login(a_coordinator(genk))
    invite(client, genk, language="nl")
    text = the_mail_in(mail_sink).get_body(["plain"]).get_content()
    assert "http://127.0.0.1:8000/fr/" in text


def test_no_answer_tells_whether_an_address_has_an_account(client, genk):
    a_person("known@genk.example")
    coordinator = a_coordinator(genk)
    answers = []
    for email in ["known@genk.example", "other@genk.example"]:
        client.force_login(coordinator)
        answer = invite(client, genk, email)
        listed = client.get(answer.url).content.decode().count(email)
        client.logout()
        page = client.get(path_of(Invitation.objects.get(email=email))).content.decode()
        page = re.sub(r"[\w=-]+:[\w-]+:[\w-]+|\d+%3A[\w-]+%3A[\w-]+", "", page)
        answers.append((answer.status_code, answer.url, listed, page.replace(email, "")))
        client.cookies.clear()
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("researcher", False),
        ("editor", False),
        ("editor elsewhere", False),
        ("coordinator", True),
        ("coordinator elsewhere", False),
        ("reviewer", False),
        ("administrator", True),
    ],
)
def test_only_coordinators_of_the_city_and_administrators_invite(client, genk, role, may):
    user = as_role(role, genk)
    assert user.has_perm("cities.invite_people", genk) == may
    client.force_login(user)
    assert invite(client, genk).status_code in ({302} if may else {403, 422})
    assert Invitation.objects.exists() == may
    Invitation.objects.all().delete()
    invitation = an_invitation(genk)
    listed = client.get("/en/workspace/people/invitations/")
    assert (COLLEAGUE in listed.content.decode()) == may
    answer = client.post(f"/en/workspace/people/invitations/{invitation.pk}/withdraw/")
    assert answer.status_code == (302 if may else 403)
    invitation.refresh_from_db()
    assert bool(invitation.withdrawn_at) == may
    answer = client.post(f"/en/workspace/people/invitations/{invitation.pk}/resend/")
    assert answer.status_code == (302 if may else 403)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("researcher", False),
        ("editor", False),
        ("editor elsewhere", False),
        ("coordinator", True),
        ("coordinator elsewhere", False),
        ("reviewer", False),
        ("administrator", True),
    ],
)
def test_only_coordinators_and_administrators_end_the_seat_of_another(client, genk, role, may):
    seat = an_editor(genk).seats.get()
    user = as_role(role, genk)
    assert user.has_perm("cities.end_seat", seat) == may
    client.force_login(user)
    shown = client.get("/en/workspace/people/")
    assert (seat.user.email in shown.content.decode()) == (may or role == "editor")
    address = f"/en/workspace/people/seats/{seat.pk}/end/"
    assert client.get(address).status_code == (200 if may else 403)
    assert client.post(address).status_code == (302 if may else 403)
    assert Seat.objects.current().filter(pk=seat.pk).exists() != may


def test_a_visitor_is_asked_to_sign_in(client, genk):
    seat, invitation = an_editor(genk).seats.get(), an_invitation(genk)
    for page in [
        "",
        "invitations/",
        "invitations/new/",
        f"seats/{seat.pk}/end/",
        f"invitations/{invitation.pk}/withdraw/",
        f"invitations/{invitation.pk}/resend/",
    ]:
        assert "/account/login/" in client.get(f"/en/workspace/people/{page}").url
        if page.endswith("/") and page != "invitations/":
            assert "/account/login/" in client.post(f"/en/workspace/people/{page}").url
    invitation.refresh_from_db()
    assert invitation.is_open
    assert client.post(path_of(invitation)).status_code == 200
    assert invitation.city.seats.count() == 1


def test_a_person_ends_their_own_seat(client, genk):
    editor = an_editor(genk)
    client.force_login(editor)
    answer = client.post(f"/en/workspace/people/seats/{editor.seats.get().pk}/end/")
    assert answer.url == "/en/workspace/"
    assert not editor.seats.current().exists()


def test_the_last_coordinator_is_warned(client, genk):
    coordinator = a_coordinator(genk)
    client.force_login(coordinator)
    address = f"/en/workspace/people/seats/{coordinator.seats.get().pk}/end/"
    assert "the last coordinator" in client.get(address).content.decode()
    assert client.post(address).status_code == 422
    assert coordinator.seats.current().exists()
    client.post(address, {"is_meant": "on"})
    assert not coordinator.seats.current().exists()


def test_another_account_cannot_accept(client, genk):
    path = path_of(an_invitation(genk))
    other = a_person()
    client.force_login(other)
    for answer in [client.get(path), client.post(path)]:
        assert answer.status_code == 403
        assert f"You are signed in as {other.email}" in answer.content.decode()
    assert not other.seats.exists()


def test_an_address_that_is_not_confirmed_cannot_accept(client, genk):
    person = a_person(COLLEAGUE)
    person.emailaddress_set.update(verified=False)
    client.force_login(person)
    assert client.post(path_of(an_invitation(genk))).status_code == 403
    assert not person.seats.exists()


@pytest.mark.parametrize("outcome", ["withdrawn", "expired", "forged"])
def test_a_link_that_is_no_longer_good_says_so(client, genk, outcome):
    invitation = an_invitation(genk)
    path = path_of(invitation)
    if outcome == "withdrawn":
        Invitation.objects.update(withdrawn_at=timezone.now())
    elif outcome == "expired":
        is_expired(invitation)
    else:
        path = path[:-3] + "xx/"
    client.force_login(a_person(COLLEAGUE))
    page = client.post(path)
    assert page.status_code == 404
    assert "Ask the coordinator of the city for a new one" in page.content.decode()
    assert not Seat.objects.exists()


def test_an_editor_becomes_coordinator_and_a_coordinator_stays_one(client, genk):
    person = an_editor(genk, email=COLLEAGUE)
    client.force_login(person)
    client.post(path_of(an_invitation(genk, role="coordinator")))
    assert person.seats.current().get().role == "coordinator"
    client.post(path_of(an_invitation(genk, role="editor")))
    assert person.seats.current().get().role == "coordinator"


def test_an_address_is_invited_once_and_again_after_it_expired(client, genk):
    client.force_login(a_coordinator(genk))
    invite(client, genk)
    page = invite(client, genk, "Colleague@Genk.example")
    assert page.status_code == 422
    assert "invited to this city already" in page.content.decode()
    is_expired(Invitation.objects.get())
    assert invite(client, genk).status_code == 302
    assert Invitation.objects.open().count() == 1
    page = invite(client, genk, an_editor(genk).email)
    assert "has a seat in this city already" in page.content.decode()


def test_sending_again_lasts_another_two_weeks_but_not_at_once(client, genk):
    client.force_login(a_coordinator(genk))
    invitation = an_invitation(genk)
    address = f"/en/workspace/people/invitations/{invitation.pk}/resend/"
    assert "Wait ten minutes" in client.post(address, follow=True).content.decode()
    is_expired(invitation)
    assert "is sent again" in client.post(address, follow=True).content.decode()
    invitation.refresh_from_db()
    assert invitation.is_open


def test_nothing_typed_is_lost_with_the_session(client, genk):
    coordinator = a_coordinator(genk)
    client.force_login(coordinator)
    address = "/en/workspace/people/invitations/new/"
    writer = re.search(r'name="written_by" value="([^"]*)"', client.get(address).content.decode())
    client.logout()
    client.post(
        address,
        {"city": genk.pk, "email": COLLEAGUE, "role": "editor", "written_by": writer[1]},
    )
    client.post("/en/account/login/", {"login": coordinator.email, "password": PASSWORD})
    assert COLLEAGUE in client.get(address).content.decode()


@pytest.mark.parametrize(
    "broken",
    [
        {"role": "mayor"},
        {"email": ""},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"accepted_at": timezone.now(), "withdrawn_at": timezone.now()},
    ],
)
def test_the_database_refuses_what_cannot_be(genk, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        an_invitation(genk, **broken)
    an_invitation(genk)
    with pytest.raises(IntegrityError), transaction.atomic():
        an_invitation(genk, COLLEAGUE.upper())


def test_the_lists_take_a_constant_number_of_queries(client, django_assert_num_queries):
    client.force_login(an_administrator())

    def more(number):
        city = a_city(f"Stad {number}")
        an_editor(city)
        an_invitation(city)

    for page, queries in [("", 7), ("invitations/", 6)]:
        more(len(page))
        with django_assert_num_queries(queries):
            client.get(f"/en/workspace/people/{page}")
        for number in range(4):
            more(100 * (len(page) + 1) + number)
        with django_assert_num_queries(queries):
            client.get(f"/en/workspace/people/{page}")
