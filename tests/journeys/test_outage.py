"""Redis fails and comes back, while people use the platform."""

import pytest
from playwright.sync_api import expect

from cities.models import Invitation
from efus.embedded.processes import Processes
from efus.embedded.redis import Redis
from efus.outbox.models import Mail
from tests.browser import Reader
from tests.domain import PASSWORD, a_city, a_coordinator, a_practice


class Patient(Reader):
    """A reader to whom an answer of 503 is no complaint, if it is in words."""

    def _note(self, message):
        if "503" not in message.text:
            super()._note(message)

    def is_asked_for_patience(self):
        return self.page.locator("h1").inner_text() == "This does not work at the moment"


class OwnRedis:
    """A Redis of this test alone, which it may stop and start."""

    def __init__(self, folder):
        self.folder = folder
        self.server = Redis(folder, lasting=False)
        self.start()

    def start(self):
        self.processes = Processes(self.folder, self.folder, {})
        self.server.start(self.processes, print)

    def stop(self):
        self.processes.stop()


@pytest.fixture
def redis(settings, tmp_path):
    """What the platform has for a Redis if it is asked for after this one."""
    folder = tmp_path / "redis"
    folder.mkdir()
    own = OwnRedis(folder)
    settings.REDIS_URL = own.server.url
    yield own
    own.stop()


@pytest.mark.django_db(transaction=True)
def test_without_redis_reading_goes_on_and_the_rest_asks_for_patience(
    browser, redis, mail_sink, platform, tmp_path
):
    address, start = platform
    genk = a_city("Genk", "BE")
    practice = a_practice(genk)
    coordinator = a_coordinator(genk, language="en")
    signed_in = Patient(browser, address, 360, "en-GB")
    signed_in.sign_in(coordinator, "en")
    redis.stop()

    reader = Patient(browser, address, 360, "en-GB")
    for page in ["", "practices/", f"practices/{practice.pk}/{practice.slug}/", "cities/"]:
        reader.open(f"/en/{page}")
        expect(reader.page.locator("h1")).to_be_visible()
        assert not reader.is_asked_for_patience()
    for page, typed in [
        ("login/", {"login": coordinator.email, "password": PASSWORD}),
        ("login/code/", {"email": coordinator.email}),
        ("password/reset/", {"email": coordinator.email}),
        ("signup/", {"email": "a@b.example", "password1": PASSWORD, "password2": PASSWORD}),
    ]:
        reader.open(f"/en/account/{page}")
        reader.fill(**typed)
        reader.press("main button[type=submit]")
        assert reader.is_asked_for_patience()
    reader.open("/fr/account/login/")
    reader.fill(login=coordinator.email, password=PASSWORD)
    with reader.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        reader.page.locator("main button[type=submit]").click()
    assert (answered.value.status, answered.value.headers["retry-after"]) == (503, "120")
    expect(reader.page.locator("html")).to_have_attribute("lang", "fr")

    # Whoever is signed in stays so; what is saved is saved, and its mail waits.
    signed_in.open("/en/workspace/")
    signed_in.open("/en/workspace/people/invitations/new/")
    signed_in.fill(email="colleague@genk.example")
    signed_in.press("main form button")
    assert not signed_in.is_asked_for_patience()
    assert Invitation.objects.get().email == "colleague@genk.example"
    assert Mail.objects.get().state == "due"

    redis.start()
    start("worker", "celery", "-A", "efus", "worker", "--concurrency=1")
    start("beat", "celery", "-A", "efus", "beat", f"--schedule={tmp_path / 'beat'}", "--pidfile=")
    mail_sink.wait_for(1)
    assert mail_sink.messages[0]["To"] == "colleague@genk.example"
    reader.sign_in(coordinator, "en")
    assert "/workspace/" in reader.page.url
