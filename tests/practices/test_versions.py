"""What a practice said before is kept, can be compared, and can be brought back."""

import re
import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from efus.accounts.models import User
from practices.models import Practice, PracticeVersion
from practices.translations.models import Translation
from practices.translations.saving import save_translation
from practices.versions import content_of, record
from tests.domain import (
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
from tests.writing import hidden, part_address, write, write_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def theme():
    return a_theme("young-people")


def address_of(practice, rest=""):
    return f"/en/workspace/practices/{practice.pk}/{rest}"


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def begin(client, city, theme, **changes):
    """A practice of *city*'s with its first version, by whoever is signed in."""
    partnerships = changes.pop("partnerships", [])
    themes = changes.pop("themes", [theme.pk])
    texts = {"title": "Mentoren voor jongeren", "summary": "Jongeren krijgen een mentor."}
    texts |= {"how_it_works": "Elke week een gesprek."} | changes
    practice = a_practice(
        city,
        "nl",
        published_days_ago=None,
        started_on=date(2022, 3, 1),
        **{f"{name}_nl": text for name, text in texts.items()},
    )
    practice.themes.set(themes)
    practice.partnerships.set(partnerships)
    record(practice, User.objects.get(pk=client.session["_auth_user_id"]))
    return practice


def restore(client, practice, number):
    address = address_of(practice, f"versions/{number}/restore/")
    return client.post(address, hidden(client, address), follow=True)


def numbers_of(practice):
    return list(practice.versions.order_by("number").values_list("number", flat=True))


# Keeping


def test_every_save_that_changes_something_is_a_version(client, genk, theme):
    editor = an_editor(genk)
    client.force_login(editor)
    practice = begin(client, genk, theme)
    write(client, practice, how_it_works="Elke week\r\neen gesprek.")
    write(client, practice, how_it_works="Elke week\r\neen gesprek.")  # nothing new
    write(client, practice, cost_band="low", evidence="monitored")
    third, second, first = practice.versions.all()
    assert [third.number, second.number, first.number] == [3, 2, 1]
    assert {version.saved_by for version in (first, second, third)} == {editor}
    assert second.texts["nl"]["how_it_works"] == "Elke week\neen gesprek."
    assert (second.facts["cost_band"], third.facts["cost_band"]) == ("", "low")
    assert third.facts["themes"] == ["young-people"]
    assert third.facts["started_on"] == "2022-03-01"
    saved = [(event.kind, event.from_state, event.to_state) for event in practice.events.all()]
    assert saved == [("saved", "draft", "draft")] * 2 + [("saved", "", "draft")]


def test_what_was_written_elsewhere_is_kept_before_it_is_changed(client, genk, theme):
    practice = a_practice(genk, "nl", title_fr="Des mentors", published_days_ago=None)
    title, written_at = practice.title_nl, practice.updated_at
    client.force_login(an_editor(genk))
    write(client, practice, lessons="Begin.")
    Practice.objects.filter(pk=practice.pk).update(title_fr="Des marraines")  # as a translator
    write(client, practice, lessons="Begin klein.")
    texts = [version.texts for version in practice.versions.order_by("number")]
    assert (texts[0]["nl"]["title"], texts[0]["fr"]["title"]) == (title, "Des mentors")
    assert practice.versions.get(number=1).saved_at == written_at
    assert practice.versions.get(number=1).saved_by is None
    assert [version["fr"]["title"] for version in texts] == [
        "Des mentors",
        "Des mentors",
        "Des marraines",
        "Des marraines",
    ]


def test_what_is_refused_is_no_version(client, genk, theme):
    client.force_login(an_editor(genk))
    practice = begin(client, genk, theme)
    assert write_part(client, practice, "in-short", title="x" * 101).status_code == 422
    assert numbers_of(practice) == [1]


def test_versions_are_only_ever_added_to(genk, theme):
    editor = an_editor(genk)
    practice = a_practice(genk, "nl", themes=[theme])
    version = record(practice, editor)

    def check_deferred():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    refused = pytest.raises(IntegrityError, match="only ever added to")
    with refused, transaction.atomic():
        PracticeVersion.objects.filter(pk=version.pk).update(texts={})
    with refused, transaction.atomic():
        version.delete()
        check_deferred()
    with (
        pytest.raises(IntegrityError, match="practice_version_number_once"),
        transaction.atomic(),
    ):
        PracticeVersion.objects.create(practice=practice, number=1, **content_of(practice))
    with (
        pytest.raises(IntegrityError, match="practice_version_number_valid"),
        transaction.atomic(),
    ):
        PracticeVersion.objects.create(practice=practice, number=0, **content_of(practice))
    editor.delete()
    check_deferred()
    assert practice.versions.get().saved_by is None
    practice.delete()
    check_deferred()
    assert not PracticeVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_make_one_version_and_one_is_told():
    genk, theme = a_city("Genk", "BE"), a_theme("young-people")
    editor, colleague = an_editor(genk), an_editor(genk)
    practice = a_practice(genk, "nl", published_days_ago=None, themes=[theme])
    start, statuses = threading.Barrier(2), []

    def save_at_once(person):
        try:
            client = Client()
            client.force_login(person)
            began = hidden(client, part_address(practice, "in-short"))
            start.wait(timeout=20)
            title = f"Van {person.pk}"
            page = write_part(client, practice, "in-short", began=began, title=title)
            statuses.append(page.status_code)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=save_at_once, args=[person]) for person in (editor, colleague)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=40)
    assert sorted(statuses) == [302, 422]
    assert numbers_of(practice) == [1, 2]  # what it said before, and what was saved


