"""A city's people write a practice and publish it."""

import re

import pytest
from django.utils import timezone

from practices.models import Practice
from practices.publishing.transitions import TRANSITIONS
from tests.domain import (
    PASSWORD,
    a_city,
    a_coordinator,
    a_partnership,
    a_person,
    a_practice,
    a_theme,
    a_translation,
    an_administrator,
    an_editor,
)
from tests.writing import NEW, begin, hidden, part_address, write, write_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def theme():
    return a_theme("young-people")


def step(client, practice, name, **typed):
    return client.post(f"/en/workspace/practices/{practice.pk}/{name}/", typed, follow=True)


def test_a_coordinator_writes_in_dutch_saves_submits_and_publishes(client, genk, theme):
    client.force_login(a_coordinator(genk))
    typed = {"city": genk.pk, "original_language": "nl", "title": "Mentoren voor jongeren"}
    page = client.post(NEW, typed | hidden(client, NEW), follow=True)
    assert "Saved." in page.content.decode()
    practice = Practice.objects.get()
    # Each part leads to the next, the last to the whole.
    for part, changes in {
        "in-short": {"summary": "Jongeren krijgen een mentor."},
        "practice": {"how_it_works": "Elke week een gesprek."},
        "outcome": {},
        "terms": {"themes": [theme.pk]},
        "facts": {},
    }.items():
        assert page.request["PATH_INFO"] == part_address(practice, part)
        page = write_part(client, practice, part, follow=True, next="part", **changes)
    assert page.request["PATH_INFO"] == f"/en/workspace/practices/{practice.pk}/files/"
    practice.refresh_from_db()
    assert (practice.title_nl, practice.title_en or "") == ("Mentoren voor jongeren", "")
    assert practice.state == "draft"
    assert practice.city == genk
    step(client, practice, "submit")
    before = timezone.now()
    page = step(client, practice, "publish")
    assert "The practice is published" in page.content.decode()
    practice.refresh_from_db()
    assert practice.state == "published"
    assert practice.published_at >= before
    client.logout()
    assert "Mentoren voor jongeren" in client.get("/fr/practices/").content.decode()


def test_the_page_language_does_not_decide_where_the_text_goes(client, genk):
    client.force_login(a_coordinator(genk))
    practice = a_practice(genk, "nl", title_fr="Des mentors", published_days_ago=None)
    write_part(client, practice, "in-short", language="fr", title="Mentoren voor jongeren")
    practice.refresh_from_db()
    assert practice.title_nl == "Mentoren voor jongeren"
    assert practice.title_fr == "Des mentors"


def test_a_wrongly_chosen_language_can_be_corrected_until_there_is_a_translation(client, genk):
    client.force_login(a_coordinator(genk))
    practice = a_practice(genk, "en", published_days_ago=None)
    write(client, practice, original_language="nl", title="Mentoren voor jongeren")
    practice.refresh_from_db()
    assert (practice.original_language, practice.title_en) == ("nl", "")
    assert practice.title_nl == "Mentoren voor jongeren"
    # The parts that are written elsewhere go with it.
    assert (practice.how_it_works_en, practice.how_it_works_nl) == ("", "Zo werkt het.")
    a_translation(practice, "fr", title="Des mentors")
    page = write_part(client, practice, "in-short", original_language="de")
    assert "translated already" in page.content.decode()


def test_a_draft_needs_nothing_but_publication_does(client, genk):
    client.force_login(a_coordinator(genk))
    practice = begin(client, genk, title="", summary="", how_it_works="")
    page = step(client, practice, "submit").content.decode()
    assert "please fill in: title, summary, how it works, themes" in page
    practice.refresh_from_db()
    assert practice.state == "draft"


def test_a_published_practice_cannot_lose_its_title(client, genk, theme):
    client.force_login(a_coordinator(genk))
    practice = a_practice(genk, "nl", title_nl="Mentoren", themes=[theme])
    page = write_part(client, practice, "in-short", title="", summary="Nieuw")
    assert page.status_code == 422
    assert "Title: This field is required." in page.content.decode()
    assert "Nieuw" in page.content.decode()
    practice.refresh_from_db()
    assert practice.title_nl == "Mentoren"


