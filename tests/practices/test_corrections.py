"""People of other cities correct a translation; the city decides, and nothing gets lost."""

import re
import threading
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from practices.models import Practice
from practices.translations.corrections import deciding
from practices.translations.corrections.models import Correction
from practices.translations.models import Translation, original_texts
from practices.translations.saving import save_translation
from practices.versions import texts_in
from tests.domain import (
    a_city,
    a_coordinator,
    a_person,
    a_practice,
    a_translation,
    an_administrator,
    an_editor,
)

pytestmark = pytest.mark.django_db

LIST = "/en/workspace/corrections/"


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


@pytest.fixture
def lyon():
    return a_city("Lyon", "FR")


@pytest.fixture
def marie(lyon):
    return an_editor(lyon, name="Marie", email="marie@lyon.example", language="fr")


@pytest.fixture
def practice(genk):
    practice = a_practice(genk, "nl", title_nl="Mentoren", how_it_works_nl="Elke week.")
    a_translation(practice, "fr", title="Les mentores", how_it_works="Tous les semaines.")
    return practice


def wait_for_mails(mail_sink, number):
    deadline = time.monotonic() + 60
    while len(mail_sink.messages) < number and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)  # one too many would come now
    assert len(mail_sink.messages) == number
    return {message["To"]: message for message in mail_sink.messages}


def offering(practice, code="fr"):
    return f"/en/practices/{practice.pk}/corrections/{code}/"


def address_of(correction, rest=""):
    return f"{LIST}{correction.pk}/{rest}"


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def hidden(page):
    return dict(re.findall(r'name="(seen\w*|written_by)" value="([^"]*)"', page.content.decode()))


def offer(client, practice, *, seen=None, **texts):
    """Offer *texts*, the other fields as they are."""
    seen = seen or hidden(client.get(offering(practice)))
    as_it_is = {"title": "Les mentores", "how_it_works": "Tous les semaines."}
    return client.post(offering(practice), seen | as_it_is | texts, follow=True)


def offered(practice, by, **texts):
    practice.refresh_from_db()
    with transaction.atomic():
        return deciding.offer(practice, "fr", texts or {"title": "Les mentors"}, "", by)


def decide(client, correction, decision, *, seen=None, **typed):
    seen = seen or hidden(client.get(address_of(correction)))
    return client.post(address_of(correction), seen | {"decision": decision} | typed, follow=True)


# Offering


def test_a_reader_elsewhere_corrects_and_the_city_accepts(client, genk, practice, marie):
    editor = an_editor(genk, name="Els")
    client.force_login(marie)
    page = client.get(f"/fr/practices/{practice.pk}/", follow=True)
    assert f"/fr/practices/{practice.pk}/corrections/fr/" in page.content.decode()
    page = client.get(offering(practice))
    assert '<div class="original-text" lang="nl">Mentoren</div>' in page.content.decode()
    page = offer(client, practice, title="Les mentors", remark="Masculin.", summary="")
    assert "Thank you." in text_of(page)
    correction = Correction.objects.get()
    assert correction.texts == {"title": "Les mentors"}
    assert correction.offered_from.official_name == "Lyon"
    practice.refresh_from_db()
    assert practice.title_fr == "Les mentores"  # nothing changes before the city decides

    client.force_login(editor)
    board = text_of(client.get(f"/en/workspace/practices/{practice.pk}/translations/"))
    assert "French, Marie (Lyon)" in board
    assert "Marie (Lyon)" in text_of(client.get(LIST))
    page = text_of(client.get(address_of(correction)))
    assert "Masculin." in page
    assert re.search(r"<del>.*removed:.*mentores<.*<ins>.*added:.*mentors<", page)
    assert "marie@lyon.example" not in page + board
    page = decide(client, correction, "accept", texts=["title"], answer="Merci !")
    assert "Accepted." in text_of(page)
    practice.refresh_from_db()
    assert (practice.title_fr, practice.how_it_works_fr) == ("Les mentors", "Tous les semaines.")
    translation = Translation.objects.get()
    assert (translation.state, translation.translated_by) == ("reviewed", editor)
    correction.refresh_from_db()
    assert (correction.state, correction.decided_by) == ("accepted", editor)
    assert practice.versions.first().saved_by == editor
    history = text_of(client.get(f"/en/workspace/practices/{practice.pk}/history/"))
    assert "Translated into French" in history
    assert "correction offered by Marie (Lyon)" in history

    client.force_login(marie)
    page = text_of(client.get(address_of(correction)))
    assert "Merci !" in page
    assert "Els" not in page
    assert "Accepted" in text_of(client.get(f"{LIST}own/"))


