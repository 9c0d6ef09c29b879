"""A machine translates, whatever happens meanwhile, and never over what people wrote."""

import time
from datetime import timedelta

import psutil
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from practices.models import TEXT_FIELDS, Practice
from practices.translations.machine.asking import (
    MOST_OPEN_RUNS,
    MOST_RUNS_A_DAY,
    CannotAsk,
    ask,
)
from practices.translations.machine.connectors import connector
from practices.translations.machine.enums import LeftOut, Problem, RunState
from practices.translations.machine.models import MachineTranslationRun
from practices.translations.machine.overview import sentence_about
from practices.translations.machine.running import (
    MOST_ATTEMPTS,
    carry_out,
    claim,
    recover,
    withdraw,
)
from practices.translations.machine.tasks import run_machine_translations, translate_practice
from practices.translations.models import Translation, original_texts
from tests.domain import a_practice, a_translation, an_editor
from tests.machine_translation.engines import in_capitals

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(genk):
    return an_editor(genk)


@pytest.fixture
def asked(practice, editor):
    """Ask for the practice in a language: ``asked("de")``."""

    def begin(language="fr", **consent):
        (run,) = ask(practice, [language], editor, connector(), **consent)
        return run

    return begin


def write(practice, language, **texts):
    Practice.objects.filter(pk=practice.pk).update(
        **{f"{field}_{language}": text for field, text in texts.items()}
    )


def test_a_practice_is_translated_and_counts_as_not_reviewed(
    libretranslate, asked, work, practice, editor, texts
):
    before = Practice.objects.get(pk=practice.pk).updated_at
    run = work(asked())
    assert (run.state, run.problem, run.settled) == (RunState.DONE, "", 3)
    assert texts(practice)["title"] == "MENTOREN IN Genk"
    assert texts(practice)["summary"].endswith("\n\nIN Genk, MET Jongerenwelzijn Noord.")
    assert "[OVERLEG](https://genk.example/overleg?a=1&b=2)" in texts(practice)["how_it_works"]
    translation = Translation.objects.get()
    assert (translation.language, translation.state) == ("fr", "machine")
    assert translation.translated_by == editor
    assert not translation.is_outdated()
    practice.refresh_from_db()
    assert practice.updated_at == before


def test_asking_and_running_twice_does_nothing_twice(
    libretranslate, asked, work, practice, editor
):
    run = asked()
    assert ask(practice, ["fr"], editor, connector()) == []
    work(run)
    sent = len(libretranslate.requests)
    translate_practice(run.pk)
    translate_practice(10**30)
    assert len(libretranslate.requests) == sent
    assert ask(practice, ["fr", "nl"], editor, connector()) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        for _twice in range(2):
            MachineTranslationRun.objects.create(
                practice=practice,
                language="de",
                source_language="nl",
                original_snapshot=dict.fromkeys(TEXT_FIELDS, ""),
                fields=["title"],
            )


def test_a_busy_service_is_asked_again_when_it_says_and_not_for_what_it_gave(
    libretranslate, asked, work, practice, texts
):
    run = asked()
    libretranslate.next_answers = [None, (429, b"", {"Retry-After": "3600"})]
    started = timezone.now()
    work(run)
    assert (run.state, run.problem, run.settled) == (RunState.WAITING, Problem.BUSY, 1)
    assert run.next_attempt_at - started >= timedelta(hours=1)
    assert "busy. It is tried again by itself" in sentence_about(run)
    translate_practice(run.pk)  # not yet due
    assert len(libretranslate.requests) == 2
    assert not any(texts(practice).values())
    work(run)
    assert run.state == RunState.DONE
    sent = [text for _path, _headers, body in libretranslate.requests for text in body["q"]]
    assert sum("Mentoren" in text for text in sent) == 1


def test_a_service_that_never_answers_is_given_up_in_words(libretranslate, asked, work):
    libretranslate.next_answers = [(500, b"")] * MOST_ATTEMPTS
    run = asked()
    for _attempt in range(MOST_ATTEMPTS):
        assert run.is_open
        work(run)
    assert (run.state, run.problem) == (RunState.FAILED, Problem.NOT_REACHED)
    assert sentence_about(run) == "The translation service did not answer."
    assert run.ended_at
    assert not Translation.objects.exists()


def test_what_came_before_the_quota_was_used_up_is_kept(deepl, asked, work, practice, texts):
    deepl.next_answers = [None, (456, b"")]
    run = work(asked())
    assert (run.state, run.problem) == (RunState.PARTLY_DONE, Problem.QUOTA_EXHAUSTED)
    assert texts(practice) == {"title": "MENTOREN IN Genk", "summary": "", "how_it_works": ""}
    assert sentence_about(run) == (
        "The quota of the translation service is used up. Try again next month, or tell Efus."
        " Not translated: Summary; How it works."
    )
    # Trying again only asks for the rest.
    again = work(asked())
    assert again.fields == ["summary", "how_it_works"]
    assert again.state == RunState.DONE
    assert texts(practice)["title"] == "MENTOREN IN Genk"
    assert all(texts(practice).values())


