"""The demonstration: everything the platform needs, started, watched and stopped here.

``python -m efus.embedded.demo`` serves until it is asked to stop; ``--remove`` only removes
what earlier demonstrations kept. PORT, HOST, RESET, EFUS_DATA, DATABASE_URL, REDIS_URL and
EMAIL_URL are read from the environment (see docs/operations.md).
"""

import contextlib
import http.client
import os
import signal
import sys
import time

from efus.embedded import processes as supervision
from efus.embedded.addresses import LOOPBACK, Addresses
from efus.embedded.data_folder import ROOT, DataFolder
from efus.embedded.given_servers import check_database, check_redis
from efus.embedded.postgres import Postgres
from efus.embedded.processes import Failure, Processes, StopRequested, StopSwitch
from efus.embedded.redis import Redis
from practices.demonstration.accounts import ACCOUNTS

PYTHON = sys.executable
MANAGE = [PYTHON, ROOT / "manage.py"]
CELERY = [PYTHON, "-m", "celery", "-A", "efus"]
NOT_FOR_CHILDREN = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "GUNICORN_CMD_ARGS"}
PERSONS_OWN = ["DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DEMONSTRATION_PASSWORD"]


def say(text: str) -> None:
    print(text, flush=True)


class Demonstration:
    """One start of the demonstration, with its data in *folder*."""

    def __init__(self, folder: DataFolder, addresses: Addresses, switch: StopSwitch):
        self.folder = folder
        self.addresses = addresses
        self.postgres: Postgres | None = None
        self.settings = self._settings()
        inherited = {k: v for k, v in os.environ.items() if k not in NOT_FOR_CHILDREN}
        environment = inherited | self.settings
        self.processes = Processes(folder.path, folder / "logs", environment, switch)

    def serve(self, started: float) -> None:
        """Start everything and watch it until it ends.

        Raises ``StopRequested`` when asked to stop, ``Failure`` when something fails.
        *started* is when the start began, as ``time.monotonic()`` has it.
        """
        for name in ("logs", "mails", "beat"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        files = self._begin_files()
        self._start_servers()
        say("Bringing the database up to date")
        self._manage("migrate", "--noinput")
        say("Collecting static files and compiling messages")
        for step in files:
            self.processes.finish(step)
        self._load_and_start()
        self.folder.write_environment(self.settings)
        self._introduce(time.monotonic() - started)
        self.processes.watch()

    def stop(self) -> None:
        """Stop everything that was started; nothing is left when this returns."""
        self.folder.environment.unlink(missing_ok=True)
        self.processes.stop()
        supervision.end_descendants()
        if self.postgres:
            self.postgres.forget()

    def _settings(self) -> dict[str, str]:
        """The environment variables that make up the demonstration's settings."""
        address = self.addresses.url(self.addresses.web)
        hosts = [LOOPBACK, "localhost", self.addresses.host_header]
        settings = {
            "EFUS_ENVIRONMENT": "demonstration",
            "DJANGO_SETTINGS_MODULE": "efus.settings",
            "SECRET_KEY": self.folder.secret_key(),
            "SITE_URL": address,
            "ALLOWED_HOSTS": ",".join(dict.fromkeys(hosts)),
            "DEFAULT_FROM_EMAIL": "Efus <network@efus.example>",
            "DEMONSTRATION_PASSWORD": self.folder.password(),
            "STATIC_ROOT": str(self.folder / "static"),
            "FILES_ROOT": str(self.folder / "files"),
        }
        if self.addresses.smtp:
            settings["EMAIL_URL"] = f"smtp://{LOOPBACK}:{self.addresses.smtp.getsockname()[1]}"
        own = list(PERSONS_OWN)
        if self.addresses.host != LOOPBACK:  # reachable under names that only they know
            own += ["ALLOWED_HOSTS", "SITE_URL"]
        return settings | {name: os.environ[name] for name in own if os.environ.get(name)}

    def _begin_files(self) -> list[supervision.Running]:
        """Begin what needs no database and can go on while the servers start."""
        collect = [*MANAGE, "collectstatic", "--noinput", "--verbosity=0"]
        files = [self.processes.begin("collectstatic", collect, cwd=ROOT)]
        if any(ROOT.glob("locale/*/LC_MESSAGES/django.po")):
            command = [PYTHON, "-m", "babel.messages.frontend", "compile"]
            command += ["--directory", ROOT / "locale", "--domain", "django"]
            files.append(self.processes.begin("messages", command, cwd=ROOT))
        return files

    def _start_servers(self) -> None:
        if "DATABASE_URL" in self.settings:
            say("Using the database that DATABASE_URL names")
            check_database(self.settings["DATABASE_URL"])
        else:
            say("Starting PostgreSQL")
            self.postgres = Postgres(self.folder.path)
            self.postgres.start(self.processes, say)
            self.postgres.create_database("efus")
            self._set("DATABASE_URL", self.postgres.url("efus"))
        if "REDIS_URL" in self.settings:
            say("Using the Redis that REDIS_URL names")
            check_redis(self.settings["REDIS_URL"])
        else:
            say("Starting Redis")
            server = Redis(self.folder.path)
            server.start(self.processes, say)
            self._set("REDIS_URL", server.url)

    def _load_and_start(self) -> None:
        command = [*MANAGE, "load_demonstration"]
        load = self.processes.begin("load_demonstration", command, cwd=ROOT)
        loaded = self.folder / "loaded"
        if not loaded.exists():
            say("Loading the demonstration (some seconds, the first time)")
            self.processes.finish(load)
            loaded.touch()
        say("Starting web server, worker, beat and mail server")
        self._start_platform()
        if load in self.processes.steps:  # its data was there: it only adds what is missing
            self.processes.finish(load)

    def _start_platform(self) -> None:
        web = self.addresses.web.fileno()
        command = [PYTHON, "-m", "gunicorn", "efus.wsgi", f"--bind=fd://{web}"]
        command += [
            "--preload",
            "--workers=2",
            "--threads=4",
            "--graceful-timeout=4",
            "--no-control-socket",
        ]
        self.processes.start("web", command, pass_fds=[web], cwd=ROOT)
        if self.addresses.smtp:
            sockets = [self.addresses.smtp.fileno(), self.addresses.mail_reader.fileno()]
            command = [PYTHON, "-m", "efus.embedded.mail", self.folder / "mails"]
            command += [str(number) for number in sockets]
            self.processes.start("mail", command, pass_fds=sockets, cwd=ROOT)
        worker = [*CELERY, "worker", "--concurrency=2", "--loglevel=INFO"]
        # SIGQUIT: a task is begun again by the next start, not waited for.
        self.processes.start("worker", worker, stop_signal=signal.SIGQUIT, cwd=ROOT)
        schedule = self.folder / "beat" / "schedule"
        beat = [*CELERY, "beat", "--pidfile=", f"--schedule={schedule}", "--loglevel=INFO"]
        self.processes.start("beat", beat, cwd=ROOT)
        log = self.folder / "logs" / "web.log"
        self.processes.wait_until(
            self._is_ready,
            lambda seconds: say(f"The web server is not ready yet after {seconds} s; see {log}"),
        )

    def _is_ready(self) -> bool:
        addresses = self.addresses
        connection = http.client.HTTPConnection(addresses.name, addresses.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": LOOPBACK})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _introduce(self, seconds: float) -> None:
        say(f"\nReady after {seconds:.0f} s.\n")
        say(f"  The platform   {self.settings['SITE_URL']}/")
        if self.addresses.mail_reader:
            say(f"  Its mails      {self.addresses.url(self.addresses.mail_reader)}/")
        say(f"  Sign in at     {self.settings['SITE_URL']}/en/account/login/")
        say(f"  with password  {self.settings['DEMONSTRATION_PASSWORD']}  and one of")
        width = max(len(account.email) for account in ACCOUNTS)
        for account in ACCOUNTS:
            say(f"    {account.email:{width}}  {account.description}")
        say(f"\nData and logs are in {self.folder.path}. Ctrl-C stops the demonstration.")

    def _manage(self, *words: str) -> None:
        self.processes.run(words[0], [*MANAGE, *words], cwd=ROOT)

    def _set(self, name: str, value: str) -> None:
        self.processes.environment[name] = self.settings[name] = value


def begin(folder: DataFolder, switch: StopSwitch) -> Demonstration:
    folder.hold()
    if supervision.end_leftovers(folder.path):
        say("Ended what a killed demonstration had left running")
    addresses = Addresses()
    if os.environ.get("RESET", "0") not in {"", "0"}:
        say(f"Beginning anew: removing what was kept in {folder.path}")
        folder.empty()
        if os.environ.get("DATABASE_URL"):
            say("The database of DATABASE_URL is left as it is")
    return Demonstration(folder, addresses, switch)


def remove(folder: DataFolder) -> None:
    """Remove all that demonstrations kept, after ending what they left running."""
    folder.hold()
    supervision.end_leftovers(folder.path)
    folder.empty()
    (folder / "lock").unlink()
    with contextlib.suppress(OSError):  # something of somebody else's is in it
        folder.path.rmdir()


def main() -> int:
    started = time.monotonic()
    switch = StopSwitch()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup says that SIGHUP is to be ignored
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, switch.request)
    if os.environ.get("MAKELEVEL"):
        supervision.end_with_own_parent(signal.SIGTERM)  # also when make is killed
    supervision.adopt_orphans()
    demonstration = None
    status = 0
    try:
        if "--remove" in sys.argv[1:]:
            remove(DataFolder.chosen())
        else:
            demonstration = begin(DataFolder.chosen(), switch)
            demonstration.serve(started)
    except StopRequested:
        say("\nStopping …")
    except Failure as failure:
        status = 1
        print(failure, file=sys.stderr, flush=True)
    except OSError as error:  # such as a full disk, or output that nobody reads any more
        status = 1
        print(f"The demonstration cannot go on: {error}.", file=sys.stderr, flush=True)
    finally:
        if demonstration:
            demonstration.stop()
    return status


if __name__ == "__main__":
    sys.exit(main())
