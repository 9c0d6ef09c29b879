"""A practice is published at the time that was chosen, or those concerned are told why not."""

import re
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cities.enums import MembershipState
from practices.enums import PUBLISHABLE_STATES
from practices.models import Practice
from practices.publishing.schedule import in_words, publish_if_due, schedule
from practices.publishing.schedule_forms import ScheduleForm
from practices.publishing.tasks import publish_due
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
BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def theme():
    return a_theme("young-people")


@pytest.fixture
def coordinator(genk):
    return a_coordinator(genk, name="Bram Claes", time_zone="Europe/Brussels")


@pytest.fixture
def submitted(genk, theme):
    return a_practice(
        genk, "nl", published_days_ago=None, themes=[theme], state="submitted", title_nl="Mentoren"
    )


def address_of(practice, rest="schedule/"):
    return f"/en/workspace/practices/{practice.pk}/{rest}"


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def in_a_week(hour=9):
    day = timezone.localdate(timezone=BRUSSELS) + timedelta(days=7)
    return datetime(day.year, day.month, day.day, hour, tzinfo=BRUSSELS)


def typed(moment):
    return {"day": f"{moment:%Y-%m-%d}", "hour": f"{moment:%H:%M}"}


def kinds(practice):
    return [event.kind for event in practice.events.order_by("pk")]


def its_time_has_come(practice, person):
    """*person* has scheduled *practice*, and the time is now."""
    schedule(practice, person, timezone.now() + timedelta(days=1))
    Practice.objects.filter(pk=practice.pk).update(
        publish_at=timezone.now() - timedelta(seconds=1)
    )


# Choosing


def test_a_coordinator_schedules_changes_and_cancels(client, submitted, coordinator):
    client.force_login(coordinator)
    assert address_of(submitted) in text_of(client.get(address_of(submitted, "")))
    page = text_of(client.get(address_of(submitted)))
    assert 'type="date"' in page
    assert 'type="time"' in page
    assert "In your time zone: Europe/Brussels." in page

    first, second = in_a_week(9), in_a_week(14)
    page = text_of(client.post(address_of(submitted), typed(first), follow=True))
    assert f"The practice will be published on {first:%-d %B %Y}, 09:00 (Europe/Brussels" in page
    client.post(address_of(submitted), typed(first))  # pressed twice
    submitted.refresh_from_db()
    assert (submitted.publish_at, submitted.scheduled_by) == (first, coordinator)
    assert (submitted.state, kinds(submitted)) == ("submitted", ["schedule"])
    for where in ("/en/workspace/", "/en/workspace/review/", address_of(submitted, "")):
        assert f"Will be published on {first:%-d %B %Y}, 09:00" in text_of(client.get(where))

    page = text_of(client.get(address_of(submitted)))
    assert f'value="{first:%Y-%m-%d}"' in page
    assert 'value="09:00"' in page
    client.post(address_of(submitted), typed(second))
    page = text_of(client.get(address_of(submitted, "history/")))
    assert f"{second:%Y-%m-%d} 14:00 Europe/Brussels" in page
    client.post(address_of(submitted, "schedule/cancel/"))
    page = text_of(client.post(address_of(submitted, "schedule/cancel/"), follow=True))
    assert "No publication was scheduled." in page
    submitted.refresh_from_db()
    assert (submitted.publish_at, submitted.scheduled_by) == (None, None)
    assert kinds(submitted) == ["schedule", "schedule", "unschedule"]


