"""A city takes up another one's practice: who may, who is told, what everybody sees of it."""

import re
import threading
import time

import pytest
from django.db import IntegrityError, connection, connections, transaction

from cities.models import Seat
from practices.adoptions.steps import TAKEN_UP_AN_HOUR, take_up
from practices.models import Adoption, AdoptionEvent
from tests.domain import (
    PASSWORD,
    a_city,
    a_coordinator,
    a_letter,
    a_person,
    a_practice,
    a_theme,
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
def practice(genk):
    return a_practice(genk, "nl", title_nl="Mentoren in de wijk")


def wait_for_mails(mail_sink, number):
    deadline = time.monotonic() + 60
    while len(mail_sink.messages) < number and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)  # one too many would come now
    assert len(mail_sink.messages) == number


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def take_up_address(practice):
    return f"/en/workspace/adoptions/take-up/{practice.pk}/"


def address_of(adoption, rest=""):
    return f"/en/workspace/adoptions/{adoption.pk}/{rest}"


def page_of(client, practice):
    return text_of(client.get(f"/en/practices/{practice.pk}/", follow=True))


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def what_is_sent(city, **changes):
    given = {"city": city.pk, "state": "exploring", "language": "fr", "is_public": "on"}
    return given | changes


# Taking up


@pytest.mark.django_db(transaction=True)
def test_a_city_takes_up_a_practice_and_its_city_is_told_once(
    client, genk, lille, practice, mail_sink, worker, settings
):
    settings.SITE_URL = "https://efus.example"
    a_coordinator(genk, email="nl@genk.example", language="nl")
    a_coordinator(genk, email="sv@genk.example", language="sv")
    an_editor(genk)
    a_coordinator(genk, is_active=False)
    person = an_editor(lille, name="Anne Petit")
    worker()
    client.force_login(person)
    assert take_up_address(practice) in page_of(client, practice)
    page = client.get(take_up_address(practice))
    sent = what_is_sent(lille, text="Bonjour,\r\ncomment faire ?", token=hidden(page, "token"))
    page = client.post(take_up_address(practice), sent, follow=True)
    assert "2 coordinators of Genk are told by mail" in text_of(page)
    page = client.post(take_up_address(practice), sent, follow=True)  # pressed twice
    assert "takes this practice up already" in text_of(page)
    adoption = Adoption.objects.get()
    assert (adoption.practice, adoption.city, adoption.opened_by) == (practice, lille, person)
    assert (adoption.state, adoption.language, adoption.is_public) == ("exploring", "fr", True)
    assert [event.to_state for event in adoption.events.all()] == ["exploring"]
    assert adoption.letters.get().text == "Bonjour,\ncomment faire ?"
    wait_for_mails(mail_sink, 2)
    mails = {message["To"]: message for message in mail_sink.messages}
    assert set(mails) == {"nl@genk.example", "sv@genk.example"}
    for language in ("nl", "sv"):
        message = mails[f"{language}@genk.example"]
        body = message.get_body(["plain"]).get_content()
        assert "Mentoren in de wijk" in message["Subject"]
        assert "comment faire ?" in body
        assert "Anne Petit" in body
        assert f"https://efus.example/{language}{address_of(adoption, 'letters/')[3:]}" in body
        assert person.email not in message.as_string()
        assert message["Reply-To"] is None


def test_the_words_of_a_slower_colleague_are_sent_as_a_letter(client, genk, lille, practice):
    a_coordinator(genk)
    client.force_login(an_editor(lille))
    an_adoption(practice, lille, state="running")
    sent = what_is_sent(lille, text="Moi aussi.", token="")
    page = client.post(take_up_address(practice), sent, follow=True)
    assert "takes this practice up already" in text_of(page)
    adoption = Adoption.objects.get()
    assert adoption.state == "running"
    assert adoption.letters.get().text == "Moi aussi."


