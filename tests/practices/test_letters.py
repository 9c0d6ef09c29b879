"""Letters between the two cities of an adoption: who reads them, who is told, what they show."""

import re
import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from cities.models import Membership, Seat
from practices.adoptions.correspondence import LETTERS_AN_HOUR, write_letter
from practices.adoptions.mails import people_told_of
from practices.models import Letter
from tests.domain import (
    PASSWORD,
    a_city,
    a_coordinator,
    a_letter,
    a_person,
    a_practice,
    an_administrator,
    an_adoption,
    an_editor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def lille():
    return a_city("Lille", "FR")


@pytest.fixture
def adoption(genk, lille):
    return an_adoption(a_practice(genk, "nl", title_nl="Mentoren in de wijk"), lille)


def address_of(adoption):
    return f"/en/workspace/adoptions/{adoption.pk}/letters/"


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def token_on(page):
    return re.search(r'name="token" value="([^"]*)"', page.content.decode())[1]


def what_is_sent(text="Bonjour.", **changes):
    return {"text": text, "language": "fr", "token": str(uuid.uuid4())} | changes


def wait_for_mails(mail_sink, number):
    deadline = time.monotonic() + 60
    while len(mail_sink.messages) < number and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)  # one too many would come now
    assert len(mail_sink.messages) == number


# Writing and reading


def test_the_people_of_both_cities_write_to_each_other(client, genk, lille, adoption):
    anne = an_editor(lille, name="Anne Petit", language="fr")
    client.force_login(anne)
    page = client.get(address_of(adoption))
    assert "Nobody has written yet." in text_of(page)
    sent = what_is_sent("Une **question** :\r\n\r\nqui paie ?", token=token_on(page))
    page = client.post(address_of(adoption), sent, follow=True)
    assert "The letter is sent." in text_of(page)
    bram = a_coordinator(genk, name="Bram Claes")
    client.force_login(bram)
    page = text_of(client.get(address_of(adoption)))
    assert "Anne Petit" in page
    assert '<div lang="fr"><p>Une <strong>question</strong> :</p> <p>qui paie ?</p></div>' in page
    assert anne.email not in page
    client.post(address_of(adoption), what_is_sent("De stad.", language="nl"))
    letters = Letter.objects.order_by("pk")
    assert [(letter.author, letter.from_city) for letter in letters] == [
        (anne, lille),
        (bram, genk),
    ]
    page = text_of(client.get(address_of(adoption)))
    assert page.index("De stad.") < page.index("qui paie ?")


def test_an_address_is_shown_where_its_owner_says_so(client, genk, lille, adoption):
    shown, hidden = an_editor(lille), an_editor(lille)
    client.force_login(shown)
    client.post(address_of(adoption), what_is_sent(shows_address="on"))
    client.force_login(hidden)
    client.post(address_of(adoption), what_is_sent("Moi aussi."))
    client.force_login(an_editor(genk))
    page = text_of(client.get(address_of(adoption)))
    assert f"mailto:{shown.email}" in page
    assert hidden.email not in page
    assert "Somebody of Lille" in page


def test_the_same_letter_sent_twice_is_one(client, lille, adoption):
    client.force_login(an_editor(lille))
    sent = what_is_sent()
    for _time in range(2):
        assert client.post(address_of(adoption), sent).status_code == 302
    assert Letter.objects.count() == 1
    # Who goes back and writes something else has written another letter.
    client.post(address_of(adoption), sent | {"text": "Encore un mot."})
    assert Letter.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_letter_sent_twice_at_once_is_one(lille, adoption):
    author, token = an_editor(lille), uuid.uuid4()
    start, outcomes = threading.Barrier(2), []

    def send():
        try:
            start.wait(timeout=20)
            given = {"text": "Bonjour.", "language": "fr", "shows_address": False}
            outcomes.append(write_letter(adoption, author, token=token, **given)[1])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == [False, True]
    assert Letter.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "Write something before you send the letter."),
        ({"text": " \r\n "}, "Write something before you send the letter."),
        ({"text": "x" * 10_001}, "at most 10000 characters"),
        ({"text": "nul \x00"}, "Null characters are not allowed"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_sent_is_told_in_words(client, lille, adoption, changes, words):
    client.force_login(an_editor(lille))
    page = client.post(address_of(adoption), what_is_sent() | changes)
    assert page.status_code == 422
    assert words in text_of(page)
    assert not Letter.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "9" * 300])
def test_a_page_that_lost_its_token_still_sends(client, lille, adoption, token):
    client.force_login(an_editor(lille))
    assert client.post(address_of(adoption), what_is_sent(token=token)).status_code == 302
    assert Letter.objects.count() == 1


def test_nobody_sends_more_than_so_many_letters_an_hour(client, lille, adoption):
    author = an_editor(lille)
    for _number in range(LETTERS_AN_HOUR - 1):
        a_letter(adoption, author)
    a_letter(adoption, author, written_at=timezone.now() - timedelta(hours=2))
    client.force_login(author)
    assert client.post(address_of(adoption), what_is_sent("La dernière.")).status_code == 302
    page = client.post(address_of(adoption), what_is_sent("Une de trop."))
    assert page.status_code == 422
    assert "which is the most" in text_of(page)
    assert "Une de trop." in text_of(page)
    assert Letter.objects.count() == LETTERS_AN_HOUR + 1
    client.force_login(an_editor(lille))
    assert client.post(address_of(adoption), what_is_sent()).status_code == 302


