"""Scheduling a publication in a real browser, with a broken link in sight."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practices.models import Practice, PracticeLink
from tests.browser import Writer
from tests.domain import a_city, a_coordinator, a_practice, a_theme

LONG = "https://www.genk.example/" + "een-heel-lang-adres-zonder-einde-" * 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_coordinator_chooses_when_a_practice_is_published(
    browser,
    platform,
    width,
):
    address, _start = platform
    genk = a_city("Genk", "BE")
    coordinator = a_coordinator(genk, time_zone="Europe/Brussels")
    practice = a_practice(
        genk,
        "nl",
        themes=[a_theme("young-people")],
        state="submitted",
        results_nl=f"[verslag]({LONG})",
    )
    now = timezone.now()
    PracticeLink.objects.create(
        practice=practice,
        address=LONG,
        due_at=None,
        checked_at=now,
        outcome="unreachable",
        failures=1,
        first_failed_at=now,
    )
    reader = Writer(browser, address, width, "en")
    reader.sign_in(coordinator, "en")
    reader.open(f"/en/workspace/practices/{practice.pk}/")
    reader.press(f"a[href$='/{practice.pk}/schedule/']")
    reader.press("form.writing button[type=submit]")  # refused, in words
    day = timezone.localdate() + timedelta(days=30)
    reader.page.locator("[name=day]").fill(day.isoformat())
    reader.page.locator("[name=hour]").fill("09:30")
    reader.press("form.writing button[type=submit]")
    practice.refresh_from_db()
    assert practice.publish_at
    for path in ("", "review/"):
        reader.open(f"/en/workspace/{path}")
    reader.open(f"/en/workspace/practices/{practice.pk}/schedule/")
    reader.press("form.inline[action$='/cancel/'] button")
    assert Practice.objects.get().publish_at is None
    genk.memberships.update(state="lapsed")
    reader.open(f"/en/workspace/practices/{practice.pk}/")
    Practice.objects.update(state="published")
    reader.open(practice.address_in("en"))
