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

pytestmark = pytest.mark.django_db


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def theme():
    return a_theme("young-people")


def what_is_typed(theme, **changes):
    return {
        "original_language": "nl",
        "title": "Mentoren voor jongeren",
        "summary": "Jongeren krijgen een mentor.",
        "problem": "",
        "objectives": "",
        "how_it_works": "Elke week een gesprek.",
        "results": "",
        "lessons": "",
        "adoption_needs": "",
        "themes": [theme.pk],
        "status": "running",
        "started_on": "2022-03-01",
        "ended_on": "",
        "cost_band": "",
        "evidence": "described",
    } | changes


def hidden(client, address):
    """What the form at *address* says by itself: whose page it is, which version it began from."""
    page = client.get(address).content.decode()
    return dict(re.findall(r'name="(saved_at|written_by)" value="([^"]*)"', page))


def saved_at(client, practice):
    """What the form says about the version that it began from."""
    return hidden(client, f"/en/workspace/practices/{practice.pk}/")["saved_at"]


def step(client, practice, name, **typed):
    return client.post(f"/en/workspace/practices/{practice.pk}/{name}/", typed, follow=True)


def test_a_coordinator_writes_in_dutch_saves_submits_and_publishes(client, genk, theme):
    client.force_login(a_coordinator(genk))
    typed = what_is_typed(theme, city=genk.pk)
    page = client.post("/en/workspace/practices/new/", typed, follow=True)
    assert "Saved." in page.content.decode()
    practice = Practice.objects.get()
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


def test_the_page_language_does_not_decide_where_the_text_goes(client, genk, theme):
    client.force_login(a_coordinator(genk))
    practice = a_practice(genk, "nl", title_fr="Des mentors", published_days_ago=None)
    typed = what_is_typed(theme, saved_at=saved_at(client, practice))
    client.post(f"/fr/workspace/practices/{practice.pk}/", typed)
    practice.refresh_from_db()
    assert practice.title_nl == "Mentoren voor jongeren"
    assert practice.title_fr == "Des mentors"


def test_a_wrongly_chosen_language_can_be_corrected_until_there_is_a_translation(
    client, genk, theme
):
    client.force_login(a_coordinator(genk))
    practice = a_practice(genk, "en", published_days_ago=None)
    address = f"/en/workspace/practices/{practice.pk}/"
    typed = what_is_typed(theme, saved_at=saved_at(client, practice), original_language="nl")
    client.post(address, typed)
    practice.refresh_from_db()
    assert (practice.original_language, practice.title_en) == ("nl", "")
    assert practice.title_nl == "Mentoren voor jongeren"
    a_translation(practice, "fr", title="Des mentors")
    page = client.post(address, what_is_typed(theme, original_language="de"))
    assert "translated already" in page.content.decode()


def test_a_draft_needs_nothing_but_publication_does(client, genk, theme):
    client.force_login(a_coordinator(genk))
    empty = what_is_typed(theme, city=genk.pk, title="", summary="", how_it_works="", themes=[])
    client.post("/en/workspace/practices/new/", empty)
    practice = Practice.objects.get()
    page = step(client, practice, "submit").content.decode()
    assert "please fill in: title, summary, how it works, themes" in page
    practice.refresh_from_db()
    assert practice.state == "draft"


def test_a_published_practice_cannot_lose_its_title(client, genk, theme):
    client.force_login(a_coordinator(genk))
    practice = a_practice(genk, "nl", title_nl="Mentoren", themes=[theme])
    page = client.post(
        f"/en/workspace/practices/{practice.pk}/", what_is_typed(theme, title="", lessons="Nieuw")
    )
    assert page.status_code == 422
    assert "Title: This field is required." in page.content.decode()
    assert "Nieuw" in page.content.decode()
    practice.refresh_from_db()
    assert practice.title_nl == "Mentoren"


def test_an_error_loses_nothing_typed(client, genk, theme):
    client.force_login(an_editor(genk))
    typed = what_is_typed(
        theme, city=genk.pk, title="x" * 101, ended_on="2020-01-01", lessons="Veel geleerd."
    )
    page = client.post("/en/workspace/practices/new/", typed)
    text = page.content.decode()
    assert page.status_code == 422
    assert "Not saved yet" in text
    assert "at most 100 characters" in text
    for value in ("x" * 101, "Veel geleerd.", "Elke week een gesprek.", "2020-01-01"):
        assert value in text
    assert re.search(rf'name="themes" value="{theme.pk}"[^>]*checked', text)
    assert not Practice.objects.exists()


def test_what_is_with_readers_or_reviewers_stays_complete(client, genk, theme):
    client.force_login(a_coordinator(genk))
    for state in ("published", "submitted"):
        practice = a_practice(genk, "nl", themes=[theme], state=state)
        address = f"/en/workspace/practices/{practice.pk}/"
        for emptied in ({"summary": ""}, {"how_it_works": " "}, {"themes": []}):
            typed = what_is_typed(theme, saved_at=saved_at(client, practice), **emptied)
            assert client.post(address, typed).status_code == 422
        practice.refresh_from_db()
        assert practice.summary_nl
        assert practice.themes.exists()