def test_a_text_that_lost_its_links_or_became_too_long_is_left_out(
    libretranslate, asked, work, practice, texts
):
    def careless(html):
        return in_capitals(html).replace("genk.example", "g.example") + "!" * (
            200 if html.startswith("Mentoren") else 0
        )

    libretranslate.change = careless
    run = work(asked())
    assert run.state == RunState.PARTLY_DONE
    assert run.left_out == {"title": LeftOut.LENGTH, "how_it_works": LeftOut.LINKS}
    assert texts(practice)["title"] == texts(practice)["how_it_works"] == ""
    assert "Title (it became too long); How it works (its links" in sentence_about(run)


def test_nothing_but_garbage_changes_nothing(libretranslate, asked, work, texts, practice):
    libretranslate.change = lambda html: "<script>alert(1)</script>"
    run = work(asked())
    assert (run.state, run.problem) == (RunState.FAILED, Problem.NOTHING_ACCEPTED)
    assert not any(texts(practice).values())
    assert not Translation.objects.exists()


@pytest.mark.parametrize("state", ["reviewed", "machine"])
def test_a_person_who_writes_meanwhile_wins(
    libretranslate, asked, work, practice, editor, texts, state
):
    run = asked()
    practice.refresh_from_db()
    a_translation(practice, "fr", state, by=editor, title="Des mentors à Genk")
    work(run)
    assert (run.state, run.problem) == (RunState.FAILED, Problem.WRITTEN_MEANWHILE)
    assert texts(practice) == {
        "title": "Des mentors à Genk",
        "summary": "",
        "how_it_works": "",
    }
    assert Translation.objects.get().state == state


def test_a_review_meanwhile_wins_even_if_no_word_changed(
    libretranslate, asked, work, practice, editor
):
    a_translation(practice, "fr", "machine", title="Des mentors")
    run = asked()
    Translation.objects.record(practice, "fr", "reviewed", editor)
    work(run)
    assert (run.state, run.problem) == (RunState.FAILED, Problem.WRITTEN_MEANWHILE)
    assert Translation.objects.get().state == "reviewed"


def test_a_reviewed_translation_is_only_replaced_when_asked_for_expressly(
    libretranslate, asked, work, practice, editor, texts
):
    reviewed = {"title": "Des mentors", "summary": "Chacun.", "how_it_works": "Ainsi."}
    a_translation(practice, "fr", by=editor, **reviewed)
    for consent in (False, True):  # up to date: not even then
        assert ask(practice, ["fr"], editor, connector(), replace_reviewed=consent) == []
    write(practice, "nl", title="Maatjes in Genk")
    assert ask(practice, ["fr"], editor, connector()) == []
    run = work(asked(replace_reviewed=True))
    assert run.fields == ["title"]
    assert texts(practice) == reviewed | {"title": "MAATJES IN Genk"}
    assert Translation.objects.get().state == "machine"
    assert not Translation.objects.get().is_outdated()


def test_a_reviewed_translation_with_missing_texts_is_left_alone(libretranslate, practice, editor):
    a_translation(practice, "fr", by=editor, title="Des mentors")
    assert ask(practice, ["fr"], editor, connector()) == []


def test_an_original_that_changes_meanwhile_leaves_the_translation_outdated(
    libretranslate, asked, work, practice
):
    run = asked()
    snapshot = original_texts(Practice.objects.get(pk=practice.pk))
    write(practice, "nl", title="Maatjes")
    work(run)
    translation = Translation.objects.get()
    assert translation.original_snapshot == snapshot
    assert translation.is_outdated()
    practice.refresh_from_db()
    assert practice.title_fr == "MENTOREN IN Genk"


def test_a_text_of_another_original_stays_and_does_not_look_up_to_date(
    libretranslate, asked, work, practice, texts
):
    a_translation(practice, "fr", "machine", title="Des mentors", summary="Chacun.")
    write(practice, "nl", title="Maatjes in Genk", summary="Iets anders.")
    libretranslate.next_answers = [(413, b"")]
    run = work(asked())
    assert (run.state, run.left_out) == (RunState.PARTLY_DONE, {"title": LeftOut.SIZE})
    assert texts(practice)["title"] == "Des mentors"
    assert texts(practice)["summary"] == "IETS ANDERS."
    translation = Translation.objects.get()
    assert translation.original_snapshot["title"] == "Mentoren in Genk"
    assert translation.is_outdated()


def test_a_text_without_an_original_goes(libretranslate, asked, work, practice):
    write(practice, "nl", lessons="Een les.")
    practice.refresh_from_db()
    a_translation(practice, "fr", "machine", title="Des mentors", lessons="Une leçon.")
    write(practice, "nl", lessons="")
    work(asked())
    practice.refresh_from_db()
    assert practice.lessons_fr == ""


def test_a_text_whose_language_was_put_right_meanwhile_is_asked_for_anew(
    libretranslate, asked, work, practice
):
    run = asked("de")
    title = practice.title_nl
    Practice.objects.filter(pk=practice.pk).update(
        original_language="fr", title_fr=title, title_nl="", summary_nl="", how_it_works_nl=""
    )
    assert work(run).state == RunState.WITHDRAWN
    assert not Translation.objects.exists()


