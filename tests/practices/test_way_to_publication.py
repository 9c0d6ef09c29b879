"""From draft to readers and to the archive: who takes which step, what is noted, who is told."""

import re
import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from efus.outbox.models import Mail
from efus.outbox.tasks import run_outbox
from practices.enums import PublicationState
from practices.models import Practice, PracticeEvent
from practices.publishing.mails import people_concerned
from practices.publishing.transitions import TRANSITIONS, TransitionRefused, perform
from tests.domain import (
    PASSWORD,
    a_city,
    a_coordinator,
    a_person,
    a_practice,
    a_theme,
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


def a_reviewer(**fields):
    return a_person(staff_role="reviewer", **fields)


def a_draft(city, theme, **fields):
    return a_practice(city, "nl", published_days_ago=None, themes=[theme], **fields)


def address_of(practice, rest=""):
    return f"/en/workspace/practices/{practice.pk}/{rest}"


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def what_happened(practice):
    return [
        (event.kind, event.person, event.from_state, event.to_state)
        for event in practice.events.order_by("pk")
    ]


# The whole way


def test_a_practice_goes_the_whole_way_and_its_history_says_who_did_what(client, genk, theme):
    editor = an_editor(genk, name="Ans Peeters")
    coordinator = a_coordinator(genk, name="Bram Claes")
    reviewer = a_reviewer(name="Carla Rossi")
    practice = a_draft(genk, theme, created_by=editor)
    for person, name, comment in [
        (editor, "submit", ""),
        (reviewer, "send-back", "Wie doet mee?\nEn sinds wanneer?"),
        (editor, "submit", ""),
        (coordinator, "publish", ""),
        (reviewer, "unpublish", "Er staat een naam in."),
        (coordinator, "archive", ""),
        (coordinator, "unarchive", ""),
    ]:
        client.force_login(person)
        page = client.post(address_of(practice, f"{name}/"), {"comment": comment}, follow=True)
        assert str(TRANSITIONS[name].done) in text_of(page), name
    assert what_happened(practice) == [
        ("submit", editor, "draft", "submitted"),
        ("send-back", reviewer, "submitted", "draft"),
        ("submit", editor, "draft", "submitted"),
        ("publish", coordinator, "submitted", "published"),
        ("unpublish", reviewer, "published", "unpublished"),
        ("archive", coordinator, "unpublished", "archived"),
        ("unarchive", coordinator, "archived", "draft"),
    ]
    page = text_of(client.get(address_of(practice, "history/")))
    for words in ("Ans Peeters", "Bram Claes", "Carla Rossi", "En sinds wanneer?"):
        assert words in page
    # The newest are on the practice's own page.
    page = text_of(client.get(address_of(practice)))
    assert "Restored from the archive" in page
    assert "Er staat een naam in." in page
    assert "Wie doet mee?" not in page


def test_what_is_archived_is_out_of_the_way_and_not_changed(client, genk, theme):
    practice = a_draft(genk, theme, title_nl="Mentoren")
    client.force_login(a_coordinator(genk))
    client.post(address_of(practice, "archive/"))
    assert "Mentoren" not in text_of(client.get("/en/workspace/"))
    assert "Mentoren" in text_of(client.get("/en/workspace/?archived"))
    client.force_login(an_administrator())
    page = client.post(address_of(practice, "write/outcome/"), {"lessons": "Veel werk."})
    assert page.status_code == 403
    assert "This practice is archived" in text_of(page)
    assert "Veel werk." in text_of(page)  # to be copied, since nothing typed gets lost
    practice.refresh_from_db()
    assert (practice.state, practice.title_nl) == ("archived", "Mentoren")


def test_what_was_published_once_keeps_its_first_date_through_the_archive(genk, theme):
    coordinator = a_coordinator(genk)
    practice = a_practice(genk, "nl", themes=[theme], published_days_ago=30)
    for name in ("unpublish", "archive", "unarchive", "submit", "publish"):
        again = perform(name, practice, coordinator, "Even nakijken.")
    assert (again.state, again.published_at) == ("published", practice.published_at)


# Saying why


@pytest.mark.parametrize(
    ("name", "state"), [("send-back", "submitted"), ("unpublish", "published")]
)
def test_who_sends_back_or_unpublishes_says_why(client, genk, theme, name, state):
    practice = a_practice(genk, "nl", themes=[theme], state=state)
    client.force_login(a_reviewer())
    assert address_of(practice, f"{name}/") in text_of(client.get(address_of(practice)))
    assert client.get(address_of(practice, f"{name}/")).status_code == 200
    page = client.post(address_of(practice, f"{name}/"), {"comment": "  "})
    assert page.status_code == 422
    assert "This field is required" in text_of(page)
    practice.refresh_from_db()
    assert practice.state == state
    assert not practice.events.exists()
    with pytest.raises(TransitionRefused, match="say why"):
        perform(name, practice, a_reviewer())


def test_a_comment_is_not_lost_when_the_step_is_no_longer_open(client, genk, theme):
    practice = a_draft(genk, theme)
    client.force_login(a_reviewer())
    page = client.post(address_of(practice, "send-back/"), {"comment": "Wie doet mee?"})
    assert page.status_code == 422
    assert "this step is not open" in text_of(page)
    assert "Wie doet mee?" in text_of(page)


def test_a_comment_survives_a_lost_session(client, genk, theme):
    reviewer = a_reviewer()
    practice = a_draft(genk, theme, state="submitted")
    address = address_of(practice, "send-back/")
    client.force_login(reviewer)
    writer = re.search(r'name="written_by" value="([^"]*)"', client.get(address).content.decode())
    client.logout()
    page = client.post(address, {"comment": "Wie doet mee?", "written_by": writer[1]})
    page = client.post(
        page.url, {"login": reviewer.email, "password": PASSWORD, "next": address}, follow=True
    )
    assert "Wie doet mee?" in text_of(page)
    assert "It is not sent yet" in text_of(page)
    practice.refresh_from_db()
    assert practice.state == "submitted"


# Who may read and decide

FOLLOWERS = {"editor", "coordinator", "reviewer", "administrator"}
DECIDERS = {"coordinator", "reviewer", "administrator"}


def sign_in_as(client, role, city):
    """Sign in somebody of *role*; returns them, or None for nobody."""
    if role == "anonymous":
        return None
    if role.endswith("elsewhere"):
        city = a_city("Leuven", "BE")
    person = {
        "researcher": a_person,
        "reviewer": a_reviewer,
        "administrator": an_administrator,
    }.get(role)
    if person:
        person = person()
    else:
        person = a_coordinator(city) if "coordinator" in role else an_editor(city)
    if role.startswith("former"):
        person.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    "role",
    [
        "anonymous",
        "researcher",
        "editor elsewhere",
        "former editor",
        "coordinator elsewhere",
        *sorted(FOLLOWERS),
    ],
)
def test_the_history_is_for_the_citys_people_and_efus(client, genk, theme, role):
    practice = a_practice(genk, "nl", themes=[theme])
    sign_in_as(client, role, genk)
    pages = [address_of(practice), address_of(practice, "history/")]
    statuses = {client.get(page).status_code for page in pages}
    expected = 200 if role in FOLLOWERS else 302 if role == "anonymous" else 403
    assert statuses == {expected}


