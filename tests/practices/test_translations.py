"""People translate practices beside the original, and readers are told what they read."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, override

from practices.models import Practice
from practices.translations.models import Translation, original_texts
from practices.translations.saving import save_translation
from tests.domain import (
    PASSWORD,
    a_city,
    a_coordinator,
    a_person,
    a_practice,
    a_translation,
    an_administrator,
    an_editor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def practice(genk):
    return a_practice(genk, "nl", title_nl="Mentoren", how_it_works_nl="Elke week een gesprek.")


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def board_address(practice):
    return f"/en/workspace/practices/{practice.pk}/translations/"


def address(practice, code="fr"):
    return f"{board_address(practice)}{code}/"


def standings(client, practice):
    """The states on the board, by language in the page's words."""
    page = client.get(board_address(practice)).content.decode()
    return dict(
        re.findall(r'<th scope="row">([^<]+)</th>\s*<td><span class="tag standing-(\w+)"', page)
    )


def began_from(client, practice, code="fr"):
    """What the form says by itself: whose page it is, which version it began from."""
    page = client.get(address(practice, code)).content.decode()
    return dict(re.findall(r'name="(seen_\w+|written_by)" value="([^"]*)"', page))


def translate(client, practice, code="fr", *, seen=None, **texts):
    seen = seen or began_from(client, practice, code)
    return client.post(address(practice, code), seen | texts, follow=True)


def write_original(practice, **texts):
    Practice.objects.filter(pk=practice.pk).update(
        **{f"{field}_nl": text for field, text in texts.items()}
    )


def test_the_life_of_a_translation_on_the_board(client, genk, practice):
    editor = an_editor(genk)
    client.force_login(editor)
    assert standings(client, practice) == {"Dutch": "original"} | dict.fromkeys(
        ["English", "French", "German", "Spanish", "Italian", "Portuguese", "Swedish"], "missing"
    )
    assert "Translate" in client.get(board_address(practice)).content.decode()

    page = translate(client, practice, title="Des mentors", how_it_works="Chaque semaine.")
    assert "counts as reviewed now" in page.content.decode()
    assert standings(client, practice)["French"] == "reviewed"
    translation = Translation.objects.get()
    assert (translation.language, translation.translated_by) == ("fr", editor)
    assert "2 of 3 texts" in page.content.decode()

    write_original(practice, how_it_works="Elke maand een goed gesprek.")
    assert standings(client, practice)["French"] == "outdated"
    text = client.get(address(practice)).content.decode()
    assert re.search(r"<del><span[^>]*>.removed: </span>week<", text)
    assert re.search(r"<ins><span[^>]*>.added: </span>maand<", text)
    practice.refresh_from_db()
    assert practice.how_it_works_fr == "Chaque semaine."  # what is outdated stays

    translate(client, practice, title="Des mentors", how_it_works="Chaque mois.")
    assert standings(client, practice)["French"] == "reviewed"
    assert "<ins>" not in client.get(address(practice)).content.decode()


def test_saving_the_original_without_a_change_leaves_the_translations_up_to_date(client, genk):
    practice = a_practice(genk, "nl", how_it_works_nl="Eerst dit.\n\nDan dat.")
    translation = a_translation(practice)
    write_original(practice, how_it_works="Eerst dit.\r\n\r\nDan dat. ")  # as browsers send it
    translation.refresh_from_db()
    assert not translation.is_outdated()


def in_french(message):
    with override("fr"):
        return gettext(message)


def test_a_machine_translation_is_never_shown_as_reviewed(client, genk, practice):
    a_translation(practice, "fr", "machine", title="Les mentors")
    client.force_login(an_editor(genk))
    assert standings(client, practice)["French"] == "machine"
    public = client.get(practice.address_in("en").replace("/en/", "/fr/"), follow=True)
    assert in_french("Machine translation, not reviewed.") in public.content.decode()
    write_original(practice, summary="Anders.")
    assert standings(client, practice)["French"] == "outdated"
    assert "not reviewed" in client.get(board_address(practice)).content.decode()
    public = client.get(f"/fr/practices/{practice.pk}/", follow=True).content.decode()
    assert (
        in_french("Machine translation, not reviewed. The original has changed since.") in public
    )
    # A person who has read it makes it reviewed, even without a change.
    translate(client, practice, title="Les mentors")
    assert standings(client, practice)["French"] == "reviewed"
    assert [event.what_happened for event in practice.events.all()] == ["translated into French"]