@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_at_once_one_takes_it_up(genk, lille, practice):
    people = [an_editor(lille), an_editor(lille)]
    start, outcomes = threading.Barrier(2), []

    def go(person):
        try:
            start.wait(timeout=20)
            outcomes.append(
                take_up(
                    practice,
                    lille,
                    person,
                    state="exploring",
                    language="fr",
                    is_public=True,
                    words=f"Bonjour, {person.pk}.",
                    shows_address=False,
                    token=f"00000000-0000-0000-0000-{person.pk:012}",
                )[1]
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == [False, True]
    assert AdoptionEvent.objects.count() == 1
    assert {letter.author for letter in Adoption.objects.get().letters.all()} == set(people)


def test_it_is_offered_to_people_of_other_members_that_have_not_done_so(
    client, genk, lille, practice
):
    gone = an_editor(lille)
    gone.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
    refused = {
        "of its own city": a_coordinator(genk),
        "of no member": a_coordinator(a_city("Mons", "BE", member=False)),
        "with a seat that ended": gone,
        "without a seat": a_person(),
        "an administrator": an_administrator(),
    }
    for who, person in refused.items():
        client.force_login(person)
        assert take_up_address(practice) not in page_of(client, practice), who
        for answer in (
            client.get(take_up_address(practice)),
            client.post(take_up_address(practice), what_is_sent(lille)),
        ):
            assert answer.status_code == 403, who
            assert "with a seat in another city that is a member" in text_of(answer)
    client.logout()
    assert take_up_address(practice) not in page_of(client, practice)
    assert not Adoption.objects.exists()


def test_who_works_for_several_cities_chooses_one_that_has_not_yet(client, lille, practice):
    person = an_editor(lille)
    brno = a_city("Brno", "CZ")
    Seat.objects.create(user=person, city=brno, role="coordinator")
    client.force_login(person)
    page = client.get(take_up_address(practice))
    assert [label for _value, label in page.context["form"].fields["city"].choices] == [
        "choose",
        "Brno",
        "Lille",
    ]
    page = client.post(take_up_address(practice), what_is_sent(lille) | {"city": ""})
    assert page.status_code == 422
    client.post(take_up_address(practice), what_is_sent(lille))
    choices = client.get(take_up_address(practice)).context["form"].fields["city"].choices
    assert [label for _value, label in choices] == ["Brno"]
    client.post(take_up_address(practice), what_is_sent(brno))
    assert Adoption.objects.count() == 2
    # Nothing is left to be offered: the page leads to what there is.
    page = client.get(take_up_address(practice))
    assert page.status_code == 302
    assert "/workspace/adoptions/" in page.url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("city", "9" * 30),
        ("city", "x"),
        ("state", "stopped"),
        ("state", "sold"),
        ("language", "xx"),
        ("text", "nul \x00"),
        ("text", "x" * 10_001),
        ("token", "nul \x00"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_taken_up(client, lille, practice, name, value):
    client.force_login(an_editor(lille))
    page = client.post(
        take_up_address(practice), what_is_sent(lille, text="Bonjour.") | {name: value}
    )
    assert page.status_code == 422
    assert not Adoption.objects.exists()


def test_nobody_takes_up_more_than_so_many_practices_an_hour(client, genk, lille, practice):
    person = an_editor(lille)
    for _number in range(TAKEN_UP_AN_HOUR):
        an_adoption(a_practice(genk, "nl"), lille, opened_by=person)
    sent = {"city": lille.pk, "state": "exploring", "language": "fr", "text": "Bonjour à tous."}
    client.force_login(person)
    page = client.post(take_up_address(practice), sent)
    assert page.status_code == 422
    assert "which is the most" in text_of(page)
    assert "Bonjour à tous." in text_of(page)
    assert not practice.adoptions.exists()
    client.force_login(an_editor(lille))
    assert client.post(take_up_address(practice), sent).status_code == 302


def test_a_city_that_is_not_ones_own_cannot_be_chosen(client, lille, practice):
    client.force_login(an_editor(lille))
    for city in (practice.city, a_city("Brno", "CZ")):
        page = client.post(take_up_address(practice), what_is_sent(city))
        assert page.status_code == 422
    assert not Adoption.objects.exists()


def test_a_draft_cannot_be_taken_up(client, genk, lille):
    draft = a_practice(genk, "nl", title_nl="Nog geheim", published_days_ago=None)
    client.force_login(an_editor(lille))
    page = client.post(take_up_address(draft), what_is_sent(lille))
    assert page.status_code == 404
    assert "Nog geheim" not in text_of(page)
    assert client.get("/en/workspace/adoptions/take-up/" + "9" * 30 + "/").status_code == 404


def test_what_was_typed_survives_a_lost_session(client, lille, practice):
    person = an_editor(lille)
    client.force_login(person)
    page = client.get(take_up_address(practice))
    sent = what_is_sent(lille, text="Un long texte.", written_by=hidden(page, "written_by"))
    client.logout()
    page = client.post(take_up_address(practice), sent)
    signed_in = {"login": person.email, "password": PASSWORD, "next": take_up_address(practice)}
    page = client.post(page.url, signed_in, follow=True)
    assert "Un long texte." in text_of(page)
    assert "It is not sent yet" in text_of(page)
    assert not Adoption.objects.exists()


# What became of it


def test_the_adopting_city_says_what_it_changed_and_everybody_reads_it(client, lille, practice):
    adoption = an_adoption(practice, lille)
    person = an_editor(lille, name="Anne Petit")
    client.force_login(person)
    page = client.get(address_of(adoption))
    sent = {
        "state": "running",
        "started_on": "2025-03-01",
        "language": "fr",
        "what_changed": "Avec **deux** médiateurs.",
        "outcome": "Moins de plaintes.",
        "is_public": "on",
        "saved_at": hidden(page, "saved_at"),
    }
    page = client.post(address_of(adoption), sent, follow=True)
    assert "Saved." in text_of(page)
    assert "Anne Petit" in text_of(page)
    event = adoption.events.get()
    assert (event.person, event.from_state, event.to_state) == (person, "exploring", "running")
    client.logout()
    page = page_of(client, practice)
    for words in (
        "1 city",
        "Lille",
        "Running",
        "Since March 2025",
        '<div lang="fr"><p>Avec <strong>deux</strong> médiateurs.</p></div>',
        '<div lang="fr"><p>Moins de plaintes.</p></div>',
    ):
        assert words in page, words
    assert "Mentoren in de wijk" in text_of(client.get("/en/cities/lille/"))


def test_a_change_of_the_text_alone_is_no_change_of_state(client, lille, practice):
    adoption = an_adoption(practice, lille)
    client.force_login(an_editor(lille))
    saved_at = hidden(client.get(address_of(adoption)), "saved_at")
    sent = {"state": "exploring", "language": "fr", "outcome": "Rien.", "saved_at": saved_at}
    client.post(address_of(adoption), sent)
    adoption.refresh_from_db()
    assert adoption.outcome == "Rien."
    assert not adoption.is_public
    assert not adoption.events.exists()


def test_of_two_who_write_at_once_the_second_is_told(client, lille, practice):
    adoption = an_adoption(practice, lille)
    client.force_login(an_editor(lille))
    saved_at = hidden(client.get(address_of(adoption)), "saved_at")
    sent = {"state": "adapting", "language": "fr", "saved_at": saved_at}
    client.post(address_of(adoption), sent | {"outcome": "Le premier."})
    page = client.post(address_of(adoption), sent | {"outcome": "Le second.", "state": "stopped"})
    assert page.status_code == 422
    assert "Somebody else has saved this while you were writing" in text_of(page)
    assert "Le second." in text_of(page)
    assert '<span class="tag">Adapting</span>' in text_of(page)
    adoption.refresh_from_db()
    assert (adoption.outcome, adoption.state) == ("Le premier.", "adapting")
    again = sent | {"outcome": "Le second.", "saved_at": hidden(page, "saved_at")}
    client.post(address_of(adoption), again)
    adoption.refresh_from_db()
    assert adoption.outcome == "Le second."


def test_only_the_adopting_city_writes_and_both_read(client, genk, lille, practice):
    adoption = an_adoption(practice, lille, outcome="Moins de plaintes.", is_public=False)
    page = text_of(client.get(f"/en/practices/{practice.pk}/", follow=True))
    assert "Moins de plaintes." not in page
    assert "Mentoren in de wijk" not in text_of(client.get("/en/cities/lille/"))
    client.force_login(an_editor(genk))
    page = client.get(address_of(adoption))
    assert "Moins de plaintes." in text_of(page)
    assert "Only the two cities see this." in text_of(page)
    assert 'name="outcome"' not in text_of(page)
    assert client.post(address_of(adoption), {"state": "stopped"}).status_code == 403
    client.force_login(an_editor(a_city("Brno", "CZ")))
    assert client.get(address_of(adoption)).status_code == 403
    adoption.refresh_from_db()
    assert adoption.state == "exploring"


def test_names_without_a_name_are_no_addresses(client, genk, lille, practice):
    person = an_editor(lille)
    adoption = an_adoption(practice, lille)
    AdoptionEvent.objects.create(adoption=adoption, person=person, to_state="exploring")
    client.force_login(an_editor(genk))
    page = text_of(client.get(address_of(adoption)))
    assert "Somebody of Lille" in page
    assert person.email not in page


def test_what_is_unpublished_stays_visible_to_both_cities(client, genk, lille, practice):
    adoption = an_adoption(practice, lille)
    type(practice).objects.filter(pk=practice.pk).update(state="unpublished")
    for city in (genk, lille):
        client.force_login(an_editor(city))
        for rest in ("", "letters/"):
            page = text_of(client.get(address_of(adoption, rest)))
            assert "Mentoren in de wijk" in page
            assert "not public any more" in page
    client.logout()
    assert "Mentoren in de wijk" not in text_of(client.get("/en/cities/lille/"))
    assert client.get(f"/en/practices/taken-up/{practice.pk}/").status_code == 404


def test_the_workspace_lists_what_one_takes_up_and_what_others_take_up(
    client, genk, lille, practice
):
    an_adoption(practice, lille)
    ours = a_practice(lille, "fr", title_fr="Théâtre-forum")
    an_adoption(ours, genk)
    client.force_login(an_editor(lille))
    page = text_of(client.get("/en/workspace/adoptions/"))
    assert "Mentoren in de wijk" in page
    assert "Théâtre-forum" not in page
    page = text_of(client.get("/en/workspace/adoptions/?by-others"))
    assert "Mentoren in de wijk" not in page
    assert "Théâtre-forum" in page
    assert "/en/workspace/adoptions/" in text_of(client.get("/en/workspace/"))
    client.force_login(an_editor(a_city("Brno", "CZ")))
    assert "not taken anything up yet" in text_of(client.get("/en/workspace/adoptions/"))


def test_a_practice_taken_up_by_many_shows_the_newest_and_leads_to_all(client, practice):
    for number in range(25):
        an_adoption(practice, a_city(f"Stad {number}"))
    page = page_of(client, practice)
    assert "25 cities" in page
    assert page.count('class="adoption"') == 5
    assert f"/en/practices/taken-up/{practice.pk}/" in page
    page = client.get(f"/en/practices/taken-up/{practice.pk}/?page=2")
    assert text_of(page).count('class="adoption"') == 5
    assert client.get(f"/en/practices/taken-up/{practice.pk}/?page=9").status_code == 404


def test_lists_take_a_constant_number_of_queries(
    client, genk, lille, practice, django_assert_max_num_queries, django_assert_num_queries
):
    theme = a_theme("nightlife")
    person = an_editor(genk)
    writer = an_editor(lille)

    def more(number):
        adoption = an_adoption(practice, a_city(f"Stad {number}"))
        a_letter(adoption, writer)
        an_adoption(a_practice(lille, "fr", themes=[theme]), genk)

    client.force_login(person)
    addresses = [
        practice.get_absolute_url(),
        f"/en/practices/taken-up/{practice.pk}/",
        "/en/workspace/adoptions/",
        "/en/workspace/adoptions/?by-others",
        "/en/cities/genk/",
    ]
    more(0)
    counts = {}
    for address in addresses:
        with django_assert_max_num_queries(25) as queries:
            assert client.get(address).status_code == 200
        counts[address] = len(queries)
    for number in range(1, 5):
        more(number)
    for address in addresses:
        with django_assert_num_queries(counts[address]):
            client.get(address)


# What always holds


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def check_deferred():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_city_never_takes_up_its_own_practice(genk, lille, practice):
    with refused_by("practices of others"), transaction.atomic():
        an_adoption(practice, genk)
    adoption = an_adoption(practice, lille)
    with refused_by("practices of others"), transaction.atomic():
        Adoption.objects.filter(pk=adoption.pk).update(city=genk)
    with refused_by("practices of others"), transaction.atomic():
        type(practice).objects.filter(pk=practice.pk).update(city=lille)
    type(practice).objects.filter(pk=practice.pk).update(city=a_city("Brno", "CZ"))


def test_in_the_admin_too_it_does_not(client, lille, practice):
    an_adoption(practice, lille)
    client.force_login(an_administrator())
    page = client.post(
        f"/admin/practices/practice/{practice.pk}/change/", {"city": lille.pk, "title_nl": "M"}
    )
    assert page.status_code == 200
    assert "so it cannot be moved there" in text_of(page)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("adoption_state_known", {"state": "sold"}),
        ("adoption_language_known", {"language": "xx"}),
        ("adoption_texts_not_too_long", {"outcome": "x" * 5_001}),
        ("adoption_texts_not_too_long", {"what_changed": "x" * 5_001}),
    ],
)
def test_an_adoption_only_takes_what_makes_sense(lille, practice, constraint, fields):
    with refused_by(constraint), transaction.atomic():
        an_adoption(practice, lille, **fields)


