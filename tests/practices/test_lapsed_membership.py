"""A city whose membership is not active: it stays readable and writes, and publishes nothing."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from cities.enums import MembershipState
from practices.models import Practice
from practices.publishing.transitions import TransitionRefused, perform
from practices.publishing.versions import record
from tests.domain import (
    a_city,
    a_coordinator,
    a_practice,
    a_theme,
    a_translation,
    an_administrator,
    an_editor,
)
from tests.writing import hidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme():
    return a_theme("young-people")


@pytest.fixture
def genk():
    """A member whose membership has lapsed."""
    city = a_city("Genk", "BE")
    city.memberships.update(state=MembershipState.LAPSED)
    return city


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def workspace(practice, rest=""):
    return f"/en/workspace/practices/{practice.pk}/{rest}"


def renewed(city):
    city.memberships.update(state=MembershipState.ACTIVE)


def test_its_practices_stay_readable_and_say_so(client, genk, theme):
    practice = a_practice(genk, "nl", themes=[theme])
    a_translation(practice, "fr")
    note = "Genk is not a member at present. What it has shared remains readable."
    page = client.get(practice.address_in("en"))
    assert page.status_code == 200
    assert note in text_of(page)
    assert "This city is not a member at present" in text_of(
        client.get(f"/en/cities/{genk.slug}/")
    )
    assert str(practice.shown("title", "nl")) in text_of(client.get("/nl/practices/"))
    renewed(genk)
    assert note not in text_of(client.get(practice.address_in("en")))


def test_a_membership_that_ended_or_has_yet_to_begin_counts_for_nothing(client, theme):
    tomorrow = timezone.localdate() + timedelta(days=1)
    for name, change in [
        ("Leuven", {"ends_on": timezone.localdate()}),
        ("Gent", {"starts_on": tomorrow}),
    ]:
        city = a_city(name, "BE")
        city.memberships.update(**change)
        practice = a_practice(city, "nl", themes=[theme])
        page = text_of(client.get(practice.address_in("en")))
        assert f"{name} is not a member at present" in page


def test_the_page_takes_as_many_queries_as_before(client, genk, theme, django_assert_num_queries):
    practice = a_practice(genk, "nl", themes=[theme])
    address = practice.address_in("nl")
    client.get(address)
    for change in (lambda city: None, renewed):
        change(genk)
        with django_assert_num_queries(16):
            client.get(address)


def test_it_writes_and_submits_but_publishes_nothing_until_it_is_renewed(client, genk, theme):
    coordinator = a_coordinator(genk)
    practice = a_practice(genk, "nl", published_days_ago=None, themes=[theme])
    client.force_login(an_editor(genk))
    page = text_of(client.get(workspace(practice)))
    assert "Genk is not a member at present, so nothing can be published for it." in page
    assert "You can go on writing." in page
    assert "mailto:network@efus.example" in page
    assert workspace(practice, "write/in-short/") in page
    client.post(workspace(practice, "submit/"))
    practice.refresh_from_db()
    assert practice.state == "submitted"

    for person in (coordinator, an_administrator()):
        client.force_login(person)
        page = text_of(client.get(workspace(practice)))
        assert workspace(practice, "publish/") not in page
        assert workspace(practice, "schedule/") not in page
        assert "write to Efus" in page
        page = client.post(workspace(practice, "publish/"), follow=True)
        assert "The membership of Genk is not active" in text_of(page)
        day = {"day": f"{timezone.localdate() + timedelta(days=7)}", "hour": "09:00"}
        page = client.post(workspace(practice, "schedule/"), day)
        assert page.status_code == 422
        assert "The membership of Genk is not active" in text_of(page)
    practice.refresh_from_db()
    assert (practice.state, practice.publish_at) == ("submitted", None)

    renewed(genk)
    page = text_of(client.get(workspace(practice)))
    assert "not a member at present" not in page
    assert workspace(practice, "publish/") in page
    client.post(workspace(practice, "publish/"))
    assert Practice.objects.published().get() == practice


def test_what_is_public_can_be_corrected_and_taken_back_but_not_published_again(
    client, genk, theme
):
    coordinator = a_coordinator(genk)
    practice = a_practice(genk, "nl", themes=[theme], summary_nl="Met een fout.")
    record(practice, coordinator)
    Practice.objects.filter(pk=practice.pk).update(summary_nl="Met nog een fout.")
    practice.refresh_from_db()
    client.force_login(coordinator)
    address = workspace(practice, "versions/1/restore/")
    restored = client.post(address, hidden(client, address))
    assert restored.status_code == 302
    practice.refresh_from_db()
    assert (practice.state, practice.summary_nl) == ("published", "Met een fout.")
    perform("unpublish", practice, coordinator, "Er staat een naam in.")
    with pytest.raises(TransitionRefused, match="not active"):
        perform("publish", practice, coordinator)
    page = text_of(client.get(workspace(practice)))
    assert workspace(practice, "publish/") not in page
    assert workspace(practice, "archive/") in page