def test_readers_are_told_what_they_read(client, practice):
    def page(language):
        return client.get(f"/{language}/practices/{practice.pk}/", follow=True).content.decode()

    a_translation(practice, "en", title="Mentors", summary="Short.")
    assert "Translation reviewed by the city." in page("en")
    assert "translation-note" not in page("nl")
    assert "translation-note" not in page("de")
    write_original(practice, summary="Iets anders.")
    assert "The original has changed since this translation." in page("en")
    assert "Short." in page("en")


def test_a_missing_text_stays_missing_and_is_read_in_the_original(client, genk, practice):
    client.force_login(an_editor(genk))
    translate(client, practice, code="en", summary="Every young person gets a mentor.")
    practice.refresh_from_db()
    assert (practice.title_en, practice.how_it_works_en) == ("", "")
    page = client.get(f"/en/practices/{practice.pk}/", follow=True).content.decode()
    assert '<h1><span lang="nl">Mentoren</span></h1>' in page
    assert "Every young person gets a mentor." in page
    assert "Translation reviewed by the city." in page
    assert "has not been translated into your language yet" not in page


def test_a_translation_is_a_version_and_in_the_history(client, genk, practice):
    editor = an_editor(genk)
    client.force_login(editor)
    before, updated_at = practice.how_it_works_nl, Practice.objects.get().updated_at
    translate(client, practice, title="Des mentors")
    translate(client, practice, title="Des mentors")  # nothing new
    translate(client, practice, title="Des parrains")
    third, second, first = practice.versions.all()
    assert (first.number, first.saved_by, first.saved_at) == (1, None, updated_at)
    assert "fr" not in first.texts
    assert second.texts["fr"] == {"title": "Des mentors"}
    assert (third.texts["fr"], third.saved_by) == ({"title": "Des parrains"}, editor)
    assert third.texts["nl"]["how_it_works"] == before
    events = practice.events.all()
    assert [(event.kind, event.language, event.person) for event in events] == [
        ("translated", "fr", editor)
    ] * 2
    history = client.get(f"/en/workspace/practices/{practice.pk}/history/").content.decode()
    assert "Translated into French" in history
    assert Practice.objects.get().updated_at == updated_at


def test_what_was_not_translated_again_stays_as_outdated_as_it_was(practice):
    a_translation(practice, "fr", title="Des mentors", how_it_works="Chaque semaine.")
    write_original(practice, title="Maatjes", how_it_works="Elke maand.")
    practice.refresh_from_db()
    translation = save_translation(practice, "fr", {"title": "Des parrains"}, "reviewed")
    snapshot = translation.original_snapshot
    assert (snapshot["title"], snapshot["how_it_works"]) == ("Maatjes", "Elke week een gesprek.")
    assert translation.is_outdated(practice)


def test_only_a_translation_names_a_language(practice):
    states = {"from_state": "draft", "to_state": "draft"}
    for fields in [
        {"kind": "translated"},
        {"kind": "translated", "language": "xx"},
        {"kind": "saved", "language": "fr"},
    ]:
        with refused_by("practice_event_language_known"), transaction.atomic():
            practice.events.create(**(states | fields))


def test_paragraphs_stand_beside_paragraphs_where_they_are_as_many(client, genk):
    practice = a_practice(genk, "nl", how_it_works_nl="Eerst dit.\n\nDan dat.")
    a_translation(practice, "fr", how_it_works="D'abord ceci.\n\nPuis cela.")
    client.force_login(an_editor(genk))
    text = client.get(address(practice)).content.decode()
    assert "How it works, paragraph 2 of 2" in text
    assert len(re.findall(r'<textarea name="how_it_works"', text)) == 2
    assert '<div class="original-text" lang="nl">Dan dat.</div>' in text
    translate(client, practice, how_it_works=["D'abord ça.", "Puis cela."])
    practice.refresh_from_db()
    assert practice.how_it_works_fr == "D'abord ça.\n\nPuis cela."
    # A paragraph more in the original: one field, with the change marked.
    write_original(practice, how_it_works="Eerst dit.\n\nDan dat.\n\nTen slotte dit.")
    text = client.get(address(practice)).content.decode()
    assert len(re.findall(r'<textarea name="how_it_works"', text)) == 1
    assert re.search(r"<ins><span[^>]*>.added: </span>\s*Ten slotte dit.<", text)


