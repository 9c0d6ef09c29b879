"""The first thing that every ``make`` word does: the environment of locked packages."""

import fcntl
import signal
import subprocess
import sys

import pytest

from tests.embedded.conftest import ROOT

INSTALL = [sys.executable, "-I", ROOT / "efus" / "embedded" / "install.py"]


@pytest.fixture
def checkout(tmp_path):
    """A checkout that needs no packages at all, so that installing them is quick."""
    (tmp_path / "requirements-development.lock").write_text("# nothing\n")
    return tmp_path


def install(checkout):
    return subprocess.run(
        INSTALL,
        cwd=checkout,
        capture_output=True,
        text=True,
    )


def test_an_unfinished_installation_is_begun_again_and_a_finished_one_is_kept(checkout):
    lock = checkout / "requirements-development.lock"
    lock.write_text("django==5.2.0\n")
    refused = install(checkout)
    assert refused.returncode != 0
    assert "hash" in refused.stderr
    assert "The packages could not be installed" in refused.stderr
    assert "Traceback" not in refused.stderr

    lock.write_text("# nothing\n")
    assert "Installing" in install(checkout).stdout
    subprocess.run([checkout / ".venv" / "bin" / "python", "-c", "pass"], check=True)
    assert install(checkout).stdout == ""


def test_something_else_called_venv_is_left_alone(checkout):
    (checkout / ".venv").write_text("mine")
    refused = install(checkout)
    assert refused.returncode != 0
    assert refused.stderr.count("\n") == 1
    assert (checkout / ".venv").read_text() == "mine"


def test_a_second_installation_waits_for_the_first_until_it_is_interrupted(checkout):
    with open(checkout / "requirements-development.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            INSTALL,
            cwd=checkout,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stdout.readline().startswith("Waiting for another installation")
        waiting.send_signal(signal.SIGINT)
        said = waiting.communicate(timeout=60)[1]
    assert waiting.returncode != 0
    assert said == "The installation was interrupted; the next start begins it again.\n"
