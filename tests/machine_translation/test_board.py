"""People ask for machine translations on the board, follow them, and readers are told."""

import re
from email import message_from_bytes, policy

import pytest
from django.core.cache import cache
from django.utils.translation import gettext, override

from practices.digests.models import Delivery
from practices.digests.opening import open_edition_now
from practices.models import Practice
from practices.translations.machine.asking import MOST_OPEN_RUNS, ask
from practices.translations.machine.connectors import connector
from practices.translations.machine.models import MachineTranslationRun
from tests.browser import Reader
from tests.domain import (
    a_partnership,
    a_person,
    a_practice,
    a_subscription,
    a_translation,
    an_editor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(genk, client):
    editor = an_editor(genk)
    client.force_login(editor)
    return editor


def board_address(practice):
    return f"/en/workspace/practices/{practice.pk}/translations/"


def board(client, practice):
    return client.get(board_address(practice)).content.decode()


def press(client, practice, path, **sent):
    return client.post(f"{board_address(practice)}{path}", sent, follow=True).content.decode()


def open_runs():
    return sorted(MachineTranslationRun.objects.open().values_list("language", flat=True))


def test_without_a_service_there_is_nothing_to_press(client, practice, editor):
    assert "Machine translation" not in board(client, practice)
    page = client.post(f"{board_address(practice)}fr/machine/")
    assert page.status_code == 404
    assert client.post(f"{board_address(practice)}machine/").status_code == 404


def test_asking_following_and_withdrawing(client, libretranslate, practice, editor, work):
    text = board(client, practice)
    assert "LibreTranslate translates what is missing" in text
    assert text.count("Translate by machine<span") == 7
    text = press(client, practice, "fr/machine/")
    assert "Asked for." in text
    assert '<progress max="3" value="0" aria-label="Machine translation into French">' in text
    assert "0 of 3 texts" in text
    assert "Reload the page" in text
    assert "there or asked for already" in press(client, practice, "fr/machine/")
    run = MachineTranslationRun.objects.get()
    assert run.asked_by == editor

    text = press(client, practice, f"machine/{run.pk}/withdraw/")
    assert "Withdrawn. Nothing was translated." in text
    assert text.count("Translate by machine<span") == 7
    assert "had ended already" in press(client, practice, f"machine/{run.pk}/withdraw/")

    press(client, practice, "fr/machine/")
    libretranslate.next_answers = [None, (403, b"")]
    work(MachineTranslationRun.objects.latest("pk"))
    text = board(client, practice)
    assert "does not accept the platform&#x27;s key" in text
    assert "Not translated: Summary; How it works." in text
    assert "Try again<span" in text
    press(client, practice, "fr/machine/")
    work(MachineTranslationRun.objects.latest("pk"))
    text = board(client, practice)
    assert "Try again" not in text
    assert "3 of 3 texts" in text
    assert "machine translation, not reviewed" in text.lower()


def test_all_missing_languages_at_once_and_no_reviewed_one(
    client, libretranslate, practice, editor
):
    a_translation(practice, "fr", title="Des mentors")
    a_translation(practice, "de", "machine", title="Mentoren")
    Practice.objects.filter(pk=practice.pk).update(title_nl="Maatjes in Genk")
    connector().learn_languages()  # which has no Swedish
    text = press(client, practice, "machine/")
    assert "Asked for. The translations appear here" in text
    assert open_runs() == ["de", "en", "es", "it", "pt"]
    cache.clear()


def test_too_many_are_refused_in_words(client, libretranslate, genk, practice, editor):
    for _practice in range(MOST_OPEN_RUNS // 7):
        other = a_practice(genk, "nl")
        ask(other, ["en", "fr", "de", "es", "it", "pt", "sv"], editor, connector())
    assert "as many machine translations as you may" in press(client, practice, "fr/machine/")
    assert len(open_runs()) == MOST_OPEN_RUNS


def test_a_reviewed_translation_is_replaced_only_with_consent(
    client, libretranslate, practice, editor, work
):
    a_translation(practice, "fr", title="Des mentors", summary="Chacun.", how_it_works="Ainsi.")
    path = f"{board_address(practice)}fr/machine/"
    assert path not in board(client, practice)
    assert client.get(path).url == board_address(practice)
    Practice.objects.filter(pk=practice.pk).update(title_nl="Maatjes in Genk")
    assert f'href="{path}"' in board(client, practice)
    assert "would no longer count as reviewed" in client.get(path).content.decode()
    page = client.post(path)
    assert page.status_code == 422
    assert "may be replaced" in page.content.decode()
    assert not open_runs()
    press(client, practice, "fr/machine/", replace_reviewed="on")
    work(MachineTranslationRun.objects.get())
    practice.refresh_from_db()
    assert (practice.title_fr, practice.summary_fr) == ("MAATJES IN Genk", "Chacun.")
    assert practice.translations.get().state == "machine"


def test_the_script_is_told_how_far_it_is(client, libretranslate, practice, editor, work):
    press(client, practice, "fr/machine/")
    libretranslate.next_answers = [None, (503, b"")]
    work(MachineTranslationRun.objects.get())
    page = client.get(f"{board_address(practice)}machine/progress/")
    assert page["Cache-Control"].startswith("max-age=0")
    (run,) = page.json()["runs"]
    assert "busy" in run.pop("sentence")
    assert run == {
        "language": "fr",
        "done": 1,
        "all": 3,
        "progress": "1 of 3 texts",
        "is_open": True,
    }


def test_others_see_and_change_nothing(client, libretranslate, practice, genk):
    (run,) = ask(practice, ["fr"], an_editor(genk), connector())
    client.force_login(a_person())
    for path in ("fr/machine/", "machine/", f"machine/{run.pk}/withdraw/"):
        assert client.post(f"{board_address(practice)}{path}").status_code == 403
    assert client.get(f"{board_address(practice)}machine/progress/").status_code == 403
    client.force_login(an_editor(genk))
    assert client.post(f"{board_address(practice)}xx/machine/").status_code == 404
    other = a_practice(genk, "nl")
    withdrawal = f"{board_address(other)}machine/{run.pk}/withdraw/"
    assert client.post(withdrawal).status_code == 404
    assert open_runs() == ["fr"]


def test_the_board_takes_a_constant_number_of_queries(
    client, libretranslate, practice, editor, django_assert_num_queries
):
    board(client, practice)
    with django_assert_num_queries(10):
        board(client, practice)
    ask(practice, ["en", "fr", "de", "es"], editor, connector())
    with django_assert_num_queries(10):
        board(client, practice)


def in_french(message):
    with override("fr"):
        return gettext(message)


def test_a_machine_translation_is_labelled_wherever_it_shows(client, genk):
    practice = a_practice(genk, "nl", title_nl="Maatjes")
    a_partnership(genk, practice)
    a_translation(practice, "fr", "machine", title="Les mentors")
    label = f">{in_french('Machine translation')}<"
    address = practice.address_in("fr")
    for path in ("", "practices/", "partnerships/", genk.get_absolute_url()[4:]):
        text = client.get(f"/fr/{path}").content.decode()
        assert "Les mentors" in text, path
        assert label in text, path
        assert "Machine translation" not in client.get(f"/nl/{path}").content.decode()
    assert in_french("Machine translation, not reviewed.") in client.get(address).content.decode()
    # Reviewed, or with nothing of it in the list, it has no label.
    a_translation(practice, "fr", "reviewed", title="Les mentors")
    assert label not in client.get("/fr/practices/").content.decode()
    a_translation(practice, "de", "machine", lessons="Viel gelernt")
    assert "tag-machine" not in client.get("/de/practices/").content.decode()


def test_a_digest_says_what_a_machine_translated(genk):
    parrains = a_practice(genk, "nl")  # of two, the latest comes first
    a_translation(a_practice(genk, "nl"), "fr", "machine", title="Les mentors")
    a_translation(parrains, "fr", title="Les parrains")
    a_subscription()
    open_edition_now("daily")
    key = Delivery.objects.get().pk
    content = Delivery.objects.batch([key]).compose(key).content
    message = message_from_bytes(content, policy=policy.default)
    label = in_french("Machine translation")
    for body in (message.get_body([part]).get_content() for part in ("plain", "html")):
        assert body.count(label) == 1
        between = body[body.index("Les mentors") :].partition("Les parrains")[0]
        assert label in between


@pytest.fixture
def told_of_the_service(libretranslate, environment):
    environment["MACHINE_TRANSLATION_URL"] = libretranslate.url


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_in_a_browser_the_progress_goes_on_by_itself(
    libretranslate,
    told_of_the_service,
    practice,
    genk,
    platform,
    browser,
    work,
    width,
):
    address, _start = platform
    editor = an_editor(genk, language="en")
    a_translation(practice, "de", title="Mentoren")
    Practice.objects.filter(pk=practice.pk).update(title_nl="Maatjes in Genk")
    writer = Reader(browser, address, width, "en-GB")
    writer.sign_in(editor, "en")
    writer.open(board_address(practice))
    writer.open(f"{board_address(practice)}de/machine/")
    writer.open(board_address(practice))
    writer.press("form[action$='/fr/machine/'] button")
    run = MachineTranslationRun.objects.get()
    writer.page.get_by_text("0 of 3 texts").last.wait_for()
    libretranslate.next_answers = [None, (503, b"")]
    work(run)
    writer.page.get_by_text("1 of 3 texts").last.wait_for()
    work(run)
    writer.page.get_by_text("Translated by machine.").wait_for()
    writer.look()
    writer.open(board_address(practice))
    assert not re.search("Translate by machine: French", writer.page.content())