# Comparing


def test_two_versions_are_shown_side_by_side_in_every_language(client, genk, theme):
    client.force_login(an_editor(genk))
    other = a_theme("mediation", "Mediation")
    partnership = a_partnership(genk)
    practice = begin(client, genk, theme, how_it_works="Elke week een <b>gesprek</b>.")
    a_translation(practice, "fr", title="Des mentors")
    write(
        client,
        practice,
        how_it_works="Elke maand een <b>gesprek</b>.",
        themes=[theme.pk, other.pk],
        cost_band="low",
        partnerships=[partnership.pk],
    )
    last = numbers_of(practice)[-1]
    page = client.get(address_of(practice, f"versions/compare/?earlier=1&later={last}"))
    shown = text_of(page)
    assert '<del><span class="visually-hidden" lang="en">[removed: </span>week<' in shown
    assert '<ins><span class="visually-hidden" lang="en">[added: </span>maand<' in shown
    assert "een &lt;b&gt;gesprek&lt;/b&gt;." in shown
    assert '<p class="compared" lang="nl">' in shown
    assert "Text in Dutch" in shown
    assert "Text in French" in shown
    for words in ("Mediation", "under €10,000 a year", str(partnership)):
        assert words in shown
    assert "Jongeren krijgen een mentor." not in shown  # said by both
    same = client.get(address_of(practice, "versions/compare/?earlier=2&later=2"))
    assert "There is no difference." in text_of(same)


@pytest.mark.parametrize(
    "query", ["", "?earlier=1", "?earlier=x&later=1", "?earlier=1&later=99999999999999999999"]
)
def test_versions_that_there_are_not_are_said_in_words(client, genk, theme, query):
    client.force_login(an_editor(genk))
    practice = begin(client, genk, theme)
    page = client.get(address_of(practice, f"versions/compare/{query}"))
    assert page.status_code == 404
    assert re.search("Choose two versions|There is no version", text_of(page))


def test_versions_and_comparison_take_a_constant_number_of_queries(
    client, genk, theme, django_assert_num_queries
):
    editor = an_editor(genk)
    practice = a_practice(genk, "nl", themes=[theme], published_days_ago=None)
    client.force_login(editor)

    def saved(number):
        practice.lessons_nl = f"Les {number}"
        practice.save()
        record(practice, editor)

    saved(1)
    saved(2)
    for pages, more in ((1, 25), (2, 0)):
        with django_assert_num_queries(8):
            page = client.get(address_of(practice, "versions/"))
        assert page.context["page"].paginator.num_pages == pages
        with django_assert_num_queries(8):
            client.get(address_of(practice, "versions/compare/?earlier=1&later=2"))
        for number in range(more):
            saved(number + 3)