def test_a_letter_survives_a_lost_session(client, lille, adoption):
    author = an_editor(lille)
    client.force_login(author)
    page = client.get(address_of(adoption)).content.decode()
    writer = re.search(r'name="written_by" value="([^"]*)"', page)[1]
    client.logout()
    page = client.post(address_of(adoption), what_is_sent("Un long texte.", written_by=writer))
    page = client.post(
        page.url,
        {"login": author.email, "password": PASSWORD, "next": address_of(adoption)},
        follow=True,
    )
    assert "Un long texte." in text_of(page)
    assert not Letter.objects.exists()


# Who reads


def test_letters_are_read_by_the_two_cities_and_nobody_else(client, genk, lille, adoption):
    a_letter(adoption, an_editor(lille), "Entre nous.")
    gone = an_editor(lille)
    gone.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
    strangers = {
        "a researcher": a_person(),
        "of another city": a_coordinator(a_city("Brno", "CZ")),
        "with a seat that ended": gone,
        "a reviewer": a_person(staff_role="reviewer"),
        "an administrator": an_administrator(),
    }
    for who, person in strangers.items():
        client.force_login(person)
        for answer in (
            client.get(address_of(adoption)),
            client.post(address_of(adoption), what_is_sent()),
        ):
            assert answer.status_code == 403, who
            assert "Entre nous." not in text_of(answer)
    assert Letter.objects.count() == 1
    for person in (an_editor(genk), an_editor(lille)):
        client.force_login(person)
        assert "Entre nous." in text_of(client.get(address_of(adoption)))


def test_who_sees_no_letters_is_offered_none(client, lille, adoption):
    a_letter(adoption, an_editor(lille))
    client.force_login(an_administrator())
    for page in ("/en/workspace/adoptions/", f"/en/workspace/adoptions/{adoption.pk}/"):
        assert address_of(adoption) not in text_of(client.get(page))
    assert "new letter" not in text_of(client.get("/en/workspace/"))


def test_with_the_membership_the_letters_lapse(client, genk, lille, adoption):
    person = an_editor(lille)
    a_letter(adoption, an_editor(genk), "Entre nous.", from_city=genk)
    Membership.objects.filter(city=lille).update(state="lapsed")
    client.force_login(person)
    assert client.get(address_of(adoption)).status_code == 403
    assert "new letter" not in text_of(client.get("/en/workspace/"))
    client.force_login(an_editor(genk))
    assert "Nobody of Lille can read letters here" in text_of(client.get(address_of(adoption)))
    Membership.objects.filter(city=lille).update(state="active")
    assert "Nobody of Lille" not in text_of(client.get(address_of(adoption)))


def test_there_are_no_letters_of_what_is_not_there(client, lille):
    client.force_login(an_editor(lille))
    for number in ("0", "9" * 30):
        assert client.get(f"/en/workspace/adoptions/{number}/letters/").status_code == 404


# What is new


def new_letters(client):
    found = re.search(r"(\d+) new letter", text_of(client.get("/en/workspace/")))
    return int(found[1]) if found else 0


def test_each_is_shown_what_they_have_not_read(client, genk, lille, adoption):
    anne, bram, colleague = an_editor(lille), an_editor(genk), an_editor(genk)
    elsewhere = an_adoption(a_practice(genk, "nl"), a_city("Brno", "CZ"))
    a_letter(elsewhere, an_editor(elsewhere.city))
    for _time in range(2):
        a_letter(adoption, anne)
    client.force_login(anne)
    assert new_letters(client) == 0
    client.force_login(bram)
    assert new_letters(client) == 3
    assert "2 new letters" in text_of(client.get("/en/workspace/adoptions/?by-others"))
    assert "2 new letters" in text_of(client.get(f"/en/workspace/adoptions/{adoption.pk}/"))
    client.head(address_of(adoption))
    assert new_letters(client) == 3
    assert text_of(client.get(address_of(adoption))).count('<span class="tag">new</span>') == 2
    assert new_letters(client) == 1
    assert '<span class="tag">new</span>' not in text_of(client.get(address_of(adoption)))
    client.post(address_of(adoption), what_is_sent())
    assert new_letters(client) == 1
    client.force_login(colleague)
    assert new_letters(client) == 4
    client.force_login(anne)
    assert new_letters(client) == 1


def test_an_older_page_does_not_make_letters_new_again(client, genk, lille, adoption):
    author = an_editor(lille)
    for minutes in range(25):
        a_letter(adoption, author, written_at=timezone.now() - timedelta(minutes=minutes))
    client.force_login(an_editor(genk))
    client.get(address_of(adoption))
    assert new_letters(client) == 0
    assert client.get(address_of(adoption) + "?page=2").status_code == 200
    assert new_letters(client) == 0
    assert client.get(address_of(adoption) + "?page=9").status_code == 404