def test_offering_again_changes_what_was_offered(client, practice, marie):
    client.force_login(marie)
    offer(client, practice, title="Les mentors")
    page = client.get(offering(practice))
    assert 'value="Les mentors"' in page.content.decode()
    offer(client, practice, title="Des mentors", remark="Mieux.")
    assert Correction.objects.get().texts == {"title": "Des mentors"}
    assert Correction.objects.get().remark == "Mieux."


def test_what_does_not_differ_is_not_offered(client, practice, marie):
    client.force_login(marie)
    for same in ({}, {"title": ""}, {"how_it_works": " Tous les semaines.\r\n"}):
        page = offer(client, practice, **same)
        assert page.status_code == 422
        assert "Nothing differs from the translation." in text_of(page)
    page = offer(client, practice, title="x" * 101, how_it_works="Toutes les semaines.")
    assert page.status_code == 422
    assert "Toutes les semaines." in text_of(page)
    page = offer(client, practice, title="a\x00b")
    assert "Null characters are not allowed." in text_of(page)
    assert not Correction.objects.exists()


def test_who_offers_is_told_when_the_translation_changes_meanwhile(client, practice, marie):
    client.force_login(marie)
    seen = hidden(client.get(offering(practice)))
    a_translation(practice, "fr", title="Les parrains")
    page = offer(client, practice, seen=seen, title="Les mentors")
    assert page.status_code == 422
    assert "The translation has been changed while you were writing." in text_of(page)
    assert 'value="Les mentors"' in page.content.decode()
    assert "Les parrains" in text_of(page)
    assert not Correction.objects.exists()


def test_nobody_offers_without_end(client, practice, marie, monkeypatch):
    monkeypatch.setattr(deciding, "MOST_A_DAY", 2)
    client.force_login(marie)
    for number in range(2):
        offer(client, practice, title=f"Les mentors {number}")
        client.post(address_of(Correction.objects.first(), "withdraw/"))
    page = offer(client, practice, title="Les mentors, encore")
    assert page.status_code == 422
    assert "You have offered 2 corrections since yesterday." in text_of(page)
    assert 'value="Les mentors, encore"' in page.content.decode()
    Correction.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert offer(client, practice, title="Les mentors, encore").status_code == 200
    assert Correction.objects.open().count() == 1


def test_a_lost_session_loses_nothing_typed(client, practice, marie):
    client.force_login(marie)
    seen = hidden(client.get(offering(practice)))
    client.logout()
    offer(client, practice, seen=seen, title="Les mentors", remark="Masculin.")
    client.force_login(marie)
    page = client.get(offering(practice)).content.decode()
    assert 'value="Les mentors"' in page
    assert "Masculin." in page
    assert not Correction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_twice_at_once_is_offered_once():
    practice = a_practice(a_city("Genk", "BE"), "nl", title_nl="Mentoren")
    a_translation(practice, "fr", title="Les mentores")
    marie = an_editor(a_city("Lyon", "FR"))
    client = Client()
    client.force_login(marie)
    typed = hidden(client.get(offering(practice))) | {"title": "Les mentors"}
    start, statuses = threading.Barrier(2), []

    def send():
        try:
            start.wait(timeout=20)
            other = Client()
            other.force_login(marie)
            statuses.append(other.post(offering(practice), typed).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in "12"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=40)
    assert statuses == [302, 302]
    assert Correction.objects.count() == 1


# Deciding