def test_a_city_takes_up_a_practice_once(lille, practice):
    an_adoption(practice, lille)
    with refused_by("adoption_once_per_city"), transaction.atomic():
        an_adoption(practice, lille)


def test_the_history_of_an_adoption_is_only_added_to(lille, practice):
    adoption, person = an_adoption(practice, lille), an_editor(lille)
    event = AdoptionEvent.objects.create(adoption=adoption, person=person, to_state="exploring")
    for constraint, states in [
        ("adoption_event_states_known", {"to_state": "sold"}),
        ("adoption_event_changes_state", {"from_state": "running", "to_state": "running"}),
    ]:
        with refused_by(constraint), transaction.atomic():
            AdoptionEvent.objects.create(adoption=adoption, **states)
    for change in ({"to_state": "running"}, {"person": a_person()}):
        with refused_by("only ever added to"), transaction.atomic():
            AdoptionEvent.objects.filter(pk=event.pk).update(**change)
    with refused_by("only ever added to"), transaction.atomic():
        AdoptionEvent.objects.filter(pk=event.pk).update(person=None)
        check_deferred()
    with refused_by("only ever added to"), transaction.atomic():
        event.delete()
        check_deferred()
    person.delete()
    check_deferred()
    assert adoption.events.get().person is None
    practice.delete()
    check_deferred()
    assert not Adoption.objects.exists()