def test_the_page_of_a_practice_offers_each_only_what_they_may(client, genk, theme):
    practice = a_draft(genk, theme, state="submitted")
    for role, writes, steps in [
        ("editor", True, set()),
        ("reviewer", False, {"send-back"}),
        ("coordinator", True, {"send-back", "publish"}),
    ]:
        sign_in_as(client, role, genk)
        page = text_of(client.get(address_of(practice)))
        assert (address_of(practice, "write/in-short/") in page) == writes, role
        offered = {name for name in TRANSITIONS if address_of(practice, f"{name}/") in page}
        assert offered == steps, role


@pytest.mark.parametrize(
    "role",
    [
        "anonymous",
        "researcher",
        "editor",
        "former coordinator",
        "coordinator elsewhere",
        *sorted(DECIDERS),
    ],
)
def test_the_queue_shows_what_one_may_decide_on(client, genk, theme, role):
    a_draft(genk, theme, title_nl="Ingediend", state="submitted")
    a_draft(genk, theme, title_nl="Nog niet klaar")
    a_practice(genk, "nl", title_nl="Gepubliceerd")
    sign_in_as(client, role, genk)
    page = client.get("/en/workspace/review/")
    if role in DECIDERS:
        assert "Ingediend" in text_of(page)
        assert "Nog niet klaar" not in text_of(page)
        assert "Gepubliceerd" not in text_of(page)
        assert "/en/workspace/review/" in text_of(client.get("/en/workspace/"))
    elif role == "coordinator elsewhere":
        assert "Nothing waits for your decision." in text_of(page)
    else:
        assert page.status_code == (302 if role == "anonymous" else 403)
        assert "/en/workspace/review/" not in text_of(client.get("/en/workspace/"))


