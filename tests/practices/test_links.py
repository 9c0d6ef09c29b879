"""Links in practices are tried by a worker, which asks nobody whom it must not ask."""

import ipaddress
import re
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

import efus.settings
from efus.safety import refuse_unsafe_production
from practices.links.addresses import is_public
from practices.links.asking import ask
from practices.links.checking import (
    LOCK,
    MOST_LINKS_OF_PRACTICE,
    check_batch,
    refresh,
    tell_of_broken_links,
)
from practices.links.tasks import check_due_links, refresh_links, refresh_links_of_published
from practices.models import PracticeLink
from practices.publishing.transitions import perform
from tests.domain import (
    a_city,
    a_coordinator,
    a_practice,
    a_theme,
    a_translation,
    an_editor,
)
from tests.writing import write

pytestmark = pytest.mark.django_db


class Pages(BaseHTTPRequestHandler):
    """A small site; what it was asked is in ``server.asked``."""

    def log_message(self, *arguments):
        pass

    def answer(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        status, headers = self.server.pages.get(self.path, (404, {}))
        if isinstance(status, dict):
            status = status.get(self.command, 405)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    do_HEAD = do_GET = answer  # noqa: N815 (the library's names)


@contextmanager
def a_site(**pages):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    server.pages, server.asked = pages, []
    server.endpoint = f"127.0.0.1:{server.server_port}"
    server.url = f"http://{server.endpoint}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(settings):
    """A site that may be asked in this story."""
    with a_site() as server:
        settings.LINKS_ALSO_ASKED = [server.endpoint]
        yield server


@pytest.fixture
def private_site():
    """One that must never be asked."""
    with a_site() as server:
        server.pages["/"] = (200, {})
        yield server
        assert server.asked == []


@contextmanager
def a_bare_server(behaviour):
    """A server that does *behaviour* with each connection; gives its endpoint."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                accepted, _address = listening.accept()
            except OSError:
                return
            threading.Thread(target=one, args=[accepted], daemon=True).start()

    def one(accepted):
        with accepted:
            try:
                accepted.recv(65_536)
                behaviour(accepted)
            except OSError:
                pass

    threading.Thread(target=serve, daemon=True).start()
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    listening.close()


def outcome(address, **seconds):
    answer = ask(address, **({"seconds": 2, "seconds_in_all": 4} | seconds))
    return str(answer.outcome), answer.status_code


# What answers


def test_a_page_that_is_there_works_and_is_asked_politely(site, settings):
    settings.SITE_URL = "https://efus.example"
    site.pages["/rapport?jaar=2025&x=%C3%A9"] = (200, {})
    assert outcome(f"{site.url}/rapport?jaar=2025&x=%C3%A9#deel-2") == ("works", 200)
    ((method, _path, headers),) = site.asked
    assert method == "HEAD"
    assert headers["User-Agent"] == "EfusLinkCheck/1.0 (+https://efus.example)"
    assert headers["Host"] == site.endpoint


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (204, "works"),
        (401, "works"),  # there, but not for a program
        (403, "works"),
        (429, "works"),
        (304, "broken"),
        (404, "broken"),
        (410, "broken"),
        (500, "broken"),
        (503, "broken"),
    ],
)
def test_the_status_says_whether_it_works(site, status, expected):
    site.pages["/"] = (status, {})
    assert outcome(f"{site.url}/") == (expected, status)


@pytest.mark.parametrize("refused", [405, 404, 500, 501])
def test_a_server_that_knows_no_head_is_asked_by_get(site, refused):
    site.pages["/"] = ({"HEAD": refused, "GET": 200}, {})
    assert outcome(f"{site.url}/") == ("works", 200)
    assert [method for method, *_rest in site.asked] == ["HEAD", "GET"]


def test_redirects_are_followed_a_few_times(site):
    site.pages["/old"] = (301, {"Location": "/new"})
    site.pages["/new"] = (302, {"Location": f"{site.url}/newest"})
    site.pages["/newest"] = (200, {})
    assert outcome(f"{site.url}/old") == ("works", 200)
    site.pages["/round"] = (302, {"Location": "/round"})
    site.asked.clear()
    assert outcome(f"{site.url}/round") == ("broken", 302)
    assert len(site.asked) == 2 * 6
    for location in ("http://[", "http://\u00ff\u00fe:99999/", "//", ""):
        site.pages["/odd"] = (302, {"Location": location})
        assert outcome(f"{site.url}/odd")[0] in {"unreachable", "refused", "broken"}, location


def test_nobody_there(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        endpoint = f"127.0.0.1:{taken.getsockname()[1]}"
    settings.LINKS_ALSO_ASKED = [endpoint]
    assert outcome(f"http://{endpoint}/") == ("unreachable", None)
    assert outcome("http://no-such-name.invalid/") == ("unreachable", None)


def test_a_server_that_says_nothing_or_drips_is_not_waited_for(settings):
    def drip(accepted):
        accepted.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(1000):
            accepted.sendall(b"X-%d: drip\r\n" % number)
            time.sleep(0.2)

    for behaviour in (lambda accepted: time.sleep(20), drip):
        with a_bare_server(behaviour) as endpoint:
            settings.LINKS_ALSO_ASKED = [endpoint]
            begun = time.monotonic()
            answer = outcome(f"http://{endpoint}/", seconds=1, seconds_in_all=2)
            assert answer == ("unreachable", None)
            assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00" * 100,
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 9999 what\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000,
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\n\r\n",
    ],
)
def test_garbage_is_no_answer(settings, garbage):
    with a_bare_server(lambda accepted: accepted.sendall(garbage)) as endpoint:
        settings.LINKS_ALSO_ASKED = [endpoint]
        assert outcome(f"http://{endpoint}/")[0] in {"unreachable", "broken"}


def a_certificate(folder, name):
    """The file of a certificate, and its key, that is valid for *name* today."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.mark.parametrize(
    ("name", "trusted", "expected"),
    [
        ("localhost", True, ("works", 200)),
        ("localhost", False, ("unreachable", None)),
        ("elsewhere.example", True, ("unreachable", None)),
    ],
)
def test_a_secure_page_has_a_certificate_for_its_name(
    site, settings, tmp_path, monkeypatch, name, trusted, expected
):
    certificate = a_certificate(tmp_path, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    site.pages["/"] = (200, {})
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    # The name may have a second address, at which nobody answers.
    settings.LINKS_ALSO_ASKED = [site.endpoint, f"::1:{site.server_port}"]
    assert outcome(f"https://localhost:{site.server_port}/") == expected


def test_a_huge_page_is_not_downloaded(settings):
    sent = []

    def huge(accepted):
        accepted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            sent.append(accepted.send(b"x" * 65_536))

    with a_bare_server(huge) as endpoint:
        settings.LINKS_ALSO_ASKED = [endpoint]
        assert outcome(f"http://{endpoint}/film.mp4") == ("works", 200)
        time.sleep(0.5)
        assert sum(sent) < 50_000_000  # what fits into the buffers on the way


# Whom nobody asks


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fe80::1",
        "fec0::1",
        "fd00::1",
        "ff02::1",
    ],
)
def test_addresses_inside_a_network_are_not_public(number):
    assert not is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize("number", ["8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111"])