# Restoring


def test_a_version_is_restored_as_a_new_one(client, genk, theme):
    client.force_login(an_editor(genk))
    other = a_theme("mediation")
    partnership = a_partnership(genk)
    practice = begin(client, genk, theme, partnerships=[partnership.pk])
    write(
        client,
        practice,
        themes=[other.pk],
        title="Iets anders",
        lessons="Begin klein.",
        started_on="",
        cost_band="high",
    )
    confirmation = client.get(address_of(practice, "versions/1/restore/"))
    assert "Begin klein." in text_of(confirmation)
    practice.refresh_from_db()
    assert practice.title_nl == "Iets anders"  # looking changes nothing
    page = restore(client, practice, 1)
    assert "Version 1 is restored, as version 6." in text_of(page)
    practice.refresh_from_db()
    assert practice.title_nl == "Mentoren voor jongeren"
    assert (practice.lessons_nl, practice.cost_band) == ("", "")
    assert str(practice.started_on) == "2022-03-01"
    assert list(practice.themes.all()) == [theme]
    assert list(practice.partnerships.all()) == [partnership]
    restored = practice.versions.first()
    assert (restored.number, restored.restored_from) == (6, 1)
    assert restored.content == practice.versions.get(number=1).content
    assert practice.events.first().kind == "restored"
    assert "nothing to restore" in text_of(restore(client, practice, 6))
    assert numbers_of(practice) == [1, 2, 3, 4, 5, 6]


def test_translations_come_back_with_the_original(client, genk, theme):
    client.force_login(an_editor(genk))
    practice = a_practice(genk, "nl", title_fr="Des mentors", published_days_ago=None)
    write(client, practice, lessons="Begin klein.")
    Practice.objects.filter(pk=practice.pk).update(title_fr="", title_de="Paten")
    restore(client, practice, 1)
    practice.refresh_from_db()
    assert (practice.title_fr, practice.title_de) == ("Des mentors", "")
    assert practice.versions.get(number=3).texts["de"] == {"title": "Paten"}  # not lost


def in_french(practice, person, state, **texts):
    """Save a French translation of *practice* as it is now."""
    practice = Practice.objects.get(pk=practice.pk)
    save_translation(practice, "fr", texts, state, person)


@pytest.mark.parametrize("is_gone", [False, True])
def test_what_a_machine_translated_does_not_come_back_as_reviewed(client, genk, theme, is_gone):
    editor = an_editor(genk)
    client.force_login(editor)
    practice = begin(client, genk, theme)
    in_french(practice, None, "machine", title="Mentors pour jeune")
    in_french(practice, editor, "reviewed", title="" if is_gone else "Des mentors")
    restore(client, practice, 2)
    assert practice.translations.get().state == "machine"


def test_what_was_outdated_comes_back_outdated(client, genk, theme):
    editor = an_editor(genk)
    client.force_login(editor)
    practice = begin(client, genk, theme)
    in_french(practice, editor, "reviewed", title="Des mentors")
    write(client, practice, title="Maatjes voor jongeren")
    in_french(practice, editor, "reviewed", title="Des copains")
    restore(client, practice, 3)
    translation = Translation.objects.get()
    assert translation.is_outdated()
    assert translation.original_snapshot["title"] == "Mentoren voor jongeren"
    restore(client, practice, 4)
    assert not Translation.objects.get().is_outdated()


def test_a_review_stays_where_the_text_does(client, genk, theme):
    editor = an_editor(genk)
    client.force_login(editor)
    practice = begin(client, genk, theme)
    in_french(practice, None, "machine", title="Des mentors")
    in_french(practice, editor, "reviewed", title="Des mentors")
    write(client, practice, lessons="Begin klein.")
    restore(client, practice, 2)
    assert practice.translations.get().state == "reviewed"