def test_the_time_is_that_of_the_persons_own_clock(client, genk, submitted):
    client.force_login(a_coordinator(genk, time_zone="Atlantic/Azores"))
    moment = in_a_week(9).replace(tzinfo=ZoneInfo("Atlantic/Azores"))
    client.post(address_of(submitted), typed(moment))
    submitted.refresh_from_db()
    assert submitted.publish_at == moment
    client.force_login(a_coordinator(genk, time_zone="Europe/Helsinki"))
    there = moment.astimezone(ZoneInfo("Europe/Helsinki"))
    page = text_of(client.get(address_of(submitted, "")))
    assert f"{there:%-d %B %Y, %H:%M} (Europe/Helsinki, UTC+0" in page


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [
        (lambda now: now - timedelta(days=1), "09:00", "This day has passed"),
        (lambda now: now, "00:00", "This time has passed"),
        (lambda now: now + timedelta(days=366), "09:00", "within a year"),
        ("9999-12-31", "23:59", "within a year"),
        ("0001-01-01", "00:00", "This day has passed"),
        ("2026-02-30", "09:00", "Enter a valid date"),
        ("\x00", "09:00", "Enter a valid date"),
        ("9" * 5000, "9" * 5000, "Enter a valid date"),
        (lambda now: now + timedelta(days=7), "25:00", "Enter a valid time"),
        ("", "", "This field is required"),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words(
    client, submitted, coordinator, day, hour, words
):
    client.force_login(coordinator)
    if callable(day):
        day = f"{day(timezone.localdate(timezone=BRUSSELS)):%Y-%m-%d}"
    page = client.post(address_of(submitted), {"day": day, "hour": hour})
    assert page.status_code == 422
    assert words in text_of(page)
    submitted.refresh_from_db()
    assert submitted.publish_at is None


def last_sunday(month):
    """The last Sunday of *month*, the next time that it comes."""
    today = timezone.localdate()
    year = today.year + (today.month >= month)
    day = datetime(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def test_an_hour_that_the_clocks_leave_out_or_repeat():
    with timezone.override(BRUSSELS):
        left_out = ScheduleForm(typed(last_sunday(3).replace(hour=2, minute=30)))
        assert not left_out.is_valid()
        assert "There is no such time on that day" in str(left_out.errors)
        twice = last_sunday(10).replace(hour=2, minute=30)
        repeated = ScheduleForm(typed(twice))
        assert repeated.is_valid(), repeated.errors
        # The first of both, which the words tell from the second.
        assert repeated.moment == twice.replace(hour=0, tzinfo=UTC)
        assert "02:30 (Europe/Brussels, UTC+02:00)" in in_words(repeated.moment)


def test_what_was_typed_survives_a_lost_session(client, submitted, coordinator):
    client.force_login(coordinator)
    address, moment = address_of(submitted), in_a_week(15)
    writer = re.search(r'name="written_by" value="([^"]*)"', client.get(address).content.decode())
    client.logout()
    page = client.post(address, typed(moment) | {"written_by": writer[1]})
    page = client.post(
        page.url, {"login": coordinator.email, "password": PASSWORD, "next": address}, follow=True
    )
    assert 'value="15:00"' in text_of(page)
    assert "It is not sent yet" in text_of(page)
    submitted.refresh_from_db()
    assert submitted.publish_at is None


@pytest.mark.parametrize("who", ["editor", "reviewer", "elsewhere", "administrator"])
def test_who_may_publish_may_schedule_and_nobody_else(client, genk, submitted, who):
    client.force_login(
        {
            "editor": lambda: an_editor(genk),
            "reviewer": lambda: a_person(staff_role="reviewer"),
            "elsewhere": lambda: a_coordinator(a_city("Leuven", "BE")),
            "administrator": an_administrator,
        }[who]()
    )
    may = who == "administrator"
    page = client.post(address_of(submitted), typed(in_a_week()))
    assert page.status_code == (302 if may else 403)
    assert bool(Practice.objects.get(pk=submitted.pk).publish_at) == may
    page = client.post(address_of(submitted, "schedule/cancel/"))
    assert page.status_code == (302 if may else 403)
    page = text_of(client.get(address_of(submitted, "")))
    assert (address_of(submitted) in page) == may


def test_only_what_could_be_published_now_is_scheduled(client, genk, theme, coordinator):
    draft = a_practice(genk, "nl", published_days_ago=None, themes=[theme])
    without_theme = a_practice(genk, "nl", state="unpublished")
    client.force_login(coordinator)
    for practice, words in [(draft, "is “draft” now"), (without_theme, "please fill in: themes")]:
        page = client.get(address_of(practice), follow=True)
        assert words in text_of(page)
        page = client.post(address_of(practice), typed(in_a_week()))
        assert page.status_code == 422
        assert words in text_of(page)
        assert 'value="09:00"' in text_of(page)
        assert not practice.events.exists()


@pytest.mark.parametrize("step", ["send-back", "archive", "publish"])
def test_any_other_step_cancels_the_schedule(genk, theme, coordinator, step):
    source = next(iter(TRANSITIONS[step].sources & set(PUBLISHABLE_STATES)))
    practice = a_practice(genk, "nl", themes=[theme], state=source)
    schedule(practice, coordinator, in_a_week())
    practice = perform(step, practice, coordinator, "Toch niet.")
    assert (practice.publish_at, practice.scheduled_by) == (None, None)
    cancelled = [] if step == "publish" else ["unschedule"]
    assert kinds(practice) == ["schedule", *cancelled, step]


def test_who_writes_meanwhile_is_not_told_of_a_change(submitted, coordinator):
    before = submitted.updated_at
    schedule(submitted, coordinator, in_a_week())
    submitted.refresh_from_db()
    assert submitted.updated_at == before


def test_the_database_keeps_schedules_where_the_table_of_steps_has_them(genk, theme, coordinator):
    assert TRANSITIONS["publish"].sources == set(PUBLISHABLE_STATES)
    for state in ("draft", "published", "archived"):
        practice = a_practice(genk, "nl", themes=[theme], state=state)
        with (
            pytest.raises(IntegrityError, match="practice_scheduled_can_be_published"),
            transaction.atomic(),
        ):
            Practice.objects.filter(pk=practice.pk).update(publish_at=in_a_week())
        with (
            pytest.raises(IntegrityError, match="practice_scheduled_has_time"),
            transaction.atomic(),
        ):
            Practice.objects.filter(pk=practice.pk).update(scheduled_by=coordinator)


# When the time has come


def test_it_is_published_at_its_time_and_not_before(submitted, coordinator):
    schedule(submitted, coordinator, timezone.now() + timedelta(hours=1))
    publish_if_due(submitted.pk)
    submitted.refresh_from_db()
    assert submitted.state == "submitted"
    Practice.objects.update(publish_at=timezone.now())
    publish_if_due(submitted.pk)
    publish_if_due(submitted.pk)  # a task may run twice
    submitted.refresh_from_db()
    assert (submitted.state, submitted.publish_at) == ("published", None)
    assert submitted.scheduled_by is None
    event = submitted.events.get(kind="publish")
    assert event.person == coordinator
    assert kinds(submitted) == ["schedule", "publish"]


def a_lapse(submitted, person):
    submitted.city.memberships.update(state=MembershipState.LAPSED)


def a_missing_text(submitted, person):
    Practice.objects.filter(pk=submitted.pk).update(summary_nl="")


def a_lower_seat(submitted, person):
    person.seats.update(role="editor")


def a_blocked_account(submitted, person):
    person.is_active = False
    person.save()


def a_deleted_account(submitted, person):
    person.delete()


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (a_lapse, "The membership of Genk is not active"),
        (a_missing_text, "please fill in: summary"),
        (a_lower_seat, "Bram Claes, who scheduled it, may not publish it any more"),
        (a_blocked_account, "may not publish it any more"),
        (a_deleted_account, "has no account any more"),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_published_then_stays_and_is_told_once(
    mail_sink, worker, genk, theme, happens, words
):
    coordinator = a_coordinator(genk, email="bram@genk.example", name="Bram Claes")
    a_coordinator(genk, email="els@genk.example", time_zone="Europe/Helsinki")
    an_editor(genk, email="editor@genk.example")
    practice = a_practice(genk, "en", published_days_ago=None, themes=[theme], state="submitted")
    if happens is a_missing_text:
        Practice.objects.filter(pk=practice.pk).update(summary_en="")
        practice = a_practice(
            genk, "nl", published_days_ago=None, themes=[theme], state="submitted"
        )
    its_time_has_come(practice, coordinator)
    happens(practice, coordinator)
    worker()
    for _twice in range(2):
        publish_due()
    expected = {"els@genk.example"}
    if happens not in (a_blocked_account, a_deleted_account):
        expected.add("bram@genk.example")
    deadline = time.monotonic() + 60
    while len(mail_sink.messages) < len(expected) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)  # one too many would come now
    assert sorted(message["To"] for message in mail_sink.messages) == sorted(expected)
    for message in mail_sink.messages:
        body = message.get_body(["plain"]).get_content()
        assert words in re.sub(r"\s+", " ", body)
    practice.refresh_from_db()
    assert (practice.state, practice.publish_at) == ("submitted", None)
    assert kinds(practice) == ["schedule", "not-published"]


def test_the_history_says_why_it_was_not_published(client, submitted, coordinator):
    its_time_has_come(submitted, coordinator)
    a_lapse(submitted, coordinator)
    publish_if_due(submitted.pk)
    client.force_login(coordinator)
    page = text_of(client.get(address_of(submitted, "history/")))
    assert "Not published as scheduled</strong> <span>by itself" in page
    assert submitted.events.first().comment


@pytest.mark.django_db(transaction=True)
def test_the_worker_publishes_what_is_due_and_leaves_the_rest(mail_sink, worker, genk, theme):
    coordinator = a_coordinator(genk, email="bram@genk.example")
    due, later = (
        a_practice(genk, "nl", published_days_ago=None, themes=[theme], state="submitted")
        for _each in range(2)
    )
    its_time_has_come(due, coordinator)
    schedule(later, coordinator, in_a_week())
    worker()
    publish_due()
    deadline = time.monotonic() + 60
    while not Practice.objects.published().exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list(Practice.objects.published()) == [due]
    # Whoever chose the time need not have been there, and is told; nobody else is concerned.
    while not mail_sink.messages and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [message["To"] for message in mail_sink.messages] == ["bram@genk.example"]


@pytest.mark.django_db(transaction=True)
def test_a_practice_that_another_worker_has_in_hand_is_left_to_it(genk, theme):
    from threading import Thread

    from django.db import connections

    practice = a_practice(genk, "nl", published_days_ago=None, themes=[theme], state="submitted")
    its_time_has_come(practice, a_coordinator(genk))

    def elsewhere():
        publish_if_due(practice.pk)
        connections.close_all()

    with transaction.atomic():
        Practice.objects.select_for_update().get(pk=practice.pk)
        other = Thread(target=elsewhere)
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()
    practice.refresh_from_db()
    assert practice.state == "submitted"


def test_schedule_raises_what_the_view_shows(genk, coordinator):
    with pytest.raises(TransitionRefused, match="not open"):
        schedule(a_practice(genk, "nl"), coordinator, in_a_week())