def test_the_city_accepts_some_of_the_texts(client, genk, practice, marie):
    correction = offered(practice, marie, title="Les mentors", how_it_works="Chaque semaine.")
    client.force_login(an_editor(genk))
    page = decide(client, correction, "accept")
    assert page.status_code == 422
    assert "Choose the texts that you accept" in text_of(page)
    decide(client, correction, "accept", texts=["how_it_works"])
    practice.refresh_from_db()
    assert (practice.title_fr, practice.how_it_works_fr) == ("Les mentores", "Chaque semaine.")


def test_the_city_declines_with_a_reason(client, genk, practice, marie):
    correction = offered(practice, marie)
    client.force_login(an_editor(genk))
    for decision in ("decline", "", "garbage"):
        page = decide(client, correction, decision)
        assert page.status_code == 422
    assert "Choose whether you accept or decline it." in text_of(page)
    page = decide(client, correction, "decline", answer="C’est voulu.")
    assert "Declined." in text_of(page)
    correction.refresh_from_db()
    assert (correction.state, correction.answer) == ("declined", "C’est voulu.")
    practice.refresh_from_db()
    assert practice.title_fr == "Les mentores"
    assert not practice.versions.exists()
    # What is decided stays so, and an answer typed meanwhile is not lost.
    page = client.post(address_of(correction), {"decision": "accept", "answer": "Oui, en fait."})
    assert page.status_code == 422
    assert "not open any more" in text_of(page)
    assert "Oui, en fait." in text_of(page)
    correction.refresh_from_db()
    assert correction.state == "declined"


def test_what_has_changed_since_is_shown_and_acceptance_is_of_what_was_seen(
    client, genk, practice, marie
):
    correction = offered(practice, marie, title="Les mentors", how_it_works="Chaque semaine.")
    client.force_login(an_editor(genk))
    seen = hidden(client.get(address_of(correction)))
    a_translation(practice, "fr", title="Les parrains")
    page = decide(client, correction, "accept", seen=seen, texts=["title"], answer="Merci")
    assert page.status_code == 422
    text = text_of(page)
    assert "has been changed while you were reading" in text
    assert "The translation of this text has changed since this was offered." in text
    assert "Merci" in text
    practice.refresh_from_db()
    assert practice.title_fr == "Les parrains"
    # On the page as it is now what changed is not chosen by itself.
    page = client.get(address_of(correction)).content.decode()
    assert re.search(r'value="title">', page)
    assert re.search(r'value="how_it_works" checked>', page)
    Practice.objects.filter(pk=practice.pk).update(how_it_works_nl="Elke maand.")
    page = client.get(address_of(correction))
    assert "The original of this text has changed" in text_of(page)
    decide(client, correction, "accept", texts=["title"])
    practice.refresh_from_db()
    assert practice.title_fr == "Les mentors"
    assert "Les parrains" in str(practice.versions.get(number=1).texts["fr"])  # not lost


def test_a_correction_that_is_changed_meanwhile_is_looked_at_again(client, genk, practice, marie):
    correction = offered(practice, marie, title="Les mentors")
    client.force_login(an_editor(genk))
    seen = hidden(client.get(address_of(correction)))
    offered(practice, marie, title="Autre chose")
    page = decide(client, correction, "accept", seen=seen, texts=["title"])
    assert page.status_code == 422
    practice.refresh_from_db()
    assert practice.title_fr == "Les mentores"


def test_what_nobody_looked_at_stays_outdated(client, genk, practice, marie):
    Practice.objects.filter(pk=practice.pk).update(how_it_works_nl="Elke maand.")
    correction = offered(practice, marie)
    client.force_login(an_editor(genk))
    decide(client, correction, "accept", texts=["title"])
    assert Translation.objects.get().is_outdated()


def test_what_the_translation_says_already_makes_no_version(client, genk, practice, marie):
    correction = offered(practice, marie)
    save_translation(practice, "fr", {"title": "Les mentors"}, "reviewed")
    versions = practice.versions.count()
    client.force_login(an_editor(genk))
    decide(client, correction, "accept", texts=["title"])
    correction.refresh_from_db()
    assert (correction.state, correction.event) == ("accepted", None)
    assert practice.versions.count() == versions


