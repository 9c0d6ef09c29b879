"""Whatever happens while one writes, in a real browser: nothing typed is lost."""

import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from practices.models import Practice, WritingDraft
from tests.browser import Reader
from tests.domain import PASSWORD, a_city, a_practice, an_editor
from tests.writing import part_address

LESSONS = "Begin met de caféhouders."
NEW = "/nl/workspace/practices/new/"


class Writer(Reader):
    """A reader who also makes mistakes, and meets a platform that is down."""

    def _note(self, message):
        if not any(known in message.text for known in ("422", "401", "ERR_CONNECTION", "503")):
            super()._note(message)

    def type(self, text):
        """Type *text* where the lessons of a practice are written."""
        self.editor.click()
        self.editor.press_sequentially(text)

    @property
    def editor(self):
        return self.page.locator("[name=lessons] + .rich-text .ProseMirror")

    @property
    def lessons(self):
        return self.page.locator("[name=lessons]")


@pytest.fixture
def genk(transactional_db):
    return a_city("Genk", "BE")


@pytest.fixture
def practice(genk):
    return a_practice(genk, "nl", title_nl="Mentoren", published_days_ago=None)


@pytest.fixture
def writer(browser, served, genk):
    """An editor of Genk, signed in, in a window of a laptop."""
    editor = an_editor(genk, email="editor@genk.example", language="nl")
    writer = Writer(browser, served.address, 1280, "nl-NL")
    writer.sign_in(editor, "nl")
    return writer


def outcome(practice):
    return part_address(practice, "outcome", "nl")


def lessons_of(practice):
    practice.refresh_from_db()
    return practice.lessons_nl or ""


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def sign_in_again(writer):
    writer.page.locator("[name=login]").fill("editor@genk.example")
    writer.page.locator("[name=password]").fill(PASSWORD)
    writer.press("main button[type=submit]")


def test_the_session_has_expired(writer, practice):
    writer.open(outcome(practice))
    writer.type(LESSONS)
    writer.page.context.clear_cookies(name="efus_session")
    writer.press("[name=next][value=overview]")
    assert "/nl/account/login/" in writer.page.url
    sign_in_again(writer)
    expect(writer.lessons).to_have_value(LESSONS)
    writer.press("[name=next][value=overview]")
    assert lessons_of(practice) == LESSONS


def test_the_session_has_expired_before_a_practice_was_begun(writer, genk):
    writer.open(NEW)
    writer.page.locator("[name=title]").fill("Een middag werk")
    writer.page.context.clear_cookies(name="efus_session")
    writer.press("main form.writing button")
    sign_in_again(writer)
    expect(writer.page.locator("[name=title]")).to_have_value("Een middag werk")
    writer.press("main form.writing button")
    assert Practice.objects.get().title_nl == "Een middag werk"


def test_what_was_typed_is_not_accepted(writer, practice):
    writer.open(outcome(practice))
    writer.type(f"{LESSONS} Zie [hier](genk.example).")
    # As text, not as a link of the editor's: what it holds is what is sent.
    writer.page.evaluate(
        "text => { document.querySelector('[name=lessons]').value = text }",
        f"{LESSONS} Zie [hier](genk.example).",
    )
    writer.press("[name=next][value=overview]")
    expect(writer.page.locator(".error-summary")).to_contain_text("genk.example")
    expect(writer.lessons).to_have_value(f"{LESSONS} Zie [hier](genk.example).")
    expect(writer.editor).to_contain_text(LESSONS)
    assert lessons_of(practice) == ""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_it_is_sent_twice(browser, served, practice, scripts):
    editor = an_editor(practice.city, email="editor@genk.example", language="nl")
    writer = Writer(browser, served.address, 1280, "nl-NL", scripts=scripts)
    writer.sign_in(editor, "nl")
    writer.open(NEW)
    writer.page.locator("[name=title]").fill("Een middag werk")
    writer.page.locator("main form.writing button").dblclick()
    writer.page.wait_for_url("**/write/in-short/")
    begun = Practice.objects.get(title_nl="Een middag werk")
    writer.page.locator("[name=summary]").fill("Kort.")
    writer.page.locator("[name=next][value=part]").dblclick()
    writer.page.wait_for_url("**/write/practice/")
    assert begun.versions.count() == 2


