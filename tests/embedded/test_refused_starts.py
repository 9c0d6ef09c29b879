"""Starts of the demonstration that come to nothing, or to an early end."""

import signal
import socket

import pytest

from efus.embedded.addresses import Addresses
from efus.embedded.redis import free_port
from tests.embedded.conftest import left_in, nothing_is_left_in


def test_a_killed_server_is_named_and_all_else_is_stopped(open_terminal, tmp_path):
    terminal = open_terminal(tmp_path / "data", "demo", PORT=str(free_port()))
    terminal.wait_for("Bringing the database up to date")
    terminal.child("redis.log").kill()
    assert terminal.wait_until_ended() != 0
    assert "The process Redis ended unexpectedly: ended by signal 9" in terminal.output
    assert str(tmp_path / "data" / "logs" / "redis.log") in terminal.output
    assert "Traceback" not in terminal.output
    assert not left_in(tmp_path / "data")


def test_a_hang_up_while_starting_leaves_nothing(open_terminal, tmp_path):
    terminal = open_terminal(tmp_path / "data", "demo", PORT=str(free_port()))
    terminal.wait_for("Bringing the database up to date")
    terminal.supervisor().send_signal(signal.SIGHUP)
    terminal.wait_until_ended()
    assert "Traceback" not in terminal.output
    assert not left_in(tmp_path / "data")


def test_under_nohup_a_hang_up_changes_nothing(open_terminal, tmp_path):
    terminal = open_terminal(tmp_path / "data", "demo", nohup=True, PORT=str(free_port()))
    terminal.wait_for("Starting PostgreSQL")
    terminal.supervisor().send_signal(signal.SIGHUP)
    terminal.wait_for("Bringing the database up to date")
    terminal.make.terminate()
    terminal.wait_until_ended()
    assert "Stopping …" in terminal.output
    assert not left_in(tmp_path / "data")


def test_ending_make_ends_the_demonstration(open_terminal, tmp_path):
    terminal = open_terminal(tmp_path / "data", "demo", PORT=str(free_port()))
    terminal.wait_for("Starting PostgreSQL")
    terminal.make.kill()
    assert nothing_is_left_in(tmp_path / "data")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT must be a number from 1 to 65535, not 'eighty'."),
        ({"PORT": "65536"}, "PORT must be a number from 1 to 65535, not '65536'."),
        ({"HOST": "192.0.2.1"}, "cannot be used"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/efus"}, "DATABASE_URL names does not answer"),
        ({"DATABASE_URL": "efus"}, "DATABASE_URL names does not answer"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL names does not answer"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(open_terminal, variables, sentence, tmp_path):
    terminal = open_terminal(tmp_path / "data", "demo", **{"PORT": str(free_port()), **variables})
    assert terminal.wait_until_ended() != 0
    assert sentence in terminal.output
    assert terminal.said_one_sentence()
    assert not left_in(tmp_path / "data")


def test_a_folder_that_cannot_be_written_to(open_terminal, tmp_path):
    (tmp_path / "file").touch()
    terminal = open_terminal(tmp_path / "file" / "data", "demo", PORT=str(free_port()))
    assert terminal.wait_until_ended() != 0
    assert "cannot be written to" in terminal.output
    assert terminal.said_one_sentence()


def test_a_path_too_long_for_postgresql(open_terminal, tmp_path):
    data = tmp_path.joinpath(*["x" * 200] * 5)
    data.parent.mkdir(parents=True)
    terminal = open_terminal(data, "demo", PORT=str(free_port()))
    assert terminal.wait_until_ended() != 0
    assert "too long a path" in terminal.output
    assert terminal.said_one_sentence()
    assert not left_in(data)


def test_the_mails_find_another_port_when_the_next_one_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        taken_port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(taken_port - 1))
        monkeypatch.delenv("EMAIL_URL")
        addresses = Addresses()
        assert addresses.mail_reader.getsockname()[1] != taken_port


def test_commands_need_a_running_demonstration(open_terminal, tmp_path):
    terminal = open_terminal(tmp_path / "data", "digest")
    assert terminal.wait_until_ended() != 0
    assert "No demonstration is running here" in terminal.output