def test_addresses_of_the_internet_are(number):
    assert is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize(
    "address",
    [
        "http://{private}/",
        "http://localhost:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://user:password@{private}/",
        "http://127.0.0.1/",  # the port of the web, but not of the internet
        "https://169.254.169.254/latest/meta-data/",
        "http://8.8.8.8:22/",  # of the internet, but not a port of the web
        "ftp://{private}/",
        "file:///etc/passwd",
        "http:///nowhere",
    ],
)
def test_what_is_not_on_the_internet_is_not_asked(private_site, address):
    address = address.format(private=private_site.endpoint, port=private_site.server_port)
    assert outcome(address) == ("refused", None)


@pytest.mark.parametrize("name", ["{private}", "localhost:{port}", "127.0.0.1"])
def test_nor_when_another_site_redirects_there(site, private_site, name):
    name = name.format(private=private_site.endpoint, port=private_site.server_port)
    site.pages["/"] = (302, {"Location": f"http://{name}/"})
    assert outcome(f"{site.url}/") == ("refused", None)
    site.pages["/"] = (302, {"Location": "file:///etc/passwd"})
    assert outcome(f"{site.url}/") == ("refused", None)


def test_production_asks_nobody_else():
    values = vars(efus.settings) | {"LINKS_ALSO_ASKED": ["127.0.0.1:80"]}
    with pytest.raises(ImproperlyConfigured, match="LINKS_ALSO_ASKED is for tests"):
        refuse_unsafe_production(values)


# Which links there are


@pytest.fixture
def genk():
    return a_city("Genk", "BE")


def links_of(practice):
    return {link.address: link for link in practice.links.all()}