def test_an_error_loses_nothing_typed(client, genk, theme):
    client.force_login(an_editor(genk))
    practice = begin(client, genk)
    page = write_part(client, practice, "in-short", title="x" * 101, summary="Veel geleerd.")
    text = page.content.decode()
    assert page.status_code == 422
    assert "Not saved yet" in text
    assert "at most 100 characters" in text
    assert "x" * 101 in text
    assert "Veel geleerd." in text
    page = write_part(client, practice, "terms", themes=[theme.pk], methods=[999999])
    assert re.search(rf'name="themes" value="{theme.pk}"[^>]*checked', page.content.decode())
    practice.refresh_from_db()
    assert practice.title_nl == "Mentoren voor jongeren"
    assert not practice.themes.exists()


def test_a_form_that_is_sent_twice_begins_one_practice(client, genk):
    client.force_login(an_editor(genk))
    typed = {"city": genk.pk, "original_language": "nl", "title": "Mentoren"}
    typed |= hidden(client, NEW)
    pages = [client.post(NEW, typed) for _time in range(2)]
    assert pages[0].url == pages[1].url == part_address(Practice.objects.get(), "in-short")
    # Somebody else's form, or none of ours, begins nothing.
    client.force_login(an_editor(genk))
    for forged in (typed, typed | {"begun_with": "yes"}):
        assert client.post(NEW, forged).status_code == 422
    assert Practice.objects.count() == 1


def test_what_is_with_readers_or_reviewers_stays_complete(client, genk, theme):
    client.force_login(a_coordinator(genk))
    for state in ("published", "submitted"):
        practice = a_practice(genk, "nl", themes=[theme], state=state)
        for part, emptied in [
            ("in-short", {"summary": ""}),
            ("practice", {"how_it_works": " "}),
            ("terms", {"themes": []}),
        ]:
            assert write_part(client, practice, part, **emptied).status_code == 422
        practice.refresh_from_db()
        assert practice.summary_nl
        assert practice.themes.exists()