def test_a_list_below_another_stays_below_it(client, genk):
    practice = a_practice(genk, "nl", how_it_works_nl="- dit\n\n  - dat\n\nEinde.")
    a_translation(practice, "fr", how_it_works="- ceci\n\n  - cela\n\nFin.")
    client.force_login(an_editor(genk))
    translate(client, practice, how_it_works=["- ceci\r\n", "\r\n  - cela ", "", "Fin."])
    practice.refresh_from_db()
    assert practice.how_it_works_fr == "- ceci\n\n  - cela\n\nFin."


def test_far_too_many_paragraphs_are_one_field_that_can_be_sent(client, genk):
    practice = a_practice(genk, "nl", how_it_works_nl="Eerst.\n\n" * 1200)
    a_translation(practice, "fr", how_it_works="Avant.\n\n" * 1200)
    client.force_login(an_editor(genk))
    text = client.get(address(practice)).content.decode()
    typed = ["Avant."] * len(re.findall(r'<textarea name="how_it_works"', text))
    typed[0] += " Puis."
    assert translate(client, practice, how_it_works=typed).status_code == 200
    practice.refresh_from_db()
    assert practice.how_it_works_fr.startswith("Avant. Puis.")


def test_nothing_left_means_missing_again_and_nothing_written_is_refused(client, genk, practice):
    client.force_login(an_editor(genk))
    page = translate(client, practice)
    assert page.status_code == 422
    assert "Nothing is translated yet" in page.content.decode()
    translate(client, practice, title="Des mentors")
    page = translate(client, practice, title="")
    assert "No translation into this language is left" in page.content.decode()
    assert standings(client, practice)["French"] == "missing"
    assert not Translation.objects.exists()


def test_an_error_loses_nothing_typed(client, genk, practice):
    client.force_login(an_editor(genk))
    page = translate(client, practice, title="x" * 101, how_it_works="Chaque semaine.")
    text = page.content.decode()
    assert page.status_code == 422
    assert "at most 100 characters" in text
    assert 'aria-invalid="true"' in text
    assert "x" * 101 in text
    assert "Chaque semaine." in text
    assert not Translation.objects.exists()


def test_a_lost_session_loses_nothing_typed(client, genk, practice):
    editor = an_editor(genk)
    client.force_login(editor)
    seen = began_from(client, practice)
    client.logout()
    page = translate(client, practice, seen=seen, title="Des mentors")
    assert "what you typed is kept" in page.content.decode()
    client.post("/en/account/login/", {"login": editor.email, "password": PASSWORD})
    text = client.get(address(practice)).content.decode()
    assert 'value="Des mentors"' in text
    assert "It is not saved yet" in text


def test_of_two_who_translate_at_once_the_second_is_told(client, genk, practice):
    client.force_login(an_editor(genk))
    seen = began_from(client, practice)
    translate(client, practice, seen=seen, title="De la première")
    page = translate(client, practice, seen=seen, title="De la seconde")
    text = page.content.decode()
    assert page.status_code == 422
    assert "Somebody else has saved this translation" in text
    assert 'value="De la seconde"' in text
    assert '<div class="original-text" lang="fr">De la première</div>' in text
    practice.refresh_from_db()
    assert practice.title_fr == "De la première"
    # Knowing it, the second may save.
    known = dict(re.findall(r'name="(seen_\w+)" value="([^"]*)"', text))
    translate(client, practice, seen=known, title="De la seconde")
    practice.refresh_from_db()
    assert practice.title_fr == "De la seconde"


def test_who_translates_is_told_when_the_original_changes_meanwhile(client, genk, practice):
    client.force_login(an_editor(genk))
    seen = began_from(client, practice)
    write_original(practice, title="Maatjes")
    page = translate(client, practice, seen=seen, title="Des mentors")
    assert page.status_code == 422
    assert "The original has been changed while you were writing" in page.content.decode()
    assert not Translation.objects.exists()
    # Nothing that was typed for a text that is gone from the original is lost either.
    write_original(practice, how_it_works="")
    page = translate(client, practice, seen=seen, how_it_works="Chaque semaine.")
    assert "Chaque semaine." in page.content.decode()


