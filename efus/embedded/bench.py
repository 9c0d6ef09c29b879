"""How long browsing takes at several numbers of practices (``make bench-browse``), how well
searches find (``make bench-search``), and how fast digests are opened and sent
(``make bench-digest``).

``python -m efus.embedded.bench`` measures browsing, ``… search`` searches, in a database of the
demonstration made anew each time, ``… digest`` digests; ``… prepare`` only generates the
practices, ``… serve`` starts the servers, says how to reach each database, and waits, and
``… remove`` removes what was kept. Databases are kept in ``bench/`` of the data folder, so that
only the first time generates. SIZES (10000,100000,1000000 practices or 1000,10000,100000
subscriptions unless set), RESET and EFUS_DATA are read from the environment.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from statistics import median

from efus.embedded import digest_bench
from efus.embedded import processes as supervision
from efus.embedded.data_folder import ROOT, DataFolder
from efus.embedded.postgres import Postgres
from efus.embedded.processes import Failure, Processes, StopRequested, StopSwitch
from efus.embedded.redis import Redis

MANAGE = [sys.executable, ROOT / "manage.py"]
SIZES = "10000,100000,1000000"
DEMONSTRATION = "demonstration"
ROUNDS = 3  # the sizes take turns, so that a busy moment of the machine falls on all of them
REQUESTS = 12  # of each case in a round
SECONDS = 30  # for each case in a round
COUNTS_AIM = "5 ms"
PAGES_AIM = "2.0 ×"

# The server a database of this size would have, at every size the same.
POSTGRES_SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "3GB",
    "checkpoint_timeout": "30min",
}


def say(text: str = "") -> None:
    print(text, flush=True)


class Bench:
    """The servers, and a database for each size, in *folder*."""

    def __init__(self, folder: DataFolder, switch: StopSwitch):
        self.folder = folder
        settings = {
            "EFUS_ENVIRONMENT": "demonstration",
            "DJANGO_SETTINGS_MODULE": "efus.settings",
            "SECRET_KEY": folder.secret_key(),
            "SITE_URL": "http://127.0.0.1:8000",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DEMONSTRATION_PASSWORD": folder.password(),
            "STATIC_ROOT": str(folder / "static"),
            "FILES_ROOT": str(folder / "files"),
        }
        (folder / "logs").mkdir(mode=0o700, exist_ok=True)
        self.processes = Processes(folder.path, folder / "logs", os.environ | settings, switch)
        self.postgres = Postgres(folder.path, settings=POSTGRES_SETTINGS)
        self.redis = Redis(folder.path, lasting=False)

    def start(self) -> None:
        self.processes.environment["REDIS_URL"] = self.redis.url
        self.postgres.start(self.processes, say)
        self.redis.start(self.processes, say)

    def stop(self) -> None:
        self.processes.stop(seconds=60)
        self.postgres.forget()

    def prepare(self, sizes: list[int]) -> None:
        """Have static files, messages, and a database of each of *sizes*."""
        self._manage("collectstatic", "--noinput", "--verbosity=0")
        babel = [sys.executable, "-m", "babel.messages.frontend", "compile"]
        babel += ["--directory", ROOT / "locale", "--domain", "django"]
        self.processes.run("messages", babel, cwd=ROOT)
        for size in sizes:
            database = self._database(size)
            if self._has_rows(database):
                continue
            log = self.folder / "logs" / "generate_practices.log"
            say(f"Generating {size:,} practices, for this and later runs; progress in {log}")
            self._manage("generate_practices", str(size), database=database)
            shutil.copy(log, self.folder / database)
            say(log.read_text().splitlines()[-1])

    def _has_rows(self, database: str) -> bool:
        """See that *database* is there and migrated; returns whether it was filled before."""
        self.postgres.create_database(database)
        self._manage("migrate", "--noinput", database=database)
        return (self.folder / database).exists()

    def measure(self, sizes: list[int]) -> None:
        """Measure all *sizes* in turns, print the table, and write the plans."""
        times: dict[str, dict[int, list[float]]] = {}
        for number in range(1, ROUNDS + 1):
            for size in sizes:
                say(f"Round {number} of {ROUNDS}: {size:,} practices")
                options = [f"--requests={REQUESTS}", f"--seconds={SECONDS}"]
                output = self._manage("bench_browse", *options, database=self._database(size))
                for case, seconds in json.loads(output.read_text().splitlines()[-1]).items():
                    times.setdefault(case, {}).setdefault(size, []).extend(seconds)
        lines = list(table(times, sizes))
        (self.folder / "browse.txt").write_text("\n".join(lines) + "\n")
        say("\n".join(["", *lines]))
        output = self._manage("bench_browse", "--plans", database=self._database(sizes[-1]))
        shutil.copy(output, self.folder / "plans.txt")
        say(f"\nThe plans at {sizes[-1]:,} practices: {self.folder / 'plans.txt'}")

    def search(self) -> None:
        """Load the demonstration, and print how well searches find its practices."""
        self.postgres.drop_database(DEMONSTRATION)
        self.postgres.create_database(DEMONSTRATION)
        for command in ("migrate", "load_demonstration", "make_passages", "build_search_index"):
            say(command.replace("_", " ").capitalize())
            self._manage(command, database=DEMONSTRATION)
        output = self._manage("bench_search", database=DEMONSTRATION)
        shutil.copy(output, self.folder / "search.txt")
        say("\n" + output.read_text())

    def digest(self, sizes: list[int]) -> None:
        """Measure opening and sending an edition at all *sizes*, and print the table."""
        digest_bench.start_sink(self.processes)
        for size in sizes:
            database = digest_bench.database(size)
            if self._has_rows(database):
                continue
            say(f"Generating {size:,} subscriptions, for this and later runs")
            self._manage("generate_practices", str(digest_bench.PRACTICES), database=database)
            self._manage("bench_digest", "subscribe", str(size), database=database)
            (self.folder / database).touch()
        lines = list(digest_bench.table(digest_bench.measure(sizes, self._manage, say)))
        (self.folder / "digest.txt").write_text("\n".join(lines) + "\n")
        say("\n".join(["", *lines]))

    def serve(self, sizes: list[int]) -> None:
        """Say how to reach the databases, and wait for the end."""
        say("With these, manage.py works on the generated practices:")
        for name in ("EFUS_ENVIRONMENT", "SECRET_KEY", "SITE_URL", "STATIC_ROOT", "REDIS_URL"):
            say(f"  export {name}='{self.processes.environment[name]}'")
        digests = map(digest_bench.database, chosen_sizes(digest_bench.SIZES))
        for database in [*map(self._database, sizes), *digests]:
            if (self.folder / database).exists():
                say(f"  export DATABASE_URL='{self.postgres.url(database)}'")
        say("Ctrl-C ends the servers.")
        self.processes.watch()

    def _database(self, size: int) -> str:
        return f"practices_{size}"

    def _manage(self, *words: str, database: str = "postgres") -> Path:
        """Run a command of manage.py on *database*; returns the file of what it said."""
        environment = {"DATABASE_URL": self.postgres.url(database)}
        self.processes.run(words[0], [*MANAGE, *words], environment=environment, cwd=ROOT)
        return self.folder / "logs" / f"{words[0]}.log"


def table(times, sizes):
    """Lines of a table: medians at each size, and how often that of the smallest size fits in."""
    first = sizes[0]
    heading = "".join(f"{f'{size:,}':>12}" for size in sizes)
    ratios = "".join(f"{f'{size:,}':>12}" for size in sizes[1:])
    yield f"Milliseconds, medians; then times as long as at {first:,} practices"
    yield f"{'':34}{heading}  |{ratios}   aim"
    for case, by_size in times.items():
        medians = [median(by_size[size]) * 1000 for size in sizes]
        aim = COUNTS_AIM if case.startswith("all counts") else PAGES_AIM
        yield (
            f"{case:34}"
            + "".join(f"{value:12.1f}" for value in medians)
            + "  |"
            + "".join(f"{value / medians[0]:10.1f} ×" for value in medians[1:])
            + f"   {aim}"
        )
    fewest = min(len(seconds) for by_size in times.values() for seconds in by_size.values())
    yield f"At least {fewest} runs of each, warm, in {ROUNDS} rounds in turn."


def chosen_sizes(otherwise: str) -> list[int]:
    text = os.environ.get("SIZES") or otherwise
    try:
        sizes = sorted({int(size) for size in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 1:
        raise Failure(f"SIZES must be numbers with commas between them, not {text!r}.")
    return sizes


def empty(folder: DataFolder) -> None:
    """Remove all that *folder* keeps, but for the lock by which we hold it."""
    for path in folder.path.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()


def main() -> int:
    switch = StopSwitch()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, switch.request)
    bench = None
    try:
        is_digest = "digest" in sys.argv[1:]
        sizes = chosen_sizes(digest_bench.SIZES if is_digest else SIZES)
        folder = DataFolder(DataFolder.chosen().path / "bench")
        folder.hold()
        supervision.end_leftovers(folder.path)
        if "remove" in sys.argv[1:] or os.environ.get("RESET", "0") not in {"", "0"}:
            empty(folder)
        if "remove" in sys.argv[1:]:
            shutil.rmtree(folder.path)
            return 0
        bench = Bench(folder, switch)
        bench.start()
        if "search" in sys.argv[1:]:
            bench.search()
            return 0
        if is_digest:
            bench.digest(sizes)
            return 0
        if "serve" in sys.argv[1:]:
            bench.serve(sizes)
            return 0
        bench.prepare(sizes)
        if "prepare" not in sys.argv[1:]:
            bench.measure(sizes)
    except StopRequested:
        say("\nStopping …")
    except (Failure, OSError) as failure:
        print(failure, file=sys.stderr, flush=True)
        return 1
    finally:
        if bench:
            bench.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