def test_the_queue_begins_with_what_waits_longest_and_says_how_long(client, genk, theme):
    editor = an_editor(genk)
    for title, days in [("Gisteren", 1), ("Lang geleden", 12), ("Vandaag", 0)]:
        practice = a_draft(genk, theme, title_nl=title, state="submitted")
        PracticeEvent.objects.create(
            practice=practice,
            kind="submit",
            person=editor,
            at=timezone.now() - timedelta(days=days),
            from_state="draft",
            to_state="submitted",
        )
    client.force_login(a_coordinator(genk))
    page = text_of(client.get("/en/workspace/review/"))
    order = ["Lang geleden", "12 days", "Gisteren", "1 day<", "Vandaag", "0 days"]
    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)


def test_queue_and_history_take_a_constant_number_of_queries(
    client, genk, theme, django_assert_num_queries
):
    client.force_login(a_reviewer())
    practice = a_draft(genk, theme, state="submitted")
    editor = an_editor(genk)

    def something_happens():
        PracticeEvent.objects.create(
            practice=practice, kind="saved", person=editor, to_state="submitted"
        )

    something_happens()
    for number, pages in ((1, 1), (25, 2)):
        with django_assert_num_queries(6):
            page = client.get("/en/workspace/review/")
        assert page.context["page"].paginator.num_pages == pages, number
        with django_assert_num_queries(6):
            page = client.get(address_of(practice, "history/"))
        assert page.context["page"].paginator.num_pages == pages, number
        for _more in range(24):
            a_draft(genk, theme, state="submitted")
            something_happens()
    assert client.get("/en/workspace/review/?page=9").status_code == 404


# What always holds


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def check_deferred():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_history_cannot_be_rewritten(genk, theme):
    editor = an_editor(genk)
    practice = a_draft(genk, theme)
    perform("submit", practice, editor)
    event = practice.events.get()
    for change in (
        {"comment": "Iets anders"},
        {"person": a_person()},
        {"at": timezone.now() - timedelta(days=1)},
        {"person": None, "kind": "publish"},
    ):
        with refused_by("only ever added to"), transaction.atomic():
            PracticeEvent.objects.filter(pk=event.pk).update(**change)
    with refused_by("only ever added to"), transaction.atomic():
        PracticeEvent.objects.filter(pk=event.pk).update(person=None)
        check_deferred()
    with refused_by("only ever added to"), transaction.atomic():
        event.delete()
        check_deferred()
    assert practice.events.get().person == editor


def test_history_forgets_a_deleted_person_and_goes_with_its_practice(genk, theme):
    editor = an_editor(genk)
    practice = a_draft(genk, theme)
    perform("submit", practice, editor)
    editor.delete()
    check_deferred()
    assert practice.events.get().person is None
    practice.delete()
    check_deferred()
    assert not PracticeEvent.objects.exists()


def test_an_event_is_of_a_known_kind_and_says_why_where_it_must(genk, theme):
    practice = a_draft(genk, theme)
    for constraint, event in [
        ("practice_event_kind_known", {"kind": "burn", "to_state": "draft"}),
        ("practice_event_states_known", {"kind": "saved", "to_state": "burnt"}),
        ("practice_event_says_why", {"kind": "send-back", "to_state": "draft"}),
    ]:
        with refused_by(constraint), transaction.atomic():
            PracticeEvent.objects.create(practice=practice, **event)


def test_every_step_leads_to_a_known_state_and_can_be_noted():
    for name, transition in TRANSITIONS.items():
        assert name in dict(PracticeEvent._meta.get_field("kind").choices)
        assert {transition.target, *transition.sources} <= set(PublicationState)


@pytest.mark.django_db(transaction=True)
def test_of_two_steps_at_once_one_is_taken_and_the_other_told(genk, theme):
    practice = a_draft(genk, theme, state="submitted")
    people = {"publish": a_coordinator(genk), "send-back": a_reviewer()}
    start, taken, refused = threading.Barrier(3), [], []

    def take(name):
        try:
            start.wait(timeout=20)
            perform(name, practice, people[name], "Nog niet.")
            taken.append(name)
        except TransitionRefused as refusal:
            refused.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[name]) for name in people]
    # Both wait for the row, then go on one after the other.
    with transaction.atomic():
        Practice.objects.select_for_update().get(pk=practice.pk)
        for thread in threads:
            thread.start()
        start.wait(timeout=20)
        time.sleep(0.5)
    for thread in threads:
        thread.join(timeout=20)
    assert (len(taken), len(refused)) == (1, 1)
    assert "this step is not open" in refused[0]
    assert [event.kind for event in practice.events.all()] == taken
    practice.refresh_from_db()
    assert practice.state == TRANSITIONS[taken[0]].target


# Who is told


