"""A real browser, and somebody who sits at it."""

import shutil
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import expect, sync_playwright

from tests.domain import PASSWORD

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE_SECONDS = 20  # the machine may be busy with other tests

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def chromium():
    """Headless Chromium, one for each file of journeys; without one they are skipped.

    It runs an event loop in this thread, which Django has to bear, so it ends with the file.
    """
    if CHROMIUM is None:
        pytest.skip(
            "no Chromium here: 'apt-get install chromium' (or 'make test' as root) brings it"
        )
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()
        connections.close_all()  # those that were opened inside the event loop


@pytest.fixture
def browser(chromium):
    """Chromium as it was before anybody opened a window."""
    yield chromium
    for context in chromium.contexts:
        context.close()


def wait_until(page, expression):
    """Wait until a JavaScript expression is true in *page*.

    Playwright's ``wait_for_function`` asks again inside the page, whose content security
    policy forbids it to evaluate text.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"{expression} does not come true in {page.url}"
        page.wait_for_timeout(50)


class Reader:
    """Somebody at a browser window, who looks closely at every page."""

    def __init__(self, browser, address, width, locale, *, scripts=True):
        self.address = address
        self.page = browser.new_context(
            viewport={"width": width, "height": 800}, locale=locale, java_script_enabled=scripts
        ).new_page()
        self.scripts = scripts
        self.complaints = []
        self.page.on("console", self._note)
        self.page.on("request", self._check_origin)

    def _note(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def _check_origin(self, request):
        if not request.url.startswith((self.address, "data:")):
            self.complaints.append(f"a request to {request.url}")

    def open(self, path):
        self.page.goto(path if path.startswith("http") else self.address + path)
        self.look()

    def fill(self, **texts):
        """Type each text into the field of that name."""
        for name, text in texts.items():
            self.page.locator(f"main [name={name}]").fill(text)

    def press(self, selector):
        """Press what leads to another page, and look at that."""
        with self.page.expect_navigation():
            self.page.locator(selector).click()
        self.look()

    def look(self):
        """No complaint of the browser, no scrolling sideways, no breach of WCAG that axe sees."""
        assert self.complaints == [], self.page.url
        if not self.scripts:
            return  # nor can axe run any
        beyond = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert beyond <= 0, f"{self.page.url} scrolls sideways by {beyond} pixels"
        result = Axe().run(self.page)
        assert result.violations_count == 0, f"{self.page.url}\n{result.generate_report()}"

    def sign_in(self, user, language):
        self.open(f"/{language}/account/login/")
        self.fill(login=user.email, password=PASSWORD)
        self.press("main button[type=submit]")


class Writer(Reader):
    """Somebody who makes mistakes: a form that is answered with 422 is no complaint."""

    def _note(self, message):
        if "422" not in message.text:
            super()._note(message)