def test_translators_into_two_languages_and_the_writer_do_not_disturb_each_other(
    client, genk, practice
):
    client.force_login(an_editor(genk))
    before = Practice.objects.get().updated_at
    french, german = began_from(client, practice), began_from(client, practice, "de")
    translate(client, practice, seen=french, title="Des mentors")
    translate(client, practice, "de", seen=german, title="Mentoren für alle")
    practice.refresh_from_db()
    assert (practice.title_fr, practice.title_de) == ("Des mentors", "Mentoren für alle")
    assert practice.updated_at == before


@pytest.mark.parametrize("published_days_ago", [None, 10])
def test_who_may_translate(client, genk, published_days_ago):
    practice = a_practice(genk, "nl", published_days_ago=published_days_ago)
    cases = [
        (an_editor(genk), True),
        (a_coordinator(genk), True),
        (an_administrator(), True),
        (a_person(staff_role="reviewer"), False),
        (a_coordinator(a_city("Leuven", "BE")), False),
        (a_person(), False),
    ]
    for number, (person, may) in enumerate(cases):
        client.force_login(person)
        assert client.get(board_address(practice)).status_code == (200 if may else 403)
        assert client.get(address(practice)).status_code == (200 if may else 403)
        page = translate(client, practice, seen=None if may else {"x": "1"}, title=f"T {number}")
        assert page.status_code == (200 if may else 403)
        practice.refresh_from_db()
        assert (practice.title_fr == f"T {number}") is may
    client.logout()
    assert client.get(board_address(practice)).status_code == 302
    assert client.get(address(practice)).status_code == 302


def test_addresses_that_lead_nowhere(client, genk, practice):
    client.force_login(an_editor(genk))
    assert client.get(address(practice, "xx")).status_code == 404
    assert client.get(address(practice, "nl")).url == board_address(practice)
    assert client.get("/en/workspace/practices/9999/translations/").status_code == 404
    page = client.post(address(practice, "nl"), {"title": "Getypt"})
    assert page.status_code == 422
    assert "Getypt" in page.content.decode()


def test_pages_take_a_constant_number_of_queries(
    client, genk, practice, django_assert_num_queries
):
    editor = an_editor(genk)
    client.force_login(editor)
    expected = {board_address(practice): 10, address(practice): 9}  # two are the savepoint
    a_translation(practice, "fr", by=editor)
    for page, number in expected.items():
        with django_assert_num_queries(number):
            client.get(page)
    for code in ("en", "de", "es", "it", "pt", "sv"):
        a_translation(practice, code, by=an_editor(genk))
    for page, number in expected.items():
        with django_assert_num_queries(number):
            client.get(page)


def test_the_admin_says_of_what_it_writes_how_it_came_about(client, genk, practice):
    administrator = an_administrator()
    practice.title_fr = "Des mentors"
    with transaction.atomic():
        practice.save()
        Translation.objects.record_missing(practice, by=administrator)
    translation = Translation.objects.get()
    assert (translation.state, translation.translated_by) == ("reviewed", administrator)
    write_original(practice, title="Maatjes")
    practice.refresh_from_db()
    Translation.objects.record_missing(practice, by=administrator)
    translation.refresh_from_db()
    assert translation.is_outdated()


@pytest.mark.django_db(transaction=True)
def test_no_translated_text_without_saying_how_it_came_about():
    practice = a_practice(a_city(), "nl")
    rows = Practice.objects.filter(pk=practice.pk)
    with refused_by("translation_recorded"):
        rows.update(title_fr="Des mentors")
    with refused_by("translation_recorded"):
        rows.update(lessons_sv="Lärdomar")
    translation = a_translation(practice, "fr")
    with refused_by("translation_recorded"):
        translation.delete()
    with refused_by("translation_recorded"):
        rows.update(original_language="fr")
    practice.delete()
    assert not Translation.objects.exists()


def test_rules_of_a_translation(practice):
    a_translation(practice, "fr")
    snapshot = original_texts(practice)
    moment = {"translated_at": practice.updated_at}
    for rule, fields in {
        "translation_once_per_language": {"language": "fr"},
        "translation_language_known": {"language": "xx"},
        "translation_state_known": {"state": "perfect"},
        "translation_snapshot_whole": {"original_snapshot": {"title": "x"}},
    }.items():
        row = {"language": "de", "state": "machine", "original_snapshot": snapshot} | moment
        with refused_by(rule), transaction.atomic():
            Translation.objects.create(practice=practice, **(row | fields))
