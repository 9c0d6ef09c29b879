"""The folder in which a demonstration keeps everything: ``.data``, or EFUS_DATA."""

import fcntl
import os
import secrets
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from efus.embedded.processes import Failure
from efus.embedded.redis import write_private

ROOT = Path(__file__).resolve().parent.parent.parent
CONTENTS = ["postgres", "postgres.new", "redis", "mails", "logs", "static", "files", "beat"]
CONTENTS += ["secret-key", "password", "environment", "loaded"]
WORDS = Path(__file__).with_name("words.txt")


class DataFolder:
    """One demonstration's folder; held by at most one supervisor at a time."""

    def __init__(self, path: Path):
        self.path = path
        self.environment = path / "environment"
        self._lock = None

    @classmethod
    def chosen(cls) -> "DataFolder":
        return cls(Path(os.environ.get("EFUS_DATA") or ROOT / ".data").absolute())

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def hold(self) -> None:
        """Make the folder where it is missing and hold it until this process ends.

        Raises ``Failure`` when it cannot be written to or another process holds it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # As root, PostgreSQL runs as another user and has to pass through.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self.path = self.path.resolve()
            self._lock = open(self.path / "lock", "a")  # noqa: SIM115, held open on purpose
        except OSError as error:
            raise Failure(
                f"The data folder {self.path} cannot be written to: {error.strerror}."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                f"A demonstration is already running with the data in {self.path}: "
                "stop it first (Ctrl-C where it runs)."
            ) from None

    def is_in_use(self) -> bool:
        """Whether a supervisor holds the folder."""
        try:
            with open(self.path / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def empty(self) -> None:
        """Remove everything that a demonstration keeps, and nothing else."""
        for name in CONTENTS:
            path = self.path / name
            try:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise Failure(f"{path} cannot be removed: {error.strerror}.") from error

    def secret_key(self) -> str:
        return self._kept("secret-key", lambda: secrets.token_urlsafe(48))

    def password(self) -> str:
        """The password of the demonstration accounts: four words, kept for the next start."""
        words = WORDS.read_text().split()
        return self._kept("password", lambda: "-".join(secrets.choice(words) for _ in range(4)))

    def write_environment(self, environment: Mapping[str, str]) -> None:
        """Write what ``efus.embedded.manage`` gives to commands; a shell can read it too."""
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()]
        write_private(self.environment, "".join(lines))

    def _kept(self, name: str, make) -> str:
        path = self.path / name
        if not path.exists() or not path.read_text().strip():
            write_private(path, make() + "\n")
        return path.read_text().strip()
