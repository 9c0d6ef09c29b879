"""``make demo``: one demonstration, from the first start to the last signal."""

import subprocess
import sys
import urllib.request

import pytest

from efus.embedded.postgres import socket_folder
from efus.embedded.redis import free_port
from tests.embedded.conftest import ROOT, left_in, terminals


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder whose path is too long for a Unix socket, with signs that need quoting."""
    folder = tmp_path_factory.mktemp("a city's data, 100%") / ("long" * 20)
    folder.mkdir()
    return folder / "data"


@pytest.fixture(scope="module")
def port():
    return str(free_port())


@pytest.fixture(scope="module")
def demonstration(data, port):
    """Started twice: the first start is stopped while the database is being made."""
    with terminals() as open_terminal:
        impatient = open_terminal(data, "demo", PORT=port)
        impatient.wait_for("Starting PostgreSQL")
        impatient.press_ctrl_c()
        impatient.wait_until_ended()
        assert "Traceback" not in impatient.output
        assert not left_in(data)

        terminal = open_terminal(data, "demo", PORT=port)
        terminal.wait_for("Ctrl-C stops")
        yield terminal


def read(address):
    with urllib.request.urlopen(address, timeout=20) as response:  # noqa: S310
        return response.read().decode()


def test_serves_at_the_address_it_prints(demonstration, port):
    address = demonstration.wait_for(r"The platform +(\S+)/")[1]
    assert address == f"http://127.0.0.1:{port}"
    assert read(f"{address}/readyz") == '{"database": true, "broker": true, "migrations": true}'
    assert "input" in read(f"{address}/static/admin/css/forms.css")


def test_a_printed_account_signs_in_with_the_printed_password(demonstration):
    email = demonstration.wait_for(r"(\S+@demonstration\.example) +reviewer")[1]
    password = demonstration.wait_for(r"with password +(\S+)")[1]
    check = (
        "from django.contrib.auth import authenticate; "
        f"print(authenticate(None, email={email!r}, password={password!r}).email)"
    )
    assert email in in_demonstration(demonstration, "shell", "--no-imports", "-c", check)


def test_a_mail_is_read_in_the_browser_and_leaves_the_machine_never(demonstration):
    in_demonstration(demonstration, "sendtestemail", "somebody@city.example")
    mails = demonstration.wait_for(r"Its mails +(\S+)")[1]
    assert "To somebody@city.example" in read(mails)
    assert len(list((demonstration.data / "mails").glob("*.eml"))) == 1


def test_secrets_are_for_the_owner_only(demonstration):
    for name in ("secret-key", "password", "environment"):
        assert (demonstration.data / name).stat().st_mode & 0o777 == 0o600


def test_a_second_start_in_the_same_checkout_is_refused(open_terminal, demonstration, data):
    second = open_terminal(data, "demo", PORT=str(free_port()))
    assert second.wait_until_ended() != 0
    assert "A demonstration is already running" in second.output
    assert second.said_one_sentence()


def test_a_port_in_use_is_refused(open_terminal, demonstration, port, tmp_path):
    other = open_terminal(tmp_path / "other", "demo", PORT=port)
    assert other.wait_until_ended() != 0
    assert f"Port {port} of 127.0.0.1 cannot be used" in other.output
    assert other.said_one_sentence()


def test_a_killed_supervisor_takes_all_along_and_the_next_start_goes_on(
    open_terminal, demonstration, data, port
):
    password = demonstration.wait_for(r"with password +(\S+)")[1]
    demonstration.supervisor().kill()
    demonstration.wait_until_ended()

    again = open_terminal(data, "demo", PORT=port)
    again.wait_for("Ctrl-C stops")
    assert again.wait_for(r"with password +(\S+)")[1] == password
    assert "0 added" in (data / "logs" / "load_demonstration.log").read_text()

    again.make.terminate()
    again.wait_until_ended()
    assert "Stopping …" in again.output
    assert not left_in(data)
    assert not socket_folder(data.resolve() / "postgres").exists()


def in_demonstration(terminal, *words):
    """What ``manage.py WORDS`` says in the running demonstration."""
    return subprocess.run(
        [sys.executable, "-m", "efus.embedded.manage", *words],
        cwd=ROOT,
        env={"EFUS_DATA": str(terminal.data)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