def test_who_offered_it_withdraws_it(client, genk, practice, marie):
    correction = offered(practice, marie)
    client.force_login(marie)
    assert "Withdraw it" in text_of(client.get(address_of(correction)))
    client.post(address_of(correction, "withdraw/"))
    correction.refresh_from_db()
    assert correction.state == "withdrawn"
    page = client.post(address_of(correction, "withdraw/"), follow=True)
    assert "already; nothing was changed" in text_of(page)
    client.force_login(an_editor(genk))
    assert "No correction waits" in text_of(client.get(LIST))
    page = decide(client, correction, "accept", texts=["title"])
    assert "not open any more" in text_of(page)


# Mails


@pytest.mark.django_db(transaction=True)
def test_the_city_and_who_offered_are_mailed_once_in_their_language(client, mail_sink, worker):
    genk, lyon = a_city("Genk", "BE"), a_city("Lyon", "FR")
    coordinator, translator = a_coordinator(genk, language="en"), an_editor(genk, language="nl")
    an_editor(genk)  # not concerned
    a_coordinator(genk, is_active=False)
    a_coordinator(genk).seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
    marie = an_editor(lyon, name="Marie", language="fr")
    practice = a_practice(genk, "nl", title_nl="Mentoren")
    a_translation(practice, "fr", by=translator, title="Les mentores")
    worker()
    client.force_login(marie)
    offer(client, practice, title="Les mentors", remark="Masculin.")
    offer(client, practice, title="Des mentors")
    found = wait_for_mails(mail_sink, 2)
    assert set(found) == {coordinator.email, translator.email}
    correction = Correction.objects.get()
    message = found[coordinator.email]
    assert message["Subject"] == "Correction offered: Mentoren"
    body = message.get_content()
    for words in ("Marie (Lyon)", "into French", "Masculin.", address_of(correction)):
        assert words in re.sub(r"\s+", " ", body)
    assert marie.email not in str(message)
    mail_sink.messages.clear()
    client.force_login(coordinator)
    decide(client, correction, "decline", answer="C’est voulu.")
    decide(client, correction, "decline", seen={"x": "1"}, answer="C’est voulu.")
    message = wait_for_mails(mail_sink, 1)[marie.email]
    assert "C’est voulu." in message.get_content()
    assert f"/fr/workspace/corrections/{correction.pk}/" in message.get_content()
    assert coordinator.email not in str(message)


