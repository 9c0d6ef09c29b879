"""What the supervisor does with processes that misbehave."""

import contextlib
import os
import signal

import psutil
import pytest

from efus.embedded.processes import Failure, Processes, StopRequested, StopSwitch, end_leftovers


@pytest.fixture
def processes(tmp_path):
    switch = StopSwitch()
    processes = Processes(tmp_path, tmp_path, os.environ, switch)
    yield processes
    processes.stop()


def say_when(path):
    """A question for ``wait_until``: is there something in the file?"""
    return lambda: path.exists() and path.read_text()


def shell(script):
    return ["/bin/sh", "-c", script]


def test_a_process_that_ends_is_reported_with_its_last_words(processes, tmp_path):
    processes.start("mill", shell("for n in $(seq 30); do echo turn $n; done; exit 7"))
    with pytest.raises(Failure) as reported:
        processes.watch()
    words = str(reported.value)
    assert words.startswith("The process mill ended unexpectedly: exit status 7.")
    assert "turn 30" in words
    assert "turn 3\n" not in words
    assert str(tmp_path / "mill.log") in words


def test_a_step_that_fails_is_reported(processes):
    with pytest.raises(Failure, match=r"The step harvest failed: exit status 3\.(.|\n)*no wheat"):
        processes.run("harvest", shell("echo no wheat >&2; exit 3"))


def test_a_process_that_ends_during_a_step_ends_the_step(processes):
    processes.start("mill", shell("exit 1"))
    step = processes.begin("harvest", ["sleep", "600"])
    with pytest.raises(Failure, match="The process mill"):
        processes.finish(step)
    assert step.popen.returncode == -signal.SIGKILL


def test_a_request_to_stop_ends_a_step(processes):
    step = processes.begin("harvest", ["sleep", "600"])
    processes.switch.request(signal.SIGTERM, None)
    with pytest.raises(StopRequested):
        processes.finish(step)
    assert step.popen.returncode == -signal.SIGKILL


def test_who_does_not_listen_is_killed_with_its_children(processes, tmp_path):
    child = tmp_path / "child"
    stubborn = processes.start(
        "stubborn", shell(f"trap '' TERM; sleep 600 & echo $! > {child}; while :; do wait; done")
    )
    processes.wait_until(say_when(child), lambda seconds: None)
    processes.stop(seconds=0.3)
    assert stubborn.popen.returncode == -signal.SIGKILL
    assert ends(int(child.read_text()))


def test_services_end_after_those_that_use_them(processes, tmp_path):
    ended = tmp_path / "ended"
    for name, service in (("database", True), ("web", False)):
        ready = tmp_path / f"{name}.ready"
        processes.start(
            name,
            shell(
                f"trap 'echo {name} >> {ended}; exit' TERM; echo yes > {ready}; "
                "while :; do sleep 0.05; done"
            ),
            service=service,
        )
        processes.wait_until(say_when(ready), lambda seconds: None)
    processes.stop()
    assert ended.read_text().split() == ["web", "database"]


def test_each_start_begins_its_log_afresh(processes, tmp_path):
    processes.run("harvest", shell("echo last year"))
    processes.run("harvest", shell("echo this year"))
    assert (tmp_path / "harvest.log").read_text() == "this year\n"


def test_what_a_killed_supervisor_left_is_found_by_its_folder(tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    left = Processes(ours, ours, os.environ).start("left", ["sleep", "600"])
    other = Processes(theirs, theirs, os.environ).start("other", ["sleep", "600"])
    try:
        assert end_leftovers(ours) == 1
        assert left.popen.poll() is not None
        assert other.popen.poll() is None
    finally:
        other.end_session()


def ends(number):
    """Whether the process of that number, already killed, is gone in a moment."""
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(number).wait(timeout=30)
    return True