def test_the_letters_take_a_constant_number_of_queries(
    client, genk, lille, adoption, django_assert_max_num_queries, django_assert_num_queries
):
    client.force_login(an_editor(genk))
    a_letter(adoption, an_editor(lille))
    client.get(address_of(adoption))
    counts = {}
    for address in (address_of(adoption), "/en/workspace/"):
        with django_assert_max_num_queries(20) as queries:
            client.get(address)
        counts[address] = len(queries)
    for _number in range(5):
        a_letter(adoption, an_editor(lille), written_at=timezone.now() - timedelta(days=1))
    for address, number in counts.items():
        with django_assert_num_queries(number):
            client.get(address)


# Who is told


def test_told_are_coordinators_of_the_other_city_and_who_has_written(genk, lille, adoption):
    anne, bram = an_editor(lille), an_editor(genk)
    origin, adopting = a_coordinator(genk), a_coordinator(lille)
    an_editor(genk)
    a_coordinator(genk, is_active=False)
    a_coordinator(a_city("Brno", "CZ"))
    assert set(people_told_of(a_letter(adoption, anne))) == {origin}
    answer = a_letter(adoption, bram, from_city=genk)
    assert set(people_told_of(answer)) == {adopting, anne}
    assert set(people_told_of(a_letter(adoption, adopting))) == {origin, anne, bram}
    bram.seats.get().end()
    Membership.objects.filter(city=lille).update(state="lapsed")
    assert set(people_told_of(answer)) == set()


@pytest.mark.django_db(transaction=True)
def test_each_is_mailed_once_in_their_language(
    client, genk, lille, adoption, mail_sink, worker, settings
):
    settings.SITE_URL = "https://efus.example"
    a_coordinator(genk, email="nl@genk.example", language="nl")
    # Who coordinates and has written is told once.
    both = a_coordinator(genk, email="fr@genk.example", language="fr")
    a_letter(adoption, both, from_city=genk)
    anne = an_editor(lille, email="anne@lille.example")
    worker(DEFAULT_FROM_EMAIL="platform@efus.example")
    client.force_login(anne)
    sent = what_is_sent("Qui paie ?\n\nEt pour quoi & combien ?")
    for _time in range(2):
        client.post(address_of(adoption), sent)
    wait_for_mails(mail_sink, 2)
    mails = {message["To"]: message for message in mail_sink.messages}
    assert set(mails) == {"nl@genk.example", "fr@genk.example"}
    for language in ("nl", "fr"):
        message = mails[f"{language}@genk.example"]
        body = message.get_body(["plain"]).get_content()
        assert "Mentoren in de wijk" in message["Subject"]
        assert "Et pour quoi & combien ?" in body
        assert f"https://efus.example/{language}{address_of(adoption)[3:]}" in body
        assert message["From"] == "platform@efus.example"
        assert message["Reply-To"] is None
        assert "anne@lille.example" not in message.as_string()
    client.post(address_of(adoption), what_is_sent("Écrivez-moi.", shows_address="on"))
    wait_for_mails(mail_sink, 4)
    assert {message["Reply-To"] for message in mail_sink.messages[2:]} == {"anne@lille.example"}


# What always holds


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def check_deferred():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_letter_comes_from_one_of_the_two_cities(adoption, lille):
    with refused_by("one of the two cities"), transaction.atomic():
        a_letter(adoption, an_editor(lille), from_city=a_city("Brno", "CZ"))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("letter_has_text", {"text": " \n"}),
        ("letter_not_too_long", {"text": "x" * 10_001}),
        ("letter_language_known", {"language": "xx"}),
    ],
)
def test_a_letter_only_takes_what_makes_sense(adoption, lille, constraint, fields):
    with refused_by(constraint), transaction.atomic():
        a_letter(adoption, an_editor(lille), **fields)


def test_letters_are_only_added_to_and_forget_a_deleted_author(adoption, lille):
    author = an_editor(lille)
    letter = a_letter(adoption, author, shows_address=True)
    with refused_by("letter_once"), transaction.atomic():
        a_letter(adoption, author, token=letter.token)
    for change in ({"text": "Autre chose."}, {"author": a_person()}, {"shows_address": False}):
        with refused_by("only ever added to"), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(**change)
    with refused_by("only ever added to"), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(author=None)
        check_deferred()
    with refused_by("only ever added to"), transaction.atomic():
        letter.delete()
        check_deferred()
    author.delete()
    check_deferred()
    letter = adoption.letters.get()
    assert (letter.author, letter.address) == (None, "")
    adoption.delete()
    check_deferred()
    assert not Letter.objects.exists()


def test_who_has_a_seat_in_both_cities_writes_for_the_adopting_one(client, genk, lille, adoption):
    person = an_editor(genk)
    Seat.objects.create(user=person, city=lille, role="editor")
    client.force_login(person)
    client.post(address_of(adoption), what_is_sent())
    assert Letter.objects.get().from_city == lille
