"""Starting the demonstration as a person does, and looking for what it leaves."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from efus.embedded.processes import belongs_to

ROOT = Path(__file__).resolve().parent.parent.parent
MAKE = ["make", "--no-print-directory", "--old-file=environment", f"PYTHON={sys.executable}"]
KEPT = ["PATH", "HOME", "LANG", "TMPDIR"]
PATIENCE_SECONDS = 120


class Terminal:
    """A terminal in which somebody types ``make WORDS`` in a checkout of their own.

    With *nohup*, they type that before it.
    """

    def __init__(self, data, *words, nohup=False, **variables):
        self.data = data
        self.said = tempfile.TemporaryFile()  # noqa: SIM115, as long as the terminal
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {"EFUS_DATA": str(data), "PYTHONDONTWRITEBYTECODE": "1", **variables}
        self.make = subprocess.Popen(
            [*(["nohup"] if nohup else []), *MAKE, *words],
            cwd=ROOT,
            env=environment,
            stdout=self.said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=heed_signals,
        )

    @property
    def output(self):
        size = os.fstat(self.said.fileno()).st_size
        return os.pread(self.said.fileno(), size, 0).decode()

    def wait_for(self, text):
        """Wait until *text* (a regular expression) is in the output; return the match."""
        for _ in range(PATIENCE_SECONDS * 20):
            if found := re.search(text, self.output):
                return found
            if self.make.poll() is not None:
                break
            time.sleep(0.05)
        pytest.fail(f"{text!r} was not said:\n{self.output}")

    def wait_until_ended(self):
        """Wait for the end; return the exit status."""
        return self.make.wait(timeout=PATIENCE_SECONDS)

    def said_one_sentence(self):
        """Whether nothing but one sentence came, beside make's own words and the steps'."""
        aside = ("make", "Starting", "Using")
        return len([x for x in self.output.splitlines() if not x.startswith(aside)]) == 1

    def press_ctrl_c(self):
        os.killpg(self.make.pid, signal.SIGINT)

    def child(self, log):
        """The process that writes the log of that name."""
        path = str(self.data.resolve() / "logs" / log)
        for process in left_in(self.data):
            if os.path.realpath(f"/proc/{process.pid}/fd/1") == path:
                return process
        raise AssertionError(f"No process writes {path}")

    def supervisor(self):
        return psutil.Process(self.make.pid).children()[0]

    def close(self):
        """End what still runs; who does not listen is killed, and takes its processes along."""
        self.make.terminate()
        try:
            self.wait_until_ended()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.make.pid, signal.SIGKILL)
            self.make.wait()


def heed_signals():
    """What a new process does first: end at a hang-up, even where the tests run under nohup."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def terminals():
    """A function that opens a terminal; all are closed in the end, whatever happened."""
    with contextlib.ExitStack() as opened:

        def open_terminal(data, *words, **variables):
            terminal = Terminal(data, *words, **variables)
            opened.callback(terminal.close)
            return terminal

        yield open_terminal


@pytest.fixture
def open_terminal():
    """Open a terminal for this test: ``open_terminal(data, "demo", PORT="8000")``."""
    with terminals() as open_terminal:
        yield open_terminal


def left_in(data):
    """The processes that run for the data folder."""
    folder = data.resolve()
    return [
        process
        for process in psutil.process_iter()
        if belongs_to(process, folder) or names(process, folder)
    ]


def names(process, folder):
    try:
        return any(str(folder) in word for word in process.cmdline())
    except psutil.Error:
        return False


def nothing_is_left_in(data):
    """Whether all processes of the data folder end (those of a killed parent need a moment)."""
    for _ in range(200):
        if not left_in(data):
            return True
        time.sleep(0.05)
    return False