def test_those_are_told_whom_a_step_concerns(genk, theme):
    editor, colleague = an_editor(genk), an_editor(genk)
    coordinator, second = a_coordinator(genk), a_coordinator(genk)
    gone = a_coordinator(genk)
    gone.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
    a_coordinator(genk, is_active=False)
    a_coordinator(a_city("Leuven", "BE"))
    reviewer, administrator = a_reviewer(), an_administrator()
    practice = a_draft(genk, theme, created_by=editor)

    def told(name, person):
        perform(name, practice, person, "Omdat.")
        return set(people_concerned(practice.events.order_by("pk").last()))

    assert told("submit", colleague) == {coordinator, second}
    # What Efus takes back concerns the city's coordinators, too.
    assert told("send-back", reviewer) == {editor, colleague, coordinator, second}
    assert told("submit", coordinator) == {second}
    assert told("publish", coordinator) == {editor}  # not who did it
    assert told("unpublish", second) == {editor, coordinator}
    assert told("publish", second) == {editor, coordinator}
    assert told("unpublish", administrator) == {editor, coordinator, second}
    editor.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
    assert told("archive", second) == {coordinator}  # a former editor no longer follows it
    assert told("unarchive", administrator) == {coordinator}
    assert told("archive", administrator) == {coordinator, second}


def test_who_of_efus_holds_a_seat_in_the_city_acts_for_it(genk, theme):
    editor, coordinator = an_editor(genk), a_coordinator(genk)
    of_both = a_coordinator(genk, staff_role="reviewer")
    practice = a_draft(genk, theme, created_by=editor, state="submitted")
    perform("send-back", practice, of_both, "Omdat.")
    assert set(people_concerned(practice.events.get())) == {editor}
    of_both.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
    assert set(people_concerned(practice.events.get())) == {editor, coordinator}


def wait_for_mails(mail_sink, number):
    deadline = time.monotonic() + 60
    while len(mail_sink.messages) < number and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)  # one too many would come now
    assert len(mail_sink.messages) == number


@pytest.mark.django_db(transaction=True)
def test_each_is_mailed_once_in_their_language(client, mail_sink, worker, settings):
    settings.SITE_URL = "https://efus.example"
    genk = a_city("Genk", "BE")
    theme = a_theme("young-people")
    editor = an_editor(genk, email="editor@genk.example", name="Ans", language="nl")
    a_coordinator(genk, email="coordinator@genk.example", language="en")
    practice = a_draft(genk, theme, created_by=editor, title_nl="Mentoren & <jongeren>")
    worker()
    client.force_login(editor)
    client.post(address_of(practice, "submit/"))
    client.post(address_of(practice, "submit/"))  # pressed twice
    wait_for_mails(mail_sink, 1)
    message = mail_sink.messages[0]
    assert message["To"] == "coordinator@genk.example"
    assert message["Subject"] == "Submitted for publication: Mentoren & <jongeren>"
    body = message.get_body(["plain"]).get_content()
    assert "Ans has submitted “Mentoren & <jongeren>” (Genk)" in body
    assert f"https://efus.example/en/workspace/practices/{practice.pk}/" in body

    client.force_login(a_reviewer(email="reviewer@efus.example", name="Carla", language="fr"))
    client.post(address_of(practice, "send-back/"), {"comment": "Wie doet mee?\nEn waar?"})
    wait_for_mails(mail_sink, 3)
    told = {message["To"]: message for message in mail_sink.messages[1:]}
    assert told.keys() == {"editor@genk.example", "coordinator@genk.example"}
    message = told["editor@genk.example"]
    body = message.get_body(["plain"]).get_content()
    assert "Carla" in body
    assert "Wie doet mee?" in body
    assert "En waar?" in body
    assert f"https://efus.example/nl/workspace/practices/{practice.pk}/" in body


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_refuses_for_now_is_tried_again(mail_sink, worker):
    genk = a_city("Genk", "BE")
    a_coordinator(genk, email="coordinator@genk.example")
    practice = a_draft(genk, a_theme("young-people"))
    mail_sink.refuses = "451 later"
    worker(MAIL_RETRY_SECONDS="0.1")
    perform("submit", practice, an_editor(genk))
    deadline = time.monotonic() + 60
    while not Mail.objects.filter(state="due", attempts=1).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert not mail_sink.messages
    mail_sink.refuses = None
    time.sleep(0.2)
    run_outbox()
    wait_for_mails(mail_sink, 1)


@pytest.mark.django_db(transaction=True)
def test_a_step_that_is_taken_back_tells_nobody(mail_sink, worker):
    genk = a_city("Genk", "BE")
    a_coordinator(genk)
    practice = a_draft(genk, a_theme("young-people"))
    worker()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        perform("submit", practice, an_editor(genk))
        raise ZeroDivisionError
    time.sleep(1)
    assert not mail_sink.messages
    assert not practice.events.exists()