# role → (may offer, may decide)
ROLES = {
    "anonymous": (False, False),
    "researcher": (False, False),
    "former editor elsewhere": (False, False),
    "editor elsewhere": (True, False),
    "coordinator elsewhere": (True, False),
    "reviewer": (True, False),
    "editor": (False, True),
    "coordinator": (False, True),
    "administrator": (True, True),
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_offers_and_decides_as_it_may(client, genk, lyon, practice, marie, role):
    correction = offered(practice, marie)
    city = lyon if role.endswith("elsewhere") else genk
    if role != "anonymous":
        person = {
            "researcher": a_person,
            "reviewer": lambda: a_person(staff_role="reviewer"),
            "administrator": an_administrator,
        }.get(role, lambda: (a_coordinator if "coordinator" in role else an_editor)(city))()
        if role.startswith("former"):
            person.seats.update(starts_on="2020-01-01", ends_on="2021-01-01")
        client.force_login(person)
    may_offer, may_decide = ROLES[role]
    refused = 302 if role == "anonymous" else 403
    public = client.get(f"/fr/practices/{practice.pk}/", follow=True).content.decode()
    assert (f"/fr/practices/{practice.pk}/corrections/fr/" in public) is may_offer
    assert client.get(offering(practice)).status_code == (200 if may_offer else refused)
    assert client.get(address_of(correction)).status_code == (200 if may_decide else refused)
    assert client.post(address_of(correction, "withdraw/")).status_code == (
        403 if role != "anonymous" else 302
    )
    seen = hidden(client.get(address_of(correction))) if may_decide else {"x": "1"}
    decide(client, correction, "accept", seen=seen, texts=["title"])
    correction.refresh_from_db()
    assert (correction.state == "accepted") is may_decide
    if role != "anonymous":
        shown = client.get(LIST + "?all").content.decode()
        assert (address_of(correction) in shown) is may_decide


def test_nothing_to_correct_is_said_in_words(client, genk, practice, marie):
    client.force_login(marie)
    for code in ("nl", "de"):
        page = client.get(offering(practice, code))
        assert page.status_code == 404
        assert "is not translated into that language" in text_of(page)
    assert client.get(offering(practice, "xx")).status_code == 404
    draft = a_practice(genk, "nl", published_days_ago=None)
    a_translation(draft, "fr")
    assert client.get(offering(draft)).status_code == 404
    for pk in (999, 10**30):
        assert client.get(f"{LIST}{pk}/").status_code == 404
    page = client.get(f"/de/practices/{practice.pk}/", follow=True).content.decode()
    assert "/corrections/" not in page


def test_no_address_of_a_person_without_a_name_is_shown(client, genk, lyon, practice):
    nameless = an_editor(lyon, email="nobody@lyon.example")
    correction = offered(practice, nameless)
    client.force_login(an_editor(genk))
    for address in (LIST, address_of(correction)):
        page = text_of(client.get(address))
        assert "Lyon" in page
        assert "nobody@" not in page
    nameless.delete()
    assert "Lyon" in text_of(client.get(address_of(correction)))
    decide(client, correction, "accept", texts=["title"])
    assert Correction.objects.get().state == "accepted"


def test_lists_take_a_constant_number_of_queries(
    client, genk, practice, marie, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(deciding, "MOST_A_DAY", 100)
    editor = an_editor(genk)
    accepted = offered(practice, an_editor(a_city("Lille", "FR")))
    deciding.accept(accepted, ["title"], editor)
    offered(practice, marie)
    board = f"/en/workspace/practices/{practice.pk}/translations/"
    history = f"/en/workspace/practices/{practice.pk}/history/"
    expected = {LIST: 6, board: 10, history: 7}
    for more in (25, 0):
        client.force_login(marie)
        with django_assert_num_queries(6):
            client.get(f"{LIST}own/")
        client.force_login(editor)
        for address, number in expected.items():
            with django_assert_num_queries(number):
                client.get(address)
        for number in range(more):
            other = a_practice(genk, "nl")
            a_translation(other, "fr")
            deciding.offer(other, "fr", {"title": f"Titre {number}"}, "", marie)
            person = an_editor(a_city(f"Ville {number}", "FR"), name=f"P {number}")
            mine = deciding.offer(practice, "fr", {"title": f"Titre {number}"}, "", person)
            if number % 2:
                mine.practice = practice
                deciding.accept(mine, ["title"], editor)


def test_rules_of_a_correction(practice, marie):
    offered(practice, marie)
    row = {
        "practice": practice,
        "language": "fr",
        "texts": {"title": "x"},
        "original_snapshot": original_texts(practice),
        "translation_snapshot": texts_in(practice, "fr"),
        "offered_by": marie,
        "state": "withdrawn",
    }
    for rule, fields in {
        "correction_one_open": {"state": "offered"},
        "correction_language_known": {"language": "xx"},
        "correction_state_known": {"state": "lost"},
        "correction_changes_something": {"texts": {}},
        "correction_snapshots_whole": {"original_snapshot": {"title": "x"}},
        "correction_decided_at": {"state": "accepted"},
        "correction_declined_says_why": {"state": "declined", "decided_at": timezone.now()},
    }.items():
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Correction.objects.create(**(row | fields))
    Correction.objects.create(**row)
    practice.delete()
    assert not Correction.objects.exists()


def test_who_offered_a_correction_does_not_see_what_is_not_public_any_more(
    client, genk, practice, marie
):
    correction = offered(practice, marie)
    Practice.objects.filter(pk=practice.pk).update(state="unpublished", title_nl="Nog geheim")
    client.force_login(marie)
    for address in (f"{LIST}own/", f"{LIST}{correction.pk}/"):
        page = client.get(address)
        assert page.status_code == 200
        assert "Nog geheim" not in page.content.decode()
        assert practice.title_nl in page.content.decode()