def test_withdrawn_while_it_is_translated(libretranslate, asked, work, practice, texts):
    run = asked()

    claimed = claim(run.pk)
    assert claim(run.pk) is None
    assert withdraw(run)
    carry_out(claimed)
    run.refresh_from_db()
    assert run.state == RunState.WITHDRAWN
    assert not withdraw(run)
    assert not any(texts(practice).values())


def test_a_setting_that_is_gone_or_a_language_that_is_not_known(
    libretranslate, asked, work, settings
):
    swedish, french = asked("sv"), asked("fr")
    run_machine_translations()  # learns the languages
    work(swedish)
    assert (swedish.state, swedish.problem) == (RunState.FAILED, Problem.LANGUAGE_UNKNOWN)
    settings.MACHINE_TRANSLATION_URL = ""
    work(french)
    assert (french.state, french.problem) == (RunState.FAILED, Problem.NOT_CONFIGURED)


def test_nobody_asks_for_more_than_a_quota_can_bear(libretranslate, genk, editor):
    languages = ["en", "fr", "de", "es", "it", "pt", "sv"]
    for _practice in range(MOST_OPEN_RUNS // len(languages)):
        assert len(ask(a_practice(genk, "nl"), languages, editor, connector())) == 7
    with pytest.raises(CannotAsk, match="as many"):
        ask(a_practice(genk, "nl"), ["fr"], editor, connector())
    assert ask(a_practice(genk, "nl"), ["fr"], an_editor(genk), connector())


def test_nor_for_more_in_a_day_however_quickly_it_is_done(libretranslate, genk, editor):
    languages = ["en", "fr", "de", "es", "it", "pt", "sv"]
    for _practice in range(MOST_RUNS_A_DAY // len(languages)):
        for run in ask(a_practice(genk, "nl"), languages, editor, connector()):
            withdraw(run)
    with pytest.raises(CannotAsk, match="within a day"):
        ask(a_practice(genk, "nl"), ["fr"], editor, connector())
    assert ask(a_practice(genk, "nl"), ["fr"], an_editor(genk), connector())
    yesterday = timezone.now() - timedelta(days=1)
    MachineTranslationRun.objects.filter(asked_by=editor).update(created_at=yesterday)
    assert ask(a_practice(genk, "nl"), ["fr"], editor, connector())


def test_a_run_whose_workers_all_die_is_given_up(libretranslate, asked, practice):
    run = asked()
    rows = MachineTranslationRun.objects.filter(pk=run.pk)
    claim(run.pk)
    assert not recover()  # its worker may be alive
    long_ago = timezone.now() - timedelta(hours=1)
    rows.update(claimed_at=long_ago)
    assert recover() == 1
    assert claim(run.pk)
    rows.update(claimed_at=long_ago, attempts=MOST_ATTEMPTS)
    recover()
    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FAILED, Problem.INTERRUPTED)


def test_who_lost_a_run_to_another_worker_writes_nothing_into_it(
    libretranslate, asked, practice, texts
):
    run = asked()
    slow = claim(run.pk)
    MachineTranslationRun.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    recover()
    quick = claim(run.pk)
    carry_out(slow)
    run.refresh_from_db()
    assert (run.state, run.results) == (RunState.RUNNING, {})
    carry_out(quick)
    assert texts(practice)["title"] == "MENTOREN IN Genk"


def test_rules_of_a_run(libretranslate, asked):
    run = asked()
    for rule, fields in {
        "machine_translation_state_known": {"state": "lost", "ended_at": timezone.now()},
        "machine_translation_problem_known": {"problem": "moon"},
        "machine_translation_languages_known": {"language": "nl"},
        "machine_translation_snapshot_whole": {"original_snapshot": {}},
        "machine_translation_ended_has_end": {"state": "done"},
    }.items():
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            MachineTranslationRun.objects.filter(pk=run.pk).update(**fields)


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_killed_in_the_middle_and_another_finishes(
    libretranslate, practice, editor, worker, texts
):
    libretranslate.delay = 1
    process = worker(MACHINE_TRANSLATION_URL=libretranslate.url)
    (run,) = ask(practice, ["fr"], editor, connector())
    rows = MachineTranslationRun.objects.filter(pk=run.pk)
    until(lambda: rows.get().results)
    (child,) = psutil.Process(process.popen.pid).children()
    child.kill()
    half = rows.get()
    assert (half.state, 0 < half.settled < 3) == (RunState.RUNNING, True)
    assert not any(texts(practice).values())
    already = set(half.results)

    libretranslate.delay = 0
    libretranslate.requests.clear()
    rows.update(claimed_at=timezone.now() - timedelta(hours=1))
    run_machine_translations()
    until(lambda: not rows.get().is_open)
    assert rows.get().state == RunState.DONE
    assert all(texts(practice).values())
    assert Translation.objects.get().state == "machine"
    sent = str([body for _path, _headers, body in libretranslate.requests])
    assert already
    assert "Mentoren in" not in sent  # the title was there already


def until(question, seconds=60):
    ends = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < ends
        time.sleep(0.05)
