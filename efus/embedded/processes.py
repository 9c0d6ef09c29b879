"""Start processes, watch them, and leave none behind.

Every process is started in a session of its own, so that a Ctrl-C in the terminal
reaches only the supervisor, which then stops the others in order.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

POLL_SECONDS = 0.1
LINES_SHOWN = 12
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
MARK = "EFUS_EMBEDDED"  # environment variable by which processes of a data folder are known

_library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Failure(Exception):
    """Something a person has to know; the text says what and what to do."""


class StopRequested(Exception):
    """A signal asked for the end."""


@dataclass
class Running:
    """A process that should run until it is stopped."""

    name: str
    popen: subprocess.Popen
    log: Path
    stop_signal: int = signal.SIGTERM
    last_resort: int = signal.SIGKILL
    service: bool = False  # stopped after those that use it

    def signal(self, number: int) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(number)

    def end_session(self) -> None:
        """Kill what is left of the process and its children."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


class StopSwitch:
    """Whether the end was asked for; ``request`` is a signal handler."""

    def __init__(self):
        self.requested = False

    def request(self, *_signal_and_frame: object) -> None:
        self.requested = True


class Processes:
    """The processes of one data folder.

    *environment* is what they see, *logs* the folder of their logs (one a process,
    begun afresh at each start), *data* the folder that marks them as ours. Waiting for
    anything here ends with ``StopRequested`` once *switch* is requested.
    """

    def __init__(
        self,
        data: Path,
        logs: Path,
        environment: Mapping[str, str],
        switch: StopSwitch | None = None,
    ):
        self.data = data
        self.logs = logs
        self.environment = {**environment, MARK: str(data)}
        self.running: list[Running] = []
        self.steps: list[Running] = []
        self.switch = switch or StopSwitch()

    def check(self) -> None:
        """Raise ``StopRequested`` when asked to stop, ``Failure`` when a process has ended."""
        if self.switch.requested:
            raise StopRequested
        for process in self.running:
            status = process.popen.poll()
            if status is not None:
                raise Failure(
                    f"The process {process.name} ended unexpectedly: {status_in_words(status)}.\n"
                    + last_lines(process.log)
                )

    def wait_until(self, question: Callable[[], Any], report: Callable[[int], None]) -> None:
        """Wait until *question* answers yes; every ten seconds call *report* with the seconds."""
        started = time.monotonic()
        reported = 0
        while not question():
            self.check()
            seconds = int(time.monotonic() - started)
            if seconds >= reported + 10:
                reported = seconds
                report(seconds)
            time.sleep(POLL_SECONDS)
        self.check()

    def watch(self) -> None:
        """Wait for the end: a signal or a process that ends."""
        while True:
            self.check()
            time.sleep(POLL_SECONDS)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        stop_signal: int = signal.SIGTERM,
        last_resort: int = signal.SIGKILL,
        service: bool = False,
        **options: Any,
    ) -> Running:
        """Start a process that runs until it is stopped; *options* go to ``Popen``."""
        # Where the supervisor is killed, services still end in order; what uses them might
        # wait for them for ever.
        orphaned = stop_signal if service else signal.SIGKILL
        process = self._open(name, command, orphaned, **options)
        process.stop_signal = stop_signal
        process.last_resort = last_resort
        process.service = service
        self.running.append(process)
        return process

    def run(self, name: str, command: Sequence[str | Path], **options: Any) -> None:
        """Run a command to its end, raising ``Failure`` when its exit status is not 0."""
        self.finish(self.begin(name, command, **options))

    def begin(self, name: str, command: Sequence[str | Path], **options: Any) -> Running:
        """Start a command that ``finish`` then waits for."""
        process = self._open(name, command, signal.SIGKILL, **options)
        self.steps.append(process)
        return process

    def finish(self, process: Running) -> None:
        """Wait for what ``begin`` started, raising ``Failure`` when its exit status is not 0."""
        try:
            while process.popen.poll() is None:
                self.check()
                time.sleep(POLL_SECONDS / 4)
        finally:
            process.end_session()
            self.steps.remove(process)
        if self.switch.requested:
            raise StopRequested
        if process.popen.returncode:
            raise Failure(
                f"The step {process.name} failed: {status_in_words(process.popen.returncode)}.\n"
                + last_lines(process.log)
            )

    def stop(self, seconds: float = 6) -> None:
        """Stop every process, first those that use the services, then the services.

        Each group has *seconds* to end; what then still runs is killed.
        """
        while self.steps:
            self.steps.pop().end_session()
        for service in (False, True):
            group = [process for process in self.running if process.service is service]
            for process in group:
                process.signal(process.stop_signal)
            wait_for_end(group, seconds)
            for process in group:
                process.signal(process.last_resort)
            wait_for_end(group, 1)
            for process in group:
                process.end_session()
        self.running.clear()

    def _open(
        self,
        name: str,
        command: Sequence[str | Path],
        orphaned: int,
        environment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Running:
        log = self.logs / f"{name.lower().replace(' ', '-')}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**self.environment, **(environment or {})},
                start_new_session=True,
                preexec_fn=end_with_parent(orphaned),
                **options,
            )
        return Running(name, popen, log)