def test_of_two_who_write_at_once_the_second_is_told(client, genk, theme):
    practice = a_practice(genk, "nl", published_days_ago=None)
    address = f"/en/workspace/practices/{practice.pk}/"
    client.force_login(an_editor(genk))
    began_at = saved_at(client, practice)
    client.post(address, what_is_typed(theme, saved_at=began_at, title="Van de eerste"))
    page = client.post(address, what_is_typed(theme, saved_at=began_at, title="Van de tweede"))
    text = page.content.decode()
    assert page.status_code == 422
    assert "Somebody else has saved this practice" in text
    assert "Van de tweede" in text
    practice.refresh_from_db()
    assert practice.title_nl == "Van de eerste"
    # Knowing it, the second may save.
    known = re.search(r'name="saved_at" value="([^"]+)"', text)[1]
    client.post(address, what_is_typed(theme, saved_at=known, title="Van de tweede"))
    practice.refresh_from_db()
    assert practice.title_nl == "Van de tweede"


def test_what_is_published_is_changed_by_coordinators(client, genk, theme):
    practice = a_practice(genk, "nl", title_nl="Mentoren", themes=[theme])
    client.force_login(an_editor(genk))
    page = client.post(f"/en/workspace/practices/{practice.pk}/", what_is_typed(theme))
    assert page.status_code == 403
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


def test_what_is_typed_survives_a_lost_session(client, genk, theme):
    editor = an_editor(genk, email="editor@genk.example")
    practice = a_practice(genk, "nl", published_days_ago=None)
    address = f"/en/workspace/practices/{practice.pk}/"
    client.force_login(editor)
    typed = what_is_typed(theme, lessons="Een hele middag werk.") | hidden(client, address)
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
    assert "It is not saved yet" in client.get(address).content.decode()
    practice.refresh_from_db()
    assert not practice.lessons_nl
    client.post(address, typed)
    practice.refresh_from_db()
    assert practice.lessons_nl == "Een hele middag werk."
    assert "It is not saved yet" not in client.get(address).content.decode()


def test_what_was_kept_can_be_discarded_and_is_shown_to_nobody_else(client, genk, theme):
    first, second = an_editor(genk), an_editor(genk)
    practice = a_practice(genk, "nl", published_days_ago=None)
    address = f"/en/workspace/practices/{practice.pk}/"

    def lose_the_session():
        client.force_login(first)
        typed = what_is_typed(theme, lessons="Een hele middag werk.") | hidden(client, address)
        client.logout()
        client.post(address, typed)

    lose_the_session()
    client.force_login(first)
    assert "Een hele middag werk." in client.get(address).content.decode()
    assert "Een hele middag werk." not in client.get(f"{address}?discard").content.decode()
    assert "Een hele middag werk." not in client.get(address).content.decode()
    lose_the_session()
    client.force_login(second)
    assert "Een hele middag werk." not in client.get(address).content.decode()


def test_a_stranger_cannot_have_anything_kept(client, genk, theme):
    page = client.post("/en/workspace/practices/new/", what_is_typed(theme, written_by="1:forged"))
    assert page.status_code == 302
    assert "kept_forms" not in client.session
    assert "could not be kept" in client.get(page.url).content.decode().replace("\n", " ")


def test_what_is_typed_survives_an_outdated_token(genk, theme, django_client_without_token):
    client = django_client_without_token
    practice = a_practice(genk, "nl", published_days_ago=None)
    client.force_login(an_editor(genk))
    address = f"/en/workspace/practices/{practice.pk}/"
    typed = what_is_typed(theme, lessons="Een hele middag werk.") | hidden(client, address)
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
    began_at = saved_at(client, practice) if "edit" in may else ""
    typed = what_is_typed(theme, title="Veranderd", saved_at=began_at)
    client.post(f"/en/workspace/practices/{practice.pk}/", typed)
    practice.refresh_from_db()
    assert (practice.title_nl == "Veranderd") == ("edit" in may)

    client.post("/en/workspace/practices/new/", what_is_typed(theme, city=genk.pk, title="Nieuw"))
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


def test_one_cannot_write_for_a_city_through_the_form_of_another(client, genk, theme):
    leuven = a_city("Leuven")
    client.force_login(a_coordinator(leuven))
    page = client.post("/en/workspace/practices/new/", what_is_typed(theme, city=genk.pk))
    assert page.status_code == 422
    assert not Practice.objects.exists()
    partnership = a_partnership(genk)
    a_partnership(leuven)
    page = client.post(
        "/en/workspace/practices/new/",
        what_is_typed(theme, city=leuven.pk, partnerships=[partnership.pk]),
    )
    assert page.status_code == 422
    assert not Practice.objects.exists()


def test_a_practice_can_name_the_partnerships_that_carry_it(client, genk, theme):
    client.force_login(an_editor(genk))
    partnership = a_partnership(genk)
    client.post(
        "/en/workspace/practices/new/",
        what_is_typed(theme, city=genk.pk, partnerships=[partnership.pk]),
    )
    assert list(Practice.objects.get().partnerships.all()) == [partnership]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "Twee\nregels"}, "Only plain text on one line"),
        ({"title": "Vorm\x0cvoer"}, "Only plain text on one line"),
        ({"problem": "woord " * 4000}, "at most 20000 characters"),
        ({"city": ""}, "This field is required"),
        ({"themes": ["999999"]}, "is not one of the available choices"),
        ({"started_on": "gisteren"}, "Enter a valid date"),
    ],
)
def test_what_cannot_be_saved_is_said_and_stays_in_the_form(client, genk, theme, changes, words):
    client.force_login(a_coordinator(genk))
    partnership = a_partnership(genk)
    typed = what_is_typed(theme, city=genk.pk, partnerships=[partnership.pk]) | changes
    page = client.post("/en/workspace/practices/new/", typed)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "Elke week een gesprek." in page.content.decode()
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
    with django_assert_num_queries(11):
        client.get("/en/workspace/")
    for _number in range(15):
        a_practice(genk)
    with django_assert_num_queries(11):
        client.get("/en/workspace/")