def test_nothing_is_restored_over_a_translation_that_somebody_has_just_saved(client, genk, theme):
    client.force_login(an_editor(genk))
    practice = begin(client, genk, theme)
    write(client, practice, lessons="Begin klein.")
    address = address_of(practice, "versions/1/restore/")
    began = hidden(client, address)
    in_french(practice, None, "machine", title="Des mentors")
    page = client.post(address, began, follow=True)
    assert "Somebody else has saved this practice meanwhile" in text_of(page)
    assert practice.translations.exists()


def test_a_theme_that_is_gone_stays_away(client, genk, theme):
    client.force_login(an_editor(genk))
    passing = a_theme("passing")
    practice = begin(client, genk, theme, themes=[theme.pk, passing.pk])
    write(client, practice, themes=[theme.pk])
    passing.delete()
    write(client, practice, lessons="Begin klein.")
    restore(client, practice, 1)
    assert list(practice.themes.all()) == [theme]
    page = client.get(address_of(practice, "versions/compare/?earlier=1&later=2"))
    assert "passing" in text_of(page)


def test_what_others_read_stays_complete(client, genk, theme):
    client.force_login(a_coordinator(genk))
    practice = begin(client, genk, theme, summary="", title="Leeg")
    write(client, practice, summary="Kort.", title="Mentoren voor jongeren")
    client.post(address_of(practice, "submit/"))
    page = restore(client, practice, 1)
    assert "That version lacks what others need: summary." in text_of(page)
    practice.refresh_from_db()
    assert practice.title_nl == "Mentoren voor jongeren"
    assert list(practice.themes.all()) == [theme]
    assert numbers_of(practice) == [1, 2]


def test_nothing_is_restored_over_what_somebody_else_has_just_saved(client, genk, theme):
    client.force_login(an_editor(genk))
    practice = begin(client, genk, theme)
    write(client, practice, lessons="Begin klein.")
    address = address_of(practice, "versions/1/restore/")
    began = hidden(client, address)
    write(client, practice, lessons="Begin groot.")
    page = client.post(address, began, follow=True)
    assert "Somebody else has saved this practice meanwhile" in text_of(page)
    assert "Begin groot." in text_of(page)
    assert numbers_of(practice) == [1, 2, 3]


# role → (may look, may restore in a draft, may restore in a published practice)
ROLES = {
    "anonymous": (False, False, False),
    "researcher": (False, False, False),
    "editor elsewhere": (False, False, False),
    "coordinator elsewhere": (False, False, False),
    "former editor": (False, False, False),
    "reviewer": (True, False, False),
    "editor": (True, True, False),
    "coordinator": (True, True, True),
    "administrator": (True, True, True),
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_looks_and_restores_as_it_may(client, genk, theme, role):
    editor = an_editor(genk)
    city = a_city("Leuven", "BE") if role.endswith("elsewhere") else genk
    if role != "anonymous":
        person = {
            "researcher": a_person,
            "reviewer": lambda: a_person(staff_role="reviewer"),
            "administrator": an_administrator,
        }.get(role, lambda: (a_coordinator if "coordinator" in role else an_editor)(city))()
        if role.startswith("former"):
            person.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
        client.force_login(person)
    may_look, *may_restore = ROLES[role]
    for state, may in zip(("draft", "published"), may_restore, strict=True):
        practice = a_practice(genk, "nl", title_nl="Oud", themes=[theme], state=state)
        record(practice, editor)
        practice.title_nl = "Nieuw"
        practice.save()
        record(practice, editor)
        for page in ("versions/", "versions/compare/?earlier=1&later=2"):
            status = client.get(address_of(practice, page)).status_code
            assert (status == 200) == may_look
            assert status in (200, 302, 403)
        listed = text_of(client.get(address_of(practice, "versions/")))
        assert (address_of(practice, "versions/1/restore/") in listed) == may
        address = address_of(practice, "versions/1/restore/")
        assert (client.get(address).status_code == 200) == may
        client.post(address, hidden(client, address))
        practice.refresh_from_db()
        assert (practice.title_nl == "Oud") == may