def test_the_links_are_those_of_all_texts_in_all_languages(genk):
    practice = a_practice(
        genk,
        "nl",
        how_it_works_nl="[een](https://a.example/1) en <https://a.example/2>",
        summary_nl="[geen rijke tekst](https://a.example/no)",
        results_nl="[weer](https://a.example/1) [mail](mailto:x@a.example)",
        lessons_nl=f"[lang](https://a.example/{'x' * 3000})",
    )
    a_translation(practice, "fr", results="[trois](https://a.example/3)")
    assert refresh(practice.pk)
    assert set(links_of(practice)) == {f"https://a.example/{number}" for number in (1, 2, 3)}
    before = {link.pk for link in practice.links.all()}
    refresh(practice.pk)
    assert {link.pk for link in practice.links.all()} == before
    practice.how_it_works_nl = "Zonder."
    practice.save()
    refresh(practice.pk)
    assert set(links_of(practice)) == {"https://a.example/1", "https://a.example/3"}
    assert not refresh(practice.pk + 1)  # gone meanwhile


def test_of_very_many_links_the_first_ones_are_looked_after(genk):
    texts = [f"[x](https://a.example/{part}{each})" for part in "ab" for each in range(150)]
    practice = a_practice(
        genk, "nl", problem_nl=" ".join(texts[:150]), lessons_nl=" ".join(texts[150:])
    )
    refresh(practice.pk)
    assert len(links_of(practice)) == MOST_LINKS_OF_PRACTICE
    assert "https://a.example/a0" in links_of(practice)
    assert "https://a.example/b149" not in links_of(practice)


def a_practice_linking_to(site, city, path="/", **fields):
    site.pages.setdefault(path, (404, {}))
    practice = a_practice(city, "nl", results_nl=f"[verslag]({site.url}{path})", **fields)
    refresh(practice.pk)
    return practice


def time_passes(**time):
    """Everything that was noted was noted earlier by that."""
    for field in ("due_at", "checked_at", "first_failed_at", "told_at"):
        for link in PracticeLink.objects.exclude(**{field: None}):
            PracticeLink.objects.filter(pk=link.pk).update(
                **{field: getattr(link, field) - timedelta(**time)}
            )


def test_published_links_are_tried_again_after_thirty_days(site, genk):
    site.pages["/"] = (200, {})
    practice = a_practice_linking_to(site, genk)
    check_batch()
    link = practice.links.get()
    assert (link.outcome, link.status_code, link.failures) == ("works", 200, 0)
    time_passes(days=29)
    check_batch()
    assert len(site.asked) == 1
    time_passes(days=1)
    check_batch()
    assert len(site.asked) == 2


def test_links_of_a_draft_are_tried_when_it_is_saved_and_published(site, genk):
    theme, coordinator = a_theme("young-people"), a_coordinator(genk)
    site.pages["/"] = (200, {})
    practice = a_practice_linking_to(site, genk, published_days_ago=None, themes=[theme])
    check_batch()
    time_passes(days=90)
    check_batch()
    assert len(site.asked) == 1
    perform("submit", practice, coordinator)
    perform("publish", practice, coordinator)
    refresh_links(practice.pk)
    check_batch()
    assert len(site.asked) == 2


def test_a_failing_link_is_tried_again_at_a_save_but_not_at_every_one(site, genk):
    practice = a_practice_linking_to(site, genk, published_days_ago=None)
    check_batch()
    asked = len(site.asked)
    assert not refresh(practice.pk)
    time_passes(hours=2)
    assert refresh(practice.pk)
    site.pages["/"] = (200, {})
    check_batch()
    assert len(site.asked) > asked
    link = practice.links.get()
    assert (link.outcome, link.failures, link.first_failed_at) == ("works", 0, None)


def test_a_batch_is_small_and_says_whether_there_is_more(site, genk):
    paths = [f"/{number}" for number in range(12)]
    site.pages.update(dict.fromkeys(paths, (200, {})))
    practice = a_practice(
        genk, "nl", results_nl=" ".join(f"[x]({site.url}{path})" for path in paths)
    )
    refresh(practice.pk)
    assert check_batch()
    assert len(site.asked) == 10
    assert not check_batch()
    assert len(site.asked) == 12


@pytest.mark.django_db(transaction=True)
def test_where_another_worker_is_checking_nobody_else_does(site, genk):
    from django.db import connections

    a_practice_linking_to(site, genk)
    results = []

    def elsewhere():
        results.append(check_batch())
        connections.close_all()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join(timeout=20)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    assert results == [False]
    assert site.asked == []
    check_batch()
    assert site.asked