def test_of_two_who_write_at_once_the_second_is_told(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    client.force_login(an_editor(genk))
    began = hidden(client, part_address(practice, "in-short"))
    write_part(client, practice, "in-short", began=began, title="Van de eerste")
    page = write_part(client, practice, "in-short", began=began, title="Van de tweede")
    text = page.content.decode()
    assert page.status_code == 422
    assert "has been saved while you were writing" in text
    assert "Van de eerste" in text
    assert "Van de tweede" in text
    practice.refresh_from_db()
    assert practice.title_nl == "Van de eerste"
    # Knowing it, the second may save.
    known = {"seen": re.search(r'name="seen" value="([^"]+)"', text)[1]}
    write_part(client, practice, "in-short", began=known, title="Van de tweede")
    practice.refresh_from_db()
    assert practice.title_nl == "Van de tweede"


def test_two_who_write_different_parts_do_not_disturb_each_other(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    client.force_login(an_editor(genk))
    began = hidden(client, part_address(practice, "outcome"))
    write(client, practice, title="Van de eerste")
    page = write_part(client, practice, "outcome", began=began, lessons="Van de tweede")
    assert page.status_code == 302
    practice.refresh_from_db()
    assert (practice.title_nl, practice.lessons_nl) == ("Van de eerste", "Van de tweede")


def test_a_part_that_is_sent_twice_is_saved_once(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    client.force_login(an_editor(genk))
    began = hidden(client, part_address(practice, "in-short"))
    for _time in range(2):
        page = write_part(client, practice, "in-short", began=began, title="Nieuw")
        assert page.status_code == 302
    assert practice.versions.filter(texts__nl__title="Nieuw").count() == 1


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("Zie [onze site](genk.example).", "genk.example"),
        ("Zie [onze site](/nl/over/).", "/nl/over/"),
        ("Zie [onze site](javascript:alert(1)).", "javascript:alert(1"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(client, genk, written, address):
    practice = a_practice(genk, "nl", published_days_ago=None)
    client.force_login(an_editor(genk))
    page = write_part(client, practice, "practice", how_it_works=written)
    assert page.status_code == 422
    assert f"The link to “{address}” leads nowhere" in page.content.decode()
    good = "Zie [onze site](https://genk.example/a?b=1&c=2) of [ons](mailto:a@genk.example)."
    assert write_part(client, practice, "practice", how_it_works=good).status_code == 302


def test_what_is_published_is_changed_by_coordinators(client, genk, theme):
    practice = a_practice(genk, "nl", title_nl="Mentoren", themes=[theme])
    client.force_login(an_editor(genk))
    page = write_part(client, practice, "in-short", title="Anders")
    assert page.status_code == 403
    assert "Anders" in page.content.decode()
    assert "A coordinator of your city can change it" in page.content.decode()
    practice.refresh_from_db()
    assert practice.title_nl == "Mentoren"


def test_a_step_after_a_lost_session_leads_back_to_the_practice(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    step_address = f"/en/workspace/practices/{practice.pk}/submit/"
    page = client.post(step_address)
    assert page.url == f"/en/account/login/?next={step_address}"
    client.force_login(an_editor(genk))
    assert client.get(step_address).url == f"/en/workspace/practices/{practice.pk}/"


def test_what_is_typed_survives_a_lost_session(client, genk):
    editor = an_editor(genk, email="editor@genk.example")
    practice = a_practice(genk, "nl", published_days_ago=None)
    address = part_address(practice, "outcome")
    client.force_login(editor)
    typed = {"lessons": "Een hele middag werk."} | hidden(client, address)
    client.logout()
    page = client.post(address, typed)
    assert page.url == f"/en/account/login/?next={address}"
    assert "what you typed is kept" in client.get(page.url).content.decode()
    page = client.post(
        page.url, {"login": editor.email, "password": PASSWORD, "next": address}, follow=True
    )
    assert page.request["PATH_INFO"] == address
    # Reloading loses nothing, nor does another language.
    for again in (address, address.replace("/en/", "/nl/")):
        page = client.get(again)
        assert "Een hele middag werk." in page.content.decode()
    assert "Discard it and show" in client.get(address).content.decode()
    practice.refresh_from_db()
    assert not practice.lessons_nl
    client.post(address, typed)
    practice.refresh_from_db()
    assert practice.lessons_nl == "Een hele middag werk."
    assert "Discard it and show" not in client.get(address).content.decode()


def test_what_was_kept_can_be_discarded_and_is_shown_to_nobody_else(client, genk):
    first, second = an_editor(genk), an_editor(genk)
    practice = a_practice(genk, "nl", published_days_ago=None)
    address = part_address(practice, "outcome")

    def lose_the_session():
        client.force_login(first)
        typed = {"lessons": "Een hele middag werk."} | hidden(client, address)
        client.logout()
        client.post(address, typed)

    lose_the_session()
    client.force_login(first)
    assert "Een hele middag werk." in client.get(address).content.decode()
    assert "Een hele middag werk." not in client.get(f"{address}?discard").content.decode()
    assert "Een hele middag werk." not in client.get(address).content.decode()
    lose_the_session()
    client.force_login(first)
    client.post(f"{address}discard/", follow=True)
    assert "Een hele middag werk." not in client.get(address).content.decode()
    lose_the_session()
    client.force_login(second)
    assert "Een hele middag werk." not in client.get(address).content.decode()


def test_a_stranger_cannot_have_anything_kept(client, genk):
    page = client.post(NEW, {"title": "Van wie?", "written_by": "1:forged"})
    assert page.status_code == 302
    assert "kept_forms" not in client.session
    assert "could not be kept" in client.get(page.url).content.decode().replace("\n", " ")


def test_what_is_typed_survives_an_outdated_token(genk, django_client_without_token):
    client = django_client_without_token
    practice = a_practice(genk, "nl", published_days_ago=None)
    client.force_login(an_editor(genk))
    address = part_address(practice, "outcome")
    typed = {"lessons": "Een hele middag werk."} | hidden(client, address)
    page = client.post(address, typed, headers={"origin": "http://testserver"}, follow=True)
    assert "Een hele middag werk." in page.content.decode()
    practice.refresh_from_db()
    assert not practice.lessons_nl
    client.get(f"{address}?discard")
    # Another site cannot fill in our forms.
    for origin in ("https://elsewhere.example", "null", "http://[::1"):
        page = client.post(address, typed, headers={"origin": origin})
        assert page.status_code == 403
    assert "Een hele middag werk." not in client.get(address).content.decode()


@pytest.fixture
def django_client_without_token():
    from django.test import Client

    return Client(enforce_csrf_checks=True, headers={"host": "testserver"})


def test_an_outdated_sign_in_form_keeps_no_password(django_client_without_token):
    client = django_client_without_token
    page = client.post(
        "/en/account/login/",
        {"login": "a@city.example", "password": PASSWORD},
        headers={"origin": "http://testserver"},
    )
    assert page.status_code == 403
    assert "Open the page again" in page.content.decode()
    assert not dict(client.session)


# Who may take which step: role → the steps open to it from each state.
ROLES = {
    "anonymous": set(),
    "researcher": set(),
    "editor elsewhere": set(),
    "coordinator elsewhere": set(),
    "former coordinator": set(),
    "reviewer": {"send-back", "unpublish"},
    "editor": {"edit", "submit"},
    "coordinator": {"edit", *TRANSITIONS},
    "administrator": {"edit", *TRANSITIONS},
}


def a_person_of_role(role, city):
    if role == "researcher":
        return a_person()
    if role == "editor elsewhere":
        return an_editor(a_city("Leuven"))
    if role == "coordinator elsewhere":
        return a_coordinator(a_city("Leuven"))
    if role == "former coordinator":
        user = a_coordinator(city)
        user.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
        return user
    if role == "reviewer":
        return a_person(staff_role="reviewer")
    if role == "editor":
        return an_editor(city)
    if role == "coordinator":
        return a_coordinator(city)
    return an_administrator()


@pytest.mark.parametrize("role", ROLES)
def test_nobody_touches_another_citys_practice(client, genk, theme, role):
    if role != "anonymous":
        client.force_login(a_person_of_role(role, genk))
    may = ROLES[role]

    practice = a_practice(genk, "nl", published_days_ago=None, themes=[theme])
    write_part(client, practice, "in-short", title="Veranderd")
    practice.refresh_from_db()
    assert (practice.title_nl == "Veranderd") == ("edit" in may)

    typed = {"city": genk.pk, "original_language": "nl", "title": "Nieuw"}
    client.post(NEW, typed | hidden(client, NEW))
    assert Practice.objects.filter(city=genk, title_nl="Nieuw").exists() == ("edit" in may)

    for name, transition in TRANSITIONS.items():
        for state in transition.sources:
            Practice.objects.filter(pk=practice.pk).update(state="draft")
            Practice.objects.filter(pk=practice.pk).update(
                state=state, published_at=timezone.now()
            )
            client.post(f"/en/workspace/practices/{practice.pk}/{name}/", {"comment": "Nog niet."})
            practice.refresh_from_db()
            assert (practice.state == transition.target) == (name in may), name


def test_one_cannot_write_for_a_city_through_the_form_of_another(client, genk):
    leuven = a_city("Leuven")
    client.force_login(a_coordinator(leuven))
    typed = {"city": genk.pk, "original_language": "nl", "title": "Nieuw"}
    assert client.post(NEW, typed | hidden(client, NEW)).status_code == 422
    assert not Practice.objects.exists()
    of_genk = a_partnership(genk)
    a_partnership(leuven)
    practice = begin(client, leuven)
    page = write_part(client, practice, "facts", partnerships=[of_genk.pk])
    assert page.status_code == 422
    assert not practice.partnerships.exists()


def test_a_practice_can_name_the_partnerships_that_carry_it(client, genk):
    client.force_login(an_editor(genk))
    partnership = a_partnership(genk)
    practice = begin(client, genk, partnerships=[partnership.pk])
    assert list(practice.partnerships.all()) == [partnership]


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        ("in-short", {"title": "Twee\nregels"}, "Only plain text on one line"),
        ("in-short", {"title": "Vorm\x0cvoer"}, "Only plain text on one line"),
        ("in-short", {"title": "Nul\x00"}, "Null characters are not allowed"),
        ("in-short", {"original_language": "xx"}, "is not one of the available choices"),
        ("practice", {"problem": "woord " * 4000}, "at most 20000 characters"),
        ("terms", {"themes": ["999999"]}, "is not one of the available choices"),
        ("terms", {"themes": ["9" * 30]}, "is not one of the available choices"),
        ("facts", {"started_on": "gisteren"}, "Enter a valid date"),
        ("facts", {"started_on": "2022-03-02", "ended_on": "2022-03-01"}, "must not lie before"),
    ],
)
def test_what_cannot_be_saved_is_said_and_stays_in_the_form(client, genk, part, changes, words):
    client.force_login(a_coordinator(genk))
    practice = begin(client, genk)
    versions = practice.versions.count()
    page = write_part(client, practice, part, **changes)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert practice.versions.count() == versions


def test_a_new_practice_needs_a_city_and_a_language(client, genk):
    client.force_login(an_administrator())
    page = client.post(NEW, hidden(client, NEW) | {"title": "Van wie?", "original_language": "xx"})
    assert page.status_code == 422
    assert "City: This field is required." in page.content.decode()
    assert "Van wie?" in page.content.decode()
    assert not Practice.objects.exists()


def test_steps_are_only_open_from_the_states_in_the_table(client, genk, theme):
    client.force_login(a_coordinator(genk))
    practice = a_practice(genk, "nl", published_days_ago=None, themes=[theme])
    page = step(client, practice, "publish").content.decode()
    assert "this step is not open" in page
    practice.refresh_from_db()
    assert practice.state == "draft"
    assert step(client, practice, "burn").status_code == 404
    assert client.get(f"/en/workspace/practices/{practice.pk}/publish/").status_code == 302


def test_nothing_is_published_for_a_city_that_is_not_a_member(client, theme):
    city = a_city("Former", member=False)
    client.force_login(a_coordinator(city))
    practice = a_practice(city, "nl", published_days_ago=None, themes=[theme], state="submitted")
    assert (
        "membership of Former is not active" in step(client, practice, "publish").content.decode()
    )
    practice.refresh_from_db()
    assert practice.state == "submitted"


def test_publishing_again_keeps_the_first_date(client, genk, theme):
    client.force_login(a_coordinator(genk))
    practice = a_practice(genk, "nl", themes=[theme], published_days_ago=30)
    first = practice.published_at
    step(client, practice, "unpublish", comment="Eerst nakijken.")
    assert client.get(f"/nl/practices/{practice.pk}/", follow=True).status_code == 200
    client.logout()
    assert client.get(f"/nl/practices/{practice.pk}/").status_code == 404
    client.force_login(a_coordinator(genk))
    step(client, practice, "publish")
    practice.refresh_from_db()
    assert (practice.state, practice.published_at) == ("published", first)


def test_the_workspace_takes_a_constant_number_of_queries(client, genk, django_assert_num_queries):
    client.force_login(an_editor(genk))
    a_practice(genk)
    with django_assert_num_queries(12):
        client.get("/en/workspace/")
    for _number in range(15):
        a_practice(genk)
    with django_assert_num_queries(12):
        client.get("/en/workspace/")
