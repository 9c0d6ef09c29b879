"""Reading the demonstration's mails, whoever wrote them."""

import http.client
import smtplib
import subprocess
import sys
from email.message import EmailMessage

import pytest

from efus.embedded.addresses import listen_on
from tests.embedded.conftest import ROOT

GARBAGE = [
    b"",
    b"\x00\xff\xfe not a mail at all",
    b"Subject: =?utf-8?b?broken?=\r\nDate: the day after\r\nTo: <<<,,@\r\n\r\nbody",
    b"Subject: x\r\nContent-Type: text/plain; charset=no-such-set\r\n\r\n\xe9\xe8",
    b"Subject: x\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
    b"From: \xff\xfe\r\nSubject: \xff\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
]


class Mails:
    """A running mail server and reader."""

    def __init__(self, folder):
        self.folder = folder
        self.smtp = listen_on("127.0.0.1", 0)
        self.reader = listen_on("127.0.0.1", 0)
        numbers = [self.smtp.fileno(), self.reader.fileno()]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "efus.embedded.mail", folder, *map(str, numbers)],
            pass_fds=numbers,
            cwd=ROOT,
        )

    def send(self, subject="Hello", text="Text", html=None):
        message = EmailMessage()
        message["From"] = "network@efus.example"
        message["To"] = "Zoë <somebody@city.example>"
        message["Subject"] = subject
        message.set_content(text)
        if html is not None:
            message.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp.getsockname()[1], timeout=30) as client:
            client.send_message(message)

    def get(self, path):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.reader.getsockname()[1], timeout=30
        )
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode(errors="replace")

    def newest(self):
        return "/mails/" + max(self.folder.glob("*.eml")).stem


@pytest.fixture
def mails(tmp_path):
    mails = Mails(tmp_path)
    yield mails
    mails.process.terminate()
    mails.process.wait()


def test_the_list_shows_the_newest_first_with_to_from_subject(mails):
    mails.send("The first")
    mails.send("The second, déjà")
    status, _headers, page = mails.get("/")
    assert status == 200
    assert page.index("The second, déjà") < page.index("The first")
    assert "To Zoë &lt;somebody@city.example&gt;" in page
    assert "From network@efus.example" in page


def test_a_mail_is_shown_as_text_as_html_and_as_it_came(mails):
    mails.send(text="See https://city.example/a?b=1&c=2 there", html="<p>Voilà</p>")
    _status, _headers, page = mails.get(mails.newest())
    assert 'href="https://city.example/a?b=1&amp;c=2"' in page
    assert f'src="{mails.newest()}/html" sandbox=' in page
    assert "Voilà" in mails.get(f"{mails.newest()}/html")[2]
    _status, headers, raw = mails.get(f"{mails.newest()}/raw")
    assert headers["Content-Type"] == "message/rfc822"
    assert raw == max(mails.folder.glob("*.eml")).read_bytes().decode()


def test_a_mail_can_run_nothing_in_the_reader(mails):
    attack = "<script>alert(1)</script>"
    mails.send(subject=attack, text=attack, html=attack)
    for path in ("/", mails.newest()):
        _status, headers, page = mails.get(path)
        assert "<script" not in page
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    policy = mails.get(f"{mails.newest()}/html")[1]["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy


def test_garbage_breaks_neither_the_list_nor_its_own_page(mails):
    for number, content in enumerate(GARBAGE):
        (mails.folder / f"{number:020d}-00000000.eml").write_bytes(content)
    mails.send("A good one")
    assert "A good one" in mails.get("/")[2]
    for number in range(len(GARBAGE)):
        address = f"/mails/{number:020d}-00000000"
        assert mails.get(address)[0] == 200
        assert mails.get(f"{address}/html")[0] in {200, 404}
        assert mails.get(f"{address}/raw")[0] == 200


def test_the_list_has_pages(mails):
    for number in range(51):
        (mails.folder / f"{number:020d}-00000000.eml").write_bytes(b"Subject: number %d" % number)
    assert "number 50<" in mails.get("/")[2]
    assert "number 0<" not in mails.get("/")[2]
    assert "number 0<" in mails.get("/?page=2")[2]


@pytest.mark.parametrize(
    "path",
    ["/?page=3", "/?page=0", "/?page=x", "/?page=²", "/mails/../password", "/mails/x", "/etc"],
)
def test_what_is_not_there_is_not_found(mails, path):
    assert mails.get(http_quoted(path))[0] == 404


def http_quoted(path):
    return path.replace("²", "%C2%B2")