def test_what_is_noted_of_a_link_makes_sense(genk):
    practice = a_practice(genk, "nl")
    now = timezone.now()
    failing = {"failures": 1, "first_failed_at": now}
    for constraint, fields in [
        ("practice_link_outcome_known", {"outcome": "lost", "checked_at": now} | failing),
        ("practice_link_outcome_known", {"checked_at": now}),
        ("practice_link_failures_valid", {"outcome": "broken", "checked_at": now}),
        ("practice_link_failures_valid", failing),
    ]:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            PracticeLink.objects.create(practice=practice, address="https://a.example/", **fields)


# Who is told


def text_of(page):
    return re.sub(r"\s+", " ", page.content.decode())


def test_the_writer_sees_which_links_are_broken_and_where(client, site, genk):
    practice = a_practice_linking_to(site, genk, "/weg", published_days_ago=None)
    site.pages["/er"] = (200, {})
    practice.how_it_works_nl = f"[werkt]({site.url}/er) [privé](http://127.0.0.1:1/)"
    practice.save()
    refresh(practice.pk)
    check_batch()
    client.force_login(an_editor(genk))
    page = text_of(client.get(f"/en/workspace/practices/{practice.pk}/"))
    today = f"{timezone.localdate():%-d %B %Y}"
    assert f"On {today} there was nothing behind this link any more (the answer was 404):" in page
    assert f'href="{site.url}/weg"' in page
    assert "In: results (Dutch)." in page
    assert "Not everybody can reach this link" in page
    assert f'href="{site.url}/er"' not in page


def test_the_page_takes_as_many_queries_with_many_broken_links(
    client, site, genk, django_assert_num_queries
):
    practice = a_practice_linking_to(site, genk, published_days_ago=None)
    client.force_login(an_editor(genk))
    address = f"/en/workspace/practices/{practice.pk}/"
    client.get(address)
    with django_assert_num_queries(17):
        client.get(address)
    practice.results_nl = " ".join(f"[x]({site.url}/{number})" for number in range(9))
    practice.save()
    refresh(practice.pk)
    check_batch()
    assert practice.links.failing().count() == 9
    with django_assert_num_queries(17):
        client.get(address)


@pytest.mark.django_db(transaction=True)
def test_the_coordinators_are_mailed_once_when_a_link_stays_broken(
    site, mail_sink, worker, settings
):
    settings.SITE_URL = "https://efus.example"
    genk = a_city("Genk", "BE")
    a_coordinator(genk, email="coordinator@genk.example", language="en")
    an_editor(genk, email="editor@genk.example")
    practice = a_practice_linking_to(site, genk, "/weg", title_nl="Mentoren & <jongeren>")
    a_practice_linking_to(site, genk, "/weg", published_days_ago=None)
    worker(LINKS_ALSO_ASKED=site.endpoint)

    def mails_after(hours):
        time_passes(hours=hours)
        for _twice in range(2):
            check_batch()
            tell_of_broken_links()
        time.sleep(2)
        return len(mail_sink.messages)

    assert mails_after(0) == 0
    assert mails_after(5) == 0
    assert mails_after(26) == 1
    assert mails_after(31 * 24) == 1
    message = mail_sink.messages[0]
    assert message["To"] == "coordinator@genk.example"
    assert message["Subject"] == "Broken links: Mentoren & <jongeren>"
    body = message.get_body(["plain"]).get_content()
    assert f"{site.url}/weg" in body
    assert f"https://efus.example/en/workspace/practices/{practice.pk}/" in body

    # Put right and broken once more, it is told once more.
    site.pages["/weg"] = (200, {})
    assert mails_after(31 * 24) == 1
    site.pages["/weg"] = (500, {})
    assert mails_after(31 * 24) == 1
    assert mails_after(26) == 2


@pytest.mark.django_db(transaction=True)
def test_the_worker_checks_what_was_saved(client, site, worker):
    genk = a_city("Genk", "BE")
    theme = a_theme("young-people")
    practice = a_practice(genk, "nl", themes=[theme])
    worker(LINKS_ALSO_ASKED=site.endpoint)
    site.pages["/"] = (200, {})
    client.force_login(a_coordinator(genk))
    write(client, practice, how_it_works=f"[zo]({site.url}/)")
    deadline = time.monotonic() + 60
    while not PracticeLink.objects.filter(outcome="works").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    PracticeLink.objects.all().delete()  # a text that came in another way
    refresh_links_of_published()
    check_due_links.delay()
    while not PracticeLink.objects.filter(outcome="works").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