def test_one_goes_back_after_saving(writer, practice):
    writer.open(outcome(practice))
    writer.type(LESSONS)
    writer.press("[name=next][value=part]")
    writer.page.go_back()
    expect(writer.lessons).to_have_value(LESSONS)
    writer.editor.press("Control+End")
    writer.page.keyboard.type(" En met de buren.")
    writer.press("[name=next][value=part]")
    if "outcome" in writer.page.url:  # told that the part was saved meanwhile, by oneself
        writer.press("[name=next][value=part]")
    assert lessons_of(practice) == f"{LESSONS} En met de buren."


def test_one_leaves_without_saving_and_comes_back(writer, practice):
    writer.open(outcome(practice))
    writer.type(LESSONS)
    writer.press("nav.outline a >> nth=0")
    writer.page.go_back()
    expect(writer.lessons).to_have_value(LESSONS)
    writer.open(outcome(practice))
    expect(writer.lessons).to_have_value(LESSONS)
    expect(writer.page.locator(".message.warning:visible")).to_have_count(1)
    writer.press("[name=next][value=overview]")
    assert lessons_of(practice) == LESSONS


def test_the_window_is_closed(browser, served, writer, practice):
    writer.open(outcome(practice))
    writer.type(LESSONS)
    wait_until(WritingDraft.objects.exists)
    expect(writer.page.locator(".draft-state")).not_to_be_empty()
    writer.page.context.close()
    elsewhere = Writer(browser, served.address, 360, "nl-NL")
    elsewhere.open(outcome(practice))
    sign_in_again(elsewhere)
    expect(elsewhere.lessons).to_have_value(LESSONS)
    elsewhere.press("[name=next][value=overview]")
    assert lessons_of(practice) == LESSONS
    assert not WritingDraft.objects.exists()


def test_the_platform_is_killed(writer, served, practice):
    writer.open(outcome(practice))
    served.kill()
    writer.type(LESSONS)
    expect(writer.page.locator(".draft-state")).not_to_be_empty()
    with suppress(Error):
        writer.page.locator("[name=next][value=overview]").click()
        writer.page.wait_for_timeout(1000)
    served.serve()
    writer.open(outcome(practice))
    expect(writer.lessons).to_have_value(LESSONS)
    writer.press("[name=next][value=overview]")
    assert lessons_of(practice) == LESSONS
    # Once it is saved, nothing comes up again.
    writer.open(outcome(practice))
    expect(writer.page.locator(".message.warning:visible")).to_have_count(0)


def test_something_else_is_saved_before_what_could_not_be(writer, served, practice):
    writer.open(outcome(practice))
    served.kill()
    writer.type(LESSONS)
    expect(writer.page.locator(".draft-state")).not_to_be_empty()
    with suppress(Error):
        writer.page.locator("[name=next][value=overview]").click()
        writer.page.wait_for_timeout(1000)
    served.serve()
    writer.open(NEW)
    writer.fill(title="Iets anders")
    writer.press("main form:has([name=title]) [type=submit]")
    expect(writer.page.locator(".message.success")).to_be_visible()
    writer.open(outcome(practice))
    expect(writer.lessons).to_have_value(LESSONS)


def test_two_write_at_once_and_know_it(browser, served, writer, practice):
    colleague = an_editor(practice.city, name="Bram", language="nl")
    other = Writer(browser, served.address, 360, "nl-NL")
    other.sign_in(colleague, "nl")
    for each in (writer, other):
        each.open(outcome(practice))
    other.type("Begin met de buren.")
    wait_until(WritingDraft.objects.exists)
    writer.type(LESSONS)
    expect(writer.page.locator("#others-at-work")).to_contain_text("Bram")
    writer.press("[name=next][value=overview]")
    other.press("[name=next][value=overview]")
    expect(other.page.locator(".theirs")).to_contain_text(LESSONS)
    expect(other.lessons).to_have_value("Begin met de buren.")
    assert lessons_of(practice) == LESSONS
    other.press("[name=next][value=overview]")
    assert lessons_of(practice) == "Begin met de buren."
