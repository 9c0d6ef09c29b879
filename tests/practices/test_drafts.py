"""What is typed is kept before it is saved, and people who write at once know of each other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practices.models import WritingDraft
from practices.publishing.drafts import LONGEST_DRAFT
from practices.publishing.tasks import forget_old_drafts
from tests.domain import a_city, a_coordinator, a_person, a_practice, a_theme, an_editor
from tests.writing import hidden, part_address, part_shown, write_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


def type_into(client, practice, part, **changes):
    """Have the page of *part* keep what is typed, as its script does."""
    address = part_address(practice, part)
    typed = part_shown(practice, part) | hidden(client, address) | changes
    return client.post(f"{address}draft/", typed)


def page_of(client, practice, part):
    return client.get(part_address(practice, part)).content.decode()


def test_what_is_typed_into_a_published_practice_is_kept_and_readers_see_nothing(client, genk):
    practice = a_practice(genk, "nl", themes=[a_theme("nightlife")])
    client.force_login(a_coordinator(genk, time_zone="Europe/Brussels"))
    answer = type_into(client, practice, "practice", how_it_works="Elke **week** een gesprek.")
    kept = WritingDraft.objects.get()
    local = timezone.localtime(kept.saved_at, timezone=timezone.get_default_timezone())
    assert answer.json()["message"] == f"Draft kept at {local:%H:%M}."
    practice.refresh_from_db()
    assert practice.how_it_works_nl == "Zo werkt het."
    # Whoever comes back finds it, and it is said in the outline.
    page = page_of(client, practice, "practice")
    assert "Elke **week** een gesprek." in page
    assert "It is not saved yet" in page
    type_into(client, practice, "in-short", title="Nog niet zo genoemd", summary="")
    page = client.get(part_address(practice, "in-short"))
    assert page.context["outline"][0].standing == "filled"  # as it is saved
    client.post(f"{part_address(practice, 'in-short')}discard/")
    overview = client.get(f"/en/workspace/practices/{practice.pk}/").content.decode()
    assert "typed, not saved" in overview
    # Saving it is an end of the draft.
    page = write_part(client, practice, "practice", how_it_works="Elke **week** een gesprek.")
    assert page.status_code == 302
    assert not WritingDraft.objects.exists()


def test_a_draft_is_its_writers_and_can_be_discarded(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    writer = an_editor(genk)
    client.force_login(writer)
    type_into(client, practice, "outcome", lessons="Nog niet af.")
    type_into(client, practice, "outcome", lessons="Bijna af.")
    client.force_login(an_editor(genk))
    assert "Bijna af." not in page_of(client, practice, "outcome")
    client.force_login(writer)
    assert "Bijna af." in page_of(client, practice, "outcome")
    assert client.get(f"{part_address(practice, 'outcome')}discard/").status_code == 405
    client.post(f"{part_address(practice, 'outcome')}discard/")
    assert "Bijna af." not in page_of(client, practice, "outcome")
    assert not WritingDraft.objects.exists()


def test_what_is_saved_already_is_no_draft(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    client.force_login(an_editor(genk))
    type_into(client, practice, "outcome")  # arrives after the part was saved
    assert "Discard it and show" not in page_of(client, practice, "outcome")


def test_of_a_draft_that_was_overtaken_one_is_told(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    first, second = an_editor(genk), an_editor(genk)
    client.force_login(first)
    type_into(client, practice, "outcome", lessons="Van de eerste.")
    client.force_login(second)
    write_part(client, practice, "outcome", lessons="Van de tweede.")
    client.force_login(first)
    page = page_of(client, practice, "outcome")
    assert "has been saved while you were writing" in page
    assert "Van de eerste." in page
    assert "Van de tweede." in page


def test_people_who_write_at_once_are_told_of_each_other(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    anna, bram = an_editor(genk, name="Anna"), an_editor(genk, name="Bram")
    client.force_login(anna)
    assert type_into(client, practice, "outcome").json()["others_at_work"] == ""
    client.force_login(bram)
    assert "Anna is writing here too (What came of it" in page_of(client, practice, "in-short")
    answer = type_into(client, practice, "in-short", title="Nieuw").json()
    assert "Anna is writing here too" in answer["others_at_work"]
    # Who has not typed for a while has gone.
    WritingDraft.objects.update(saved_at=timezone.now() - timedelta(hours=1))
    assert "is writing here too" not in page_of(client, practice, "in-short")


def test_what_cannot_be_kept_is_told(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    address = f"{part_address(practice, 'outcome')}draft/"
    answer = client.post(address, {"lessons": "x"})
    assert answer.status_code == 401
    assert "not signed in any more" in answer.json()["message"]
    client.force_login(a_person())
    assert client.post(address, {"lessons": "x"}).status_code == 403
    published = a_practice(genk, "nl")
    client.force_login(an_editor(genk))
    answer = client.post(f"{part_address(published, 'outcome')}draft/", {"lessons": "x"})
    assert answer.status_code == 403
    assert "A coordinator of your city can change it" in answer.json()["message"]
    answer = client.post(address, {"lessons": "x" * (LONGEST_DRAFT + 1)})
    assert answer.status_code == 413
    assert client.post(address.replace("outcome", "poem"), {"lessons": "x"}).status_code == 404
    assert not WritingDraft.objects.exists()
    # Garbage is kept as it was typed, and told when it is to be saved.
    assert client.post(address, {"lessons": "nul\x00", "seen": "x"}).status_code == 200
    assert client.get(part_address(practice, "outcome")).status_code == 200


def test_drafts_that_nobody_comes_back_to_are_forgotten(client, genk):
    practice = a_practice(genk, "nl", published_days_ago=None)
    client.force_login(an_editor(genk))
    for part, days in (("outcome", 181), ("practice", 179)):
        type_into(client, practice, part)
        old = timezone.now() - timedelta(days=days)
        WritingDraft.objects.filter(step=part).update(saved_at=old)
    forget_old_drafts()
    assert WritingDraft.objects.get().step == "practice"


def test_the_outline_says_what_is_still_missing(client, genk):
    practice = a_practice(genk, "nl", summary_nl="", published_days_ago=None)
    client.force_login(an_editor(genk))
    page = client.get(f"/en/workspace/practices/{practice.pk}/")
    standings = {entry.address: entry.standing for entry in page.context["outline"]}
    assert standings == {
        part_address(practice, "in-short"): "needed",
        part_address(practice, "practice"): "filled",
        part_address(practice, "outcome"): "empty",
        part_address(practice, "terms"): "needed",
        part_address(practice, "facts"): "empty",
        f"/en/workspace/practices/{practice.pk}/files/": "empty",
    }
    assert "Still missing: summary" in page.content.decode()
