"""A service that answers later brings its answer to an address made for it, once."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from django.utils import timezone

from practices.models import Practice
from practices.translations.machine.asking import ask
from practices.translations.machine.connectors import connector
from practices.translations.machine.enums import LeftOut, Problem, RunState
from practices.translations.machine.models import MachineTranslationRun
from practices.translations.machine.overview import sentence_about
from practices.translations.machine.running import withdraw
from practices.translations.machine.tasks import run_machine_translations
from practices.translations.models import Translation
from tests.domain import a_translation, an_editor
from tests.machine_translation.test_runs import until

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def sent(etranslation, practice, genk, work):
    """A run whose texts the service has."""
    (run,) = ask(practice, ["fr"], an_editor(genk), connector())
    return work(run)


def path_of(etranslation, number=-1):
    (address,) = etranslation.accepted[number]["destinations"]["httpDestinations"]
    return urlsplit(address).path


def bring(client, etranslation, body=None, content_type="application/octet-stream", path=None):
    body = etranslation.translated() if body is None else body
    return client.generic("POST", path or path_of(etranslation), body, content_type=content_type)


def test_the_answer_comes_later_and_is_written(client, etranslation, sent, work, practice, texts):
    assert (sent.state, sent.external_reference) == (RunState.SENT, "1001")
    assert "sends them back" in sentence_about(sent)
    assert not any(texts(practice).values())
    assert bring(client, etranslation).status_code == 200
    work(sent)
    assert (sent.state, sent.answer) == (RunState.DONE, "")
    assert texts(practice)["title"] == "MENTOREN IN Genk"
    assert "[OVERLEG](https://genk.example/overleg?a=1&b=2)" in texts(practice)["how_it_works"]
    assert len(etranslation.accepted) == 1
    assert Translation.objects.get().state == "machine"


@pytest.mark.parametrize("form", [False, True])
def test_the_answer_may_come_as_itself_or_in_a_form(
    client, etranslation, sent, work, practice, texts, form
):
    body, content_type = etranslation.change(etranslation.document()), "text/html"
    if form:
        body = urlencode({"request-id": "1001", "target-language": "FR", "translated-text": body})
        content_type = FORM
    assert bring(client, etranslation, body, content_type).status_code == 200
    assert work(sent).state == RunState.DONE
    assert all(texts(practice).values())


def test_a_notice_without_texts_changes_nothing(client, etranslation, sent):
    notice = urlencode({"request-id": "1001", "target-language": "FR"})
    assert bring(client, etranslation, notice, FORM).status_code == 200
    assert bring(client, etranslation, b"").status_code == 200
    sent.refresh_from_db()
    assert sent.state == RunState.SENT
    assert bring(client, etranslation).status_code == 200
    sent.refresh_from_db()
    assert sent.state == RunState.WAITING


def test_the_same_answer_twice_is_taken_once(client, etranslation, sent, work, practice):
    for _twice in range(2):
        assert bring(client, etranslation).status_code == 200
    work(sent)
    a_translation(Practice.objects.get(pk=practice.pk), "fr", title="Des mentors à Genk")
    assert bring(client, etranslation).status_code == 200
    assert bring(client, etranslation, path=path_of(etranslation) + "error/").status_code == 200
    work(sent)
    practice.refresh_from_db()
    assert (sent.state, practice.title_fr) == (RunState.DONE, "Des mentors à Genk")


def test_nobody_else_can_bring_an_answer(client, etranslation, sent, practice):
    right = path_of(etranslation)
    token = right.rstrip("/").rpartition("/")[2]
    assert token not in MachineTranslationRun.objects.get().token_hash
    for wrong in (
        right.replace(token, "x" * len(token)),
        right.replace(token, sent.token_hash),
        right.replace(f"/{sent.pk}/", f"/{sent.pk + 1}/"),
        right.replace(f"/{sent.pk}/", f"/{10**30}/"),
        right.replace(token, "é"),
    ):
        for path in (wrong, f"{wrong}error/"):
            assert bring(client, etranslation, path=path).status_code == 404
    assert client.get(right).status_code == 405
    sent.refresh_from_db()
    assert sent.state == RunState.SENT


@pytest.mark.parametrize(
    "body", [b"no document", b"\xff" * 100, b"<html><h1>502</h1></html>", b"PGh0bWw+"]
)
def test_an_answer_that_is_none_ends_the_run_in_words(client, etranslation, sent, work, body):
    assert bring(client, etranslation, body).status_code == 200
    work(sent)
    assert (sent.state, sent.problem) == (RunState.FAILED, Problem.UNREADABLE)


def test_an_answer_that_is_too_large_is_not_taken(client, etranslation, sent):
    assert bring(client, etranslation, b"x" * 2_100_000).status_code == 413
    sent.refresh_from_db()
    assert sent.state == RunState.SENT


def test_an_answer_with_half_of_the_texts(client, etranslation, sent, work, practice, texts):
    half = etranslation.change(etranslation.document()).partition("EERSTE")[0]
    bring(client, etranslation, half.replace("SCRIPT", "").encode())
    work(sent)
    assert (sent.state, sent.left_out) == (
        RunState.PARTLY_DONE,
        {"how_it_works": LeftOut.STRUCTURE},
    )
    assert texts(practice)["title"]


def test_the_service_reports_an_error(client, etranslation, sent, work):
    path = path_of(etranslation) + "error/"
    report = urlencode({"request-id": "1001", "error-code": "-20028", "error-message": "busy"})
    assert bring(client, etranslation, report, FORM, path).status_code == 200
    sent.refresh_from_db()
    assert (sent.state, sent.problem) == (RunState.WAITING, Problem.BUSY)
    work(sent)
    assert (sent.state, len(etranslation.accepted)) == (RunState.SENT, 2)
    # The address of the first request leads nowhere now.
    assert bring(client, etranslation, path=path_of(etranslation, 0)).status_code == 404
    report = urlencode({"request-id": "1002", "error-code": "-20013"})
    path = path_of(etranslation) + "error/"
    assert bring(client, etranslation, report, FORM, path).status_code == 200
    sent.refresh_from_db()
    assert (sent.state, sent.problem) == (RunState.FAILED, Problem.LANGUAGE_UNKNOWN)


@pytest.mark.parametrize("body", [b"", b"error-code=x", b"\xff", b"error-code=" + b"9" * 50_000])
def test_an_error_without_a_number_is_one_for_good(client, etranslation, sent, body):
    path = path_of(etranslation) + "error/"
    assert bring(client, etranslation, body, FORM, path).status_code == 200
    sent.refresh_from_db()
    assert (sent.state, sent.problem) == (RunState.FAILED, Problem.REQUEST_REFUSED)


def test_a_withdrawn_run_takes_no_answer(client, etranslation, sent, practice, texts):
    assert withdraw(sent)
    assert bring(client, etranslation).status_code == 200
    run_machine_translations()
    assert not any(texts(practice).values())


def test_no_answer_within_a_day_ends_the_run_in_words(etranslation, sent):
    run_machine_translations()
    sent.refresh_from_db()
    assert sent.state == RunState.SENT
    assert sent.next_attempt_at - timezone.now() > timedelta(hours=23)
    MachineTranslationRun.objects.update(next_attempt_at=timezone.now())
    run_machine_translations()
    sent.refresh_from_db()
    assert (sent.state, sent.problem) == (RunState.FAILED, Problem.NO_ANSWER)


@pytest.fixture
def told_of_the_service(etranslation, environment):
    environment["MACHINE_TRANSLATION_URL"] = etranslation.url
    environment["MACHINE_TRANSLATION_TICK_SECONDS"] = "1"


@pytest.mark.django_db(transaction=True)
def test_from_a_button_to_the_practice_with_everything_real(
    etranslation, told_of_the_service, practice, genk, platform, client, texts
):
    _address, start = platform
    start("worker", "celery", "-A", "efus", "worker", "--concurrency=1", "--without-gossip")
    client.force_login(an_editor(genk))
    client.post(f"/en/workspace/practices/{practice.pk}/translations/fr/machine/")
    run = MachineTranslationRun.objects.get()
    rows = MachineTranslationRun.objects.filter(pk=run.pk)
    until(lambda: rows.get().state == RunState.SENT)
    assert etranslation.deliver().status_code == 200
    until(lambda: not rows.get().is_open)
    assert rows.get().state == RunState.DONE
    assert texts(practice)["title"] == "MENTOREN IN Genk"
    assert etranslation.deliver().status_code == 200