def wait_for_end(processes: Sequence[Running], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(p.popen.poll() is None for p in processes):
        time.sleep(POLL_SECONDS / 2)


def end_with_parent(number: int) -> Callable[[], None] | None:
    """What a new process does first: ask for signal *number* when its parent dies."""
    if _library is None:
        return None
    parent = os.getpid()

    def first() -> None:
        _library.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(1)

    return first


def end_with_own_parent(number: int) -> None:
    """Have the kernel send this process signal *number* when its parent dies."""
    if _library is not None:
        _library.prctl(PR_SET_PDEATHSIG, number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, to be able to end it."""
    if _library is not None:
        _library.prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_descendants() -> None:
    """Kill and collect whatever descends from this process."""
    end(psutil.Process().children(recursive=True), seconds=0)
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                break
        except ChildProcessError:
            break


def end_leftovers(data: Path) -> int:
    """End what an earlier, killed start left running in *data*; return how many there were."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    left = [
        process
        for process in psutil.process_iter()
        if process.pid not in own and belongs_to(process, data)
    ]
    for process in left:
        # Services are asked, to keep what they hold. For PostgreSQL, SIGINT is the fast
        # shutdown; SIGTERM would wait for its clients.
        number = {"postgres": signal.SIGINT, "valkey-server": signal.SIGTERM}
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number.get(name_of(process), signal.SIGKILL))
    end(left, seconds=8)
    return len(left)


def belongs_to(process: psutil.Process, data: Path) -> bool:
    """Whether *process* was started for *data*.

    PostgreSQL's own children overwrite their environment; they work in the data folder.
    """
    try:
        if process.environ().get(MARK) == str(data):
            return True
        return process.name() == "postgres" and Path(process.cwd()).parent == data
    except (psutil.Error, OSError):
        return False


def name_of(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def end(processes: list[psutil.Process], seconds: float) -> None:
    """Give *processes* some *seconds* to end, then kill them and wait."""
    _gone, alive = psutil.wait_procs(processes, timeout=seconds)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=3)


def status_in_words(status: int) -> str:
    """An exit status as ``Popen.returncode`` has it, in words."""
    if status >= 0:
        return f"exit status {status}"
    return f"ended by signal {-status} ({signal.Signals(-status).name})"


def last_lines(log: Path) -> str:
    """The last lines of *log*, and where it is."""
    lines = log.read_text(errors="replace").splitlines()[-LINES_SHOWN:]
    if not lines:
        return f"Its log {log} is empty."
    return f"The last lines of {log}:\n" + "\n".join(f"    {line}" for line in lines)
